"""Whether what somebody acts upon lies where they may act: what does not is not there for them.

Pages, service and commands ask here. Every question is `question(tx, asker, act, of, maker=…)`;
`maker` is the sign-in name of whoever did what an act of checking judges.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol

from creditdesk import (
    applications,
    arrears,
    cards,
    communes,
    decisions,
    measures,
    moves,
    repayments,
    users,
    whereabouts,
)
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.errors import DeskError
from creditdesk.figures import Moved
from creditdesk.households import HouseholdNotFound
from creditdesk.ledger import LoanNotFound, ReceiptNotFound
from creditdesk.sealing import CustomerNotFound
from creditdesk.users import Person, Place, places
from creditdesk.users.permissions import ALL, NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to do something, on which day [date], with which stated need."""

    person: Person
    today: date
    need: str = ""

    def require(self, act: str, place: Place | None = None, *, maker: str | None = None) -> None:
        """Refuse what the person may not do at a place; where none is said, anywhere at all.

        Raises NotAllowed, NotYours, OwnDeed, NeedMissing.
        """
        if place is not None:
            users.may(self.person, act, place, maker=maker, need=self.need)
        elif not users.is_open(self.person, act):
            raise NotAllowed(act=act, role=self.person.role.value)


def loan(tx: Tx, asker: Asker, act: str, loan_no: str, *, maker: str | None = None) -> None:
    """Refuse an act on a loan elsewhere as if there were none.

    Raises LoanNotFound, NotAllowed, OwnDeed, NeedMissing.
    """
    asker.require(act)
    loans(tx, asker, [loan_no])(act, loan_no, maker=maker)


class _OfLoan(Protocol):
    def __call__(self, act: str, loan_no: str, *, maker: str | None = None) -> None: ...


def loans(tx: Tx, asker: Asker, loan_nos: Collection[str]) -> _OfLoan:
    """Return what refuses an act on one of some loans as `loan` does; they are looked up once."""
    known = places.of_loans(tx, loan_nos, asker.today)

    def require(act: str, loan_no: str, *, maker: str | None = None) -> None:
        asker.require(act)
        if loan_no not in known:
            raise LoanNotFound(loan_no=loan_no)
        _near(asker, act, known[loan_no], LoanNotFound(loan_no=loan_no), maker)

    return require


def applications_of(
    tx: Tx, asker: Asker, act: str, numbers: Iterable[str], *, maker: str | None = None
) -> None:
    """Refuse an act on several applications where one is refused; see `application`."""
    asker.require(act)
    for number in numbers:
        application(tx, asker, act, number, maker=maker)


def receipt(tx: Tx, asker: Asker, act: str, receipt_no: str, *, maker: str | None = None) -> None:
    """Refuse an act on a receipt of a loan elsewhere as if there were none.

    Raises ReceiptNotFound, NotAllowed, OwnDeed.
    """
    asker.require(act)
    try:
        loan(tx, asker, act, repayments.loan_of(tx, receipt_no), maker=maker)
    except LoanNotFound:
        raise ReceiptNotFound(receipt_no=receipt_no) from None


def proposal(tx: Tx, asker: Asker, act: str, number: int, *, maker: str | None = None) -> None:
    """Refuse a proposal about a loan elsewhere as if there were none, and judging one's own.

    Raises ProposalNotFound, NotAllowed, OwnDeed.
    """
    asker.require(act)
    loan_no, own = decisions.subject(tx, number)
    try:
        loan(tx, asker, act, loan_no, maker=maker or own)
    except LoanNotFound:
        raise decisions.ProposalNotFound(number=number) from None


def household(
    tx: Tx, asker: Asker, act: str, household_no: str, *, maker: str | None = None
) -> None:
    """Refuse an act on a household none of whose loans is near, as if there were none.

    Raises HouseholdNotFound, NotAllowed.
    """
    asker.require(act)
    for near in cards.places_of_household(tx, household_no, asker.today):
        with suppress(NotYours):
            asker.require(act, near, maker=maker)
            return
    raise HouseholdNotFound(household_no=household_no)


def customer(
    tx: Tx, asker: Asker, act: str, customer_no: str, *, maker: str | None = None
) -> None:
    """Refuse an act on a customer none of whose household's loans is near, as if there were none.

    Raises CustomerNotFound, NotAllowed, NeedMissing.
    """
    asker.require(act)
    household_no = cards.household_of(tx, customer_no)
    try:
        household(tx, asker, act, household_no or "", maker=maker)
    except HouseholdNotFound:
        raise CustomerNotFound(customer_no=customer_no) from None


def application(
    tx: Tx, asker: Asker, act: str, application_no: str, *, maker: str | None = None
) -> None:
    """Refuse an act on an application elsewhere as if there were none.

    Raises ApplicationNotFound, NotAllowed.
    """
    asker.require(act)
    near = Place(*applications.lies(tx, application_no))
    otherwise = applications.ApplicationNotFound(application_no=application_no)
    _near(asker, act, near, otherwise, maker)


def form(
    tx: Tx, asker: Asker, act: str, said: applications.Form, *, maker: str | None = None
) -> None:
    """Refuse a form that is said to lie elsewhere; raises PlaceNotFound, NotYours, NotAllowed."""
    province = communes.map_on(asker.today).commune(said.commune).province
    near = Place(province, said.commune, said.office, said.group_no)
    asker.require(act, near, maker=maker)


def unseen(tx: Tx, asker: Asker, act: str, said: applications.Form) -> tuple[str, ...]:
    """Return the fields of a form that name what is known elsewhere, and not where it may be seen.

    What is known in the commune of the form, or nowhere, hides nothing.
    """
    hidden = []
    with suppress(applications.ApplicationNotFound):
        if not _seen(asker, act, said, [Place(*applications.lies(tx, said.application_no))]):
            hidden.append("application_no")
    of_customer = cards.household_of(tx, said.customer_no)
    named = {"customer_no": of_customer, "household_no": said.household_no or said.customer_no}
    for name, household_no in named.items():
        known = cards.places_known(tx, household_no, asker.today) if household_no else []
        if known and not _seen(asker, act, said, known):
            hidden.append(name)
    return tuple(hidden)


def _seen(asker: Asker, act: str, said: applications.Form, known: Iterable[Place]) -> bool:
    """Return whether one of some places is within reach, or in the commune of a form."""
    return any(one.commune == said.commune or _is_near(asker, act, one) for one in known)


def place(tx: Tx, asker: Asker, act: str, code: str | None, *, maker: str | None = None) -> None:
    """Refuse an act at a province or commune elsewhere as if there were none.

    Raises PlaceNotFound; NotYours where the whole book is asked for; NotAllowed.
    """
    near = places.of_place(tx, communes.map_on(asker.today), code or "")
    otherwise = PlaceNotFound(place=code) if code is not None else None
    _near(asker, act, near, otherwise, maker)


def area(
    tx: Tx, asker: Asker, act: str, code: str | None, *, as_of: date, **only: str
) -> arrears.Place:
    """Return where somebody lists loans: at a place, or where none is said in all of their scope.

    as_of  the day of the list, on whose map the place lies
    only   the code that loans have in a column, such as `group_no`; empty where all are asked for

    Raises what `place` does.
    """
    scope = users.scope_of(asker.person, act)
    if code or scope.kind == ALL or (scope.kind == "province" and len(scope.codes) > 1):
        place(tx, asker, act, code)
        return arrears.place_of(code, as_of, **only)
    asker.require(act, Place(**{scope.kind: scope.codes[0]}))
    if scope.kind in ("province", "commune") and len(scope.codes) == 1:
        return arrears.place_of(scope.codes[0], as_of, **only)
    found = arrears.place_of(None, as_of, **only)
    return replace(found, only=((_COLUMNS[scope.kind], scope.codes), *found.only))


def province_of(tx: Tx, area: arrears.Place) -> str | None:
    """Return the province in which all the loans of an area are, or were; None for several."""
    if area.province:
        return area.province
    keys = [(column, code) for column, codes in area.only for code in codes]
    found = {near.province for key in keys for near in places.of_key(tx, *key)}
    return found.pop() if len(found) == 1 else None


_COLUMNS = {
    "group": "group_no",
    "village": "village_code",
    "commune": "commune",
    "office": "office",
}


def each_place(
    tx: Tx, asker: Asker, act: str, codes: Sequence[str], *, maker: str | None = None
) -> None:
    """Refuse an act at several places where one is refused; none said is the whole book."""
    for code in codes or (None,):
        place(tx, asker, act, code, maker=maker)


def measure(tx: Tx, asker: Asker, act: str, number: int, *, maker: str | None = None) -> None:
    """Refuse an act on a measure that reached a loan elsewhere as if there were none.

    Raises MeasureUnknown, NotAllowed.
    """
    asker.require(act)
    otherwise = measures.MeasureUnknown(measure=number)
    for known in measures.lies(tx, number, asker.today):
        _near(asker, act, Place(*known), otherwise, maker)


def move(tx: Tx, asker: Asker, act: str, act_id: int, *, maker: str | None = None) -> None:
    """Refuse to act on a move of a loan that lies elsewhere as if there were none.

    Raises MoveNotFound, NotAllowed.
    """
    asker.require(act)
    for known in whereabouts.of_move(tx, act_id, asker.today):
        _near(asker, act, Place(*known), whereabouts.MoveNotFound(act=act_id), maker)


class Moving(NamedTuple):
    """A move that is asked for: of what, by which number, from which day [date].

    look  shows which loans it moves, and writes nothing
    into  the communes to which it moves them
    """

    of: str
    number: str
    day: date
    look: Callable[[], Moved]
    into: tuple[str, ...] = ()


def moving(
    tx: Tx, asker: Asker, act: str, said: Moving, *, maker: str | None = None
) -> list[Place]:
    """Return from and to where a move goes that is asked for, or refuse it where one is elsewhere.

    What lies wholly elsewhere is not there, and nothing else is said of it. Raises NothingToMove,
    PlaceNotFound, NotYours, NotAllowed and what the look refuses.
    """
    asker.require(act)
    _some_near(tx, asker, act, said)
    for code in said.into:
        place(tx, asker, act, code, maker=maker)
    near = {places.of_loan(tx, one.loan_no, asker.today) for one in said.look().loans}
    found = sorted(one for one in near if one is not None)
    for one in found:
        asker.require(act, one, maker=maker)
    known = communes.map_on(asker.today)
    return found + [places.of_place(tx, known, code) for code in said.into]


def _some_near(tx: Tx, asker: Asker, act: str, said: Moving) -> None:
    otherwise = moves.NothingToMove(number=said.number, day=said.day)
    if said.of == "household":
        try:
            known = cards.places_of_household(tx, said.number, asker.today)
        except HouseholdNotFound:
            raise otherwise from None
    elif said.of in _COLUMNS:
        known = places.of_key(tx, _COLUMNS[said.of], said.number)
    else:
        return
    if not any(_is_near(asker, act, one) for one in known):
        raise otherwise


def _is_near(asker: Asker, act: str, place: Place) -> bool:
    try:
        asker.require(act, place)
    except NotYours:
        return False
    return True


def _near(
    asker: Asker, act: str, near: Place, otherwise: DeskError | None, maker: str | None
) -> None:
    """Refuse what lies outside of the scope, as what is not there is refused."""
    try:
        asker.require(act, near, maker=maker)
    except NotYours:
        if otherwise is None:
            raise
        raise otherwise from None
