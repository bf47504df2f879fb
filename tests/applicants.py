"""Applications for tests: forms, papers, and the road of one from the form to the draw."""

from datetime import date

from creditdesk import applications, households, loans
from creditdesk.applications import Form, Line, Paper, Signing
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from tests.builders import PLACES, POLICY, a_deed

APPLIED = date(2026, 3, 2)
DAYS = {
    Step.REVIEW: date(2026, 3, 5),
    Step.LIST: date(2026, 3, 6),
    Step.CONFIRM: date(2026, 3, 9),
    Step.APPRAISE: date(2026, 3, 11),
    Step.APPROVE: date(2026, 3, 12),
    Step.NOTIFY: date(2026, 3, 13),
    Step.SIGN: date(2026, 4, 7),
}
DRAW_ON = date(2026, 4, 7)


def a_form(number=1, **changes):
    """Return form 01/TD of an invented household: 50 million over three years, through a group."""
    said = {
        "application_no": f"D{number}",
        "customer_no": f"{number:010d}",
        "customer_name": "Nguyễn Thị Mẫu",
        "household_no": f"H{number}",
        "programme": "01",
        "trustee": "12",
        "group_no": "9333001",
        "group_head": "Trần Văn Mẫu",
        "village_code": "19333001",
        "commune": "19333",
        "office": "004403",
        "session_day": 7,
        "applied_on": APPLIED,
        "amount": Dong(50_000_000),
        "months": 36,
        "every_months": 12,
        "purpose": "Chăn nuôi bò",
        "plan": "Mua hai con bò cái",
    }
    return Form(**said | changes)


def listed(tx, standing="HN", since=date(2026, 1, 1), *, household_no="H1", until=None):
    """Enter what the commune's list says of a household."""
    listing = households.Listing(
        household_no, "19333", standing, since, until, "12/DS-UBND", date(2025, 12, 20)
    )
    households.classify(tx, POLICY, PLACES, listings=[listing], deed=a_deed())


def applied(tx, number=1, *, standing="HN", **changes):
    """Enter an application of a household that a list names, and return its number."""
    if standing:
        listed(tx, standing, household_no=f"H{number}")
    form = a_form(number, **changes)
    return applications.apply(
        tx, POLICY, PLACES, form=form, deed=a_deed(checked_by="")
    ).application_no


def a_paper(step, day=None, **changes):
    """Return the paper of a step with everything that it may need."""
    said = {
        "day": day or DAYS.get(step, DAYS[Step.NOTIFY]),
        "number": f"{step.value}/1",
        "dated": day or DAYS.get(step, DAYS[Step.NOTIFY]),
    }
    if step is Step.NOTIFY:
        said |= {"draw_on": DRAW_ON, "place": "Điểm giao dịch Đông Hà"}
    return Paper(**said | changes)


def take(tx, step, *numbers, deed=None, lines=None, paper=None, list_no="list/1"):
    """Take one step with applications, by the act that is for it."""
    deed, paper = deed or a_deed(), paper or a_paper(step)
    lines = lines or [
        Line(number, reason="other" if step is Step.REFUSE else "") for number in numbers
    ]
    if step is Step.CONFIRM:
        return applications.confirm(
            tx, POLICY, lines=lines, paper=paper, deed=deed, list_no=list_no
        )
    if step in (Step.LIST, Step.NOTIFY):
        act = {Step.LIST: applications.enlist, Step.NOTIFY: applications.notify}[step]
        return act(tx, POLICY, application_nos=numbers, paper=paper, deed=deed)
    acts = {
        Step.REVIEW: applications.review,
        Step.APPRAISE: applications.appraise,
        Step.APPROVE: applications.approve,
        Step.REFUSE: applications.refuse,
        Step.WITHDRAW: applications.withdraw,
    }
    return acts[step](tx, POLICY, lines=lines, paper=paper, deed=deed)


def signed(tx, application_no, number=1, **changes):
    """Sign the contract of an application and return what came of it."""
    said = {"loan_no": f"6600000{number:09d}", "signed_on": DAYS[Step.SIGN]} | changes
    return applications.sign(
        tx,
        POLICY,
        PLACES,
        application_no=application_no,
        signing=Signing(**said),
        deed=a_deed(checked_by=""),
    )


def drawn(tx, number=1, amount=50_000_000, *, receipt_no="GN1", day=DRAW_ON):
    """Draw on the loan of a number."""
    return loans.draw(
        tx,
        POLICY,
        loan_no=f"6600000{number:09d}",
        amount=Dong(amount),
        value_date=day,
        receipt_no=receipt_no,
        deed=a_deed(checked_by=""),
    )


ROAD = (
    Step.REVIEW,
    Step.LIST,
    Step.CONFIRM,
    Step.APPRAISE,
    Step.APPROVE,
    Step.NOTIFY,
    Step.SIGN,
)


def brought_to(tx, step, *numbers, **changes):
    """Bring applications along the road up to and with a step; None: not a step."""
    for one in ROAD[: ROAD.index(step) + 1] if step else ():
        if one is Step.SIGN:
            for number in numbers:
                signed(tx, number, int(number[1:]), **changes)
        else:
            take(tx, one, *numbers)


def state_of(tx, number="D1", as_of=date(2026, 12, 31)):
    """Return where an application stands."""
    return applications.dossier(tx, POLICY, number, as_of).state
