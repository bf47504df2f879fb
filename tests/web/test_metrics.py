"""What a watching machine is told: whether the desk stands, how far its nights have come."""

from datetime import date

from creditdesk import closing, ledger, records, turns
from tests.apps import an_app
from tests.builders import a_loan
from tests.web.conftest import configured

DAY = date(2026, 5, 31)
MOMENT = "2026-05-31T20:00:00+00:00"
# Midnight of 31 May 2026 in Vietnam, seven hours before Greenwich.
MIDNIGHT = 1_780_160_400


def told(url):
    app = an_app(configured(url))
    answer = app.test_client().get("/metrics")
    app.extensions["creditdesk"].database.close()
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return dict(line.rsplit(" ", 1) for line in answer.text.splitlines())


def test_an_empty_book_is_up_and_has_no_nights(database, database_url):
    assert told(database_url) == {
        "creditdesk_up": "1",
        "creditdesk_entries_total": "0",
        "creditdesk_months_open": "0",
    }


def test_nights_and_open_months_are_told_of_the_book_as_a_whole(database, database_url):
    with database.begin() as tx:
        a_loan(tx)
        closing.close_day(tx, day=DAY, today=DAY, moment=MOMENT)
        closing.close_month(tx, month="2026-05", today=date(2026, 6, 1), moment=MOMENT)
        token = turns.take(tx, holder="clock", now=MOMENT, until="2026-06-01T20:00:00+00:00")
        assert turns.claim(tx, job="close-day", day=DAY, token=token, moment=MOMENT)
        deed = ledger.Deed("A", MOMENT, "B", "chứng từ đến muộn")
        closing.open_month(tx, month="2026-05", deed=deed)
        entries = records.ledger.last_entry(tx)

    assert told(database_url) == {
        "creditdesk_up": "1",
        "creditdesk_entries_total": str(entries),
        "creditdesk_months_open": "1",
        "creditdesk_last_closed_day_seconds": str(MIDNIGHT),
        'creditdesk_job_last_day_seconds{job="close-day"}': str(MIDNIGHT),
    }


def test_a_database_without_tables_is_told_as_down(tmp_path):
    assert told(f"sqlite:///{tmp_path / 'bare.sqlite'}") == {"creditdesk_up": "0"}
