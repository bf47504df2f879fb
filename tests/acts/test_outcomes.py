"""What became of households lent to, and how interest on entrusted capital is shared."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from creditdesk import households, papers
from creditdesk.engine.dated import Dated, History
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import InterestShares
from creditdesk.households import Listing
from creditdesk.papers import Asked
from tests.builders import PLACES, POLICY, a_deed, a_loan, enter

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)


_STANDINGS = ("HN", "HCN", "MTN", "KHAC", "none")


def listed(tx, household_no, standing, since, until=None, **of_deed):
    """Enter what a commune's list says of a household."""
    said = (household_no, "19333", standing, since, until, "5/UBND", since)
    deed = replace(a_deed(), **of_deed)
    households.classify(tx, POLICY, PLACES, listings=[Listing(*said)], deed=deed)


def made(tx, kind="poverty", policy=POLICY, **more):
    asked = Asked(**{"as_of": AS_OF, "made_at": MADE, "place": "44"} | more)
    return papers.kind_of(kind).value(tx, policy, asked)


def cells(value, part):
    """Return the lines of a part as facts by column; the codes of columns tell them apart."""
    found = next(one for one in value.parts if one.code == part)
    codes = [column.code for column in found.columns]
    return [dict(zip(codes, line.cells, strict=True)) for line in found.lines]


def a_book_of_outcomes(tx):
    """Enter four households: one escaped with two loans, one fell, one unlisted, one run out."""
    a_loan(tx, 1, household_no="H1")
    days = {"signed_on": date(2025, 3, 3), "first_principal_on": date(2026, 1, 15)}
    a_loan(tx, 2, household_no="H1", programme="19", rate=Decimal("0.0792"), **days)
    a_loan(tx, 3, household_no="H2", standing="KHAC")
    a_loan(tx, 4, household_no="H3", standing="HCN")
    a_loan(tx, 5, household_no="H4")
    a_loan(tx, 6, household_no="H5", drawn=0)
    listed(tx, "H1", "HN", date(2023, 1, 1))
    listed(tx, "H1", "HCN", date(2025, 1, 1))
    listed(tx, "H1", "MTN", date(2026, 1, 1))
    listed(tx, "H2", "HN", date(2025, 6, 1))
    listed(tx, "H4", "HN", date(2024, 1, 1), date(2025, 12, 31))


def test_each_household_moves_once_from_its_first_loan_to_the_day_of_the_figures(database):
    with database.begin() as tx:
        a_book_of_outcomes(tx)
    with database.read() as tx:
        value = made(tx)

    moves = {
        (code, column): many
        for code, row in zip(_STANDINGS, cells(value, "outcome_moves"), strict=False)
        for column, many in row.items()
        if isinstance(many, int) and many and column != "households_lent"
    }
    assert moves == {
        ("HN", "is:MTN"): 1,  # H1: poor at the first loan, escaped today
        ("HN", "is:none"): 1,  # H4: its list ran out, nothing tells
        ("HCN", "is:HCN"): 1,  # H3: of which its contract alone tells
        ("KHAC", "is:HN"): 1,  # H2: fell
    }
    total = cells(value, "outcome_communes")[-1]
    told = ("households_lent", "left_lists", "came_lists", "told_by_list", "drawn_to_date")
    assert [total[name] for name in told] == [4, 1, 1, 2, 250_000_000]
    near_poor = next(row for row in cells(value, "outcome_programmes") if row["code"] == "19")
    assert (near_poor["was:HCN"], near_poor["is:MTN"], near_poor["left_lists"]) == (1, 1, 1)
    assert value.evidence.failed == ()
    assert value.evidence.since == date(2024, 1, 15)


def test_the_loans_of_a_period_alone_begin_anew(database):
    with database.begin() as tx:
        a_book_of_outcomes(tx)
    with database.read() as tx:
        value = made(tx, since=date(2025, 1, 1))

    total = cells(value, "outcome_communes")[-1]
    assert [total[name] for name in ("households_lent", "was:HCN", "is:MTN")] == [1, 1, 1]


def test_a_list_entered_later_is_not_known_before(database):
    with database.begin() as tx:
        a_loan(tx, household_no="H1")
        listed(tx, "H1", "MTN", date(2026, 1, 1), recorded_at="2026-12-05T02:00:00+00:00")
    later = {"made_at": datetime(2027, 1, 4, 3, tzinfo=UTC)}
    with database.read() as tx:
        now = cells(made(tx, **later), "outcome_communes")[-1]
        before = cells(made(tx, known_on=date(2026, 12, 4), **later), "outcome_communes")[-1]

    assert (now["is:MTN"], now["told_by_list"]) == (1, 1)
    assert (before["is:MTN"], before["is:HN"], before["told_by_list"]) == (0, 1, 0)


def test_what_was_published_stands_apart_as_text_that_nobody_can_add_up(database):
    with database.begin() as tx:
        a_book_of_outcomes(tx)
    with database.read() as tx:
        whole, commune = made(tx), made(tx, place="19333")

    quoted = cells(whole, "outcome_quoted")
    assert quoted[0]["published_said"] == "8,18 % = 35.561 hộ"
    assert quoted[0]["published_by"] == "Báo Quảng Trị"
    assert all(isinstance(cell, str) for row in quoted for cell in row.values())
    assert [part.code for part in commune.parts if part.code == "outcome_quoted"] == []


def a_book_of_interest(tx):
    loan_no = a_loan(tx, source="2", investor="TINH")
    a_loan(tx, 2)
    for day, amount in ((date(2026, 2, 7), 100_001), (date(2026, 7, 7), 200_000)):
        enter(tx, loan_no, Event(day, Kind.INTEREST, Dong(amount), None, f"TL{amount}"))


def test_shares_that_nobody_set_are_not_invented(database):
    with database.begin() as tx:
        a_book_of_interest(tx)
    with database.read() as tx:
        value = made(tx, "local-capital")

    row, total = cells(value, "local_interest")
    assert (row["interest"], row["fee"], row["added"], row["left_to_budget"]) == (
        *(300_001, None),
        *(None, None),
    )
    assert row["set_by"] == "chưa quy định"
    assert (total["interest"], total["fee"]) == (300_001, None)
    assert "interest-shares-unset" in value.notes


def test_each_stretch_of_days_shares_interest_by_the_rule_of_its_own_days(database):
    with database.begin() as tx:
        a_book_of_interest(tx)
    fee = History((share("0.25", date(2020, 1, 1)), share("0.3", date(2026, 7, 1))))
    shares = InterestShares(fee, History((share("0.5", date(2020, 1, 1)),)))
    with database.read() as tx:
        value = made(tx, "local-capital", replace(POLICY, local_capital={"44": shares}))

    told = [
        [row[name] for name in ("interest", "fee", "added", "left_to_budget")]
        for row in cells(value, "local_interest")
    ]
    # 100,001 x 0.25 = 25,000.25 and x 0.5 = 50,000.5, half away from zero.
    assert told == [
        [100_001, 25_000, 50_001, 25_000],
        [200_000, 60_000, 100_000, 40_000],
        [300_001, 85_000, 150_001, 65_000],
    ]
    assert "interest-shares-unset" not in value.notes
    assert value.evidence.failed == ()


def share(said, since):
    return Dated(since, Decimal(said), "share", "Quyết định 1/QĐ-UBND", "S", date(2026, 11, 22))
