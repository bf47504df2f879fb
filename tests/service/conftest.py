"""The service on a small book, and callers who may ask it."""

import pytest

from creditdesk.users import tokens
from creditdesk.users.permissions import Role, table
from creditdesk.web.edge import moment
from tests.applicants import applied
from tests.apps import an_app
from tests.builders import a_loan
from tests.people import CONFIGURED, a_user
from tests.service.client import Client
from tests.web.conftest import configured

LOAN_NO, OTHER_LOAN_NO = "6600000000000001", "6600000000000002"
ROLES = {
    "can-bo-1": Role.OFFICER,
    "can-bo-2": Role.OFFICER,
    "kiem-soat-1": Role.SUPERVISOR,
    "kiem-soat-2": Role.SUPERVISOR,
    "kiem-toan": Role.AUDITOR,
    "xa": Role.COMMITTEE,
}


def a_token(tx, name, role, **changes):
    """Admit somebody and return a token for all that the role may do."""
    person = a_user(tx, name, role, password="", **changes)
    acts = [act for act, rule in table().acts.items() if role in rule.cells]
    told = {"person": person, "label": "test", "acts": acts, "days": 300}
    return tokens.issue(tx, CONFIGURED, **told, at=moment())


def fill(database):
    """Fill a book: two loans of 50 million, an application, ROLES; return everybody's tokens."""
    with database.begin() as tx:
        a_loan(tx, 1)
        a_loan(tx, 2)
        applied(tx, 7)
        return {name: a_token(tx, name, role) for name, role in ROLES.items()}


@pytest.fixture
def filling():
    """Return what fills the book of the service."""
    return fill


@pytest.fixture
def app(database_url):
    """Return the application on the book."""
    made = an_app(configured(database_url))
    yield made
    made.extensions["creditdesk"].database.close()


@pytest.fixture
def callers(app, held):
    """Return a client for each of the people of ROLES, by their names."""
    return {name: Client(app.test_client(), token) for name, token in held.items()}


@pytest.fixture
def officer(callers):
    """Return an officer's client."""
    return callers["can-bo-1"]


@pytest.fixture
def colleague(callers):
    """Return the client of another officer of the same office."""
    return callers["can-bo-2"]


@pytest.fixture
def supervisor(callers):
    """Return the client of the office's supervisor."""
    return callers["kiem-soat-1"]


@pytest.fixture
def reader(callers):
    """Return the client of an auditor, who reads everything."""
    return callers["kiem-toan"]
