"""What became of a file that was read."""

from typing import Any

from creditdesk import words
from creditdesk.intake import Report, layout
from creditdesk.intake.report import Remark


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
