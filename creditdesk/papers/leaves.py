"""Lists of persons, group by group: each begins a page, and all of them add up to one table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import NamedTuple, Protocol

from creditdesk import arrears, held, statements
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Evidence, Identity
from creditdesk.figures import WorklistRow
from creditdesk.held import Held
from creditdesk.papers.asked import Asked
from creditdesk.sheets import Cell, Column, Leaf, Line, Part
from reports.scopes import KINDS

_ADDED = ("dong", "count")


class Placed(Protocol):
    """What a list is about: a loan, or what may become one."""

    @property
    def commune(self) -> str:
        """Return the code of its commune."""

    @property
    def group_no(self) -> str:
        """Return the number of its group; empty where there is none."""

    @property
    def customer_no(self) -> str:
        """Return the number of whose it is."""

    @property
    def loan_no(self) -> str:
        """Return its number."""

    @property
    def session_day(self) -> int:
        """Return the day of the month of its commune's session; 0 where it is not known."""


class Row(NamedTuple):
    """A line of a list: the loan that it is about, and what stands behind its number."""

    loan: Placed
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a list looks, what the places there are called, and the evidence that it opens."""

    tx: Tx
    policy: Policy
    asked: Asked
    evidence: Evidence
    question: statements.Question
    place: arrears.Place
    names: dict[str, dict[str, str]]

    def held(self, rows: Iterable[WorklistRow] | None = None) -> dict[str, Held]:
        """Return the loans of a worklist by number; without one all that owe."""
        numbers = None if rows is None else [row.loan_no for row in rows]
        return held.loans_in(self.tx, self.policy, self.place, self.asked.as_of, numbers)

    def loans_of(self, rows: Iterable[WorklistRow]) -> list[tuple[WorklistRow, Held]]:
        """Return a worklist with its loans: of the one loan alone where one is asked for."""
        only = dict(self.asked.within).get("loan")
        found = [row for row in rows if only in (None, row.loan_no)]
        loans = self.held(found)
        return [(row, loans[row.loan_no]) for row in found]

    def commune(self, code: str) -> str:
        """Return kind and name of a commune, as it is addressed."""
        unit = map_on(self.asked.as_of).communes.get(code)
        return f"{KINDS[unit.kind]} {unit.name}" if unit else code

    def name(self, axis: str, key: str) -> str:
        """Return what a key of an axis is called."""
        return self.names.get(axis, {}).get(key, key)

    def facts(self, commune: str, group: str, session_day: int) -> dict[str, Cell]:
        """Return what heads the list of a group, or of the direct loans of a commune."""
        found: dict[str, Cell] = {"commune": self.commune(commune)}
        if session_day:
            found["session"] = days.next_session(session_day, self.asked.as_of)
        if not group:
            return found | {"direct": "Cho vay trực tiếp"}
        return found | {"group": group, "head": self.name("group", group)}


def opened(tx: Tx, policy: Policy, asked: Asked, kind: str, since: date | None = None) -> Opened:
    """Return where a list of persons looks: loans lie where they are on the day of the list.

    Raises NothingInScope and what `statements.portfolio` refuses.
    """
    axes = tuple((axis, key) for axis, key in asked.within if axis != "loan")
    plain = replace(asked, map_of=None, within=axes)
    question, evidence = plain.opened(tx, policy, kind, since or asked.as_of, ("commune",))
    place = asked.where(question)
    names = statements.names(tx, policy, map_on(asked.as_of), ("group",))
    loan_no = dict(asked.within).get("loan")
    if loan_no:
        narrowed = (*evidence.scope.narrowed, ("loan", loan_no, loan_no))
        evidence = replace(evidence, scope=replace(evidence.scope, narrowed=narrowed))
    return Opened(tx, policy, asked, evidence, question, place, names)


class Bound(NamedTuple):
    """One table of all groups, and the leaf of each."""

    part: Part
    leaves: tuple[Leaf, ...]

    @property
    def sums(self) -> tuple[Identity, ...]:
        """Return whether the groups add up to the total: each column that has one for itself."""
        leads = [line for line in self.part.lines if line.kind == "lead"]
        added_up, said = added(self.part.columns, leads), self.part.lines[-1].cells
        return tuple(
            Identity(f"leaves-make-total:{_told(column)}", left, right)
            for column, left, right in zip(self.part.columns, added_up, said, strict=True)
            if isinstance(left, int) and isinstance(right, int)
        )


def _told(column: Column) -> str:
    """Return what a column is called among others of its code."""
    return f"{column.group}.{column.code}" if column.group else column.code


def bound(
    list_: Opened,
    code: str,
    columns: tuple[Column, ...],
    rows: Iterable[Row],
    *,
    words: str = "",
) -> Bound:
    """Return rows by commune and group: a table of all of them, and a leaf for each group.

    columns  the first is the number of a row, the second names it
    words    the column whose sum each leaf writes out
    """
    ordered = sorted(rows, key=order)
    lines, leaves = [], []
    for (commune, group), inside in groupby(ordered, key=lambda row: order(row)[:2]):
        members = list(inside)
        own = [Line((str(at), *row.cells)) for at, row in enumerate(members, 1)]
        sums = added(columns, own)
        facts = list_.facts(commune, group, members[0].loan.session_day)
        whose = f"Tổ {group} {facts['head']}" if group else facts["direct"]
        head = f"{whose}, {facts['commune']}"
        lines += [Line((sums[0], head, *sums[2:]), "lead", 1), *own]
        part = Part(code, columns, (*own, Line(sums, "total", label="total")))
        leaves.append(Leaf(facts, (part,), _of(columns, sums, words)))
    sums = added(columns, [line for line in lines if line.kind == "plain"])
    part = Part(code, columns, (*lines, Line(sums, "total", label="total")))
    return Bound(part, tuple(leaves))


def order(row: Row) -> tuple[str, str, str, str]:
    """Return what rows are sorted by: commune, group, customer, loan."""
    loan = row.loan
    return loan.commune, loan.group_no, loan.customer_no, loan.loan_no


def _of(columns: Sequence[Column], sums: Sequence[Cell], code: str) -> int | None:
    cells = (cell for column, cell in zip(columns, sums, strict=True) if column.code == code)
    return next((cell for cell in cells if isinstance(cell, int)), None)


def added(columns: Sequence[Column], lines: Sequence[Line]) -> tuple[Cell, ...]:
    """Return the cells below some lines: amounts and counts added up, all else empty."""
    return tuple(_sums(columns, lines))


def _sums(columns: Sequence[Column], lines: Sequence[Line]) -> Iterator[Cell]:
    for at, column in enumerate(columns):
        if column.kind in _ADDED:
            yield sum(cell for line in lines if isinstance(cell := line.cells[at], int))
        else:
            yield "" if column.kind in ("no", "text", "code") else None


def total(part: Part, code: str) -> int:
    """Return a sum of the last line of a part [dong or counts]."""
    return _of(part.columns, part.lines[-1].cells, code) or 0


def seen(rows: Iterable[Row]) -> set[str]:
    """Return the numbers of the customers on some rows."""
    return {row.loan.customer_no for row in rows}
