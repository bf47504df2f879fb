"""Months: closed, opened by two people with a ground, closed again; nothing enters but so."""

from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk import arrears, audit, closing, ledger, loans, months, records, repayments, schema
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.intake import layout
from tests.builders import POLICY, a_deed, a_file, a_loan, enter, live, take_movements
from tests.decided import decide

TODAY = date(2026, 11, 22)
JUNE = date(2026, 6, 20)
JULY = date(2026, 7, 11)
MOMENT = "2026-11-22T16:00:00+00:00"
GROUND = "Công văn 12/NHCS (minh họa)"
TITLES = ("loan_no", "value_date", "kind", "amount", "until", "receipt_no")


def close(tx, month="2026-06", **how):
    return closing.close_month(tx, month=month, today=TODAY, moment=MOMENT, **how)


def open_again(tx, month="2026-06", **deed):
    return closing.open_month(tx, month=month, deed=a_deed(**{"ground": GROUND, **deed}))


def receive(tx, loan_no, day=JUNE, receipt_no="BL1", principal=1_000_000):
    return repayments.receive(
        tx,
        POLICY,
        loan_no=loan_no,
        value_date=day,
        receipt_no=receipt_no,
        principal=Dong(principal),
        deed=a_deed(),
    )


def reverse(tx, receipt_no="BL1"):
    repayments.reverse(tx, POLICY, receipt_no=receipt_no, deed=a_deed(ground=GROUND))


def entries(tx):
    return tx.execute(sa.select(sa.func.count()).select_from(records.ledger.entry)).scalar_one()


def rebook(tx, loan_no):
    facts = {"amount": Dong(1), "value_date": JUNE, "receipt_no": "DK9", "deed": a_deed()}
    loans.rebook(tx, POLICY, loan_no=loan_no, **facts)


def extend(tx, loan_no):
    decide(tx, "extend", loan_no, JUNE, until="2028-01-15")


def freeze(tx, loan_no):
    decide(tx, "freeze", loan_no, JUNE, reason="K4a")


def transfer(tx, _loan_no):
    arrears.transfer(tx, POLICY, session=date(2026, 6, 7), place=arrears.Place(), deed=a_deed())


ROADS = {
    "receive": receive,
    "rebook": rebook,
    "extend": extend,
    "freeze": freeze,
    "transfer": transfer,
    "reverse": lambda tx, _loan_no: reverse(tx, "BL0"),
}


@pytest.mark.parametrize("road", ROADS)
def test_nothing_enters_a_closed_month_by_any_road(database, road):
    signed = {"signed_on": date(2026, 3, 10), "first_principal_on": date(2026, 5, 10)}
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=40_000_000, **signed)
        receive(tx, loan_no, date(2026, 6, 1), "BL0")
        close(tx)
        before = entries(tx)

    with pytest.raises(months.MonthClosed) as refusal, database.begin() as tx:
        ROADS[road](tx, loan_no)

    assert refusal.value.facts["month"] == "2026-06"
    with database.begin() as tx:
        assert entries(tx) == before
        open_again(tx)
        ROADS[road](tx, loan_no)
        assert entries(tx) > before
        assert audit.verify(tx, POLICY).faults == []


def file_of(tmp_path, rows, name="gd.csv"):
    cells = [dict(zip(TITLES, row, strict=True)) for row in rows]
    return a_file(tmp_path / name, layout.MOVEMENTS, cells)


def test_rows_of_a_closed_month_are_faults_at_their_lines_and_known_ones_are_not(
    database, tmp_path
):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        known = (loan_no, "05/06/2026", "TG", "1.000.000", "", "CT1")
        take_movements(tx, file_of(tmp_path, [known]))
        close(tx)
        rows = [
            known,
            (loan_no, "20/06/2026", "TG", "1.000.000", "", "CT2"),
            (loan_no, "11/07/2026", "TG", "1.000.000", "", "CT3"),
            (loan_no, "30/06/2026", "TL", "1.000", "", "CT4"),
        ]
        path = file_of(tmp_path, rows, "bu.csv")

        for dry_run in (True, False):
            report = take_movements(tx, path, dry_run=dry_run)

            told = [(fault.row, fault.column, fault.code) for fault in report.faults]
            assert told == [(3, "value_date", "month-closed"), (5, "value_date", "month-closed")]
            assert (report.accepted, report.already_known) == (0, 1)
        assert len(live(tx, loan_no)) == 2

        open_again(tx)
        assert take_movements(tx, path).accepted == 3


def test_what_follows_in_a_closed_month_from_a_fact_of_an_open_one_is_booked(database):
    """The receipt of July changes what the one of August took: only its own month is asked."""
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2026, 5, 7), Kind.OVERDUE, 1_500_000, None, "CQH1"))
        receive(tx, loan_no, date(2026, 8, 5), "BL8", 1_000_000)
        close(tx, "2026-08")

        receive(tx, loan_no, JULY, "BL7", 1_000_000)

        amounts = [[line.amount for line in booked.postings] for booked in live(tx, loan_no)]
        assert amounts[-2:] == [[1_000_000], [500_000, 500_000]]
        assert audit.verify(tx, POLICY).faults == []


def test_a_receipt_of_an_open_month_is_reversed_though_a_later_one_is_closed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no)
        close(tx, "2026-07")

        reverse(tx)

        assert len(live(tx, loan_no)) == 1


def test_a_known_receipt_of_a_closed_month_is_answered_again(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no)
        close(tx)

        assert not receive(tx, loan_no).new


def test_a_month_closed_again_keeps_the_figures_of_each_closing(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        first = close(tx)
        open_again(tx)
        receive(tx, loan_no)

        second = close(tx)
        again = close(tx)

        assert (first.new, second.new, again.new) == (True, True, False)
        assert (first.before, first.differences) == ({}, {})
        assert second.before == again.before == first.figures
        assert second.differences["outstanding"] == -1_000_000
        assert "drawn_to_date" not in second.differences
        assert again.figures == second.figures
        told = [(one.number, one.figures, one.opened) for one in closing.history(tx)]
        opened = ledger.Deed("nguoi-lap", a_deed().recorded_at, "kiem-soat", GROUND)
        assert told == [(1, first.figures, opened), (2, second.figures, None)]
        assert audit.verify(tx, POLICY).faults == []


def test_the_months_that_stand_open_are_told_until_they_are_closed(database):
    with database.begin() as tx:
        a_loan(tx)
        for month in ("2026-05", "2026-06"):
            close(tx, month)
        assert closing.open_months(tx) == ()

        open_again(tx)

        assert [one.month for one in closing.open_months(tx)] == ["2026-06"]
        close(tx)
        assert closing.open_months(tx) == ()


def test_only_a_closed_month_is_opened(database):
    with database.begin() as tx:
        with pytest.raises(closing.MonthNotClosed):
            open_again(tx)
        close(tx)
        open_again(tx)
        with pytest.raises(closing.MonthNotClosed):
            open_again(tx)


@pytest.mark.parametrize(
    ("deed", "refusal"),
    [
        ({"ground": ""}, ledger.GroundMissing),
        ({"ground": "  "}, ledger.GroundMissing),
        ({"checked_by": ""}, ledger.CheckerMissing),
        ({"checked_by": "Nguoi-Lap"}, ledger.SamePerson),
        ({"by": ""}, ledger.MakerMissing),
    ],
)
def test_a_month_is_opened_by_two_people_with_a_ground(database, deed, refusal):
    with database.begin() as tx:
        close(tx)

        with pytest.raises(refusal):
            open_again(tx, **deed)

        assert closing.open_months(tx) == ()


def test_what_people_opened_is_not_closed_where_nobody_asks_for_it(database):
    with database.begin() as tx:
        close(tx)
        open_again(tx)

        with pytest.raises(closing.MonthStandsOpen) as refusal:
            close(tx, again=False)

        assert refusal.value.facts["ground"] == GROUND
        assert close(tx).new
        assert not close(tx, again=False).new


def test_a_reversal_states_its_ground(database):
    with database.begin() as tx:
        receive(tx, a_loan(tx))

        with pytest.raises(ledger.GroundMissing):
            repayments.reverse(tx, POLICY, receipt_no="BL1", deed=a_deed())


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", records.kept.APPEND_ONLY)
def test_what_is_written_of_a_month_cannot_be_changed(database, table, verb):
    with database.begin() as tx:
        close(tx)
        open_again(tx)
    said = f"UPDATE {table} SET month = 'x'" if verb == "UPDATE" else f"DELETE FROM {table}"

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(said)


def test_months_closed_before_there_were_openings_are_closed_once(database):
    with database.begin() as tx:
        close(tx, "2026-04")
        for month in ("2026-05", "2026-06"):
            close(tx, month)
            open_again(tx, month)
        close(tx, "2026-06")

    schema.downgrade(database, "0005_kept")
    schema.upgrade(database)

    with database.read() as tx:
        told = [(one.month, one.number, one.opened) for one in closing.history(tx)]
    assert told == [("2026-04", 1, None), ("2026-06", 1, None)]
