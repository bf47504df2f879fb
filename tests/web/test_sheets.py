"""The sheet of a group: proposed by the engine, booked whole or not at all, and only once."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from creditdesk import collecting, records, worklists
from creditdesk.arrears import Place
from tests.web.conftest import COMMUNE, MANY, OTHER, number
from tests.web.hall import DAY, FIELD, GROUP, POLICY, SHEET, STEM, desk, opened, paying, taken

__all__ = ["desk"]


def test_every_loan_is_asked_for_what_the_lists_of_the_desk_say(desk):
    eve, near = DAY - timedelta(days=1), Place("44", only=(("group_no", (GROUP,)),))
    with desk.database.read() as tx:
        listed = worklists.worklist(tx, POLICY, "due-session", eve, Place("44"))
        sheet = collecting.sheet(tx, POLICY, GROUP, DAY)
        met = collecting.sessions(tx, POLICY, near, DAY, DAY)

    assert {line.loan_no: line.principal + line.interest for line in sheet.lines} == {
        row.loan_no: row.amount for row in listed
    }
    assert sum(line.late for line in sheet.lines) == sum(
        row.why["principal_late"] for row in listed
    )
    assert sum(session.asked.total for session in met) == sheet.asked.total > 0
    assert {session.commune for session in met} == {COMMUNE, OTHER}


def test_a_sheet_sent_twice_is_booked_once_with_numbers_without_gaps(desk):
    client = desk.at("an")
    form = opened(client)
    form["cash"] = str(
        sum(
            int(said.replace(".", ""))
            for name, said in form.items()
            if "-pr" in name or "-int" in name
        )
    )

    asked = []
    with desk.database.read() as tx:
        sa.event.listen(tx.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    first, second = (client.post(SHEET, data=form) for _ in range(2))

    assert len(asked) < MANY / 2  # of the sheet, not of each line
    assert first.status_code == second.status_code == 303, first.text
    assert first.headers["Location"] == second.headers["Location"] == f"{SHEET}/receipts"
    assert set(taken(desk)) == {f"{STEM}{at:03d}" for at in range(1, MANY + 2)}
    page = client.get(f"{SHEET}/receipts").text
    assert f"{STEM}131" in page
    assert opened(client)["given"] == "131"


def test_a_line_that_is_refused_is_told_at_its_row_and_nothing_is_booked(desk):
    client = desk.at("an")
    form = paying(opened(client), _0_interest="100000", _4_principal="99000000")

    answer = client.post(SHEET, data=form)

    assert answer.status_code == 422
    assert 'id="lines-4-principal-fault"' in answer.text
    assert 'value="99000000"' in answer.text
    assert taken(desk) == {}
    mended = client.post(SHEET, data=paying(form, _0_interest="100000"))
    assert mended.status_code == 303
    assert set(taken(desk)) == {f"{STEM}001"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cash": ""}, "cash"),
        ({"cash": "90000"}, "why"),
        ({"note_100000": "2"}, "cash"),
        ({"note_500000": "x"}, "note_500000"),
        ({"lines-1-interest": "1,234tr"}, "lines-1-interest"),
    ],
)
def test_cash_is_settled_before_anything_is_booked(desk, changes, field):
    client = desk.at("an")

    answer = client.post(SHEET, data=paying(opened(client), _1_interest="100000") | changes)

    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert taken(desk) == {}


def test_a_difference_that_is_explained_is_kept_with_the_receipts(desk):
    client = desk.at("an")
    form = paying(opened(client), _1_interest="100k") | {"cash": "", "note_50000": "3"}

    answer = client.post(SHEET, data=form | {"why": "nộp thừa, trả lại sau"})

    assert answer.status_code == 303, answer.text
    with desk.database.read() as tx:
        act = records.ledger.act_of_receipt(tx, f"{STEM}001")
    assert (act.by, act.ground) == ("an", "nộp thừa, trả lại sau")
    assert '"cash": 150000' in act.particulars


def test_a_check_books_nothing_and_shows_what_was_read(desk):
    client = desk.at("an")
    form = paying(opened(client), _1_interest="1,5tr") | {"cash": "1.600.000"}
    form.pop("book")

    html = client.post(SHEET, data=form | {"check": ""}).text

    assert 'id="lines-1-interest" name="lines-1-interest" value="1.500.000"' in html
    assert re.search(r'id="sum-over"[^>]*>100\.000<', html)
    wrong = client.post(SHEET, data=form | {"lines-4-principal": "99000000", "check": ""})
    assert (wrong.status_code, 'id="lines-4-principal-fault"' in wrong.text) == (422, True)
    assert taken(desk) == {}


def test_what_somebody_booked_meanwhile_is_not_taken_twice(desk):
    client, head = desk.at("an"), desk.at("binh")
    form = paying(opened(client), _0_interest="100000")
    head.post(SHEET, data=paying(opened(head), _0_interest="50000"))

    moved = client.post(SHEET, data=form)

    assert moved.status_code == 409
    assert list(taken(desk)) == [f"{STEM}001"]
    again = dict(FIELD.findall(moved.text[moved.text.index('id="sheet"') :])) | {"book": ""}
    assert client.post(SHEET, data=paying(again, _0_interest="100000")).status_code == 303
    assert list(taken(desk)) == [f"{STEM}001", f"{STEM}002"]


def test_the_head_of_a_group_takes_interest_alone(desk):
    head = desk.at("binh")
    form = opened(head)

    refused = head.post(SHEET, data=paying(form, _0_principal="100000"))
    allowed = head.post(SHEET, data=paying(form, _0_interest="100000"))

    assert not [name for name in form if name.endswith("principal")]
    assert (refused.status_code, allowed.status_code) == (422, 303)
    assert [slip.principal for slip in taken(desk).values()] == [0]
    reversal = {"form_token": form["form_token"], "form_key": "k" * 22, "ground": "sai"}
    undone = head.post(f"{SHEET}/receipts", data=reversal | {"receipt_no": f"{STEM}001"})
    assert undone.status_code == 403


def test_a_receipt_is_undone_with_its_reason_and_its_number_is_spent(desk):
    client = desk.at("an")
    client.post(SHEET, data=paying(opened(client), _0_interest="100000", _0_principal="200000"))
    form = opened(client)
    tokens = {name: form[name] for name in ("form_token", "form_key")}
    asked = tokens | {"receipt_no": f"{STEM}001"}

    silent = client.post(f"{SHEET}/receipts", data=asked)
    undone = client.post(f"{SHEET}/receipts", data=asked | {"ground": "ghi nhầm"})

    assert (silent.status_code, undone.status_code) == (422, 303)
    assert [(slip.total, slip.counts) for slip in taken(desk).values()] == [(300_000, False)]
    client.post(SHEET, data=paying(opened(client), _0_interest="100000"))
    assert set(taken(desk)) == {f"{STEM}001", f"{STEM}002"}


def test_a_loan_of_another_group_is_no_line_of_the_sheet(desk):
    client = desk.at("an")
    form = paying(opened(client), _0_interest="100000") | {"lines-0-loan_no": number(999)}

    assert client.post(SHEET, data=form).status_code == 422
    assert taken(desk) == {}


@pytest.mark.parametrize("who", ["chi"])
@pytest.mark.parametrize("address", [SHEET, f"{SHEET}/receipts"])
def test_the_group_of_another_office_is_not_there(desk, who, address):
    form = opened(desk.at("an"))

    assert desk.at(who).get(address).status_code == 404
    assert desk.at(who).get(address.replace(GROUP, "9999999")).status_code == 404
    assert desk.at(who).post(SHEET, data=form).status_code in {403, 404}


def test_a_session_to_come_and_a_day_without_debt_say_what_to_do(desk):
    client = desk.at("an")

    ahead = client.get(f"/sheets/{GROUP}/2099-01-12").text
    early = client.get(f"/sheets/{GROUP}/2020-01-12").text
    sent = client.post("/sheets/1933301/2099-01-12", data=paying(opened(client), _0_interest="1"))

    assert 'id="book"' not in ahead
    assert 'id="sheet"' not in early
    assert sent.status_code in {409, 422}
    assert client.get(f"/sheets/{GROUP}/32-01-2026").status_code == 400
    assert client.get("/sheets?period=year").status_code == 400


def test_sessions_are_listed_by_day_with_the_groups_that_come(desk):
    client = desk.at("an")

    month = client.get("/sheets?period=month").text

    assert f"/sheets/{GROUP}/" in month
    assert "/sheets/" not in desk.at("chi").get("/sheets?period=month").text.split("<main")[
        1
    ].replace("/sheets?", "")
