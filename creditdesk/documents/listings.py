"""Worklists and scored groups as they leave the desk: JSON, and tables with reasons in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk import words
from creditdesk.figures import GroupRow, WorklistRow
from creditdesk.letters import Sent
from creditdesk.tables import day, table


def worklist(name: str, as_of: date, rows: Sequence[WorklistRow]) -> dict[str, Any]:
    """Return a worklist with its total [dong]."""
    return {
        "name": name,
        "as_of": as_of.isoformat(),
        "rows": [
            {
                "loan_no": row.loan_no,
                "customer_no": row.customer_no,
                "commune": row.commune,
                "group_no": row.group_no,
                "amount": row.amount,
                "days_late": row.days_late,
                "due_on": day(row.due_on),
            }
            | ({"why": _told(row.why)} if row.why else {})
            for row in rows
        ],
        "total": sum(row.amount for row in rows),
    }


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: day(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}


def worklist_table(found: Sequence[WorklistRow], language: str) -> str:
    """Return a worklist as CSV: in the last column why a row is there, in words."""
    head = ["loan_no", "customer_no", "commune", "group_no", "amount", "days_late", "due_on"]
    rows = [
        [*(_cell(getattr(row, name)) for name in head), _why(row.why, language)] for row in found
    ]
    return table([*head, "why"], rows)


def _cell(cell: Any) -> Any:
    if cell is None:
        return ""
    return day(cell) if isinstance(cell, date) else cell


def _why(facts: Mapping[str, Any], language: str) -> str:
    return "; ".join(
        f"{words.say(language, f'why.{name}')}: {_fact(name, fact, language)}"
        for name, fact in facts.items()
    )


def _fact(name: str, fact: Any, language: str) -> str:
    if name == "state":
        return words.say(language, f"state.{fact}")
    if isinstance(fact, list):
        return ", ".join(words.say(language, f"why.{code}") for code in fact)
    return words.told(fact, language)


def groups(as_of: date, rows: Sequence[GroupRow]) -> dict[str, Any]:
    """Return groups with their scores; points and shares as text, exactly."""
    return {
        "as_of": as_of.isoformat(),
        "rows": [
            {
                "group_no": row.group_no,
                "commune": row.commune,
                "trustee": row.trustee,
                "head": row.head,
                "members": row.members,
                "outstanding": row.outstanding,
                "overdue": row.overdue,
                "score": _decimal(row.score),
                "points_known": _decimal(row.known),
                "band": row.band,
                "criteria": [
                    {
                        "code": one.code,
                        "weight": _decimal(one.weight),
                        "share": _decimal(one.share),
                        "points": _decimal(one.points),
                        "unmeasured": one.why or None,
                    }
                    for one in row.criteria
                ],
                "lowers": [{"code": one.code, "lost": _decimal(one.lost)} for one in row.lowering],
            }
            for row in rows
        ],
    }


def _decimal(found: Decimal | None) -> str | None:
    return None if found is None else f"{found.normalize():f}"


def groups_table(rows: Sequence[GroupRow], names: Mapping[str, str]) -> str:
    """Return groups as CSV, one row each: score, band, and what lowers the score.

    names  what criteria and bands are called
    """
    head = ["group_no", "commune", "trustee", "members", "outstanding", "overdue"]
    told = [
        [
            *(getattr(row, name) for name in head),
            _decimal(row.score) or "",
            names.get(row.band or "", ""),
            ", ".join(f"{names[one.code]} −{_decimal(one.lost)}" for one in row.lowering),
        ]
        for row in rows
    ]
    return table([*head, "score", "band", "lowers"], told)


def letter(found: Sent) -> dict[str, Any]:
    """Return a letter of the register."""
    return found._asdict() | {"dated": day(found.dated)}
