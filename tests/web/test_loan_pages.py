"""From a loan's card: money taken and taken back, decisions laid before another and answered."""

import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from creditdesk import accesses, cards, repayments, settings, standings
from creditdesk.users import Client, Role, Scope, sessions
from creditdesk.web.edge import moment, today
from tests.apps import an_app
from tests.conftest import wait_for_errands
from tests.people import a_user
from tests.web.conftest import (
    COMMUNE,
    DAY,
    DEED,
    LOAN_HEAD,
    MOVEMENT_HEAD,
    OTHER,
    configured,
    loan_line,
    movement_lines,
    number,
    shown,
    take,
)

LOAN, PAID = number(1), number(3)
OFFICE = Scope("office", ("004401",))
SCOPES = {
    "officer": (Role.OFFICER, OFFICE),
    "checker": (Role.SUPERVISOR, OFFICE),
    "head": (Role.GROUP_HEAD, Scope("group", ("1933301",))),
    "stranger": (Role.OFFICER, Scope("office", ("004499",))),
    "reviewer": (Role.REVIEWER, Scope("province", ("44",))),
}
PAPER = {"ground": "Mất mùa (minh họa)", "document_no": "12/QĐ"}


class Tab:
    """Somebody signed in, who fills in forms that a page shows."""

    def __init__(self, app, token):
        self.client = app.test_client()
        self.client.set_cookie("session", token)

    def get(self, address):
        return self.client.get(address)

    def send(self, page, said, to=None):
        """Fill in the form of a page that is sent to an address, and follow where it leads."""
        html = page if page.startswith("<") else self.get(page).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        tokens = {name: hidden[name] for name in ("form_token", "form_key")}
        return self.client.post(to or page, data=tokens | said, follow_redirects=True)


@pytest.fixture
def desk(database, database_url):
    """Return a filled book with people of five kinds, each signed in."""
    app = an_app(configured(database_url))
    held = app.extensions["creditdesk"]
    tabs = {}
    with database.begin() as tx:
        for name, (role, scope) in SCOPES.items():
            person = a_user(tx, name, role, scope=scope, password="")
            here, at = Client("127.0.0.1"), moment()
            begun = sessions.begin(
                tx, held.settings, person=person, stage=sessions.Stage.FULL, client=here, at=at
            )
            tabs[name] = Tab(app, begun.token)
    yield SimpleNamespace(**tabs, database=held.database)
    held.database.close()


@pytest.fixture
def filling():
    """Return what fills the book of this module's desk."""
    return shown


def day(of=None):
    return f"{of or today():%d/%m/%Y}"


def stands(desk, loan_no=LOAN):
    with desk.database.read() as tx:
        return standings.standing(tx, loan_no, today())


def proposed(desk, kind, loan_no=LOAN, by="officer", **said):
    """Preview a decision, propose it from there, and return the page that shows it."""
    tab, page = getattr(desk, by), f"/loans/{loan_no}/decisions/{kind}"
    told = {"day": day(), "document_on": day(), **PAPER, **said}
    preview = tab.send(page, told)
    assert preview.status_code == 200, preview.text
    answer = tab.send(preview.text, told, f"{page}/proposal")
    assert answer.status_code == 200, answer.text
    return answer


def waiting(answer):
    return int(answer.request.path.rsplit("/", 1)[1])


def test_a_receipt_is_proposed_taken_once_and_undone_whole(desk):
    before = stands(desk)
    page = f"/loans/{LOAN}/receipt"
    html = desk.officer.get(page).text
    assert f'value="{before.late_principal:,}"'.replace(",", ".") in html
    said = {"day": day(), "receipt_no": "PT-1", "principal": "2.000.000", "interest": "100.000"}

    for _ in range(2):
        answer = desk.officer.send(html, said, page)
        assert answer.status_code == 200
    taken = stands(desk)
    undo = desk.officer.get(f"/loans/{LOAN}/reversal?receipt_no=PT-1/G").text
    assert "PT-1" in undo
    assert "100.000" in undo
    away = f"/loans/{LOAN}/reversal?receipt_no=PT-1"
    desk.officer.send(undo, {"ground": "Ghi nhầm"}, away)
    card = desk.officer.get(f"/loans/{LOAN}?as_of={today()}").text

    assert before.outstanding - taken.outstanding == 2_000_000
    assert taken.interest_collected - before.interest_collected == 100_000
    assert stands(desk).outstanding == before.outstanding
    assert "Ghi nhầm" in card


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"receipt_no": ""}, "receipt_no"),
        ({"principal": "12,5"}, "principal"),
        ({"day": "x"}, "day"),
    ],
)
def test_what_is_wrong_with_a_receipt_stands_at_its_field(desk, said, field):
    whole = {"day": day(), "receipt_no": "PT-1", "principal": "1.000", "interest": ""}

    answer = desk.officer.send(f"/loans/{LOAN}/receipt", whole | said)

    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert 'value="' + (whole | said)["principal"] in answer.text


def test_paying_all_that_is_quoted_closes_the_loan(desk):
    html = desk.officer.get(f"/loans/{LOAN}/receipt?all=1").text
    amounts = dict(re.findall(r'name="(principal|interest)"[^>]* value="([^"]+)"', html))

    desk.officer.send(
        html, {"day": day(), "receipt_no": "PT-9", **amounts}, f"/loans/{LOAN}/receipt"
    )

    assert (stands(desk).status, stands(desk).interest_unpaid) == ("closed", 0)


def test_a_group_head_takes_interest_and_is_offered_no_principal(desk):
    page = f"/loans/{LOAN}/receipt"
    html = desk.head.get(page).text
    said = {"day": day(), "receipt_no": "PT-2", "interest": "50.000"}

    assert 'name="principal"' not in html
    assert desk.head.send(html, said, page).status_code == 200
    refused = desk.head.send(page, said | {"receipt_no": "PT-3", "principal": "1.000"})
    assert refused.status_code == 403


def test_a_group_head_is_led_to_nothing_that_is_not_theirs(desk):
    shown = [desk.head.get(page).text for page in (f"/loans/{LOAN}", "/")]
    office = desk.officer.get(f"/loans/{LOAN}").text

    assert not any(re.search(r'href="(/communes/|/portfolio\.csv)', page) for page in shown)
    assert 'href="/communes/' in office


def test_a_draw_takes_what_is_left_and_no_more_and_is_taken_back(desk):
    page, left = f"/loans/{LOAN}/draw", 50_000_000 - 10_000_001
    assert 'value="39.999.999"' in desk.officer.get(page).text
    over = {"day": day(), "receipt_no": "PC-1", "amount": str(left + 1)}

    assert desk.officer.send(page, over).status_code == 422
    assert stands(desk).drawn == 10_000_001
    back = {"day": day(), "receipt_no": "DK-1", "amount": "1"}
    desk.officer.send(f"/loans/{LOAN}/rebooking", back)
    assert stands(desk).drawn == 10_000_000


def test_an_extension_is_previewed_proposed_and_approved_by_another(desk):
    until = day(DAY + timedelta(days=400))
    answer = proposed(desk, "extend", until=until, asked_on=day())
    number = waiting(answer)
    assert stands(desk).extended_to is None
    assert f"/decisions/{number}" in desk.checker.get("/decisions").text
    page = desk.checker.get(f"/decisions/{number}").text
    assert "10/01/2027" in page
    assert until in page

    done = desk.checker.send(page, {}, f"/decisions/{number}/approval")

    assert done.request.path == f"/loans/{LOAN}"
    assert day(stands(desk).extended_to) == until
    assert "12/QĐ" in done.text
    assert f"/decisions/{number}" not in desk.checker.get("/decisions").text
    assert desk.checker.get(f"/decisions/{number}").status_code == 200


def test_nobody_answers_their_own_and_its_maker_withdraws_it(desk):
    number = waiting(proposed(desk, "re-price", by="checker", rate="5,4"))
    page = desk.checker.get(f"/decisions/{number}").text

    own = desk.checker.send(page, {}, f"/decisions/{number}/approval")
    away = desk.checker.send(page, {"ground": "Nhầm"}, f"/decisions/{number}/withdrawal")

    assert f"/decisions/{number}/approval" not in page
    assert own.status_code == 403
    assert away.status_code == 200
    assert f"/decisions/{number}" not in desk.checker.get("/decisions").text


def test_a_refusal_says_why_and_the_loan_stays_as_it_is(desk):
    number = waiting(proposed(desk, "re-price", rate="5,4"))
    page = desk.checker.get(f"/decisions/{number}").text

    assert desk.checker.send(page, {}, f"/decisions/{number}/refusal").status_code == 422
    desk.checker.send(page, {"ground": "Thiếu giấy"}, f"/decisions/{number}/refusal")

    assert "Thiếu giấy" in desk.officer.get(f"/decisions/{number}").text


def test_a_proposal_that_would_do_another_thing_now_says_so_and_is_not_approved(desk):
    number = waiting(proposed(desk, "re-price", rate="5,4"))
    said = {"day": day(), "receipt_no": "PT-1", "principal": "1.000.000"}
    desk.officer.send(f"/loans/{LOAN}/receipt", said)
    page = desk.checker.get(f"/decisions/{number}").text

    assert f"/decisions/{number}/approval" not in page
    answer = desk.checker.send(page, {}, f"/decisions/{number}/approval")
    assert answer.status_code == 409


def test_a_preview_is_refused_at_its_field_and_by_the_law_and_can_be_changed(desk):
    page = f"/loans/{LOAN}/decisions/extend"
    said = {"day": day(), "document_on": day(), **PAPER, "until": "x"}

    unread = desk.officer.send(page, said)
    early = desk.officer.send(page, said | {"until": "01/01/2025"})
    again = desk.officer.send(page, said | {"until": "01/01/2028"}, f"{page}/change")

    assert (unread.status_code, 'id="until-fault"' in unread.text) == (422, True)
    assert early.status_code == 422
    assert 'value="01/01/2028"' in again.text


def test_what_two_decided_is_undone_by_two(desk):
    number = waiting(proposed(desk, "extend", until="01/01/2028", asked_on=day()))
    desk.checker.send(f"/decisions/{number}", {}, f"/decisions/{number}/approval")
    card = desk.officer.get(f"/loans/{LOAN}?as_of={today()}").text
    link = re.search(r"/decisions/reverse\?receipt_no=([^\"]+)\"", card)
    with desk.database.read() as tx:
        receipt_no = next(line.receipt_no for line in _card(tx).movements if line.kind == "extend")
    assert link

    undo = waiting(proposed(desk, "reverse", receipt_no=receipt_no))
    desk.checker.send(f"/decisions/{undo}", {}, f"/decisions/{undo}/approval")

    assert stands(desk).extended_to is None


def _card(tx):
    return cards.loan_card(tx, settings.policy(), LOAN, today())


def test_a_transfer_is_looked_at_asked_for_and_approved_by_another(desk, tmp_path):
    over = [loan_line(900).replace("10/01/2027", "10/01/2026")]
    with desk.database.begin() as tx:
        take(tx, tmp_path, "loans", LOAN_HEAD, over)
        take(tx, tmp_path, "movements", MOVEMENT_HEAD, movement_lines(900))
    page = f"/transfers?place={COMMUNE}"
    html = desk.officer.get(page).text
    session = re.search(r'name="session" value="([^"]+)"', html)
    late = re.findall(r"/loans/(\d{16})", html)
    assert session
    assert late

    asked = desk.officer.send(html, {"session": session[1], "place": COMMUNE}, "/transfers")
    page = f"/transfers/{waiting(asked)}"
    own = desk.officer.send(asked.text, {}, f"{page}/approval")
    assert page in desk.checker.get("/decisions").text
    told = desk.checker.send(page, {}, f"{page}/approval")

    wait_for_errands()

    assert own.status_code == 403
    assert told.status_code == 200
    assert {number(900)} <= set(late)
    assert stands(desk, number(900)).overdue == stands(desk, number(900)).outstanding > 0


@pytest.mark.parametrize(
    "page",
    [
        f"/loans/{LOAN}",
        f"/loans/{LOAN}/schedules",
        f"/loans/{LOAN}/payoff",
        f"/loans/{LOAN}/receipt",
        f"/loans/{LOAN}/draw",
        f"/loans/{LOAN}/reversal?receipt_no=G1",
        f"/loans/{LOAN}/decisions/extend",
        f"/transfers?place={OTHER}",
        "/decisions/9",
        "/transfers/9",
    ],
)
def test_what_lies_elsewhere_is_not_there(desk, page):
    assert desk.stranger.get(page).status_code == 404


def test_a_receipt_of_another_loan_is_not_undone_under_this_one(desk):
    assert desk.officer.get(f"/loans/{LOAN}/reversal?receipt_no=G3").status_code == 404


def test_a_reviewer_states_a_need_and_it_is_noted(desk):
    asked = desk.reviewer.get(f"/loans/{LOAN}")
    seen = desk.reviewer.get(f"/loans/{LOAN}?need={quote('đối chiếu')}")

    assert (asked.status_code, 'name="need"' in asked.text) == (403, True)
    assert "•••" in seen.text
    with desk.database.read() as tx:
        assert accesses.of_user(tx, "reviewer")[-1].why == "đối chiếu"


def test_an_identity_number_is_shown_in_clear_on_a_need_that_is_noted(desk):
    page, away = f"/loans/{LOAN}", f"/loans/{LOAN}/identity"
    told = "044090000001"

    without = desk.officer.send(page, {"need": ""}, away)
    shown = desk.officer.send(page, {"need": "khách đổi giấy tờ"}, away)
    head = desk.head.send(desk.head.get(f"{page}/receipt").text, {"need": "xem"}, away)

    assert (without.status_code, told in without.text) == (422, False)
    assert told in shown.text
    assert told not in head.text
    with desk.database.read() as tx:
        whys = [line.why for line in accesses.of_user(tx, "officer")]
    assert "khách đổi giấy tờ" in whys


def test_steps_are_those_of_the_state_and_of_the_person(desk):
    officer = desk.officer.get(f"/loans/{PAID}").text
    head = desk.head.get(f"/loans/{PAID}").text

    assert f"/loans/{PAID}/decisions/freeze" in officer
    assert f"/loans/{PAID}/decisions/unfreeze" not in officer
    assert f"/loans/{PAID}/decisions" not in head
    assert f"/loans/{PAID}/receipt" in head


def test_many_movements_stand_on_pages(desk):
    with desk.database.begin() as tx:
        for at in range(70):
            repayments.receive(
                tx,
                settings.policy(),
                loan_no=LOAN,
                value_date=DAY + timedelta(days=at),
                receipt_no=f"N{at}",
                interest=1_000,
                deed=DEED,
            )
    first = desk.officer.get(f"/loans/{LOAN}?as_of={today()}").text
    second = desk.officer.get(f"/loans/{LOAN}?as_of={today()}&moves=60").text

    assert ('id="m-N69"' in first, 'id="m-G1"' in first) == (True, False)
    assert ('id="m-N69"' in second, 'id="m-G1"' in second) == (False, True)
