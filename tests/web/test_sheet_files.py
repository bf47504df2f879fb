"""The sheet taken along and brought back, its receipts on paper, and what a lost session sent."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from creditdesk.users import Client, people, sessions
from creditdesk.users.sessions import Stage
from creditdesk.web.edge import moment
from tests.web.conftest import HOSTILE, number
from tests.web.hall import FIELD, SHEET, STEM, desk, opened, paying, taken

__all__ = ["desk"]


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
    assert 'name="lines-0-interest" value="123.000"' in shown[0].text
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
        ({"B6": number(1), "B7": number(1)}, "file-fault", 422),
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
