"""The download desk on pages: a form asks what the document takes; fetched, linked to, revoked."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from creditdesk import accesses, packs, settings
from creditdesk.papers import KEYS, KINDS
from creditdesk.users.permissions import Role
from tests.web.hands import Hand, words_of
from tests.web.test_intake_pages import ended

FIELD = re.compile(r'<(?:input|select)[^>]* name="(\w+)"')
OF_FORM = {"form_token", "form_key", "q", "as_of", "as"}
BESIDE = {"from": "since", "by": "by", "unit": "unit", "known_before": "known_before"}


@pytest.fixture(scope="module")
def hands(stage):
    """Return who is signed in, each as a browser without scripts."""
    return {role: Hand(stage.app, token) for role, token in stage.sessions.items()}


def number_of(address):
    return int(re.search(r"/jobs/(\d+)", address)[1])


def test_the_catalogue_offers_every_document_that_the_reader_may_have(hands):
    page = hands[Role.AUDITOR].open("/downloads/papers?as_of=2026-06-30").text

    for name in KINDS:
        assert f'"/downloads/papers/{name}?as_of=2026-06-30"' in page, name
    assert (
        "/downloads/papers/commune-month"
        not in hands[Role.REVIEWER].open("/downloads/papers?need=x").text
    )


def test_a_form_asks_for_what_its_document_takes_and_for_nothing_else(stage, hands):
    for name, kind in KINDS.items():
        page = hands[Role.OFFICER].open(f"/downloads/papers/{name}").text
        asked = set(FIELD.findall(page)) - OF_FORM

        wanted = {one for one in KEYS if one in kind.asks}
        wanted |= {field for field, ask in BESIDE.items() if ask in kind.asks}
        wanted |= {"known_on"} | ({"map"} if kind.export == "portfolio-export" else set())
        wanted |= {"place"} if kind.asks != ("loan",) else set()
        # Nobody is offered a choice where the book leaves none.
        assert wanted - {"investor"} <= asked <= wanted, name


def test_a_document_is_asked_for_made_fetched_and_linked_to_until_that_is_revoked(stage, hands):
    hand, other = hands[Role.OFFICER], hands[Role.SUPERVISOR]
    said = {"as_of": "30/06/2026", "place": stage.facts["commune"], "as": "pdf"}
    asked = hand.send("/downloads/papers/13-bc", said)
    job = urlsplit(asked.headers["Location"]).path
    page = ended(hand, job)
    own, number = words_of(hand.open("/downloads")), number_of(job)
    file = hand.open(f"{job}/result")
    links = f"/downloads/{number}/links"
    form = hand.fill(job, {"hours": "2"})
    made, again = (hand.client.post(links, data=form) for _ in range(2))
    address = re.search(r'<code class="key">([^<]+)</code>', made.text)[1]
    too_long = hand.send(links, {"hours": "999"}, page=job)
    stated = settings.public_address(stage.app.extensions["creditdesk"].settings)

    def opened():
        headers = {"Host": urlsplit(stated).netloc}
        return stage.app.test_client().get(urlsplit(address).path, headers=headers)

    found, shown = opened(), words_of(hand.open(job))
    listed = words_of(hand.open("/downloads"))
    link = int(re.search(r"/files/(\d+)\.", address)[1])
    foreign = other.send(f"{links}/{link}/revocation", page="/downloads/packs")
    revoked = hand.send_on(f"{links}/{link}/revocation", page=job)

    assert "13/BC" in own
    assert file.data.startswith(b"%PDF")
    assert "Ai có liên kết đều tải được" in words_of(page)
    assert (made.status_code, again.status_code, too_long.status_code) == (200, 303, 422)
    assert address not in again.text + shown
    assert found.data == file.data
    assert f"Liên kết {link}" in shown
    assert "Ai đã tải" in shown
    assert "Liên kết đang mở của tôi" in listed
    assert foreign.status_code == 404
    assert "thu hồi" in words_of(revoked)
    assert opened().status_code == 404
    assert other.open(f"{job}/result").status_code == 404
    assert "Ai đã tải" not in words_of(other.open(job))


def test_a_small_document_is_printed_at_once_and_what_is_not_there_is_told_at_its_field(
    stage, hands
):
    hand = hands[Role.OFFICER]
    loan = {"as_of": "30/09/2026", "loan": stage.facts["loan"], "as": "pdf", "now": "yes"}
    at_once = hand.send("/downloads/papers/loan", loan)
    elsewhere = hand.send("/downloads/papers/loan", loan | {"loan": "1" * 16})
    unsaid = hand.send("/downloads/papers/loan", loan | {"loan": ""})
    far = hand.send("/downloads/papers/13-bc", {"as_of": "30/06/2026", "place": "26506"})

    assert at_once.headers["Location"].startswith("/papers/loan.pdf?")
    assert hand.open(at_once.headers["Location"]).data.startswith(b"%PDF")
    for answer, field in ((elsewhere, "loan"), (unsaid, "loan"), (far, "place")):
        assert answer.status_code == 422
        assert f'id="{field}-fault"' in answer.text
    assert hands[Role.REVIEWER].open("/downloads/papers/loan").status_code == 403
    assert hands[Role.REVIEWER].open("/downloads/papers/commune-month").status_code == 403


def test_a_reviewer_fetches_what_was_asked_for_on_a_need_without_saying_it_again(stage, hands):
    hand = hands[Role.REVIEWER]
    address = "/downloads/papers/loan?need=đối+chiếu"
    said = {"as_of": "30/09/2026", "loan": stage.facts["loan"], "as": "pdf"}
    job = urlsplit(hand.send(address, said).headers["Location"]).path
    ended(hand, job)

    assert hand.open(f"{job}/result").data.startswith(b"%PDF")
    with stage.database.read() as tx:
        lines = accesses.of_user(tx, "tai-chinh")
    noted = {(line.act, line.why) for line in lines}
    assert {("print-loan", "đối chiếu"), ("fetch-paper", "đối chiếu")} <= noted


def test_a_pack_of_a_month_is_asked_for_and_listed_for_those_whose_it_is(stage, hands):
    hand, whose = hands[Role.OFFICER], f"commune-{stage.facts['commune']}"
    job = urlsplit(
        hand.send("/downloads/packs", {"whose": whose, "month": "2026-09"}).headers["Location"]
    ).path
    ended(hand, job)
    pages = {role: hands[role].open("/downloads/packs?month=2026-09").text for role in hands_of()}
    elsewhere = hand.send("/downloads/packs", {"whose": "commune-26506", "month": "2026-09"})
    too_early = hand.send("/downloads/packs", {"whose": whose, "month": "2099-01"})

    name = f"commune_{stage.facts['commune']}_2026-09.zip"
    assert all(name in page for page in pages.values())
    assert hand.open(f"{job}/result").content_type == packs.MEDIA
    assert "department-44" in pages[Role.REVIEWER]
    assert "department-44" not in pages[Role.COMMITTEE]
    assert (elsewhere.status_code, too_early.status_code) == (422, 422)
    assert hands[Role.GROUP_HEAD].open("/downloads/packs").status_code == 403


def hands_of():
    return (Role.OFFICER, Role.COMMITTEE, Role.SUPERVISOR, Role.REVIEWER, Role.AUDITOR)


def test_the_papers_of_a_loan_lead_on_and_its_letters_bear_their_numbers(stage, hands):
    hand, office = hands[Role.OFFICER], stage.facts["office"]
    with stage.database.read() as tx:
        loan = tx.exec_driver_sql(
            "SELECT loan.loan_no FROM loan JOIN application_step USING (loan_no) "
            "WHERE office = ? AND due_on > '2027-01-31' ORDER BY loan.loan_no",
            (office,),
        ).scalar()
    card = hand.open(f"/loans/{loan}")
    papers = card.text.partition("<h2>Hồ sơ, giấy tờ</h2>")[2].partition('<section class="why"')[0]
    led = [unescape(address) for address in re.findall(r'href="([^"]+)"', papers)]
    answers = {address: hand.open(address).status_code for address in led}
    told = words_of(hand.open(f"/loans/{loan}"))

    assert {address.split("?")[0] for address in led} > {"/papers/04-td.pdf", "/papers/loan.pdf"}
    assert any(address.startswith("/applications/") for address in led)
    assert set(answers.values()) == {200}
    assert "ngày –" not in told
