"""Lending policy as it leaves the desk: what a programme offers on a day, and who says so."""

from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.engine.dated import History
from creditdesk.engine.policy import Policy
from creditdesk.engine.programmes import Programme

_PARTS = ("limits", "overdue_rule", "day_count", "repayment_order", "group_score")


def programmes(policy: Policy, day: date) -> dict[str, Any]:
    """Return the programmes that policy knows of, and whether each lends on a day."""
    return {
        "as_of": day.isoformat(),
        "version": policy.version,
        "rows": [
            {
                "code": code,
                "name": one.names.vi,
                "purpose": one.purpose,
                "open": one.open.find(day),
            }
            for code, one in sorted(policy.programmes.items())
        ],
    }


def programme(found: Programme, day: date) -> dict[str, Any]:
    """Return what a programme offers on a day: every value with the law that states it."""
    return {
        "code": found.code,
        "as_of": day.isoformat(),
        "name": found.names.vi,
        "purpose": found.purpose,
        "values": _values(found, day),
    }


def in_force(policy: Policy, day: date) -> list[dict[str, Any]]:
    """Return every value in force on a day: a programme's under its code, others under their part.

    Each is told as `programme` tells it, with `of`, the programme or the part of policy.
    """
    parts: dict[str, Any] = {name: getattr(policy, name) for name in _PARTS}
    parts |= dict(sorted(policy.programmes.items())) | {"": policy}
    return [{"of": of} | value for of, found in parts.items() for value in _values(found, day)]


def _values(found: Any, day: date) -> list[dict[str, Any]]:
    """Return the values of one part of policy that are in force on a day."""
    values = []
    for one in fields(found):
        history = getattr(found, one.name)
        entry = history.dated(day) if isinstance(history, History) else None
        if entry is not None:
            values.append(
                {
                    "name": one.name,
                    "value": _plain(entry.value),
                    "unit": entry.unit,
                    "since": entry.since.isoformat(),
                    "source": entry.source,
                    "confidence": entry.confidence,
                    "checked_on": entry.checked_on.isoformat(),
                }
            )
    return values


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: exact numbers as text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(one) for name, one in asdict(value).items()}
    return value
