"""The sheet of a group: proposed by the engine, booked whole or not at all, and only once."""

import io
import re
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from creditdesk import collecting, records, settings, worklists
from creditdesk.arrears import Place
from creditdesk.users import Client, people, sessions
from creditdesk.users.permissions import Role, Scope
from creditdesk.users.sessions import Stage
from creditdesk.web.edge import moment
from tests.people import a_user
from tests.web.conftest import COMMUNE, HOSTILE, MANY, OTHER, number

POLICY = settings.policy()
GROUP = "1933301"
DAY = date(2026, 7, 12)  # a session of both communes
SHEET = f"/sheets/{GROUP}/{DAY.isoformat()}"
STEM = f"PT{GROUP}-260712-"
FIELD = re.compile(r'name="([\w-]+)" value="([^"]*)"')


@pytest.fixture
def desk(book):
    """Return the book with an officer of its office, the head of its group and a stranger."""
    scopes = {
        "an": (Role.OFFICER, Scope("office", ("004401",))),
        "binh": (Role.GROUP_HEAD, Scope("group", (GROUP,))),
        "chi": (Role.OFFICER, Scope("office", ("004409",))),
    }
    with book.database.begin() as tx:
        tokens = {name: token(tx, book, name, *of) for name, of in scopes.items()}

    def client(name):
        found = book.app.test_client()
        found.set_cookie("session", tokens[name])
        return found

    return SimpleNamespace(**vars(book), at=client, tokens=tokens)


def token(tx, book, name, role, scope):
    person = a_user(tx, name, role, password="", scope=scope)
    configured = book.app.extensions["creditdesk"].settings
    begun = sessions.begin(
        tx, configured, person=person, stage=Stage.FULL, client=Client("127.0.0.1"), at=moment()
    )
    return begun.token


def opened(client, address=SHEET):
    """Return what the form of a sheet holds, as a browser would send it."""
    html = client.get(address).text
    form = html[html.index('id="sheet"') :]
    return dict(FIELD.findall(form)) | {"book": ""}


def paying(form, **amounts):
    """Return a form in which only some lines pay, by number of the row, with the cash for it."""
    nobody = {name: "0" for name in form if re.fullmatch(r"lines-\d+-(principal|interest)", name)}
    told = {f"lines-{name[1:].replace('_', '-')}": said for name, said in amounts.items()}
    total = sum(int(said) for said in told.values() if said.isdigit())
    return form | nobody | told | {"cash": str(total)}


def taken(desk):
    """Return the receipts that the book has of the sheet, by number."""
    with desk.database.read() as tx:
        found = collecting.sheet(tx, POLICY, GROUP, DAY).receipts
    return {slip.receipt_no: slip for slip in found}


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

    first, second = (client.post(SHEET, data=form) for _ in range(2))

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


# --- the sheet as a workbook, the receipts on paper ---


def taken_along(client, address=SHEET, **cells):
    """Return the workbook of a sheet in which somebody wrote, by cell."""
    book = load_workbook(io.BytesIO(client.get(f"{address}/sheet.xlsx").data))
    for cell, said in cells.items():
        book.active[cell] = said
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brought_back(client, content):
    form = opened(client)
    said = {name: form[name] for name in ("form_token", "form_key")}
    return client.post(
        f"{SHEET}/sheet.xlsx", data=said | {"file": (io.BytesIO(content), "b.xlsx")}
    )


def test_a_workbook_that_is_brought_back_twice_is_booked_once(desk):
    client = desk.at("an")
    content = taken_along(client, H5=0, I5=123_000)
    shown = [brought_back(client, content) for _ in range(2)]
    forms = [dict(FIELD.findall(one.text[one.text.index('id="sheet"') :])) for one in shown]

    sent = [
        client.post(SHEET, data=paying(form, _0_interest="123000") | {"book": ""})
        for form in forms
    ]

    assert [one.status_code for one in shown] == [200, 200]
    assert 'name="lines-0-interest" value="123000"' in shown[0].text
    assert forms[0]["form_key"] == forms[1]["form_key"]
    assert [one.status_code for one in sent] == [303, 303]
    assert [slip.interest for slip in taken(desk).values()] == [123_000]


def test_a_workbook_is_open_where_somebody_pays_and_locked_elsewhere(desk):
    book = load_workbook(io.BytesIO(desk.at("binh").get(f"{SHEET}/sheet.xlsx").data))
    inside = book.active
    unlocked = {
        cell.coordinate[0]
        for row in inside.iter_rows(min_row=5)
        for cell in row
        if not cell.protection.locked
    }

    assert inside.protection.sheet
    assert unlocked == {"I"}
    assert {inside.cell(row, 8).value for row in range(5, inside.max_row + 1)} == {0}
    assert HOSTILE in {cell.value for cell in inside["C"]}


@pytest.mark.parametrize(
    ("cells", "place", "status"),
    [
        ({"H7": "hai triệu"}, "lines-2-principal-fault", 422),
        ({"B6": "6600202600009999"}, "file-fault", 422),
        ({"J6": "elsewhere"}, "file-fault", 422),
        ({"B4": "?"}, "file-fault", 422),
    ],
)
def test_what_is_wrong_in_a_workbook_is_told_at_its_place(desk, cells, place, status):
    client = desk.at("an")

    answer = brought_back(client, taken_along(client, **cells))

    assert answer.status_code == status
    assert f'id="{place}"' in answer.text
    assert (
        client.post(
            f"{SHEET}/sheet.xlsx", data={"form_token": opened(client)["form_token"]}
        ).status_code
        == 422
    )


def test_receipts_are_printed_several_on_a_page(desk):
    client = desk.at("an")
    client.post(
        SHEET, data=paying(opened(client), **{f"_{at}_interest": "50000" for at in range(9)})
    )

    paper = PdfReader(io.BytesIO(client.get(f"{SHEET}/receipts.pdf").data))
    text = "\n".join(page.extract_text() for page in paper.pages)

    assert len(paper.pages) == 3
    assert [f"{STEM}{at:03d}" in text for at in range(1, 11)] == [True] * 9 + [False]
    assert "năm mươi nghìn đồng" in text.lower()


# --- a session that ran out ---


def over(desk):
    with desk.database.begin() as tx:
        tx.exec_driver_sql("UPDATE session SET seen_at = '2026-01-01T00:00:00.000000+00:00'")


def test_what_was_sent_after_the_session_ran_out_is_there_after_signing_in(desk):
    client = desk.at("an")
    form = paying(opened(client), _3_interest="77000")
    over(desk)

    led = client.post(SHEET, data=form)
    back = parse_qs(urlsplit(led.headers["Location"]).query)["next"][0]
    with desk.database.begin() as tx:
        for name in ("an", "binh"):
            desk.tokens[name] = again(tx, desk, name)
    others = desk.at("binh").get(back)
    mine = desk.at("an").get(back)
    held = dict(FIELD.findall(mine.text[mine.text.index('id="sheet"') :]))
    sent = desk.at("an").post(SHEET, data=held | {"book": "", "cash": "77000"})

    assert led.status_code == 303
    assert back.startswith(f"{SHEET}?held=")
    assert held["lines-3-interest"] == "77000"
    assert held["form_key"] == form["form_key"]
    assert 'value="77000"' not in others.text
    assert sent.status_code == 303, sent.text
    assert [slip.interest for slip in taken(desk).values()] == [77_000]


def again(tx, desk, name):
    configured = desk.app.extensions["creditdesk"].settings
    person = people.person(tx, name)
    return sessions.begin(
        tx, configured, person=person, stage=Stage.FULL, client=Client("127.0.0.1"), at=moment()
    ).token


@pytest.mark.parametrize("how", ["signed-out", "forged"])
def test_nothing_is_held_for_whoever_was_shut_out_or_never_had_the_form(desk, how):
    client = desk.at("an")
    form = paying(opened(client), _3_interest="77000")
    if how == "forged":
        over(desk)
        form["form_token"] = "0" * 64
    else:
        with desk.database.begin() as tx:
            sessions.end(tx, token=desk.tokens["an"], at=moment())

    led = client.post(SHEET, data=form)

    assert "held" not in led.headers["Location"]
