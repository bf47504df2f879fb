"""Households, customers and groups: admitted once each."""

import pytest

from creditdesk import households, records


def register(tx, customer_no="0000000001", household_no=""):
    return households.register(
        tx,
        province="44",
        customer_no=customer_no,
        name="Nguyễn Thị Mẫu",
        household_no=household_no,
    )


def test_a_customer_without_a_household_stands_for_one(database):
    with database.begin() as tx:
        key = register(tx)

        customer = records.households.find_customer(tx, "0000000001")
        household = records.households.find_household(tx, "0000000001")
    assert (customer.id, customer.household_id) == (key, household.id)


def test_a_customer_is_admitted_once(database):
    with database.begin() as tx:
        assert register(tx, household_no="H1") == register(tx, household_no="H1")


def test_a_household_has_several_customers(database):
    with database.begin() as tx:
        first = register(tx, "0000000001", "H1")
        second = register(tx, "0000000002", "H1")

        assert first != second
        assert len(records.households.all_households(tx)) == 1


@pytest.mark.parametrize("elsewhere", ["", "H2"])
def test_a_customer_belongs_to_one_household(database, elsewhere):
    with database.begin() as tx:
        register(tx, household_no="H1")
        register(tx, "0000000002", "H2")

        with pytest.raises(households.CustomerElsewhere):
            register(tx, household_no=elsewhere)


def test_a_group_is_formed_once_under_one_trustee(database):
    with database.begin() as tx:
        for _ in range(2):
            households.form_group(tx, province="44", group_no="9333001", trustee="12", head="Tổ")

        with pytest.raises(households.GroupElsewhere):
            households.form_group(tx, province="44", group_no="9333001", trustee="11")

        assert records.households.all_groups(tx) == {"9333001": ("12", "Tổ")}
