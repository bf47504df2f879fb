"""Applications: form 01/TD, the steps that papers record, and the signing."""

from collections.abc import Sequence
from typing import Any

from creditdesk import applications, communes, documents, errands
from creditdesk.applications import REASONS, Form, Line, Moved, Paper, Signing
from creditdesk.db import Tx
from creditdesk.engine.procedure import Step
from creditdesk.quotes import read_rate
from creditdesk.web import conditions, edge, orders, problems, within
from creditdesk.web.api import jobs, told
from creditdesk.web.api.frame import Service
from creditdesk.web.api.receipts import GroundIn
from creditdesk.web.shapes import (
    LOAN_NO,
    ChoiceField,
    DayField,
    DongField,
    FlagField,
    ListField,
    PartField,
    Shape,
    TextField,
    WholeField,
)

MOST_LINES = 200
APPLICATION_NO = "[0-9A-Za-z][0-9A-Za-z._-]{0,39}"
STEPS = tuple(step.value for step in applications.STEPS)

service = Service("applications")


class FormIn(Shape):
    """Form 01/TD."""

    application_no = TextField(40, pattern=APPLICATION_NO, required=True)
    customer_no = TextField(10, pattern="[0-9]{10}", required=True)
    customer_name = TextField(200, required=True)
    programme = TextField(20, pattern="[0-9A-Za-z_-]+", required=True)
    trustee = TextField(2, pattern="[0-9]{2}", required=True)
    commune = TextField(5, pattern="[0-9]{5}", required=True)
    office = TextField(6, pattern="[0-9]{6}", required=True)
    session_day = WholeField(1, 28, required=True)
    applied_on = DayField(required=True)
    amount = DongField(least=1, required=True)
    months = WholeField(1, 600, required=True)
    purpose = TextField(500, required=True)
    id_no = TextField(12, pattern="[0-9]{9}([0-9]{3})?")
    household_no = TextField(40, pattern="[0-9A-Za-z/_.-]+")
    source = ChoiceField(("1", "2"))
    investor = TextField(40)
    group_no = TextField(7, pattern="[0-9]{7}")
    group_head = TextField(200)
    village_code = TextField(8, pattern="[0-9]{8}")
    every_months = WholeField(0, 120)
    plan = TextField(2000)
    collateral = TextField(2000)
    learner_no = TextField(40)
    course_end_on = DayField()
    study_months = WholeField(0, 240)
    works = WholeField(1, 100)
    workers = WholeField(0, 100_000)
    cost = DongField()
    contract_months = WholeField(0, 600)


class LineIn(Shape):
    """One application on a paper, and the answer to it."""

    application_no = TextField(40, pattern=APPLICATION_NO, required=True)
    accepted = FlagField(load_default=True)
    reason = ChoiceField(REASONS, load_default=str)
    remark = TextField(500, empty=True, load_default="")
    amount = DongField(least=1, load_default=None)


class StepIn(Shape):
    """A step of applications, and the paper that records it."""

    step = ChoiceField(STEPS, required=True)
    day = DayField(required=True)
    lines = ListField(PartField(LineIn), most=MOST_LINES, required=True)
    document_no = TextField(100, empty=True, load_default="")
    document_on = DayField(load_default=None)
    list_no = TextField(100, empty=True, load_default="")
    draw_on = DayField(load_default=None)
    place = TextField(200, empty=True, load_default="")


class ApprovalIn(Shape):
    """What is to be approved, and the paper that records it."""

    day = DayField(required=True)
    lines = ListField(PartField(LineIn), most=MOST_LINES, required=True)
    paper_no = TextField(100, empty=True, load_default="")
    paper_on = DayField(load_default=None)


class TakeBackIn(GroundIn):
    """Which step was entered wrongly, and why it is taken back."""

    step = ChoiceField(tuple(Step), required=True)


class SigningIn(Shape):
    """What a contract states beyond its application."""

    loan_no = TextField(16, pattern=LOAN_NO, required=True)
    signed_on = DayField(required=True)
    due_on = DayField(load_default=None)
    annual_rate = TextField(8, pattern="[0-9]{1,3}([.,][0-9]{1,4})?", load_default=None)


Advanced = told.shape(
    "ApplicationsMoved",
    told.rows(
        told.shape(
            "ApplicationMoved",
            told.text("application_no state"),
            told.text_or_none("loan_no"),
            told.rows(told.Rule, "checked"),
        )
    ),
)
_FORM = {
    "application_no": "D-2026-0001",
    "customer_no": "0000000001",
    "customer_name": "Nguyễn Thị Mẫu (minh họa)",
    "household_no": "H-0001",
    "programme": "01",
    "trustee": "12",
    "group_no": "9333001",
    "group_head": "Trần Văn Mẫu (minh họa)",
    "commune": "19333",
    "office": "004403",
    "session_day": 7,
    "applied_on": "2026-03-02",
    "amount": 50_000_000,
    "months": 36,
    "every_months": 12,
    "purpose": "Chăn nuôi bò",
}
_STEP = {
    "step": "review",
    "day": "2026-03-05",
    "document_no": "BB-03",
    "document_on": "2026-03-05",
    "lines": [{"application_no": "D-2026-0001"}],
}


def _told(found: tuple[Moved, ...]) -> Any:
    return problems.plain(documents.advanced(found))


def _demand(tx: Tx, numbers: Sequence[str]) -> None:
    """Refuse to move applications that are no longer what the caller saw."""

    def now() -> dict[str, str]:
        return conditions.of_applications(tx, numbers, hold=True)

    conditions.demand_all(now, *numbers)


@service.post("/applications", "apply", act="apply", takes=FormIn, answers=Advanced, example=_FORM)
def apply(tx: Tx, said: dict[str, Any]) -> Any:
    """Enter form 01/TD, where the programme lends so on that day.

    A number that is known only elsewhere is refused without saying which it is, nor of whom.
    """
    form = Form(**said)
    places = communes.map_on(form.applied_on)
    within.form(tx, "apply", form)
    hidden = within.unseen(tx, "apply", form)
    found = applications.apply(
        tx, edge.desk().policy, places, form=form, deed=edge.deed(), hidden=hidden
    )
    return _told((found,))


@service.post(
    "/applications/steps",
    "takeStep",
    act=" ".join(f"application-{step}" for step in STEPS),
    guarded=True,
    takes=StepIn,
    answers=Advanced,
    example=_STEP,
)
def step(tx: Tx, said: dict[str, Any]) -> Any:
    """Enter a step of applications from its paper, all lines of it or none.

    An approval above its maker's limit needs a second person: `askApproval` asks for it.
    """
    policy, deed = edge.desk().policy, edge.deed()
    wanted = f"application-{said['step']}"
    edge.require(wanted)
    for line in said["lines"]:
        within.application(tx, wanted, line["application_no"])
    lines = [Line(**line) for line in said["lines"]]
    _demand(tx, [line.application_no for line in lines])
    paper = Paper(
        said["day"], said["document_no"], said["document_on"], said["draw_on"], said["place"]
    )
    return _told(
        applications.advance(
            tx,
            policy,
            step=Step(said["step"]),
            lines=lines,
            paper=paper,
            deed=deed,
            list_no=said["list_no"],
        )
    )


@service.post(
    "/applications/approvals",
    "askApproval",
    act="application-approve",
    guarded=True,
    takes=ApprovalIn,
    answers=jobs.Job,
    status=202,
    example={"day": "2026-03-12", "lines": [{"application_no": "D-2026-0001"}]},
)
def ask_approval(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for applications to be approved by two: whoever asks, and who approves the job.

    Above the maker's limit there is no other way; what would be refused now is refused now.
    """
    numbers = [line["application_no"] for line in said["lines"]]
    for number in numbers:
        within.application(tx, "application-approve", number)
    _demand(tx, numbers)
    return jobs.of_job(errands.find(tx, orders.ask_approval(tx, said)))


@service.post(
    "/applications/<text:application_no>/taking-back",
    "takeBackStep",
    act="application-take-back",
    guarded=True,
    takes=TakeBackIn,
    answers=Advanced,
    example={"step": "review", "ground": "Ghi nhầm hồ sơ"},
)
def take_back(tx: Tx, said: dict[str, Any], application_no: str) -> Any:
    """Take the last step of an application back that was entered wrongly, and say why."""
    within.application(tx, "application-take-back", application_no)
    _demand(tx, [application_no])
    step, deed = Step(said["step"]), edge.deed(said["ground"])
    found = applications.take_back(tx, application_no=application_no, step=step, deed=deed)
    return _told((found,))


@service.post(
    "/applications/<text:application_no>/signing",
    "sign",
    act="sign",
    guarded=True,
    takes=SigningIn,
    answers=Advanced,
    example={"loan_no": "6600202600000001", "signed_on": "2026-04-07"},
)
def sign(tx: Tx, said: dict[str, Any], application_no: str) -> Any:
    """Sign the contract that an application makes; the core gives the 16 digits of the number."""
    policy = edge.desk().policy
    within.application(tx, "sign", application_no)
    _demand(tx, [application_no])
    rate = read_rate(said["annual_rate"]) if said["annual_rate"] else None
    found = applications.sign(
        tx,
        policy,
        communes.map_on(said["signed_on"]),
        application_no=application_no,
        signing=Signing(said["loan_no"], said["signed_on"], said["due_on"], rate),
        deed=edge.deed(),
    )
    return _told((found,))
