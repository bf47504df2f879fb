"""A session: the small book with an officer of its office, the head of its group, a stranger."""

import re
from datetime import date
from types import SimpleNamespace

import pytest

from creditdesk import collecting, settings
from creditdesk.users import Client, sessions
from creditdesk.users.permissions import Role, Scope
from creditdesk.users.sessions import Stage
from creditdesk.web.edge import moment
from tests.people import a_user

POLICY = settings.policy()
GROUP = "1933301"
DAY = date(2026, 7, 12)  # a session of both communes
SHEET = f"/sheets/{GROUP}/{DAY.isoformat()}"
STEM = f"PT{GROUP}-260712-"
FIELD = re.compile(r'name="([\w-]+)" value="([^"]*)"')


@pytest.fixture
def desk(book):
    """Return the book with an officer of its office, the head of its group and a stranger."""
    scopes = {
        "an": (Role.OFFICER, Scope("office", ("004401",))),
        "binh": (Role.GROUP_HEAD, Scope("group", (GROUP,))),
        "chi": (Role.OFFICER, Scope("office", ("004409",))),
    }
    with book.database.begin() as tx:
        tokens = {name: token(tx, book, name, *of) for name, of in scopes.items()}

    def client(name):
        found = book.app.test_client()
        found.set_cookie("session", tokens[name])
        return found

    return SimpleNamespace(**vars(book), at=client, tokens=tokens)


def token(tx, book, name, role, scope):
    person = a_user(tx, name, role, password="", scope=scope)
    configured = book.app.extensions["creditdesk"].settings
    begun = sessions.begin(
        tx, configured, person=person, stage=Stage.FULL, client=Client("127.0.0.1"), at=moment()
    )
    return begun.token


def opened(client, address=SHEET):
    """Return what the form of a sheet holds, as a browser would send it."""
    html = client.get(address).text
    form = html[html.index('id="sheet"') :]
    return dict(FIELD.findall(form)) | {"book": ""}


def paying(form, **amounts):
    """Return a form in which only some lines pay, by number of the row, with the cash for it."""
    nobody = {name: "0" for name in form if re.fullmatch(r"lines-\d+-(principal|interest)", name)}
    told = {f"lines-{name[1:].replace('_', '-')}": said for name, said in amounts.items()}
    total = sum(int(said) for said in told.values() if said.isdigit())
    return form | nobody | told | {"cash": str(total)}


def taken(desk):
    """Return the receipts that the book has of the sheet, by number."""
    with desk.database.read() as tx:
        found = collecting.sheet(tx, POLICY, GROUP, DAY).receipts
    return {slip.receipt_no: slip for slip in found}
