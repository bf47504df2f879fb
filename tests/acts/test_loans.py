"""Loans: what a contract must say, what may be drawn on it, what an extension needs."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import households, ledger, loans, records, repayments, standings
from creditdesk.engine.journal import Kind
from creditdesk.engine.lifecycle import NotInThisState
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import BeforeFirstDraw, ExtensionNotLater, MoreThanOutstanding
from tests.builders import PLACES, POLICY, a_contract, a_deed, a_loan, as_told

WRONG = {
    "loan_no": ({"loan_no": "66000000000001"}, "loan-no-unreadable"),
    "programme": ({"programme": "77"}, "programme-unknown"),
    "investor": ({"source": "2"}, "investor-missing"),
    "trustee": ({"trustee": "55"}, "trustee-unknown"),
    "commune": ({"commune": "99999"}, "commune-unknown"),
    "session_day": ({"session_day": 31}, "session-day-outside"),
    "rate": ({"rate": Decimal("6.6")}, "rate-outside"),
    "approved": ({"approved": Dong(0)}, "amount-not-positive"),
    "due_on": (
        {"due_on": date(2024, 1, 15), "first_principal_on": None},
        "due-before-signed",
    ),
    "every_months": ({"every_months": 0}, "interval-missing"),
    "first_principal_on": (
        {"first_principal_on": date(2024, 1, 15)},
        "first-principal-outside",
    ),
}


def sign(tx, contract):
    return loans.sign(tx, POLICY, PLACES, contract=contract, deed=a_deed())


def draw(tx, loan_no, amount, receipt_no="GN9", value_date=date(2024, 3, 1)):
    return loans.draw(
        tx,
        POLICY,
        loan_no=loan_no,
        amount=Dong(amount),
        value_date=value_date,
        receipt_no=receipt_no,
        deed=a_deed(),
    )


def rebook(tx, loan_no, amount, receipt_no="DK9", value_date=date(2024, 4, 1)):
    return loans.rebook(
        tx,
        POLICY,
        loan_no=loan_no,
        amount=Dong(amount),
        value_date=value_date,
        receipt_no=receipt_no,
        deed=a_deed(),
    )


def extend(tx, loan_no, until, receipt_no="GH9", deed=None):
    return as_told(Kind.EXTEND)(
        tx,
        POLICY,
        loan_no=loan_no,
        until=until,
        value_date=date(2026, 12, 1),
        receipt_no=receipt_no,
        deed=deed or a_deed(),
    )


def test_a_signed_contract_is_a_loan_without_balance(database):
    with database.begin() as tx:
        loan_no = sign(tx, a_contract())

        found = standings.standing(tx, loan_no, date(2026, 1, 1))

    assert (found.status, found.drawn, found.outstanding) == ("open", 0, 0)
    assert (found.late_principal, found.next_due_on) == (0, None)


@pytest.mark.parametrize("field", WRONG)
def test_a_contract_that_contradicts_itself_is_refused(field):
    changes, code = WRONG[field]

    assert loans.problems(a_contract(**changes), POLICY, PLACES) == [(field, code)]


def test_all_problems_of_a_contract_are_told_at_once(database):
    contract = a_contract(commune="99999", programme="77")

    with database.begin() as tx, pytest.raises(loans.ContractInvalid) as refusal:
        sign(tx, contract)

    assert refusal.value.facts["problems"] == [
        ("programme", "programme-unknown"),
        ("commune", "commune-unknown"),
    ]


def test_a_number_is_signed_once(database):
    with database.begin() as tx:
        sign(tx, a_contract())

        with pytest.raises(loans.LoanExists):
            sign(tx, a_contract())


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"rate": Decimal("0.07")}, ("rate", "rate-not-of-policy")),
        ({"due_on": date(2044, 1, 15)}, ("due_on", "term-above-policy")),
        ({"id_no": "123456789"}, ("id_no", "old-identity-card")),
        ({"group_no": ""}, ("group_no", "group-missing")),
    ],
)
def test_yesterdays_terms_raise_a_doubt_and_no_refusal(changes, doubt):
    contract = a_contract(**changes)

    assert loans.problems(contract, POLICY, PLACES) == []
    assert doubt in loans.doubts(contract, POLICY)


def test_an_ordinary_contract_raises_no_doubt():
    assert loans.doubts(a_contract(id_no="044123456789"), POLICY) == []


def test_a_contract_brings_its_household_customer_and_group(database):
    with database.begin() as tx:
        sign(tx, a_contract(1, household_no="H1"))
        sign(tx, a_contract(2, customer_no="0000000001", household_no="H1"))

        assert list(records.households.all_households(tx)) == ["H1"]
        assert list(records.households.all_customers(tx)) == ["0000000001"]
        assert records.households.all_groups(tx) == {"9333001": ("12", "Trần Văn Mẫu")}


def test_a_direct_loan_has_no_group(database):
    with database.begin() as tx:
        sign(tx, a_contract(trustee="99", group_no="", group_head=""))

        assert records.households.all_groups(tx) == {}


def test_a_customer_of_another_household_is_refused(database):
    with database.begin() as tx:
        sign(tx, a_contract(1, household_no="H1"))

        with pytest.raises(households.CustomerElsewhere):
            sign(tx, a_contract(2, customer_no="0000000001", household_no="H2"))


def test_a_loan_is_drawn_in_parts_up_to_what_was_approved(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=30_000_000)

        assert draw(tx, loan_no, 20_000_000)

        found = standings.standing(tx, loan_no, date(2024, 3, 1))
    assert (found.drawn, found.in_term) == (50_000_000, 50_000_000)


def test_no_dong_above_the_approved_amount_is_drawn(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=30_000_000)

        with pytest.raises(loans.AboveApproved) as refusal:
            draw(tx, loan_no, 20_000_001)

    assert refusal.value.facts["drawn"] == 30_000_000


def test_a_known_draw_is_answered_again_even_at_the_limit(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=30_000_000)
        draw(tx, loan_no, 20_000_000)

        assert not draw(tx, loan_no, 20_000_000)


def test_a_draw_on_an_unknown_loan_is_refused(database):
    with database.begin() as tx, pytest.raises(ledger.LoanNotFound):
        draw(tx, "6600000000000404", 1)


def test_what_is_rebooked_may_be_drawn_again(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        rebook(tx, loan_no, 10_000_000)

        draw(tx, loan_no, 10_000_000, value_date=date(2024, 5, 1))

        found = standings.standing(tx, loan_no, date(2024, 5, 1))
    assert (found.drawn, found.principal_repaid) == (50_000_000, 0)


def test_rebooking_needs_something_lent(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=0)

        with pytest.raises(NotInThisState):
            rebook(tx, loan_no, 1)


def test_no_more_is_rebooked_than_is_owed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(MoreThanOutstanding):
            rebook(tx, loan_no, 50_000_001)


def test_an_extension_moves_the_last_instalment(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        extend(tx, loan_no, date(2028, 1, 15))

        before = standings.standing(tx, loan_no, date(2026, 11, 30))
        after = standings.standing(tx, loan_no, date(2027, 6, 1))
    assert (before.extended_to, after.extended_to) == (None, date(2028, 1, 15))
    assert (after.due_on, after.next_due_on) == (date(2027, 1, 15), date(2028, 1, 15))
    assert after.late_principal == 33_200_000


def test_an_extension_ends_after_the_day_in_force(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(ExtensionNotLater):
            extend(tx, loan_no, date(2027, 1, 15))


def test_an_extension_is_a_decision_of_two(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(ledger.CheckerMissing):
            extend(tx, loan_no, date(2028, 1, 15), deed=a_deed(checked_by=""))


def test_a_draw_that_money_was_taken_from_cannot_be_reversed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        repayments.receive(
            tx,
            POLICY,
            loan_no=loan_no,
            value_date=date(2025, 1, 15),
            receipt_no="TG1",
            principal=Dong(1),
            deed=a_deed(),
        )

        with pytest.raises(BeforeFirstDraw):
            repayments.reverse(tx, POLICY, receipt_no="GN1", deed=a_deed(ground="sửa"))
