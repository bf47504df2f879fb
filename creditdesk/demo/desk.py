"""What happens at the desk in the book's newest months: applications, lists, decisions, a move.

All of it is entered through the acts, after the files were taken in, and follows from the seed.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from creditdesk import applications, decisions, households, ledger, loans, moves
from creditdesk.applications import Form, Line, Paper, Signing
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.decisions import decision_of
from creditdesk.demo.chance import Chance
from creditdesk.demo.files import RECEIPT_MARK
from creditdesk.demo.months import DATA_DATE
from creditdesk.demo.people import NOBODY, names
from creditdesk.engine.ageing import Standing
from creditdesk.engine.days import months_after, next_session
from creditdesk.engine.eligibility import ESCAPED, LISTED
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import RULES, Step
from creditdesk.households import Listing
from creditdesk.intake.layout import LOANS
from creditdesk.loans import Contract

_READ = 2_000
_STORM = date(2026, 10, 12)
_FIRST_APPLIED = date(2026, 8, 3)
_WEEK = timedelta(days=7)
_A_LIST = 3
_LIST_MARK = "DS"
_ROAD = (
    (Step.REVIEW, 3, "BX"),
    (Step.LIST, 4, _LIST_MARK),
    (Step.CONFIRM, 8, "XN"),
    (Step.APPRAISE, 10, "TĐ"),
    (Step.APPROVE, 11, "PD"),
    (Step.NOTIFY, 12, "TB"),
    (Step.SIGN, 12, "KU"),
    (Step.DRAW, 12, "GN"),
    (Step.CHECK, 22, "KT"),
)
_REACHED = (9, 9, 8, 8, 7, 6, 5, 4, 3, 1, 0, 2)
"""How many steps of the road each list of applicants went, the earliest list first.

The last two are of one group, whose people the demonstration's users are: its head has applicants
to review, and its commune some to confirm.
"""
_REFUSED, _WITHDRAWN = 8, 9
_KINDS = (
    ("01", "HN", 60_000_000, 60, "Chăn nuôi bò sinh sản"),
    ("19", "HCN", 80_000_000, 60, "Trồng cà phê"),
    ("06", "", 25_000_000, 60, "Xây bể nước sạch"),
    ("03", "", 90_000_000, 48, "Mở xưởng mộc"),
    ("02", "", 80_000_000, 48, "Chi phí học tập của con"),
)
_COURSE_END, _STUDY_MONTHS = date(2028, 6, 30), 20
_LISTED, _BETTER_OFF = 24, 4


@dataclass(frozen=True, slots=True)
class Office:
    """Where the work is done: the book, the law, the map, and the deed that every act varies."""

    tx: Tx
    policy: Policy
    places: Map
    deed: ledger.Deed

    def by(self, role: str, ground: str = "") -> ledger.Deed:
        """Return the deed of an invented person of a role, checked by another."""
        return replace(self.deed, by=f"demo-{role}", checked_by="demo-2", ground=ground)


def some_contracts(path: Path) -> list[Contract]:
    """Return the first contracts of a loan table that the demonstration wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Contract(*(reader.read(row[reader.title]) for reader in LOANS))
            for row in islice(csv.DictReader(file), _READ)
        ]


def work(office: Office, contracts: Sequence[Contract], province: str, seed: int) -> bool:
    """Let the desk work: done once in a book; return whether it was new.

    contracts  some of the book, whose groups and communes the applicants belong to
    """
    applicants = list(_applicants(contracts, province, seed))
    try:
        first = applicants[0][0].application_no if applicants else ""
        applications.dossier(office.tx, office.policy, first, DATA_DATE)
    except applications.ApplicationNotFound:
        _classify(office, contracts)
        for at, forms in enumerate(applicants):
            _advance(office, at, forms)
        _decide(office, contracts)
        return True
    return False


def _classify(office: Office, contracts: Sequence[Contract]) -> None:
    """Enter the lists of 2026: most households stay what they were, a few are better off."""
    known = {_household(one): one for one in contracts if one.standing in LISTED}
    listings = [
        _listed(number, one.commune, ESCAPED if at < _BETTER_OFF else one.standing)
        for at, (number, one) in enumerate(islice(known.items(), _LISTED))
    ]
    _enlist(office, listings)


def _household(one: Contract) -> str:
    return one.household_no or one.customer_no


def _listed(household_no: str, commune: str, standing: str) -> Listing:
    number, since = f"{RECEIPT_MARK}-{commune}/QĐ-UBND", date(2026, 1, 1)
    return Listing(household_no, commune, standing, since, None, number, date(2025, 12, 22))


def _enlist(office: Office, listings: Sequence[Listing]) -> None:
    deed = office.by("commune")
    households.classify(office.tx, office.policy, office.places, listings=listings, deed=deed)


def _applicants(contracts: Sequence[Contract], province: str, seed: int) -> Iterator[list[Form]]:
    """Yield lists of three applicants each, of one group, as many as `_REACHED` tells."""
    hosts = list({one.group_no: one for one in contracts if one.group_no}.values())
    chance = Chance(seed, int(province), 6)
    people = names(chance, len(_REACHED) * _A_LIST)
    fewer = chance.below(4, len(people)).tolist()
    for at in range(len(_REACHED) if hosts else 0):
        last = len(_REACHED) - 1
        host = hosts[(last if at == last - 1 else at) % len(hosts)]
        numbers = range(at * _A_LIST, (at + 1) * _A_LIST)
        yield [_form(host, at, number, people[number], fewer[number]) for number in numbers]


def _form(host: Contract, at: int, number: int, name: str, fewer: int) -> Form:
    programme, _, most, months, purpose = _KINDS[number % len(_KINDS)]
    province = host.loan_no[4:6]
    learns = programme == "02"
    return Form(
        application_no=f"{RECEIPT_MARK}-{number + 1:03d}",
        customer_no=f"{province}99{number:06d}",
        customer_name=name,
        id_no=f"{NOBODY}{province}99{number:05d}",
        programme=programme,
        trustee=host.trustee,
        group_no=host.group_no,
        group_head=host.group_head,
        village_code=host.village_code,
        commune=host.commune,
        office=host.office,
        session_day=host.session_day,
        applied_on=_FIRST_APPLIED + at * _WEEK,
        amount=Dong(most - fewer * 5_000_000),
        months=months,
        every_months=6 if learns else 12,
        purpose=purpose,
        learner_no=f"{RECEIPT_MARK}{number:04d}" if learns else "",
        course_end_on=_COURSE_END if learns else None,
        study_months=_STUDY_MONTHS if learns else 0,
    )


def _advance(office: Office, at: int, forms: Sequence[Form]) -> None:
    """Enter the forms of one list, and take them as far as this list went."""
    day = forms[0].applied_on
    for form in forms:
        _admit(office, form)
    for step, later, mark in _ROAD[: _REACHED[at]]:
        on = day + timedelta(days=later)
        forms = _take(office, at, step, forms, Paper(on, _number(mark, at), on))
    if at == _WITHDRAWN:
        lines = [Line(forms[0].application_no, remark="Gia đình đổi ý")]
        paper = Paper(day + timedelta(days=9))
        applications.withdraw(
            office.tx, office.policy, lines=lines, paper=paper, deed=office.by("borrower")
        )


def _number(mark: str, at: int) -> str:
    """Return the number of a paper of one list's road."""
    return f"{RECEIPT_MARK}-{mark}-{at + 1}"


def _admit(office: Office, form: Form) -> None:
    standing = {kind[0]: kind[1] for kind in _KINDS}[form.programme]
    if standing:
        _enlist(office, [_listed(form.customer_no, form.commune, standing)])
    applications.apply(
        office.tx, office.policy, office.places, form=form, deed=office.by("borrower")
    )


def _take(
    office: Office, at: int, step: Step, forms: Sequence[Form], paper: Paper
) -> Sequence[Form]:
    """Take one step with a list, and return who goes on."""
    tx, policy, deed = office.tx, office.policy, office.by(RULES[step].by)
    numbers = [form.application_no for form in forms]
    lines = [Line(number) for number in numbers]
    if step is Step.LIST:
        applications.enlist(tx, policy, application_nos=numbers, paper=paper, deed=deed)
    elif step is Step.CONFIRM:
        list_no = _number(_LIST_MARK, at)
        refused = Line(numbers[0], accepted=False, reason="not-resident")
        answers = [refused, *lines[1:]] if at == _REFUSED else lines
        applications.confirm(tx, policy, lines=answers, paper=paper, deed=deed, list_no=list_no)
        return forms[1:] if at == _REFUSED else forms
    elif step is Step.NOTIFY:
        told = replace(paper, draw_on=_session(forms[0]), place=f"{forms[0].commune}")
        applications.notify(tx, policy, application_nos=numbers, paper=told, deed=deed)
    elif step in _ANSWERED:
        _ANSWERED[step](tx, policy, lines=lines, paper=paper, deed=deed)
    else:
        for form in forms:
            _lend(office, step, form, deed)
    return forms


_ANSWERED = {
    Step.REVIEW: applications.review,
    Step.APPRAISE: applications.appraise,
    Step.APPROVE: applications.approve,
}


def _session(form: Form) -> date:
    """Return the session at which an application of the road is drawn."""
    return next_session(form.session_day, form.applied_on + timedelta(days=12))


def _lend(office: Office, step: Step, form: Form, deed: ledger.Deed) -> None:
    """Sign, draw or check the loan of an application."""
    number = int(form.customer_no[4:])
    loan_no, session = f"6600{form.customer_no[:2]}99{number:08d}", _session(form)
    if step is Step.SIGN:
        applications.sign(
            office.tx,
            office.policy,
            office.places,
            application_no=form.application_no,
            signing=Signing(loan_no, session),
            deed=deed,
        )
    elif step is Step.DRAW:
        loans.draw(
            office.tx,
            office.policy,
            loan_no=loan_no,
            amount=Dong(form.amount // 4 if form.learner_no else form.amount),
            value_date=session,
            receipt_no=f"{RECEIPT_MARK}-GN-{form.application_no}",
            deed=deed,
        )
    elif number % 2:
        applications.check_use(
            office.tx,
            loan_no=loan_no,
            checked_on=session + timedelta(days=10),
            found=form.purpose,
            as_agreed=True,
            document_no=f"{RECEIPT_MARK}-06TD-{number}",
            deed=deed,
        )


def _decide(office: Office, contracts: Sequence[Contract]) -> None:
    """Decide on a few loans, each another: freeze, extend, re-date; and let a household move."""
    left = iter(contracts)
    _some(office, 4, "freeze", left)
    _some(office, 3, "extend", (one for one in contracts if _ends_soon(one)))
    _some(office, 3, "redate", left)
    _move(office, left)


def _ends_soon(one: Contract) -> bool:
    return _STORM < one.due_on <= months_after(DATA_DATE, 4)


def _some(office: Office, wanted: int, kind: str, among: Iterable[Contract]) -> None:
    """Take a decision on the first loans on which it may be taken."""
    for one in among:
        if wanted and (said := _said(office, kind, one)):
            decision = decision_of(kind, one.loan_no, _STORM, said)
            if decisions.preview(office.tx, office.policy, decision).refusal is None:
                deed = replace(
                    office.by("officer", "Bão (minh họa)"),
                    document_no=f"{RECEIPT_MARK}-{kind}",
                    document_on=_STORM,
                )
                decisions.decide(office.tx, office.policy, decision=decision, deed=deed)
                wanted -= 1
        if not wanted:
            return


def _said(office: Office, kind: str, one: Contract) -> dict[str, str]:
    """Return what a decision of a kind says of a loan; nothing where it makes no sense."""
    if kind == "freeze":
        return {"reason": "K1", "loss": "60"}
    if kind == "extend":
        return {"until": months_after(one.due_on, 6).isoformat()}
    due_on = _standing(office, one).next_due_on
    if due_on is None or due_on == one.due_on:
        return {}
    return {
        "instalment": due_on.isoformat(),
        "until": (due_on + timedelta(days=20)).isoformat(),
        "asked_on": "2026-10-05",
        "handed_in_on": "2026-10-07",
    }


def _standing(office: Office, one: Contract) -> Standing:
    decision = decision_of("unfreeze", one.loan_no, _STORM, {})
    return decisions.preview(office.tx, office.policy, decision).before.standing


def _move(office: Office, among: Iterable[Contract]) -> None:
    """Let the first household that owes anything move to another commune of the book."""
    home = ""
    for one in among:
        home = home or one.commune
        if one.commune != home and _standing(office, one).outstanding:
            moves.move_household(
                office.tx,
                household_no=_household(one),
                to=moves.Change(commune=home),
                order=moves.Order(_STORM, office.by("officer", "Chuyển nơi ở (minh họa)")),
            )
            return
