"""Pages of worklists: their rows are those of the whole list, and nobody else is named."""

from datetime import date

import sqlalchemy as sa

from creditdesk import worklists
from tests.builders import POLICY, a_book, an_invented_book
from tests.listed import BOOK, listed

DAY = date(2026, 9, 30)
ORDERS = {
    "place": lambda row: 0,
    "amount": lambda row: -row.amount,
    "days_late": lambda row: -row.days_late,
    "due_on": lambda row: row.due_on or date.max,
}


def test_pages_put_together_are_the_whole_list_in_its_order(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(31, count=30))
        for name in ("due-session", "late", "transfer-boxes", "data-quality"):
            whole = listed(tx, name, DAY)
            for order, first in (ORDERS | {str.swapcase: by_name(tx, whole)}).items():
                pages = [
                    worklists.page(tx, POLICY, name, DAY, BOOK, order=order, begins=at, most=9)
                    for at in range(0, len(whole) + 9, 9)
                ]
                together = tuple(row for page in pages for row in page.rows)
                assert together == tuple(sorted(whole, key=first)), (name, order)
                sums = {(page.count, page.amount) for page in pages}
                assert sums == {(len(whole), sum(row.amount for row in whole))}, (name, order)


def by_name(tx, rows):
    called = worklists.names(tx, rows)[0]
    return lambda row: called.get(row.customer_no, "").swapcase()


def test_a_page_names_no_loan_but_its_own(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(31, count=30))
        whole = listed(tx, "due-session", DAY)
        said = []
        sa.event.listen(tx, "before_cursor_execute", lambda *call: said.append((call[2], call[3])))
        page = worklists.page(tx, POLICY, "due-session", DAY, BOOK, begins=3, most=3)
    (asked,) = [told for words_of, told in said if "loan_no" in words_of.split("FROM")[0]]
    groups = {row.group_no for row in page.rows}
    assert len(asked) == sum(row.group_no in groups for row in whole) < len(whole)
