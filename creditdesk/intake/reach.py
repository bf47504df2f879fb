"""How far a file reaches: whoever hands it in enters what lies within their scope, and no more."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from creditdesk import communes, records, users
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Lines, Remark, Report
from creditdesk.users import Place, Scope

CHECK = "intake-check"
"""The act of whoever has a file checked that others take in."""
_OF_PEOPLE = frozenset({"customer-differs", "household-differs"})
_COLUMN = {"loans": "office", "households": "commune", "movements": "loan_no"}
_CODE = {"loans": "not-yours", "households": "not-yours", "movements": "loan-unknown"}
Near = Callable[[int], bool]


def outside(
    tx: Tx, places: Map, table: Table, kind: str, *, scope: Scope, day: date
) -> list[Remark]:
    """Return the rows of a file that lie outside of a scope.

    A loan elsewhere is told as one that is not there.
    """
    if scope == users.EVERYTHING:
        return []
    lines = Lines(table)
    near = _NEAR[kind](tx, places, lines, scope, day)
    for at in range(len(table.rows)):
        if not near(at):
            lines.fault(at, _COLUMN[kind], _CODE[kind])
    return lines.report.faults


def without_people(report: Report) -> Report:
    """Return a report without what the book knows of the people in a file.

    That a guessed number is not theirs would tell whose it is.
    """
    told = [doubt for doubt in report.warnings if doubt.code not in _OF_PEOPLE]
    return replace(report, warnings=told)


def _loans(tx: Tx, places: Map, lines: Lines, scope: Scope, day: date) -> Near:
    def near(at: int) -> bool:
        commune = lines.cell(at, "commune")
        known = places.communes.get(commune)
        province = known.province if known else ""
        office, group = lines.cell(at, "office"), lines.cell(at, "group_no")
        return scope.holds(Place(province, commune, office, group))

    return near


def _households(tx: Tx, places: Map, lines: Lines, scope: Scope, day: date) -> Near:
    known: dict[str, bool] = {}

    def near(at: int) -> bool:
        code = lines.cell(at, "commune")
        if code not in known:
            there = code in places.communes
            known[code] = there and scope.holds(users.places.of_place(tx, places, code))
        return known[code]

    return near


def _movements(tx: Tx, places: Map, lines: Lines, scope: Scope, day: date) -> Near:
    held = set(_numbers_within(tx, lines, scope, day))
    return lambda at: lines.cell(at, "loan_no") in held


def _numbers_within(tx: Tx, lines: Lines, scope: Scope, day: date) -> Iterator[str]:
    known = records.loans.loan_ids(tx)
    named = {lines.cell(at, "loan_no") for at in range(len(lines.table.rows))}
    for row in communes.loans_on(tx, [known[no] for no in named if no in known], day):
        if scope.holds(Place(row.province, row.commune, row.office, row.group_no)):
            yield row.loan_no


_NEAR = {"loans": _loans, "households": _households, "movements": _movements}
