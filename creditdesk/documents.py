"""What leaves the desk as JSON or as a table: one shape for command line, web and files."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from creditdesk import narration, words
from creditdesk.audit import Proof
from creditdesk.closing import Closed, Closing
from creditdesk.differences import Differences
from creditdesk.engine.ageing import Standing
from creditdesk.engine.comparison import Difference, by_account
from creditdesk.engine.quotation import Quotation
from creditdesk.engine.replay import Booked
from creditdesk.explanations import Explanation
from creditdesk.figures import (
    FIGURE_NAMES,
    Bridge,
    Figures,
    Moved,
    Portfolio,
    PortfolioRow,
)
from creditdesk.intake import Report, layout
from creditdesk.intake.report import Remark
from creditdesk.measures import Effect, Measure, Taken

PORTFOLIO_FIGURES = tuple(name for name in FIGURE_NAMES if name not in ("drawn_year", "opening"))
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_HIDDEN_STARTS = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060 "
_WIDE = str.maketrans("＝＋－＠", "=+-@")


def figures(found: Figures) -> dict[str, int]:
    """Return the figures of a portfolio row: whole dong and counts."""
    return {name: int(getattr(found, name)) for name in PORTFOLIO_FIGURES}


def portfolio(book: Portfolio) -> dict[str, Any]:
    """Return a portfolio: each row its axes, the names of their keys, and the figures."""
    return {
        "from": book.since.isoformat(),
        "as_of": book.as_of.isoformat(),
        "axes": list(book.axes),
        "rows": [
            dict(zip(book.axes, row.keys, strict=True))
            | {"name": " / ".join(row.names)}
            | figures(row.figures)
            for row in book.rows
        ],
        "total": figures(book.total),
    }


def portfolio_table(book: Portfolio) -> str:
    """Return a portfolio as CSV, the total in the last line."""
    head = [*book.axes, "name", *PORTFOLIO_FIGURES]
    rows = [
        [*row.keys, " / ".join(row.names), *figures(row.figures).values()] for row in book.rows
    ]
    blank = [""] * (len(book.axes) - 1)
    return table(head, [*rows, ["total", *blank, "", *figures(book.total).values()]])


def bridge(found: Bridge) -> dict[str, Any]:
    """Return a bridge: the rows between two maps, and the statement on either side."""

    def side(rows: Iterable[PortfolioRow]) -> list[dict[str, Any]]:
        return [
            {"commune": row.keys[0], "name": row.names[0]} | figures(row.figures) for row in rows
        ]

    return {
        "from": found.since.isoformat(),
        "as_of": found.as_of.isoformat(),
        "map_then": found.map_then.isoformat(),
        "map_now": found.map_now.isoformat(),
        "rows": [
            dict(zip(_ENDS, (*row.keys, *row.names), strict=True)) | figures(row.figures)
            for row in found.rows
        ],
        "then": side(found.then),
        "now": side(found.now),
        "total": figures(found.total),
    }


_ENDS = ("commune_then", "commune_now", "name_then", "name_now")


def bridge_table(found: Bridge) -> str:
    """Return a bridge as CSV, the total in the last line."""
    rows = [[*row.keys, *row.names, *figures(row.figures).values()] for row in found.rows]
    total = ["total", *[""] * (len(_ENDS) - 1), *figures(found.total).values()]
    return table([*_ENDS, *PORTFOLIO_FIGURES], [*rows, total])


def moved(found: Moved) -> dict[str, Any]:
    """Return a move: by which act, what by commune, and every loan from where to where."""
    return {
        "act": found.act_id,
        "day": found.day.isoformat(),
        "rows": [row._asdict() for row in found.communes],
        "loans": [
            {
                "loan_no": loan.loan_no,
                "since": loan.since.isoformat(),
                "from": loan.old._asdict(),
                "to": loan.new._asdict(),
                "outstanding": loan.outstanding,
            }
            for loan in found.loans
        ],
    }


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV (UTF-8, comma) in which no text can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """Return a cell that a spreadsheet shows and never runs: the one door of every export."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
    start = text.lstrip(_HIDDEN_STARTS).translate(_WIDE)
    return f"'{text}" if text[:1] in _DANGEROUS or start[:1] in _DANGEROUS else text


def standing(found: Standing) -> dict[str, Any]:
    """Return where a loan stands."""
    earned = found.interest_earned
    return {
        "loan_no": found.loan_no,
        "as_of": found.as_of.isoformat(),
        "status": found.status,
        "drawn": found.drawn,
        "principal_repaid": found.principal_repaid,
        "written_off": found.written_off,
        "outstanding": found.outstanding,
        "in_term": found.in_term,
        "overdue": found.overdue,
        "frozen": found.frozen,
        "late_principal": found.late_principal,
        "days_late": found.days_late,
        "oldest_late_due_on": day(found.oldest_late_due_on),
        "interest_earned": {
            "in_term": earned.in_term,
            "overdue": earned.overdue,
            "grace": earned.grace,
        },
        "interest_collected": found.interest_collected,
        "interest_unpaid": found.interest_unpaid,
        "next_due_on": day(found.next_due_on),
        "next_due_principal": found.next_due_principal,
        "due_on": day(found.due_on),
        "extended_to": day(found.extended_to),
    }


def explanation(found: Explanation) -> dict[str, Any]:
    """Return why a loan stands where it stands: whole dong, and exact numbers as text."""
    return {
        "loan_no": found.terms.loan_no,
        "as_of": found.standing.as_of.isoformat(),
        "known_on": found.known_on and found.known_on.isoformat(),
        "standing": standing(found.standing),
    } | narration.opened(found)


def day(found: date | None) -> str | None:
    """Return a day as ISO text."""
    return found.isoformat() if found else None


def quotation(found: Quotation) -> dict[str, Any]:
    """Return a quoted schedule."""
    rows = [row._asdict() | {"due_on": row.due_on.isoformat()} for row in found.rows]
    return {
        "principal": found.principal,
        "instalments": rows,
        "total_interest": found.total_interest,
    }


def report(found: Report, kind: str, language: str) -> dict[str, Any]:
    """Return what became of a file, faults in the order of its lines."""
    titles = layout.titles(layout.FILES[kind])

    def told(remark: Remark) -> dict[str, Any]:
        return {
            "row": remark.row,
            "column": titles.get(remark.column, remark.column),
            "value": remark.value,
            "reason": words.say(language, f"intake.{remark.code}", **dict(remark.facts)),
            "key": remark.column,
            "code": remark.code,
        }

    return {
        "rows": found.rows,
        "accepted": found.accepted,
        "already_known": found.already_known,
        "known_file": found.known_file,
        "skipped": [
            {"row": row, "reason": words.say(language, f"skipped.{code}")}
            for row, code in found.skipped
        ],
        "faults": [told(remark) for remark in sorted(found.faults, key=_place)],
        "warnings": [told(remark) for remark in sorted(found.warnings, key=_place)],
        "unknown_columns": list(found.unknown_columns),
    }


def _place(remark: Remark) -> tuple[int, str, str]:
    return remark.row, remark.column, remark.code


def closed(found: Closed) -> dict[str, Any]:
    """Return a closed day or month."""
    return {
        "closed": found.name,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "new": found.new,
        "figures": found.figures,
        "figures_before": found.before or None,
        "differences": found.differences,
    }


def month(found: Closing) -> dict[str, Any]:
    """Return one closing of a month, with what opened it again."""
    opened = found.opened
    return {
        "month": found.month,
        "number": found.number,
        "closed_at": found.closed_at,
        "figures": found.figures,
        "opened": None
        if opened is None
        else {
            "by": opened.by,
            "checked_by": opened.checked_by,
            "ground": opened.ground,
            "at": opened.recorded_at,
        },
    }


def months(found: Sequence[Closing], left: Sequence[Closing]) -> dict[str, Any]:
    """Return every closing of every month, and the months that stand open."""
    return {
        "months": [month(one) for one in found],
        "open": [one.month for one in left],
    }


def differences(found: Differences) -> dict[str, Any]:
    """Return what an act changed of a loan: entries, ends of months that were told, and today."""
    return {
        "loan_no": found.loan_no,
        "entries": [_difference(one) for one in found.entries],
        "month_ends": [
            {"before": standing(one.before), "after": standing(one.after)}
            for one in found.month_ends
        ],
        "today": {"before": standing(found.today.before), "after": standing(found.today.after)},
    }


def _difference(found: Difference) -> dict[str, Any]:
    event = found.event
    return {
        "receipt_no": event.receipt_no,
        "kind": event.kind.value,
        "day": event.value_date.isoformat(),
        "amount": event.amount,
        "until": day(event.until),
        "before": _booked(found.before),
        "after": _booked(found.after),
    }


def _booked(found: Booked | None) -> dict[str, Any] | None:
    """Return what an entry adds to each account and to each due date [dong]."""
    if found is None:
        return None
    return {
        "accounts": {
            account.name.lower(): amount for account, amount in by_account(found).items()
        },
        "plan": {due_on.isoformat(): amount for due_on, amount in found.plan},
    }


def proof(found: Proof) -> dict[str, Any]:
    """Return what was recomputed and what contradicts."""
    return {
        "holds": not found.faults,
        "loans": found.loans,
        "entries": found.entries,
        "postings": found.postings,
        "images": found.images,
        "faults": found.faults,
    }


def effect(found: Effect, number: int | None) -> dict[str, Any]:
    """Return what a measure does, or did under its number, by commune, programme and loan."""
    return {
        "number": number,
        **_measure(found.measure),
        "up_to": found.up_to.isoformat(),
        "total": found.sums,
        "communes": found.by("commune"),
        "programmes_reached": found.by("programme"),
        "loans": [
            {
                "loan_no": line.loan_no,
                "commune": line.commune,
                "programme": line.programme,
                "principal": line.principal,
                "interest": line.interest,
            }
            for line in found.lines
        ],
    }


def measure(found: Taken) -> dict[str, Any]:
    """Return a measure as it was taken."""
    return {
        "number": found.number,
        **_measure(found.measure),
        "by": found.by,
        "checked_by": found.checked_by,
        "ground": found.ground,
        "document_no": found.document_no,
        "document_on": day(found.document_on),
        "recorded_at": found.recorded_at,
        "effect": found.effect,
        "undoes": found.undoes,
        "undone_by": found.undone_by,
    }


def _measure(found: Measure) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "since": found.since.isoformat(),
        "until": day(found.until),
        "places": list(found.places),
        "programmes": list(found.programmes),
        "reason": found.reason,
    }
