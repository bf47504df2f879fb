"""What comes in at the edge, field by field: an amount, a day, a choice, a code."""

import json
import re
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from creditdesk.engine import days, money
from creditdesk.engine.money import LARGEST, Dong
from creditdesk.errors import DeskError, Malformed
from creditdesk.web.writing import MONTHS

_LONGEST_CODE = 20
_SHOWN = 40
_MANY_DIGITS = re.compile(r"0*[1-9][0-9]{15,}")
_FRACTION = re.compile(r"[0-9.,]*[0-9][.,][0-9]{1,2}")


class ValueMissing(Malformed):
    """The value is missing."""

    code = "value-missing"


class NotAnAmount(Malformed):
    """This is no amount of money."""

    code = "not-an-amount"


class FractionOfADong(Malformed):
    """An amount is whole dong."""

    code = "fraction-of-a-dong"


class AmountTooLarge(Malformed):
    """The amount is beyond any loan."""

    code = "amount-too-large"


class DayUnreadable(Malformed):
    """This is no day."""

    code = "day-unreadable"


class NotAChoice(Malformed):
    """This is not on offer."""

    code = "not-a-choice"


class Field(fields.Field):
    """A field that says no as the desk does: a code with its facts, worded for the reader."""

    def make_error(self, key: str, **facts: Any) -> ValidationError:
        """Return the refusal of a value that is missing: all that marshmallow itself says."""
        return _refusal(ValueMissing(**facts))


class DongField(Field):
    """An amount [dong] >= 0: a whole number, or text as the bank writes it; nothing is coerced."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Dong:
        try:
            amount = money.read(value) if isinstance(value, str) else money.dong(value)
        except (TypeError, ValueError):
            raise _refusal(_why_no_amount(value)) from None
        if amount < 0:
            raise _refusal(NotAnAmount(value=_shown(value)))
        return amount


class DayField(Field):
    """A day as people write it: 05/11/2026, 05 Nov 2026, or ISO."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> date:
        try:
            return days.read(_with_number(value) if isinstance(value, str) else "")
        except ValueError:
            raise _refusal(DayUnreadable(value=_shown(value))) from None


class ChoiceField(Field):
    """One of the texts on offer."""

    def __init__(self, choices: tuple[str, ...], **options: Any) -> None:
        """Offer choices."""
        super().__init__(**options)
        self.choices = choices

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if value not in self.choices:
            raise _refusal(NotAChoice(name=attr, value=_shown(value), choices=list(self.choices)))
        return str(value)


class CodeField(fields.String):
    """The code of a place or the number of a loan: whether there is one, the book says."""

    def __init__(self, **options: Any) -> None:
        """Take no more of a text than the longest code has."""
        super().__init__(post_load=lambda text: text[:_LONGEST_CODE], **options)


def _refusal(trouble: DeskError) -> ValidationError:
    return ValidationError([trouble])


def _why_no_amount(value: Any) -> DeskError:
    """Return why a value is no amount."""
    number = isinstance(value, int | float)
    text = value.strip() if isinstance(value, str) else ""
    if (number and abs(value) > LARGEST) or _MANY_DIGITS.fullmatch(text):
        return AmountTooLarge(most=LARGEST)
    if (isinstance(value, float) and value % 1 > 0) or _FRACTION.fullmatch(text):
        return FractionOfADong(value=_shown(value))
    return NotAnAmount(value=_shown(value))


def _shown(value: Any) -> str | None:
    """Return the beginning of what was said; None for what has no short way to be written."""
    if isinstance(value, str):
        return value[:_SHOWN]
    short = isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST)
    return json.dumps(value) if short else None


def _with_number(text: str) -> str:
    """Return a day whose month is an English name, 05 Nov 2026, with the month's number."""
    parts = text.split()
    if len(parts) != 3 or parts[1].capitalize() not in MONTHS:
        return text
    return f"{parts[0]}/{MONTHS.index(parts[1].capitalize()) + 1}/{parts[2]}"
