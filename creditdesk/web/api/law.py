"""What is in force: programmes with their sources, refusals by code; and schedules quoted."""

from typing import Any

from creditdesk import documents, quotes, words
from creditdesk.db import Tx
from creditdesk.engine.day_count import DAY_COUNTS
from creditdesk.engine.quotation import METHODS
from creditdesk.errors import NotFound
from creditdesk.web import edge, problems
from creditdesk.web.api import told
from creditdesk.web.api.description import codes
from creditdesk.web.api.frame import Service
from creditdesk.web.api.loans import AsOf
from creditdesk.web.shapes import (
    Asking,
    ChoiceField,
    DayField,
    Field,
    FlagField,
    TextField,
    WholeField,
)

service = Service("law")


class CodeUnknown(NotFound):
    """No refusal has this code."""

    code = "code-unknown"


class AnyField(Field):
    """A value of any kind."""


Programmes = told.shape(
    "Programmes",
    told.day("as_of"),
    told.text("version"),
    told.rows(
        told.shape(
            "ProgrammeLine",
            told.text("code name purpose"),
            {"open": FlagField(required=True, allow_none=True)},
        )
    ),
)
Programme = told.shape(
    "Programme",
    told.text("code name purpose"),
    told.day("as_of"),
    told.rows(
        told.shape(
            "PolicyValue",
            told.text("name unit source confidence"),
            {"value": AnyField(required=True)},
            told.day("since checked_on"),
        ),
        "values",
    ),
)
Quotation = told.shape(
    "Quotation",
    told.dong("principal total_interest"),
    told.rows(
        told.shape(
            "QuotedRow",
            told.count("no days"),
            told.day("due_on"),
            told.dong("principal interest total balance"),
        ),
        "instalments",
    ),
    told.rows(told.Rule, "warnings"),
)


class QuoteAsked(Asking):
    """The terms of a loan that nobody has signed, as `creditdesk quote` takes them."""

    amount = WholeField(1, 10**15, required=True)
    draw = DayField(required=True)
    annual_rate = TextField(8, pattern="[0-9]{1,3}([.,][0-9]{1,4})?")
    signed = DayField()
    first_principal = DayField()
    every = WholeField(1, 120)
    due = DayField()
    months = WholeField(1, 600)
    course_end = DayField()
    programme = TextField(20, pattern="[0-9A-Za-z_-]{1,20}")
    method = ChoiceField(METHODS)
    day_count = ChoiceField(DAY_COUNTS)
    instalments = WholeField(1, 1200)
    grace_principal = WholeField(0, 1200)
    round_to = WholeField(1, 10**9)
    rounding = ChoiceField(("half-up", "half-even"))
    works = WholeField(1, 100)


@service.get("/policy", "listProgrammes", act="", answers=Programmes, asks=AsOf, tagged=True)
def programmes(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the programmes that policy knows of, and whether each lends on a day."""
    return documents.programmes(edge.desk().policy, asked.get("as_of", edge.today()))


@service.get(
    "/policy/programmes/<code:code>",
    "readProgramme",
    act="",
    answers=Programme,
    asks=AsOf,
    tagged=True,
)
def programme(tx: Tx, asked: dict[str, Any], code: str) -> Any:
    """Tell what a programme offers on a day: every value with the law that states it."""
    found = edge.desk().policy.programme(code)
    return documents.programme(found, asked.get("as_of", edge.today()))


@service.get("/quote", "quote", act="", answers=Quotation, asks=QuoteAsked)
def quote(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the schedule that given terms make: nothing of the book is asked."""
    quoted, warnings = quotes.quote(edge.desk().policy, asked)
    return documents.quotation(quoted) | {"warnings": problems.plain(documents.rules(warnings))}


@service.get("/problems/<code:code>", "readProblem", act="", answers=told.Problem, tagged=True)
def problem(tx: Tx, asked: dict[str, Any], code: str) -> Any:
    """Tell what a code of a problem document means."""
    known = codes()
    if code not in known:
        raise CodeUnknown(value=code)
    section = "problem" if known[code] == 500 else "refusal"
    title = words.say(problems.language(), f"{section}.{code}")
    return {"code": code, "title": title, "status": known[code]}
