"""The shapes of what the service tells: every field of every document, as it is described."""

from collections.abc import Mapping
from typing import Any

from creditdesk.documents import PORTFOLIO_FIGURES
from creditdesk.figures import AXES
from creditdesk.web.shapes import (
    ChoiceField,
    DayField,
    DongField,
    Field,
    FlagField,
    ListField,
    PartField,
    Shape,
    TextField,
    WholeField,
)

ANY_AMOUNT = -1


class AnyList(ListField):
    """A list of any length: what is told has no bounds."""

    def __init__(self, inner: Any, **options: Any) -> None:
        """Hold any number of a thing."""
        super().__init__(inner, most=0, **options)

    def described(self) -> dict[str, Any]:
        """Return nothing: the describer says what it holds."""
        return {}


class OpenField(Field):
    """An object whose names depend on what it tells of."""

    kind: Mapping[str, Any] = {"type": "object"}


class AmountsField(Field):
    """Amounts [dong] or counts by name."""

    kind: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": "integer"}}


def shape(name: str, *groups: Mapping[str, Any]) -> type[Shape]:
    """Return the shape of a document: all its fields are always there."""
    fields: dict[str, Any] = {}
    for group in groups:
        fields |= group
    return type(name, (Shape,), fields)


def _each(names: str, make: Any) -> dict[str, Any]:
    return {name: make() for name in names.split()}


def dong(names: str) -> dict[str, Any]:
    """Return fields of amounts [dong] that may be below zero: interest collected ahead is."""
    return _each(names, lambda: DongField(least=ANY_AMOUNT, required=True))


def count(names: str) -> dict[str, Any]:
    """Return fields of counts."""
    return _each(names, lambda: WholeField(required=True))


def text(names: str) -> dict[str, Any]:
    """Return fields of texts, empty where there is nothing to say."""
    return _each(names, lambda: TextField(4000, empty=True, required=True))


def text_or_none(names: str) -> dict[str, Any]:
    """Return fields of texts that are null where there are none."""
    return _each(names, lambda: TextField(4000, empty=True, required=True, allow_none=True))


def day(names: str) -> dict[str, Any]:
    """Return fields of days."""
    return _each(names, lambda: DayField(required=True))


def day_or_none(names: str) -> dict[str, Any]:
    """Return fields of days that are null where there is none."""
    return _each(names, lambda: DayField(required=True, allow_none=True))


def flag(names: str) -> dict[str, Any]:
    """Return fields that are true or false."""
    return _each(names, lambda: FlagField(required=True))


def opened(names: str) -> dict[str, Any]:
    """Return fields whose objects are told as they come."""
    return _each(names, lambda: OpenField(required=True))


def part(name: str, inner: type[Shape], *, none: bool = False) -> dict[str, Any]:
    """Return a field that holds an object."""
    return {name: PartField(inner, required=True, allow_none=none)}


def rows(inner: Any, name: str = "rows") -> dict[str, Any]:
    """Return a field that lists objects of a shape, or values of a field."""
    held = PartField(inner) if isinstance(inner, type) else inner
    return {name: AnyList(held, required=True)}


def told_number(name: str) -> dict[str, Any]:
    """Return a field of a whole number that is null where there is none."""
    return {name: WholeField(required=True, allow_none=True)}


STATUSES = ("open", "closed", "written-off")
InterestEarned = shape("InterestEarned", dong("in_term overdue grace"))
Standing = shape(
    "Standing",
    text("loan_no"),
    day("as_of"),
    {"status": ChoiceField(STATUSES, required=True)},
    dong("drawn principal_repaid written_off outstanding in_term overdue frozen late_principal"),
    count("days_late"),
    day_or_none("oldest_late_due_on"),
    part("interest_earned", InterestEarned),
    dong("interest_collected interest_unpaid"),
    day_or_none("next_due_on"),
    dong("next_due_principal"),
    day("due_on"),
    day_or_none("extended_to"),
)
LoanCard = shape(
    "LoanCard",
    text("loan_no customer_no customer_name id_no_masked commune commune_name province"),
    text("village_code group_no group_head trustee office programme programme_name source"),
    text("investor household_standing purpose"),
    count("session_day"),
    day("signed_on"),
    text("annual_rate"),
    dong("approved"),
    part("standing", Standing),
)
Schedule = shape(
    "Schedule",
    text("loan_no"),
    day("as_of"),
    rows(
        shape("Instalment", count("no"), day("due_on"), dong("principal paid late")),
    ),
    dong("total"),
)
Movements = shape(
    "Movements",
    text("loan_no"),
    day("as_of"),
    rows(
        shape(
            "Movement",
            day("value_date"),
            text("kind receipt_no"),
            dong("amount outstanding"),
            day_or_none("until"),
            flag("reversed"),
        )
    ),
)
LoanLine = shape(
    "LoanLine",
    text("loan_no customer_no customer_name programme programme_name group_no status"),
    dong("drawn outstanding in_term overdue frozen late_principal"),
    day("due_on"),
)
LoanPage = shape("LoanPage", day("as_of"), rows(LoanLine), text_or_none("next"))
Figures = shape("Figures", dong(" ".join(PORTFOLIO_FIGURES)))
PortfolioRow = shape(
    "PortfolioRow",
    {axis: TextField(100, empty=True) for axis in AXES},
    text("name"),
    dong(" ".join(PORTFOLIO_FIGURES)),
)
Portfolio = shape(
    "Portfolio",
    day("from as_of"),
    rows(ChoiceField(AXES), "axes"),
    rows(PortfolioRow),
    part("total", Figures),
)
Worklist = shape(
    "Worklist",
    text("name"),
    day("as_of"),
    rows(
        shape(
            "WorklistRow",
            text("loan_no customer_no commune group_no"),
            dong("amount"),
            count("days_late"),
            day_or_none("due_on"),
            {"why": OpenField()},
        )
    ),
    dong("total"),
    count("count"),
    text_or_none("next"),
)
_CRITERION = shape("Criterion", text("code weight"), text_or_none("share points unmeasured"))
Groups = shape(
    "Groups",
    day("as_of"),
    rows(
        shape(
            "Group",
            text("group_no commune trustee head"),
            count("members"),
            dong("outstanding overdue"),
            text_or_none("score band"),
            text("points_known"),
            rows(_CRITERION, "criteria"),
            rows(shape("Lowering", text("code lost")), "lowers"),
        )
    ),
    text_or_none("next"),
)
Rule = shape("Rule", text("code"), flag("holds"), opened("facts"))
Names = shape("Names", rows(TextField(100), "names"))
Problem = shape("ProblemKind", text("code title"), count("status"))
