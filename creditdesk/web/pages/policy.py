"""The law in force on a day: every value with its unit, its source and how sure of it we are."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from creditdesk import documents
from creditdesk.engine import days
from creditdesk.spelling import plain
from creditdesk.web import edge
from creditdesk.web.writing import hand

DOUBTFUL = ("K-l", "I")

pages = Blueprint("policy", __name__, url_prefix="/administration/policy")


@pages.get("")
def index() -> str:
    """Show what is in force on a day, narrowed to words, a programme, or what is doubtful."""
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("q", "of", "doubtful")}
    policy, day = edge.desk().policy, _day()
    rows = documents.in_force(policy, day)
    shown = [row for row in rows if _is_wanted(row, asked)]
    return render_template(
        "policy/index.html",
        asked=asked,
        day=day,
        rows=shown,
        doubtful=[row for row in rows if row["confidence"] in DOUBTFUL],
        marks=DOUBTFUL,
        whole=len(rows),
        parts=list(dict.fromkeys(row["of"] for row in rows)),
        of=_of,
        value=_value,
        edition=policy.version,
    )


def _day() -> date:
    """Return the day that is asked for; of what is none, today."""
    try:
        return days.read(request.args.get("as_of", ""))
    except ValueError:
        return edge.today()


def _is_wanted(row: dict[str, Any], asked: dict[str, str]) -> bool:
    text = " ".join([_of(row["of"]), hand().say(f"policy-{row['name']}"), row["source"]])
    return (
        all(word in plain(text) for word in plain(asked["q"]).split())
        and asked["of"] in ("", row["of"])
        and (not asked["doubtful"] or row["confidence"] in DOUBTFUL)
    )


def _of(code: str) -> str:
    """Return what a programme, or a part of policy, is called."""
    known = edge.desk().policy.programmes.get(code)
    if known is not None:
        return f"{code} {known.names.said(hand().language)}"
    return hand().say(f"policy-of-{code or 'all'}")


def _value(row: dict[str, Any]) -> str:
    """Return a value as it is read: grouped, with its unit."""
    w, value, unit = hand(), row["value"], row["unit"]
    if isinstance(value, bool):
        return w.say("yes" if value else "no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, int):
        return f"{w.count(value)} {w.say('unit-of-' + unit.replace('/', '-'))}".strip()
    if unit == "1/year":
        return f"{_plain(value)} ({w.say('unit-of-1-year')})"
    return _plain(value)


def _plain(value: Any) -> str:
    w, text = hand(), str(value)
    number = text.replace(".", "", 1).lstrip("-").isdigit()
    return text.replace(".", ",") if number and w.language != "en" else text
