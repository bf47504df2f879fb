"""Places of the book: loading the map, and resolving a code on a day."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.errors import NotFound
from creditdesk.geography import Commune, Geography, Province

DISTANT_PAST = date(1, 1, 1)


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
        records.places.replace_places(tx, places, mergers)


@dataclass(frozen=True)
class Map:
    """The places in force on one day, found by code."""

    geography: Geography
    day: date

    @cached_property
    def communes(self) -> dict[str, Commune]:
        """Return the communes in force by code; before July 2025 those of the first map."""
        day = max(self.day, date(2025, 7, 1))
        return {row.code: row for row in self.geography.communes_on(day)}

    @cached_property
    def provinces(self) -> dict[str, Province]:
        """Return the provinces in force by code."""
        return {row.code: row for row in self.geography.provinces_on(self.day)}

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
