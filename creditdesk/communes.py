"""Places of the book: loading the map, and resolving a code on a day."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from creditdesk import records
from creditdesk.db import Tx, row_text
from creditdesk.errors import NotFound
from creditdesk.geography import Commune, Geography, Province
from creditdesk.settings import geography

DISTANT_PAST = date(1, 1, 1)
FIRST_MAP = date(2025, 7, 1)
"""From this day on there are maps of communes: of the order with two tiers."""


class PlaceNotFound(NotFound):
    """No province or commune in force has this code."""

    code = "place-not-found"


def load_places(tx: Tx, geography: Geography) -> None:
    """Bring the map of the book up to that of the tables; repeating it changes nothing."""
    places = [
        (p.code, "province", p.valid_from or DISTANT_PAST, p.valid_to, p.kind, p.name, p.code)
        for p in geography.provinces
    ] + [
        (c.code, "commune", c.valid_from, c.valid_to, c.kind, c.name, c.province)
        for c in geography.communes
    ]
    mergers = [(m.old_code, m.new_code, m.effective, m.share) for m in geography.mergers]
    if records.places.places_digest(tx) != (len(places), len(mergers)):
        records.places.replace_places(
            tx, [row_text(row) for row in places], [row_text(row) for row in mergers]
        )


@lru_cache(maxsize=16)
def map_on(day: date) -> "Map":
    """Return the map of a day, the same one each time it is asked for."""
    return Map(geography(), day)


@dataclass(frozen=True)
class Map:
    """The places in force on one day, found by code."""

    geography: Geography
    day: date

    @cached_property
    def communes(self) -> dict[str, Commune]:
        """Return the communes in force by code; before July 2025 those of the first map."""
        day = max(self.day, FIRST_MAP)
        found = {row.code: row for row in self.geography.communes_on(day)}
        return self._other_codes(found) | found

    def _other_codes(self, communes: dict[str, Commune]) -> dict[str, Commune]:
        """Return communes by the code of a former one of the same name that went into them whole.

        The lists in circulation disagree on which of its parents' codes a commune kept (Phong Nha,
        Ba Chẽ): a branch's file may carry either, and the book keeps the one it was given.
        """
        names = {row.code: row.name for row in self.geography.former_communes}
        return {
            move.old_code: replace(communes[move.new_code], code=move.old_code)
            for move in self.geography.mergers
            if move.share == "whole"
            and move.new_code in communes
            and names.get(move.old_code) == communes[move.new_code].name
        }

    @cached_property
    def provinces(self) -> dict[str, Province]:
        """Return the provinces in force by code."""
        return {row.code: row for row in self.geography.provinces_on(self.day)}

    def heir(self, code: str) -> str:
        """Return the commune that took in all people of one no longer in force; else the code.

        A commune that was split has none: which of its villages went where, only a decision says.
        """
        return code if code in self.communes else self._heirs.get(code, code)

    @cached_property
    def _heirs(self) -> dict[str, str]:
        return {
            move.old_code: move.new_code
            for move in self.geography.mergers
            if move.people == "all" and move.effective <= self.day
        }

    @cached_property
    def called(self) -> dict[str, str]:
        """Return the names of provinces and communes by code; no code is of both."""
        return {code: one.name for code, one in self.provinces.items()} | self.names

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the names of communes by code, those of an older map among them."""
        former = {row.code: row.name for row in self.geography.former_communes}
        return former | {code: row.name for code, row in self.communes.items()}

    def commune(self, code: str) -> Commune:
        """Return a commune; raises PlaceNotFound."""
        if code not in self.communes:
            raise PlaceNotFound(place=code)
        return self.communes[code]

    def province(self, code: str) -> Province:
        """Return a province; raises PlaceNotFound."""
        if code not in self.provinces:
            raise PlaceNotFound(place=code)
        return self.provinces[code]

    def scope(self, code: str | None) -> tuple[str | None, str | None]:
        """Return (province, commune) of a place code; a commune's province goes with it."""
        if not code:
            return None, None
        if code in self.provinces:
            return code, None
        return self.commune(code).province, code


def loan_on(tx: Tx, loan_no: str, day: date, before: str | None = None) -> Any | None:
    """Return a loan's row with its place on a day: of a commune that is no more, its heir.

    before  a moment: what was recorded then or later does not count
    """
    row = records.moves.find_loan_on(tx, loan_no, day, before)
    return row and _inherited(map_on(day), row)


def find_loans_on(tx: Tx, loan_nos: Collection[str], day: date) -> Iterator[Any]:
    """Yield the rows of loans by their numbers, each with its place on a day, in no order."""
    places = map_on(day)
    return (_inherited(places, row) for row in records.moves.find_loans_on(tx, loan_nos, day))


def loans_on(tx: Tx, ids: Iterable[int], day: date, before: str | None = None) -> Iterator[Any]:
    """Yield loans' rows, each with its place on a day, in the order of their ids.

    before  a moment: what was recorded then or later does not count
    """
    places = map_on(day)
    return (_inherited(places, row) for row in records.moves.loans_on(tx, ids, day, before))


def places_on(tx: Tx, ids: Any, day: date) -> list[tuple[str, str, str, str]]:
    """Return every (province, commune, office, group) where the loans of a query lie on a day."""
    places, found = map_on(day), records.moves.places_on(tx, ids, day)
    return sorted({(row[0], places.heir(row[1]), row[2], row[3]) for row in found})


def _inherited(places: Map, row: Any) -> Any:
    heir = places.heir(row.commune)
    return row if heir == row.commune else SimpleNamespace(**row._asdict() | {"commune": heir})
