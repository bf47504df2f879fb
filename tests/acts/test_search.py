"""Search finds persons and groups by what is remembered of them, and only where one may look."""

from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk import records, schema, search
from creditdesk.arrears import Place, place_of
from creditdesk.search import QueryShort
from creditdesk.spelling import to_find
from tests.acts.test_migrations import bare
from tests.applicants import applied
from tests.builders import POLICY, a_loan

__all__ = ["bare"]

DAY = date(2026, 6, 30)
LAN, DUONG, MASKED = "Nguyễn Thị Lan", "Đặng Thùy Dương", "•••••••••123"
ID_NO = "044190000123"


def filled(tx):
    """Fill a book: three who borrow in two communes, and one who applies for a first loan."""
    a_loan(tx, 1, customer_name=LAN, id_no=ID_NO)
    a_loan(tx, 2, customer_name=LAN, customer_no="0000000001")
    a_loan(tx, 3, customer_name="Nguyễn Thị Lan Anh", id_no="044190000124")
    a_loan(
        tx,
        4,
        customer_name=DUONG,
        commune="19363",
        village_code="19363001",
        group_no="9363001",
        group_head="Lê Thị Bướm",
    )
    applied(tx, 9, customer_name="Hồ Văn Chưa Vay")


def names(tx, text, place=None, **more):
    found = search.search(tx, POLICY, text, as_of=DAY, place=place or Place(), **more)
    return [one.name for one in found.persons]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nguyen thi lan", [LAN, "Nguyễn Thị Lan Anh"]),
        ("  LAN   nguyễn ", [LAN, "Nguyễn Thị Lan Anh"]),
        ("anh lan", ["Nguyễn Thị Lan Anh"]),
        ("dang thuy duong", [DUONG]),
        ("ĐẶNG DUO", [DUONG]),
        ("ho chua", ["Hồ Văn Chưa Vay"]),
        ("ang thuy", []),
        ("6600000000000002", [LAN]),
        ("6600 0000 0000 0004", [DUONG]),
        ("0000000003", ["Nguyễn Thị Lan Anh"]),
        (ID_NO, [LAN]),
        (MASKED, [LAN]),
        ("*********124", ["Nguyễn Thị Lan Anh"]),
        ("044190000999", []),
    ],
)
def test_whoever_is_remembered_is_found(database, text, found):
    with database.begin() as tx:
        filled(tx)

        assert names(tx, text) == found


def test_a_person_is_found_once_with_all_loans_and_groups_by_head_and_number(database):
    with database.begin() as tx:
        filled(tx)

        (lan,) = search.search(tx, POLICY, "0000000001", as_of=DAY, place=Place()).persons
        by_head = search.search(tx, POLICY, "buom", as_of=DAY, place=Place()).groups
        by_number = search.search(tx, POLICY, "9363", as_of=DAY, place=Place()).groups

    assert [line.loan_no for line in lan.loans] == ["6600000000000001", "6600000000000002"]
    assert lan.id_no_masked == MASKED
    assert by_head == by_number
    assert [(one.group_no, one.commune, one.loans) for one in by_head] == [("9363001", "19363", 1)]


def test_nobody_is_found_who_lies_elsewhere(database):
    with database.begin() as tx:
        filled(tx)
        here = place_of("19363", DAY)
        group = Place(only=(("group_no", ("9333001",)),))

        assert names(tx, "lan", here) == []
        assert names(tx, "duong", here) == [DUONG]
        assert names(tx, "duong", group) == []
        assert names(tx, "chua vay", group) == ["Hồ Văn Chưa Vay"]
        assert names(tx, "chua vay", here) == []
        assert search.search(tx, POLICY, "9333001", as_of=DAY, place=here).groups == ()
        assert names(tx, ID_NO, identity=False) == []


@pytest.mark.parametrize("text", ["", "l", "123", "%", "_ _"])
def test_too_little_finds_nobody_and_says_how_much_is_needed(database, text):
    with database.begin() as tx, pytest.raises(QueryShort):
        search.search(tx, POLICY, text, as_of=DAY, place=Place())


def test_names_of_a_book_from_before_are_found_after_the_upgrade(bare):
    people = {"customer": {"name": LAN, "customer_no": "1", "household_id": 1}}
    people |= {"credit_group": {"group_no": "9363001", "head": "Lê Thị Bướm", "trustee": "12"}}
    schema.upgrade(bare, "0022_downloads")
    with bare.begin() as tx:
        for name, said in ({"household": {"id": 1, "household_no": "1"}} | people).items():
            table = sa.Table(name, sa.MetaData(), autoload_with=tx)
            tx.execute(sa.insert(table).values(said | {"province": "44"}))

    schema.upgrade(bare)

    with bare.read() as tx:
        found = records.households.customers_like(tx, words=["lan", "nguyen"])
        (group,) = records.households.groups_like(tx, words=["buom"])
    assert list(found.values()) == [to_find(LAN)] == [" nguyen thi lan"]
    assert group.head_plain == " le thi buom"
