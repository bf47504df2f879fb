"""Acts and states, previews and proposals as they leave the desk: JSON or a table."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from creditdesk import words
from creditdesk.decisions import Decision, Preview, Proposal, Version, View, side_by_side
from creditdesk.engine.lifecycle import ACTS, State


def acts() -> list[dict[str, Any]]:
    """Return every act with the states from which it is taken, its paper and who says so."""
    return [
        {
            "act": act.value,
            "states": [state.value for state in rule.states],
            "paper": rule.paper,
            "source": rule.source,
            "confidence": rule.confidence,
        }
        for act, rule in ACTS.items()
    ]


def acts_table(language: str) -> str:
    """Return the table of acts and states, a row for each act, as a Markdown table."""

    def said(code: str) -> str:
        return words.say(language, code)

    head = [said("decision.act"), *(said(f"loan_state.{state}") for state in State)]
    head += [said(f"decision.{name}") for name in ("paper", "source", "confidence")]
    rows = [
        [
            f"{said(f'act.{act}')} (`{act}`)",
            *("✓" if state in rule.states else "–" for state in State),
            rule.paper,
            rule.source,
            rule.confidence,
        ]
        for act, rule in ACTS.items()
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def decision(found: Decision) -> dict[str, Any]:
    """Return a decision: its kind, loan and day, and what it says."""
    return {
        "kind": found.act.value,
        "loan_no": found.loan_no,
        "day": found.day.isoformat(),
        "said": found.written(),
    }


def proposal(found: Proposal) -> dict[str, Any]:
    """Return a proposal that waits for an answer."""
    return decision(found.decision) | {
        "number": found.number,
        "commune": found.commune,
        "by": found.by,
        "made_at": found.made_at,
        "ground": found.ground,
        "document_no": found.document_no,
        "document_on": found.document_on.isoformat(),
    }


def preview(found: Preview, language: str) -> dict[str, Any]:
    """Return what a decision would do: the loan before and after, or why it is refused."""
    why = found.refusal
    return decision(found.decision) | {
        "before": _view(found.before),
        "after": found.after and _view(found.after),
        "schedule": [
            {"due_on": due_on.isoformat(), "before": before, "after": after}
            for due_on, before, after in _side_by_side(found)
        ],
        "refusal": why
        and {"code": why.code, "facts": why.facts, "message": words.refusal(language, why)},
    }


def _view(found: View) -> dict[str, Any]:
    return {
        "state": found.state.value,
        "due_on": found.due_on.isoformat(),
        "in_term": found.standing.in_term,
        "overdue": found.standing.overdue,
        "frozen": found.standing.frozen,
        "interest_a_day": found.a_day,
    }


def _side_by_side(found: Preview) -> list[tuple[date, int, int]]:
    return side_by_side(found.before.schedule, found.after.schedule if found.after else ())


def preview_table(found: Preview, language: str) -> str:
    """Return what a decision would do as a table for people: figures, then the schedule."""

    def said(name: str) -> str:
        return words.say(language, f"decision.{name}")

    if found.after is None or found.refusal is not None:
        assert found.refusal is not None
        return words.refusal(language, found.refusal)
    rows = [
        [said(name), *(words.told(_figure(one, name, language), language) for one in views)]
        for views in [(found.before, found.after)]
        for name in ("state", "due_on", "in_term", "overdue", "frozen", "interest_a_day")
    ]
    rows += [
        [words.told(part, language) for part in (due_on, before, after)]
        for due_on, before, after in _side_by_side(found)
    ]
    title = words.say(language, f"act.{found.decision.act}")
    return _table([title, said("before"), said("after")], rows)


def _figure(view: View, name: str, language: str) -> Any:
    if name == "state":
        return words.say(language, f"loan_state.{view.state}")
    if name == "due_on":
        return view.due_on
    return view.a_day if name == "interest_a_day" else getattr(view.standing, name)


def schedule(found: Version) -> dict[str, Any]:
    """Return a schedule with the act that made it."""
    return {
        "act": found.act,
        "by": found.by,
        "checked_by": found.checked_by,
        "ground": found.ground,
        "document_no": found.document_no,
        "document_on": found.document_on and found.document_on.isoformat(),
        "recorded_at": found.recorded_at,
        "day": found.value_date.isoformat(),
        "instalments": [
            {"due_on": due_on.isoformat(), "principal": amount} for due_on, amount in found.plan
        ],
    }


def schedule_table(found: Version, language: str) -> str:
    """Return a schedule with the act that made it as a table for people."""
    facts = {name: said or None for name, said in found._asdict().items()}
    title = words.say(language, "decision.version", **facts)
    head = [words.say(language, f"decision.{name}") for name in ("due_on", "principal")]
    rows = [[words.told(part, language) for part in line] for line in found.plan]
    return f"{title}\n{_table(head, rows)}"
