"""What every statement carries beside its figures: what it covers, what was checked, its data."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from creditdesk.tables import table

_MARK = "\ufeff"  # tells Excel that a table is UTF-8
_NUMBER_BYTES = 10
_GROUP = 4
_ODD = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Identity:
    """An equation that a statement must satisfy; both sides are [dong] or counts."""

    code: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Return whether both sides agree to the dong."""
        return self.left == self.right


class Said(Protocol):
    """What a statement says of all its loans: flows of its period and balances [dong], counts."""

    @property
    def parts(self) -> int:
        """Return what is in term, overdue and frozen."""

    @property
    def closing(self) -> int:
        """Return what the opening and the flows leave."""

    @property
    def outstanding(self) -> int:
        """Return what is owed."""

    @property
    def drawn(self) -> int:
        """Return what was lent, net of what was re-booked."""

    @property
    def principal_collected(self) -> int:
        """Return the principal that was collected."""

    @property
    def households(self) -> int:
        """Return how many households owe."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the books themselves hold of a statement's loans, by other roads than its figures.

    drawn, rebooked           by the entries of the period [dong]
    collected                 principal by the account that it was taken from [dong]
    households                numbers of those who owe, each once
    rows, loans               how many rows were added up, of how many different loans
    contracts, undrawn        all that lie there, and those on which nothing was drawn
    closed_drawn, closed_left of loans without a balance [dong], whenever they closed: what was
                              lent, and what of that was repaid or written off
    """

    drawn: int
    rebooked: int
    collected: tuple[int, ...]
    households: int
    rows: int
    loans: int
    contracts: int
    undrawn: int
    closed_drawn: int
    closed_left: int


def equations(said: Said, counted: Counted) -> tuple[Identity, ...]:
    """Return the equations that hold of every statement; that of its rows is `makes_total`.

    Source: checks of a transaction office on the bank's own reports: (1) in term, overdue and
    frozen make what is owed; (2) opening and flows make the closing; (3) lending is net of what
    was re-booked; (4) collection is principal from all three accounts; (5) households count once;
    (7) a loan counts once; (8) contracts on which nothing was drawn are left out by their amount;
    (9) a closed loan keeps its history.
    """
    lent = counted.drawn - counted.rebooked
    drawn_or_not = counted.rows + counted.undrawn
    return (
        Identity("parts-make-outstanding", said.parts, said.outstanding),
        Identity("opening-and-flows-make-closing", said.closing, said.outstanding),
        Identity("draws-less-rebooked-make-lent", lent, said.drawn),
        Identity("accounts-make-collected", sum(counted.collected), said.principal_collected),
        Identity("households-once", counted.households, said.households),
        Identity("loans-once", counted.loans, counted.rows),
        Identity("drawn-and-undrawn-make-contracts", drawn_or_not, counted.contracts),
        Identity("closed-loans-keep-history", counted.closed_left, counted.closed_drawn),
    )


def makes_total(of: str, figure: str, rows: Iterable[int], total: int) -> Identity:
    """Return the equation (6): rows of an axis make the total, that of any other form as well."""
    return Identity(f"{of}-make-total:{figure}", sum(rows), total)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement covers: a province or one commune of it, seen on the map of a day.

    narrowed  further axes, the one key of each that loans have, and its name
    """

    province_code: str
    province_name: str
    province_kind: str  # "tinh" or "thanh-pho"
    commune_code: str | None = None
    commune_name: str | None = None
    commune_kind: str | None = None
    narrowed: tuple[tuple[str, str, str], ...] = ()

    @property
    def code(self) -> str:
        """Return the code of the smallest place that is covered, and what it is narrowed to."""
        place = self.commune_code or self.province_code
        return ".".join([place, *(f"{axis}={key}" for axis, key, _ in self.narrowed)])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of how a statement came to be, so that it can be checked and made again.

    kind           the document, as `creditdesk print` calls it
    since, as_of   [date] first and last day of its figures; of one day both are the same
    known_on       [date] the books as they were known at the end of this day; None: when made
    map_of         [date] the day on whose map loans are placed
    policy         the digest of the dated law that was applied
    identities     what was checked
    left_out       pairs of a code and how many loans are not in the figures for that reason
    made_at        when it was made
    data           its figures as CSV: what is attached to the paper, to the byte
    demonstration  whether persons and amounts are invented
    known_before   [date] of a comparison of two knowledge days the earlier one
    digest         the SHA-256 of the data in hexadecimal: that of the attached file
    """

    kind: str
    scope: Scope
    since: date
    as_of: date
    map_of: date
    policy: str
    made_at: datetime
    data: bytes = b""
    identities: tuple[Identity, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    known_on: date | None = None
    demonstration: bool = False
    known_before: date | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the digest once: long statements are asked for it page by page."""
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    @property
    def number(self) -> str:
        """Return the statement's number: of the same request with the same answer the same.

        It says nothing of when the statement was made, and nobody guesses it.
        """
        asked = (self.kind, self.scope.code, self.since, self.as_of, self.map_of, self.known_on)
        both = () if self.known_before is None else (self.known_before,)
        said = "|".join(map(str, (*asked, *both, self.policy, self.digest)))
        code = hashlib.sha256(said.encode()).digest()[:_NUMBER_BYTES]
        letters = base64.b32encode(code).decode()
        return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))

    @property
    def failed(self) -> tuple[Identity, ...]:
        """Return the identities that do not hold: with any of them nobody signs."""
        return tuple(identity for identity in self.identities if not identity.holds)

    @property
    def file_name(self) -> str:
        """Return what its file is called, without an ending."""
        days = (self.since.isoformat(), self.as_of.isoformat())
        known = [] if self.known_on is None else ["known", self.known_on.isoformat()]
        if self.known_before is not None:
            known = ["known", self.known_before.isoformat(), *known[1:]]
        name = "_".join([self.kind, self.scope.code, *dict.fromkeys(days), *known])
        return _ODD.sub("-", name)

    def proved(self, data: bytes, identities: Iterable[Identity]) -> "Evidence":
        """Return the evidence with the data of the statement, and what was checked of them."""
        return replace(self, data=data, identities=tuple(identities))

    def of_days(self, since: date, as_of: date) -> "Evidence":
        """Return the evidence of figures from a day to a day."""
        return replace(self, since=since, as_of=as_of)

    def as_first_made(self, made_at: datetime) -> "Evidence":
        """Return the evidence with the moment at which the same statement was first made."""
        return replace(self, made_at=made_at)


def data_of(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the figures of a statement as CSV: whole dong, days in ISO form, totals last.

    The same figures give the same bytes, and no text in them can be taken for a formula.
    """
    return f"{_MARK}{table(head, rows)}".encode()


@dataclass(frozen=True, slots=True)
class Proof:
    """How whoever holds a statement can check it.

    address    where the desk answers for this statement; empty where it has no public address
    sealed_by  whose seal the file bears; empty where it bears none
    """

    address: str = ""
    sealed_by: str = ""


NO_PROOF = Proof()


class Render(Protocol):
    """What prints a document, given how it can be checked."""

    def __call__(self, *, proof: Proof) -> bytes:
        """Return the document as a PDF."""
