"""Decisions on one loan: looked at before, laid before another person, answered."""

from operator import itemgetter
from typing import Any

from creditdesk import decisions, documents
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.db import Tx
from creditdesk.decisions import KINDS, decision_of
from creditdesk.web import conditions, edge, problems, within
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import AsOf
from creditdesk.web.api.paging import SortField
from creditdesk.web.api.receipts import GroundIn
from creditdesk.web.shapes import LOAN_NO, ChoiceField, DayField, PartField, Shape, TextField

KIND_NAMES = tuple(act.value for act in KINDS)

service = Service("decisions")


class SaidIn(Shape):
    """What a decision says, as people write it; each kind asks for some of it."""

    instalment = TextField(30)
    until = TextField(30)
    asked_on = TextField(30)
    handed_in_on = TextField(30)
    course_end_on = TextField(30)
    reason = TextField(20)
    loss = TextField(8)
    amount = TextField(30)
    rate = TextField(8)
    receipt_no = TextField(64)


class DecisionIn(Shape):
    """A decision on one loan."""

    kind = ChoiceField(KIND_NAMES, required=True)
    loan_no = TextField(16, pattern=LOAN_NO, required=True)
    day = DayField(required=True)
    said = PartField(SaidIn, required=True)


class ProposalIn(DecisionIn):
    """A decision with the ground and the paper on which it is proposed."""

    ground = TextField(500, required=True)
    document_no = TextField(100, required=True)
    document_on = DayField(required=True)


class Nothing(Shape):
    """Nothing more is said."""


class InboxAsked(AsOf):
    """Where the loans are, what is proposed, by whom, and in which order."""

    place = TextField(5, pattern="[0-9]{2}|[0-9]{5}")
    kind = ChoiceField(KIND_NAMES)
    by = TextField(64)
    loan_no = TextField(16, pattern=LOAN_NO)
    sort = SortField("number", "day", "kind", "loan_no", "commune")
    after = paging.after()
    limit = paging.limit()


_DECISION = {**told.text("kind loan_no"), **told.day("day"), **told.opened("said")}
_VIEW = told.shape(
    "DecisionView",
    told.text("state"),
    told.day("due_on"),
    told.dong("in_term overdue frozen interest_a_day"),
)
Preview = told.shape(
    "DecisionPreview",
    _DECISION,
    told.part("before", _VIEW),
    told.part("after", _VIEW, none=True),
    told.rows(
        told.shape("ScheduleChange", told.day("due_on"), told.dong("before after")), "schedule"
    ),
    {"refusal": told.OpenField(required=True, allow_none=True)},
)
Proposal = told.shape(
    "Proposal",
    _DECISION,
    told.count("number"),
    told.text("commune by made_at ground document_no"),
    told.day("document_on"),
)
Proposals = told.shape("Proposals", told.rows(Proposal), told.text_or_none("next"))
Proposed = told.shape("Proposed", told.count("number"))
Answered = told.shape("ProposalAnswer", told.count("number"), told.text("answer"))
Decided = told.shape(
    "Decided", _DECISION, told.count("number act"), told.flag("new"), told.text("answer")
)
_EXAMPLE = {
    "kind": "extend",
    "loan_no": "6600202600000001",
    "day": "2026-06-12",
    "said": {"until": "2027-12-31", "asked_on": "2026-06-01"},
}
_PAPER = {"ground": "Mất mùa", "document_no": "12/QĐ", "document_on": "2026-06-12"}


@service.post(
    "/decisions/preview",
    "previewDecision",
    act="standing",
    takes=DecisionIn,
    answers=Preview,
    status=200,
    example=_EXAMPLE,
    looks=True,
)
def preview(tx: Tx, said: dict[str, Any]) -> Any:
    """Tell what a decision would do, or why it is refused, and write nothing."""
    within.loan(tx, "standing", said["loan_no"])
    found = decisions.preview(tx, edge.desk().policy, _decision(said))
    view = View("decision-preview", LOAN, said["loan_no"], edge.need())
    return Told(problems.plain(documents.preview(found, problems.language())), view=view)


def _decision(said: dict[str, Any]) -> decisions.Decision:
    return decision_of(said["kind"], said["loan_no"], said["day"], said["said"])


@service.post(
    "/decisions/proposals",
    "propose",
    act=" ".join(KIND_NAMES),
    takes=ProposalIn,
    answers=Proposed,
    guarded=True,
    example={**_EXAMPLE, **_PAPER},
)
def propose(tx: Tx, said: dict[str, Any]) -> Any:
    """Lay a decision before another person; what would be refused now is refused now."""
    within.loan(tx, said["kind"], said["loan_no"])
    conditions.demand(tx, said["loan_no"])
    deed = edge.deed(said["ground"], said["document_no"], said["document_on"])
    number = decisions.propose(tx, edge.desk().policy, decision=_decision(said), deed=deed)
    return {"number": number}


@service.get(
    "/decisions/proposals",
    "listProposals",
    act="proposal-list",
    answers=Proposals,
    asks=InboxAsked,
)
def proposals(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the proposals that wait for an answer by pages, oldest first."""
    day = asked.get("as_of", edge.today())
    near = within.area(tx, "proposal-list", asked.get("place"), as_of=day)
    found = decisions.inbox(tx, near, day)
    rows = [
        row
        for row in map(documents.proposal, found)
        if all(asked.get(name) in (None, row[name]) for name in ("kind", "by", "loan_no"))
    ]
    page, after = paging.page(rows, asked, _SORTED, itemgetter("number"))
    seen = [row["loan_no"] for row in page]
    view = View("proposals", LIST, asked.get("place", ""), edge.need(), (), seen)
    return Told({"rows": page, "next": after}, view=view)


_SORTED = {name: itemgetter(name) for name in ("number", "day", "kind", "loan_no", "commune")}


@service.post(
    "/decisions/proposals/<number:number>/approval",
    "approveProposal",
    act="check",
    guarded=True,
    takes=Nothing,
    answers=Decided,
)
def approve(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Take a proposed decision, as another person than its maker.

    Where the loan has changed so that the decision would do another thing than its maker saw, it
    is refused: it is proposed anew.
    """
    within.proposal(tx, "check", int(number))
    conditions.demand(tx, decisions.subject(tx, int(number))[0])
    deed = edge.deed()
    done = decisions.approve(
        tx, edge.desk().policy, number=int(number), by=deed.by, recorded_at=deed.recorded_at
    )
    return documents.decision(done.decision) | {
        "number": int(number),
        "act": done.act_id,
        "new": done.new,
        "answer": "approved",
    }


@service.post(
    "/decisions/proposals/<number:number>/refusal",
    "refuseProposal",
    act="check",
    guarded=True,
    takes=GroundIn,
    answers=Answered,
    example={"ground": "Thiếu giấy tờ"},
)
def refuse(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Answer a proposal with no, as another person than its maker, and say why."""
    within.proposal(tx, "check", int(number))
    conditions.demand(tx, decisions.subject(tx, int(number))[0])
    decisions.refuse(tx, number=int(number), deed=edge.deed(said["ground"]))
    return {"number": int(number), "answer": "refused"}


@service.post(
    "/decisions/proposals/<number:number>/withdrawal",
    "withdrawProposal",
    act="proposal-withdraw",
    guarded=True,
    takes=GroundIn,
    answers=Answered,
    example={"ground": "Hộ vay xin rút"},
)
def withdraw(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Take a proposal back, as its maker, and say why."""
    within.proposal(tx, "proposal-withdraw", int(number))
    conditions.demand(tx, decisions.subject(tx, int(number))[0])
    decisions.withdraw(tx, number=int(number), deed=edge.deed(said["ground"]))
    return {"number": int(number), "answer": "withdrawn"}
