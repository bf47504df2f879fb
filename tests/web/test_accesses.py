"""Pages that show persons note it first; logs name none."""

import logging
import re

import pytest

from creditdesk import accesses, cards, records
from creditdesk.errors import BooksBroken
from tests.web.conftest import COMMUNE, DAY, MANY, OTHER, number

LOAN = f"/loans/{number(1)}"
NAME, ID_NO = "Người vay (minh họa)", "044090000001"


def lines(book):
    with book.database.read() as tx:
        return accesses.journal(tx, accesses.FIRST)


def test_a_card_is_noted_with_its_request(book):
    answer = book.client.get(LOAN)

    assert answer.status_code == 200
    (line,) = lines(book)
    assert (line.who, line.channel, line.act, line.persons) == ("guest", "web", "loan-card", 1)
    assert line.request_id == answer.headers["X-Request-ID"]
    assert "•••••••••001" in answer.text
    assert ID_NO not in answer.text


def test_a_page_of_loans_is_noted_for_each_who_is_on_it(book):
    book.client.get(f"/communes/{COMMUNE}")

    (line,) = lines(book)
    assert (line.subject_no, line.persons) == (COMMUNE, 100)
    with book.database.read() as tx:
        assert len(accesses.of_person(tx, f"{100:010d}")) == 1
        assert accesses.of_person(tx, f"{MANY + 1:010d}") == []


@pytest.mark.parametrize("path", ["/", "/portfolio.csv", "/loans/6600202699999999", "/healthz"])
def test_a_page_without_persons_is_not_noted(book, path):
    book.client.get(path)

    assert lines(book) == []


@pytest.mark.parametrize("path", [LOAN, f"/communes/{OTHER}"])
def test_where_nothing_can_be_noted_nobody_is_shown(book, path):
    with book.database.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE access_head RENAME TO elsewhere")

    answer = book.client.get(path)

    assert answer.status_code >= 500
    assert NAME not in answer.text


def broken_card(*_):
    raise RuntimeError(f"{NAME} {ID_NO}")


def contradicting_card(tx, *_):
    tx.execute(
        records.accesses.access_line.select().where(records.accesses.access_line.c.who == ID_NO)
    ).one()


def sealed_otherwise(*_):
    raise BooksBroken(why="seal-broken", place="customer.id_no|0000000001")


@pytest.mark.parametrize("fails", [broken_card, contradicting_card, sealed_otherwise])
def test_no_log_names_a_person(book, monkeypatch, caplog, fails):
    monkeypatch.setattr(cards, "loan_card", fails)
    caplog.set_level(logging.DEBUG)

    answer = book.client.get(f"{LOAN}?as_of={DAY}")
    for path in (f"/communes/{NAME}", f"/loans/{ID_NO}", f"/?place={NAME}&unit={ID_NO}"):
        book.client.get(path)

    assert answer.status_code == 500
    said = caplog.text
    assert answer.headers["X-Request-ID"] in said
    assert NAME not in said
    assert not re.search(r"\b\d{9}(\d{3})?\b", said)
    assert ID_NO not in answer.text
