"""What comes in at the edge, field by field: an amount, a day, a choice, a code."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from creditdesk.engine import days, money
from creditdesk.engine.money import LARGEST, Dong
from creditdesk.errors import DeskError, Malformed
from creditdesk.web.strict import Numeral, is_plain
from creditdesk.words import MONTHS

LOAN_NO = "[0-9]{16}"
RECEIPT_NO = "[0-9A-Za-z][0-9A-Za-z./_-]{0,39}"
_LONGEST_CODE = 20
_SHOWN = 40
_MANY_DIGITS = re.compile(r"0*[1-9][0-9]{15,}")
_FRACTION = re.compile(r"[0-9.,]*[0-9][.,][0-9]{1,2}")
_DIGITS = re.compile(r"(?!-0)-?[0-9]{1,16}")
_MILLIONS = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))? ?(?:tr|triệu)")
_THOUSANDS = re.compile(r"([0-9]{1,6}) ?(?:k|nghìn)")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


class AmountTooSmall(Malformed):
    """The amount is below what is asked for here."""

    code = "amount-too-small"


class FieldUnknown(Malformed):
    """Nothing of this name is asked for."""

    code = "field-unknown"


class NotAList(Malformed):
    """Here stands a list."""

    code = "not-a-list"


class NotAnObject(Malformed):
    """Here stands an object."""

    code = "not-an-object"


class NotAText(Malformed):
    """This is no text of the form that is asked for."""

    code = "not-a-text"


class NotAWholeNumber(Malformed):
    """This is no whole number between the least and the most."""

    code = "not-a-whole-number"


class NotYesOrNo(Malformed):
    """This is neither true nor false."""

    code = "not-yes-or-no"


class Shape(Schema):
    """What a form, a JSON body or an address says; one shape reads all three.

    In JSON an amount is a number and a day is ISO; people may write both in their own way. What
    a shape does not ask for is refused.
    """

    error_messages = {"unknown": FieldUnknown(), "type": NotAnObject()}  # type: ignore[dict-item]

    class Meta:
        """How shapes are read."""

        unknown = RAISE

    def __init__(self, *, form: bool = False, **options: Any) -> None:
        """Read what people write (`form`), or what programs do."""
        super().__init__(**options)
        self.form = form


class Field(fields.Field):
    """A field that says no as the desk does: a code with its facts, worded for the reader."""

    kind: Mapping[str, Any] = {}

    def make_error(self, key: str, **facts: Any) -> ValidationError:
        """Return the refusal of a value that is missing: all that marshmallow itself says."""
        return _refusal(ValueMissing(**facts))

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        return dict(self.kind)

    @property
    def by_people(self) -> bool:
        """Return whether what is read was written by people: so it is without a shape of ours."""
        return getattr(self.root, "form", True)

    @property
    def in_address(self) -> bool:
        """Return whether numbers come as text: in an address, and from a form."""
        return self.by_people or isinstance(self.root, Asking)


class DongField(Field):
    """An amount [dong]: a whole number, or text as the bank writes it; nothing is coerced.

    least  [dong] the smallest amount that is taken
    """

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        """Take amounts from the least on."""
        super().__init__(**options)
        self.least = least

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Dong:
        try:
            as_text = isinstance(value, str) and self.by_people
            amount = money.read(_in_full(value)) if as_text else money.dong(value)
        except (TypeError, ValueError):
            raise _refusal(_why_no_amount(value)) from None
        if amount < 0:
            raise _refusal(NotAnAmount(value=_shown(value)))
        if amount < self.least:
            raise _refusal(AmountTooSmall(least=self.least))
        return amount

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        least = {"minimum": self.least} if self.least >= 0 else {"minimum": -LARGEST}
        return {"type": "integer", "format": "int64", **least, "maximum": LARGEST}


class WholeField(Field):
    """A whole number between two."""

    def __init__(self, least: int = 0, most: int = 2**53 - 1, **options: Any) -> None:
        """Take numbers from the least to the most."""
        super().__init__(**options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value) and self.in_address:
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:
            raise _refusal(NotAWholeNumber(value=_shown(value), least=self.least, most=self.most))
        return value

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Asking(Shape):
    """What the address of the service says after its question mark."""


class FlagField(Field):
    """Yes or no."""

    kind = {"type": "boolean"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> bool:
        if self.in_address and value in ("true", "false"):
            value = value == "true"
        if type(value) is not bool:
            raise _refusal(NotYesOrNo(value=_shown(value)))
        return value


class TextField(Field):
    """A text of so many characters at most, without control marks, in the form of a pattern."""

    def __init__(
        self, longest: int = 500, *, pattern: str = "", empty: bool = False, **options: Any
    ) -> None:
        """Take texts up to the longest; empty ones where that says something."""
        super().__init__(**options)
        self.longest, self.pattern, self.empty = longest, pattern, empty

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if not isinstance(value, str) or not is_plain(value.replace("\n", " ")):
            raise _refusal(NotAText(value=None, longest=self.longest))
        if len(value) > self.longest or not (self.empty or value.strip()) or not self._fits(value):
            raise _refusal(NotAText(value=_shown(value), longest=self.longest))
        return value

    def _fits(self, value: str) -> bool:
        return not self.pattern or re.fullmatch(self.pattern, value) is not None

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        told: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        if not self.empty:
            told["minLength"] = 1
        if self.pattern:
            told["pattern"] = f"^(?:{self.pattern})$"
        return told


class ListField(fields.List):
    """A list of one kind of thing, from one to so many."""

    def __init__(self, inner: Any, *, most: int, **options: Any) -> None:
        """Take from one to the most."""
        super().__init__(inner, **options)
        self.most = most

    def make_error(self, key: str, **facts: Any) -> ValidationError:
        """Return the refusal of what is no list, or is not there."""
        missing = key in ("required", "null")
        return _refusal(ValueMissing() if missing else NotAList(most=self.most))

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, list) or not 1 <= len(value) <= self.most:
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **options)

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it; what it holds is added by its describer."""
        return {"minItems": 1, "maxItems": self.most}


class PartField(fields.Nested):
    """A shape within a shape, read as that one is."""

    @property
    def schema(self) -> Schema:
        """Return the shape within."""
        found: Schema = super().schema
        if isinstance(found, Shape):
            found.form = getattr(self.root, "form", False)
        return found

    def make_error(self, key: str, **facts: Any) -> ValidationError:
        """Return the refusal of what is not there, or is no object."""
        missing = key in ("required", "null")
        return _refusal(ValueMissing() if missing else NotAnObject())


class DayField(Field):
    """A day: ISO; where people write it also 05/11/2026 or 05 Nov 2026."""

    kind = {"type": "string", "format": "date"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> date:
        try:
            text = value if isinstance(value, str) else ""
            if not self.by_people and not _ISO.fullmatch(text):
                raise ValueError(text)
            return days.read(_with_number(text))
        except ValueError:
            raise _refusal(DayUnreadable(value=_shown(value))) from None


class ChoiceField(Field):
    """One of the texts on offer."""

    def __init__(self, choices: tuple[str, ...], **options: Any) -> None:
        """Offer choices."""
        super().__init__(**options)
        self.choices = choices

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        return {"type": "string", "enum": list(self.choices)}

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
    text = value.text if isinstance(value, Numeral) else text
    if (number and abs(value) > LARGEST) or _MANY_DIGITS.fullmatch(text):
        return AmountTooLarge(most=LARGEST)
    if (isinstance(value, float) and value % 1 > 0) or _FRACTION.fullmatch(text):
        return FractionOfADong(value=_shown(value))
    return NotAnAmount(value=_shown(value))


def _in_full(text: str) -> str:
    """Return an amount that people write in short in whole dong: 1,5tr, 12 triệu, 350k.

    Three decimals of a million could be thousands of them: these are no amount.
    """
    short = text.strip().lower()
    if found := _MILLIONS.fullmatch(short):
        return found[1] + (found[2] or "").ljust(6, "0")
    found = _THOUSANDS.fullmatch(short)
    return f"{found[1]}000" if found else text


def _shown(value: Any) -> str | None:
    """Return the beginning of what was said; None for what has no short way to be written."""
    if isinstance(value, str | Numeral):
        text = value.text if isinstance(value, Numeral) else value
        return text[:_SHOWN]
    short = isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST)
    return json.dumps(value) if short else None


def _with_number(text: str) -> str:
    """Return a day whose month is an English name, 05 Nov 2026, with the month's number."""
    parts = text.split()
    if len(parts) != 3 or parts[1].capitalize() not in MONTHS:
        return text
    return f"{parts[0]}/{MONTHS.index(parts[1].capitalize()) + 1}/{parts[2]}"
