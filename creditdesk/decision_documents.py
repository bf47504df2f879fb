"""Acts and states, previews and proposals as they leave the desk: JSON or a table."""

from typing import Any

from creditdesk import words
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
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
