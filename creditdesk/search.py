"""Search: persons with their loans, and groups, by whatever somebody remembers of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from creditdesk import arrears, cards, records, standings
from creditdesk.arrears import Place
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from creditdesk.figures import LoanLine
from creditdesk.sealing import Sealer
from creditdesk.spelling import to_find, words_of

MOST = 30
_LEAST_DIGITS = 4
_LEAST_OF_LOAN = 10
_IDENTITY = (9, 12)
_MASK = re.compile(r"[•*xX.]{4,}([0-9]{3})")
_BETWEEN = re.compile(r"[\s.\-]")


class QueryShort(Malformed):
    """What is looked for has too few letters or digits to find anybody by."""

    code = "query-short"


@dataclass(frozen=True, slots=True)
class PersonFound:
    """A customer who was found, with those loans that lie where was looked."""

    customer_no: str
    name: str
    id_no_masked: str
    loans: tuple[LoanLine, ...]


class GroupFound(NamedTuple):
    """A savings-and-credit group that was found: where it lies, how many of its loans owe."""

    group_no: str
    head: str
    trustee: str
    commune: str
    loans: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the first of the persons, how many there are, and groups."""

    persons: tuple[PersonFound, ...] = ()
    count: int = 0
    groups: tuple[GroupFound, ...] = ()

    @property
    def seen(self) -> list[str]:
        """Return the numbers of those who are seen; a head under the number of the group."""
        people = [one.customer_no for one in self.persons]
        return people + [group.group_no for group in self.groups if group.head]


def search(
    tx: Tx, policy: Policy, text: str, *, as_of: date, place: Place, identity: bool = True
) -> Found:
    """Return who and what is found in a place at the end of a day.

    text      words of a name in any order, without marks if one likes, each begun at least; or the
              number of a loan, a customer, a group or an identity card, masked or in full
    identity  whether an identity number in full finds anybody

    Raises QueryShort; KeyMissing where an identity number in full is asked for.
    """
    like = _people_like(tx, text, identity=identity)
    near = [_Near(tx, province, place, as_of) for province in arrears.provinces_of(tx, place)]
    known: set[int] = set().union(*(one.holders(like) for one in near)) if like else set()
    known |= {row.customer_id for row in _applying(tx, place, as_of) if row.customer_id in like}
    ranked = sorted(known, key=lambda one: (like[one] != to_find(text), like[one], one))
    shown = ranked[:MOST]
    loans = [line for one in near for line in one.loans_of(policy, shown)]
    groups = _groups_like(tx, text)
    return Found(
        tuple(_persons(tx, shown, loans)),
        len(ranked),
        tuple(found for one in near for found in one.groups(groups)),
    )


def _people_like(tx: Tx, text: str, *, identity: bool) -> dict[int, str]:
    """Return the plain names of the customers who are like a text, by inner number."""
    like = records.households.customers_like
    if masked := _MASK.fullmatch(text.strip()):
        dots = len(text.strip()) - len(masked[1])
        return like(tx, masked=f"{'•' * dots}{masked[1]}")
    digits = _digits(text)
    if not digits:
        return like(tx, words=_words(text))
    found = like(tx, beginning=digits) if len(digits) >= _LEAST_DIGITS else {}
    if identity and len(digits) in _IDENTITY:
        found |= like(tx, digests=Sealer(tx).digests(digits))
    if len(digits) >= _LEAST_OF_LOAN:
        holders = records.households.customers_of(tx, records.loans.holders_of(tx, digits))
        found |= {key: row.name_plain for key, row in holders.items()}
    return found


def _digits(text: str) -> str:
    """Return a number without what parts its digits; empty for what is none."""
    bare = _BETWEEN.sub("", text)
    if not (bare.isascii() and bare.isdigit()):
        return ""
    if len(bare) < _LEAST_DIGITS:
        raise QueryShort(least=_LEAST_DIGITS)
    return bare


def _words(text: str) -> Sequence[str]:
    words = words_of(text)
    if sum(map(len, words)) < 2:
        raise QueryShort(least=2)
    return words


def _groups_like(tx: Tx, text: str) -> list[Any]:
    if _MASK.fullmatch(text.strip()):
        return []
    digits = _digits(text)
    said = {"beginning": digits} if digits else {"words": _words(text)}
    return records.households.groups_like(tx, **said)


def _applying(tx: Tx, place: Place, as_of: date) -> Iterable[Any]:
    """Return the open applications of a place: who has no loan yet is found too."""
    rows = records.applications.open_applications(tx, as_of, place.province, place.commune)
    return filter(place.holds, rows)


def _persons(tx: Tx, shown: Sequence[int], loans: Sequence[LoanLine]) -> Iterable[PersonFound]:
    customers = records.households.customers_of(tx, shown)
    for one in (customers[key] for key in shown):
        own = (line for line in loans if line.customer_no == one.customer_no)
        # What is still owed comes first.
        held = sorted(own, key=lambda line: (not line.outstanding, line.loan_no))
        yield PersonFound(one.customer_no, one.name, one.id_no_masked, tuple(held))


class _Near:
    """The loans of a province that lie where is looked."""

    def __init__(self, tx: Tx, province: str, place: Place, as_of: date) -> None:
        self.tx, self.province, self.as_of = tx, province, as_of
        self.over = standings.axes(tx, province, as_of)
        self.now = standings.image(tx, province, as_of)
        self.inside = place.inside(self.over)

    def holders(self, of: Iterable[int]) -> set[int]:
        """Return those of some customers who hold a loan here."""
        held = self.over.columns["customer_id"][self.inside]
        wanted = np.fromiter(of, dtype=np.int64)
        return set(wanted[np.isin(wanted, held)].tolist())

    def loans_of(self, policy: Policy, holders: Sequence[int]) -> tuple[LoanLine, ...]:
        """Return the loans that some customers hold here, as lists show them."""
        chosen = self.inside & np.isin(self.over.columns["customer_id"], holders)
        page = cards.figures_of(self.tx, self.over, self.now, chosen)
        return cards.loan_lines(self.tx, policy, page, self.as_of)

    def groups(self, rows: Sequence[Any]) -> Iterable[GroupFound]:
        """Yield those of some groups that have loans here."""
        groups = self.over.by("group_no")
        present = set(groups.categories[np.unique(groups.codes[self.inside])])
        owing = self.now.outstanding > 0
        for row in [row for row in rows if row.group_no in present][:MOST]:
            chosen = self.inside & self.over.among("group_no", (row.group_no,))
            commune = self.over.columns["commune"][chosen][-1]
            owed = int(owing[chosen].sum())
            yield GroupFound(row.group_no, row.head, row.trustee, commune, owed)
