"""The client reaches every operation of the service by the name that the description gives it."""

import re
from datetime import date

import pytest

from creditdesk.client import Client, Problem
from creditdesk.web import api
from tests.service.conftest import LOAN_NO
from tests.service.test_a14_described import PATHS
from tests.service.test_f02_many_copies import a_line, served

__all__ = ["served"]
NOT_REACHED = {
    *("address-unknown", "method-unfit", "media-type-unfit", "idempotency-key-missing"),
    "token-refused",
}
# No token, job or measure of this number is there to be ended.
NAMED = PATHS | {"number": "999"}


@pytest.fixture
def client(served):
    """Return the client of an officer."""
    address, held = served
    return Client(address, held["can-bo-1"])


def test_every_operation_is_reached_by_its_name(client):
    wrong = {}
    for told in api.operations():
        path = re.findall(r":(\w+)>", told.path)
        named = {name: NAMED[name] for name in path}
        said = b"x" if told.uploads else {}
        try:
            client.do(told.name, said, need="Đối chiếu hồ sơ", **named)
        except Problem as refused:
            if refused.code in NOT_REACHED or refused.status >= 500:
                wrong[told.name] = refused.code

    assert set(client.operations) == {told.name for told in api.operations()}
    assert wrong == {}


def test_by_name_is_asked_what_the_methods_ask(client):
    day = date(2026, 6, 12)
    tag = client.do("readLoan", loan_no=LOAN_NO).tag
    taken = client.do("takeReceipt", a_line() | {"day": day.isoformat()}, tag=tag)
    file = client.do("printPortfolio", from_="2026-01-01", as_of="2026-06-30", place="19333")
    found = client.do("readStanding", loan_no=LOAN_NO, as_of="2026-06-12").document

    assert (taken.status, taken.replayed) == (201, False)
    assert found == client.standing(LOAN_NO, day)
    assert file.document.startswith(b"%PDF")
