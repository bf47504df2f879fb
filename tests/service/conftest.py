"""The service on a small book, and callers who may ask it."""

import pytest

from creditdesk.app import create_app
from creditdesk.users import tokens
from creditdesk.users.permissions import Role, table
from tests.applicants import applied
from tests.builders import a_loan
from tests.people import CONFIGURED, NOW, a_user
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
    return tokens.issue(tx, CONFIGURED, person=person, label="test", acts=acts, days=300, at=NOW)


@pytest.fixture
def app(database, database_url):
    """Return the application on a book of two loans, 50 million each, and an application."""
    with database.begin() as tx:
        a_loan(tx, 1)
        a_loan(tx, 2)
        applied(tx, 7)
    made = create_app(configured(database_url))
    desk = made.extensions["creditdesk"]
    yield made
    desk.database.close()


@pytest.fixture
def callers(app, database):
    """Return a client for each of the people of ROLES, by their names."""
    with database.begin() as tx:
        held = {name: a_token(tx, name, role) for name, role in ROLES.items()}
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
