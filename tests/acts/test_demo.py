"""The demonstration book: the same everywhere, plainly invented, lawful, exact where it says."""

import csv
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from creditdesk import communes, demo, loans, settings
from creditdesk.demo.chance import Chance
from creditdesk.demo.contracts import settled
from creditdesk.demo.files import MOVEMENT_TITLES
from creditdesk.demo.law import UNIT
from creditdesk.engine import ageing, days
from creditdesk.engine.accrual import RATE_UNIT
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.policy import rate_changes_reaching
from creditdesk.engine.replay import replay
from creditdesk.engine.terms import LoanTerms, RateStep
from creditdesk.intake.layout import KINDS, LOANS

LOANS_ASKED = 900
END_OF_2025 = date(2025, 12, 31)


def read(paths):
    rows = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


class Book:
    """The rows of a generated book, and every loan replayed by the engine."""

    def __init__(self, offices):
        self.offices = offices
        self.loans = read(office.loans_path for office in offices)
        self.movements = read(office.movements_path for office in offices)
        self.contracts = {row["Số khế ước"]: contract(row) for row in self.loans}
        self.events = defaultdict(list)
        for row in self.movements:
            self.events[row["Số khế ước"]].append(event(row))
        self.replayed = {
            number: replay(terms(self.contracts[number]), self.events[number], Orders())
            for number in self.contracts
        }

    def standings(self, as_of):
        return [
            ageing.stand(terms(self.contracts[number]), booked, as_of)
            for number, (booked, _) in self.replayed.items()
        ]

    def households(self, numbers):
        of = {row["Số khế ước"]: row["Mã hộ"] or row["Mã khách hàng"] for row in self.loans}
        return {of[number] for number in numbers}


def contract(row):
    return loans.Contract(*(reader.read(row[reader.title]) for reader in LOANS))


def event(row):
    until = days.read(row["Đến ngày"]) if row["Đến ngày"] else None
    day, kind = days.read(row["Ngày"]), KINDS[row["Loại"]]
    return Event(day, kind, int(row["Số tiền"] or 0), until, row["Số chứng từ"])


def terms(signed):
    """Return a contract's terms as the book keeps them, with the decrees that reach it later."""
    row = loans.row_of(signed, settings.policy(), "44")
    programme = settings.policy().programme(signed.programme)
    first = RateStep(date.min, signed.rate, Decimal(row["overdue_rate_e8"]) / RATE_UNIT)
    later = [
        RateStep(change.since, change.value, change.value * Decimal("1.3"))
        for change in rate_changes_reaching(programme, signed.signed_on)
    ]
    return LoanTerms(
        loan_no=signed.loan_no,
        signed_on=signed.signed_on,
        rates=(first, *later),
        approved=signed.approved,
        first_principal_on=signed.first_principal_on,
        every_months=signed.every_months,
        due_on=signed.due_on,
        session_day=signed.session_day,
        trustee=signed.trustee,
        grace_until=row["grace_until"],
        ladder=tuple(map(int, row["ladder"].split(","))),
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return Book(list(demo.generate(folder, loans=LOANS_ASKED)))


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    written = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        list(demo.generate(folder, loans=60))
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})

    assert written[0] == written[1]


def test_another_seed_writes_another_book(tmp_path):
    texts = []
    for seed in (1, 2):
        office = next(demo.generate(tmp_path, loans=60, seed=seed))
        texts.append(office.movements_path.read_bytes())

    assert texts[0] != texts[1]


def test_chance_falls_as_it_always_fell():
    # The bytes of a book rest on this stream: were it to change, books of one seed would differ.
    chance = Chance(2025, 44, 1)

    assert chance.below(1000, 5).tolist() == [356, 832, 181, 534, 602]


def test_no_movement_of_any_loan_is_refused(book):
    refused = {number: no for number, (_, no) in book.replayed.items() if no}

    assert len(book.replayed) == LOANS_ASKED
    assert not refused


def test_no_contract_is_doubted_by_the_policy_of_its_day(book):
    policy = settings.policy()
    places = communes.Map(settings.geography(), demo.DATA_DATE)
    found = [
        (signed.loan_no, *doubt)
        for signed in book.contracts.values()
        for doubt in loans.problems(signed, policy, places) + loans.doubts(signed, policy)
    ]

    assert not found


def test_the_figures_of_the_engine_are_the_sums_of_the_file(book):
    signs = {"GN": 1, "DK": -1, "TG": -1, "XN": -1}
    balance = sum(
        signs.get(row["Loại"], 0) * int(row["Số tiền"] or 0)
        for row in book.movements
        if days.read(row["Ngày"]) <= END_OF_2025
    )

    assert sum(standing.outstanding for standing in book.standings(END_OF_2025)) == balance


def test_interest_receipts_are_what_was_earned(book):
    standings = book.standings(demo.DATA_DATE)

    assert all(standing.interest_unpaid >= 0 for standing in standings)
    assert all(
        standing.interest_unpaid == 0 for standing in standings if standing.status == "closed"
    )


def test_most_pay_in_time_and_some_do_not(book):
    standings = [row for row in book.standings(demo.DATA_DATE) if row.status == "open"]
    late = sum(row.late_principal > 0 for row in standings)

    assert 0 < late < len(standings) * 5 // 100
    assert any(row.overdue for row in standings)
    assert any(row.frozen for row in standings)


def test_everything_that_can_happen_to_a_loan_happens(tmp_path):
    rows = read(o.movements_path for o in demo.generate(tmp_path, loans=6000))

    assert {row["Loại"] for row in rows} == set(KINDS)


def test_overdue_is_booked_at_sessions_and_the_last_month_is_left_to_the_desk(book):
    session_day = {number: signed.session_day for number, signed in book.contracts.items()}
    moved = [
        (number, happened.value_date)
        for number, events in book.events.items()
        for happened in events
        if happened.kind is Kind.OVERDUE
    ]

    assert moved
    assert all(day.day == session_day[number] for number, day in moved)
    assert max(day for _, day in moved) < demo.DATA_DATE.replace(day=1)


def test_at_the_end_of_2025_nothing_waits_to_be_transferred(book):
    rule = settings.policy().overdue_rule

    assert not any(
        ageing.to_transfer(terms(book.contracts[number]), booked, rule, END_OF_2025)
        for number, (booked, _) in book.replayed.items()
    )


def test_nobody_can_be_taken_for_a_person(book):
    for row in book.loans:
        assert row["Họ và tên"].endswith("(minh họa)")
        assert row["Số CCCD"].startswith("000")
        assert row["Tổ trưởng"].endswith("(minh họa)") or not row["Mã tổ"]
    assert all(row["Số chứng từ"].startswith("MH") for row in book.movements)


def test_numbers_name_one_thing_each(book):
    persons = {(c.customer_no, c.customer_name, c.id_no) for c in book.contracts.values()}
    groups = {
        (c.group_no, c.group_head, c.trustee, c.commune, c.village_code)
        for c in book.contracts.values()
        if c.group_no
    }
    receipts = Counter(row["Số chứng từ"] for row in book.movements)

    assert len(book.contracts) == len(book.loans)
    assert len({number for number, *_ in persons}) == len(persons)
    assert len({number for number, *_ in groups}) == len(groups)
    assert max(receipts.values()) == 1


def test_groups_have_at_most_sixty_members(tmp_path):
    book = demo.build(
        tmp_path, province="46", loans=9000, seed=1, reported=demo.Reported(8000, 400_000_000_000)
    )
    members = defaultdict(set)
    for row in read(office.loans_path for office in book):
        if row["Mã tổ"]:
            members[row["Mã tổ"]].add(row["Mã hộ"] or row["Mã khách hàng"])

    assert max(map(len, members.values())) <= 60


def test_every_commune_of_the_province_has_loans_and_one_office(book):
    geography = settings.geography()
    known = {row.code for row in geography.communes_on(demo.DATA_DATE) if row.province == "44"}
    offices = {(signed.commune, signed.office) for signed in book.contracts.values()}

    assert {commune for commune, _ in offices} == known
    assert len(offices) == len(known) == 78
    by_commune = [office for _, office in sorted(offices)]
    assert by_commune == sorted(by_commune)


@pytest.mark.parametrize("province", ["01", "46", "79", "96"])
def test_any_province_can_be_shown(tmp_path, province):
    offices = list(demo.generate(tmp_path, province=province, loans=40))
    rows = read(office.loans_path for office in offices)
    known = {row.code for row in settings.geography().communes if row.province == province}

    assert len(rows) == sum(office.loans for office in offices) == 40
    assert {row["Mã xã"] for row in rows} <= known


def test_a_province_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(demo.ProvinceUnknown):
        list(demo.generate(tmp_path, province="99"))


def test_files_are_in_vietnamese_and_composed(book):
    text = book.offices[0].movements_path.read_text("utf-8")

    assert text.splitlines()[0] == ",".join(MOVEMENT_TITLES)
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text


@pytest.mark.parametrize(
    ("households", "drawn", "loans_asked"),
    [
        (500, 27_530_000_000, 640),
        (500, 20_000_500_000, 500),
        (301, 21_000_000_000, 420),
    ],
)
def test_what_was_reported_is_reproduced_exactly(tmp_path, households, drawn, loans_asked):
    told = demo.Reported(households, drawn)
    offices = demo.build(tmp_path, province="44", loans=loans_asked, seed=7, reported=told)
    book = Book(list(offices))
    standings = book.standings(END_OF_2025)
    drew = {
        number
        for number, events in book.events.items()
        for happened in events
        if happened.kind is Kind.DRAW and happened.value_date <= END_OF_2025
    }

    assert min(days.read(row["Ngày"]) for row in book.movements) >= date(2021, 1, 1)
    assert sum(standing.drawn for standing in standings) == drawn
    assert len(book.households(drew)) == households
    owing = {standing.loan_no for standing in standings if standing.outstanding}
    assert len(book.households(owing)) == households
    assert not any(refused for _, refused in book.replayed.values())


def test_the_full_book_is_what_the_province_reported():
    assert demo.REPORTED == (179_860, 9_903_636_000_000)


def test_amounts_settle_on_the_sum_without_passing_ceiling_or_least():
    amounts = np.array([40, 100, 200, 60])
    highest = np.array([40, 200, 200, 200])
    order = np.array([2, 0, 3, 1])

    more = settled(amounts, highest, 30, order)
    less = settled(amounts, highest, -30, order)

    assert more.sum() == amounts.sum() + 30
    assert less.sum() == amounts.sum() - 30
    assert (more <= highest).all()
    assert (less >= 10).all()
    assert amounts.sum() == 400


def test_a_sum_beyond_all_ceilings_is_refused():
    with pytest.raises(ValueError, match=str(5 * UNIT)):
        settled(np.array([40]), np.array([45]), 10, np.array([0]))
