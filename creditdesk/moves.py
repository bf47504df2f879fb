"""Moves: a household, a group, a village, and communes drawn anew; loans keep their contracts.

A move is a dated fact beside the contract: from its day on the loan is elsewhere, before it where
it was. It changes no amount, and it is taken back by its mirror.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from creditdesk import households, ledger, months, records, standings
from creditdesk.columns import day_of, number_of
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.errors import Conflict, Malformed, NotFound, Refused
from creditdesk.figures import Moved, MovedLoan, Place
from creditdesk.whereabouts import rows_of


class MoveWithoutPlace(Malformed):
    """The move names nothing that changes."""

    code = "move-without-place"


class PlaceCodeInvalid(Malformed):
    """A village has 8 digits, an office 6, a session is on one of the days 1 to 28."""

    code = "place-code-invalid"


class LineUnclear(Malformed):
    """A line of a new map names a village or a commune it comes from, and each of them once."""

    code = "line-unclear"


class NothingToMove(NotFound):
    """No loan is there on that day; `number` is of the household, group, village or communes."""

    code = "nothing-to-move"


class GroupNotFound(NotFound):
    """The province has no group of this number."""

    code = "group-not-found"


class OtherProvince(Refused):
    """The loan is in the book of another branch than the commune."""

    code = "other-province"


class MovedLater(Refused):
    """The loan has moved on a later day: that move is taken back first."""

    code = "moved-later"


class MoveTakenBack(Conflict):
    """The move has been taken back before."""

    code = "move-taken-back"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a place; None stays as it is."""

    commune: str | None = None
    village_code: str | None = None
    group_no: str | None = None
    office: str | None = None
    session_day: int | None = None

    def of(self, place: Place) -> Place:
        """Return a place with this changed."""
        said = ((name, getattr(self, name)) for name in Place._fields)
        return place._replace(**{name: value for name, value in said if value is not None})

    def check(self) -> None:
        """Raise MoveWithoutPlace or PlaceCodeInvalid where this cannot be a change."""
        if self == Change():
            raise MoveWithoutPlace
        for name, length in _LENGTHS.items():
            value = getattr(self, name)
            if value is not None and not re.fullmatch(rf"[0-9]{{{length}}}", value):
                raise PlaceCodeInvalid(name=name, value=value)
        if self.session_day is not None and not 1 <= self.session_day <= _LAST_SESSION:
            raise PlaceCodeInvalid(name="session_day", value=str(self.session_day))


_LENGTHS = {"commune": 5, "village_code": 8, "office": 6}
_LAST_SESSION = 28


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a new map: a village, or the rest of a commune, and where it belongs from now."""

    commune: str
    village_code: str = ""
    from_commune: str = ""
    office: str = ""
    row: int = 0


class _Loan(NamedTuple):
    """A loan among those of a province on a day."""

    id: int
    household_id: int
    place: Place
    signed_on: date
    outstanding: int
    open: bool


_Pick = Callable[[int, Place], Change | None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a move is about: its name, the day from which it holds, who decides it.

    `dry` looks what would move and writes nothing.
    """

    day: date
    deed: ledger.Deed
    dry: bool = False


def move_household(tx: Tx, *, household_no: str, to: Change, order: Order) -> Moved:
    """Move the open loans of a household; the closed ones stay in the books of where it lived.

    Raises NothingToMove, MovedLater, OtherProvince, GroupNotFound, MonthsClosed, and what
    `Change.check`, `communes` and `ledger.begin_act` refuse.
    """
    to.check()
    _hold(tx, order)
    known = records.households.find_household(tx, household_no)
    key = known.id if known else 0

    def pick(household_id: int, _: Place) -> Change | None:
        return to if household_id == key else None

    work = _Work("move-household", household_no, pick, ("household_id", key), only_open=True)
    return _move(tx, work, [known.province] if known else [], order)


def move_group(tx: Tx, *, group_no: str, to: Change, order: Order) -> Moved:
    """Move the open loans of a group; its trustee stays.

    Raises as `move_household` does.
    """
    to.check()
    _hold(tx, order)
    known = records.households.find_group(tx, group_no)

    def pick(_: int, place: Place) -> Change | None:
        return to if place.group_no == group_no else None

    work = _Work("move-group", group_no, pick, ("group_no", group_no), only_open=True)
    return _move(tx, work, [known.province] if known else [], order)


def move_village(tx: Tx, *, village_code: str, to: Change, order: Order) -> Moved:
    """Move all loans of a village, the closed ones too: the ground itself belongs elsewhere.

    Raises as `move_household` does.
    """
    to.check()
    _hold(tx, order)

    def pick(_: int, place: Place) -> Change | None:
        return to if place.village_code == village_code else None

    work = _Work("move-village", village_code, pick, ("village_code", village_code))
    return _move(tx, work, records.loans.provinces(tx), order)


def move_communes(tx: Tx, *, lines: Sequence[Line], order: Order) -> Moved:
    """Draw communes anew as a resolution says: villages, and the rest of communes, into communes.

    A line for a village counts before one for the commune that it lies in.

    Raises LineUnclear, and as `move_household` does.
    """
    changes = _changes(lines)
    _hold(tx, order)

    def pick(_: int, place: Place) -> Change | None:
        of_village = changes.get(place.village_code) if place.village_code else None
        return of_village or changes.get(place.commune)

    work = _Work("move-communes", ", ".join(changes), pick)
    return _move(tx, work, records.loans.provinces(tx), order)


def _changes(lines: Sequence[Line]) -> dict[str, Change]:
    """Return what becomes of each village (8 digits) and commune (5 digits)."""
    found: dict[str, Change] = {}
    for line in lines:
        origin = line.village_code or line.from_commune
        wrong = bool(line.village_code) == bool(line.from_commune) or origin in found
        if wrong or not line.commune:
            raise LineUnclear(row=line.row, origin=origin)
        Change(line.from_commune or None, line.village_code or None).check()
        found[origin] = Change(commune=line.commune, office=line.office or None)
        found[origin].check()
    return found


@dataclass(frozen=True, slots=True)
class _Work:
    """A move's name and the number it goes by, and what becomes of which loans.

    `within` names a column and the value that all loans in question have there.
    """

    name: str
    number: str
    pick: _Pick
    within: tuple[str, Any] | None = None
    only_open: bool = False


def _hold(tx: Tx, order: Order) -> None:
    if not order.dry:
        records.moves.hold_moves(tx)


def _move(tx: Tx, work: _Work, provinces: Iterable[str], order: Order) -> Moved:
    """Find the loans, check every place, and write the moves under one act."""
    found: list[tuple[str, _Loan, Place]] = []
    for province in provinces:
        there = list(_found(tx, work, province, order.day))
        _refuse_later(tx, work, province, order.day, {loan.id for loan, _ in there})
        found += ((province, *pair) for pair in there)
    if not found:
        raise NothingToMove(number=work.number, day=order.day)
    changed = [(province, loan, new) for province, loan, new in found if new != loan.place]
    for province, new in {(province, new) for province, _, new in changed}:
        _check_commune(province, new, order.day)
    contracts = _contracts(tx, [loan.id for _, loan, _ in changed])
    _check_groups(tx, [(contracts[loan.id], loan.place, new) for _, loan, new in changed])
    rows, moved = [], []
    for province, loan, new in changed:
        since = max(order.day, loan.signed_on)
        rows.append((loan.id, province, since, *new, None))
        moved.append(_told(contracts[loan.id], since, loan.place, new, loan.outstanding))
    result = Moved(None, order.day, tuple(sorted(moved)))
    if rows:
        months.Lock(tx).admit_from(min(loan.since for loan in moved))
    if order.dry or not rows:
        return result
    return replace(result, act_id=_write(tx, work.name, order.deed, contracts, rows))


def _write(
    tx: Tx, name: str, deed: ledger.Deed, contracts: dict[int, Any], rows: Iterable[Any]
) -> int:
    """Write places under a new act: of two people where more than one household is concerned."""
    concerned = {row.household_id for row in contracts.values()}
    act_id = ledger.begin_act(tx, name, deed, checked=len(concerned) > 1, grounded=True)
    records.moves.add_places(tx, [(*row, act_id) for row in rows])
    return act_id


def _found(tx: Tx, work: _Work, province: str, day: date) -> Iterator[tuple[_Loan, Place]]:
    """Yield the loans that a move is about, each with the place that it gets."""
    for loan in _loans(tx, province, day, work.within):
        change = work.pick(loan.household_id, loan.place)
        if change is not None and (loan.open or not work.only_open):
            yield loan, change.of(loan.place)


def _contracts(tx: Tx, ids: Iterable[int]) -> dict[int, Any]:
    return {row.id: row for row in records.loans.loans_by_id(tx, ids)}


def _told(contract: Any, since: date, old: Place, new: Place, outstanding: int) -> MovedLoan:
    owed = Dong(outstanding)
    return MovedLoan(contract.loan_no, contract.household_id, since, old, new, owed)


def _loans(
    tx: Tx, province: str, day: date, within: tuple[str, Any] | None = None
) -> Iterator[_Loan]:
    """Yield loans of a province where they are on a day."""
    over = standings.axes(tx, province, day)
    book = standings.image(tx, province, day)
    columns, owed = over.columns, book.outstanding
    undrawn = (book["drawn"] == 0) & (columns["signed_on"] <= number_of(day))
    chosen = columns[within[0]] == within[1] if within else owed >= 0

    def told(column: Any) -> list[Any]:
        found: list[Any] = column[chosen].tolist()
        return found

    yield from map(
        _Loan,
        told(over.ids),
        told(columns["household_id"]),
        map(Place, *(told(columns[name]) for name in Place._fields)),
        map(day_of, told(columns["signed_on"])),
        told(owed),
        told((owed > 0) | undrawn),
    )


def _refuse_later(tx: Tx, work: _Work, province: str, day: date, found: set[int]) -> None:
    """Refuse to move a loan behind its own back: what it did later was decided without this."""
    for row in records.moves.moves_after(tx, province, day):
        of_ground = not work.only_open and work.pick(row.household_id, _place(row)) is not None
        if row.loan_id in found or of_ground:
            raise MovedLater(loan_no=row.loan_no, since=row.since, act=row.act_id)


def _check_commune(province: str, new: Place, day: date) -> None:
    """Raise PlaceNotFound or OtherProvince where a loan of a province cannot be there."""
    unit = map_on(day).commune(new.commune)
    if unit.province != province:
        raise OtherProvince(commune=new.commune, province=province, other=unit.province)


def _check_groups(tx: Tx, moves: Iterable[tuple[Any, Place, Place]]) -> None:
    """Raise GroupNotFound or GroupElsewhere where a loan cannot be of the group it comes into."""
    wanted = {
        (new.group_no, loan.trustee, loan.province)
        for loan, old, new in moves
        if new.group_no != old.group_no
    }
    for group_no, trustee, province in sorted(wanted):
        known = records.households.find_group(tx, group_no)
        if known is None or known.province != province:
            raise GroupNotFound(group_no=group_no, province=province)
        if known.trustee != trustee:
            raise households.GroupElsewhere(
                group_no=group_no, trustee=trustee, known=known.trustee
            )


def undo(tx: Tx, *, act_id: int, deed: ledger.Deed) -> Moved:
    """Take a move back: its loans are again where they were, as if it had never been written.

    Raises MoveNotFound, MoveTakenBack, MovedLater, MonthsClosed and what `ledger.begin_act`
    refuses.
    """
    records.moves.hold_moves(tx)
    rows = rows_of(tx, act_id)
    if any(row.taken_back for row in rows):
        raise MoveTakenBack(act=act_id)
    provinces, day = {row.province for row in rows}, min(row.since for row in rows)
    months.Lock(tx).admit_from(day)
    for province in provinces:
        _refuse_over(tx, province, day, {row.loan_id: row for row in rows})
    contracts = _contracts(tx, [row.loan_id for row in rows])
    mirrors = [(row.loan_id, row.province, row.since, *_place(row), row.id) for row in rows]
    new_act = _write(tx, "undo-move", deed, contracts, mirrors)
    now = {loan.id: loan for province in provinces for loan in _loans(tx, province, day)}
    moved = (
        _told(
            contracts[row.loan_id],
            row.since,
            _place(row),
            now[row.loan_id].place,
            now[row.loan_id].outstanding,
        )
        for row in rows
    )
    return Moved(new_act, day, tuple(sorted(moved)))


def _refuse_over(tx: Tx, province: str, day: date, mine: dict[int, Any]) -> None:
    """Refuse to take back a move over which a loan has moved again."""
    for row in records.moves.moves_after(tx, province, standings.day_before(day)):
        first = mine.get(row.loan_id)
        if first is not None and (row.since, row.id) > (first.since, first.id):
            raise MovedLater(loan_no=row.loan_no, since=row.since, act=row.act_id)


def _place(row: Any) -> Place:
    return Place(*(getattr(row, name) for name in Place._fields))
