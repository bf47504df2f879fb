"""What leaves the desk of applications, standings and checks of use, as JSON."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from creditdesk import applications, words
from creditdesk.applications import Dossier, Moved, StepTaken, Waiting
from creditdesk.engine.eligibility import Check, Spell
from creditdesk.engine.procedure import DIRECT, ENTRUSTED, RULES, State, Step, allowed
from creditdesk.tables import day


def dossier(found: Dossier, as_of: date) -> dict[str, Any]:
    """Return an application with its timeline, and the rules asked of it on a day."""
    return {
        "application_no": found.application_no,
        "as_of": as_of.isoformat(),
        "state": found.state.value,
        "since": found.since.isoformat(),
        "steps": [step.value for step in found.allowed],
        "customer_no": found.customer_no,
        "customer_name": found.customer_name,
        "programme": found.programme,
        "commune": found.commune,
        "group_no": found.group_no,
        "asked": found.asked,
        "amount": found.amount,
        "months": found.months,
        "purpose": found.purpose,
        "plan": found.plan,
        "applied_on": found.applied_on.isoformat(),
        "loan_no": found.loan_no,
        "timeline": [_line(line) for line in found.lines],
        "checked": rules(found.checks),
    }


def _line(line: StepTaken) -> dict[str, Any]:
    return {
        "step": line.step.value,
        "day": line.on_day.isoformat(),
        "state": line.state.value,
        "takes_back": line.takes_back,
        "accepted": line.accepted,
        "reason": line.reason,
        "remark": line.remark,
        "document_no": line.document_no,
        "document_on": day(line.document_on),
        "amount": line.amount,
        "draw_on": day(line.draw_on),
        "place": line.place,
        "by": line.by,
        "checked_by": line.checked_by,
        "recorded_at": line.recorded_at,
    }


def rules(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Return the rules that were asked, and whether each holds."""
    return [{"code": code, "holds": holds, "facts": facts} for code, holds, facts in checks]


def advanced(found: Sequence[Moved]) -> dict[str, Any]:
    """Return where applications stand after a step."""
    return {
        "rows": [
            {
                "application_no": one.application_no,
                "state": one.state.value,
                "loan_no": one.loan_no,
                "checked": rules(one.checks),
            }
            for one in found
        ]
    }


def waiting(rows: Sequence[Waiting], as_of: date) -> dict[str, Any]:
    """Return the applications that nobody moved, and how many wait at each state."""
    return {
        "as_of": as_of.isoformat(),
        "rows": [
            row._asdict() | {"state": row.state.value, "since": row.since.isoformat()}
            for row in rows
        ],
        "states": {state.value: count for state, count in applications.by_state(rows).items()},
        "total": len(rows),
    }


def household(household_no: str, as_of: date, found: Spell | None) -> dict[str, Any]:
    """Return the standing of a household on a day, and the list that gives it."""
    return {
        "household_no": household_no,
        "as_of": as_of.isoformat(),
        "standing": found.standing if found else None,
        "since": day(found.since) if found else None,
        "until": day(found.until) if found else None,
        "list_no": found.list_no if found else None,
        "list_on": day(found.list_on) if found else None,
    }


def steps() -> list[dict[str, Any]]:
    """Return which steps follow on each state of an application, and what each needs."""
    return [
        {
            "state": state.value,
            "step": step.value,
            "next": (ENTRUSTED.get((state, step)) or DIRECT[state, step]).value,
            "group": (state, step) in ENTRUSTED,
            "direct": (state, step) in DIRECT,
            "rule": RULES[step]._asdict(),
        }
        for state in State
        for step in Step
        if step in (*allowed(ENTRUSTED, state), *allowed(DIRECT, state))
    ]


def steps_table(language: str) -> str:
    """Return the table of states and steps of an application, as people read it."""

    def said(code: str) -> str:
        return words.say(language, code)

    def mark(holds: bool) -> str:
        return "✓" if holds else "–"

    names = ("state", "step", "next", "by", "group", "direct", "answered", "judged", "second")
    rows = [[said(f"procedure.{name}") for name in names], ["---"] * len(names)]
    for row in steps():
        rule = row["rule"]
        told = [f"state.{row['state']}", f"step.{row['step']}", f"state.{row['next']}"]
        marks = [row["group"], row["direct"], rule["answered"], rule["judged"], rule["second"]]
        rows.append([*map(said, [*told, f"procedure.{rule['by']}"]), *map(mark, marks)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
