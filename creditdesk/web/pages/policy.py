"""The law in force on a day: every value with its unit, its source and how sure of it we are."""

from datetime import date
from decimal import Decimal
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
        name=_name,
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
    text = " ".join([_of(row["of"]), _name(row), row["source"]])
    return (
        all(word in plain(text) for word in plain(asked["q"]).split())
        and asked["of"] in ("", row["of"])
        and (not asked["doubtful"] or row["confidence"] in DOUBTFUL)
    )


def _name(row: dict[str, Any]) -> str:
    """Return what a value is called: the basis of a programme is a law, that of days is not."""
    is_law = row["name"] == "basis" and row["of"] in edge.desk().policy.programmes
    return hand().say("policy-legal_basis" if is_law else f"policy-{row['name']}")


def _of(code: str) -> str:
    """Return what a programme, or a part of policy, is called."""
    known = edge.desk().policy.programmes.get(code)
    if known is not None:
        return f"{code} {known.names.said(hand().language)}"
    return hand().say(f"policy-of-{code or 'all'}")


def _value(row: dict[str, Any]) -> str:
    """Return a value as it is read: in words, grouped, with its unit."""
    value, unit = row["value"], row["unit"]
    if isinstance(value, dict):
        return _rule(value, unit)
    if isinstance(value, list):
        return ", ".join(_one(one, unit) for one in value)
    return _one(value, unit)


def _rule(value: dict[str, Any], unit: str) -> str:
    """Return a value of several parts: a ceiling, a rule as a sentence, else each named part."""
    if "amount" in value:
        return _one(value["share"] if value["amount"] is None else value["amount"], unit)
    if unit == "rule":
        kind = value.get("after", "repayment")
        return hand().told(f"policy_value.{kind}", **value)
    return "; ".join(f"{_one(name, 'code')}: {_one(one, unit)}" for name, one in value.items())


def _unit(unit: str) -> str:
    return "unit-of-" + unit.replace("/", "-")


def _one(value: Any, unit: str) -> str:
    """Return a single value; a code that has no word stands as it is."""
    w, text = hand(), str(value)
    if isinstance(value, bool):
        return w.say("yes" if value else "no")
    if unit in ("1/year", "share"):
        percent = w.rate(f"{(Decimal(text) * 100).normalize():f}")
        return f"{percent} {w.say('unit-of-1-year')}" if unit == "1/year" else percent
    if isinstance(value, int) or unit in ("points", "multiple"):
        number = w.count(value) if isinstance(value, int) else w.decimal(text)
        return number if unit == "count" else f"{number} {w.say(_unit(unit))}"
    trustee = edge.desk().policy.trustees.get(text)
    if trustee is not None:
        return trustee.names.said(w.language)
    word = w.told(f"policy_value.{text}")
    return text if word == f"policy_value.{text}" else word
