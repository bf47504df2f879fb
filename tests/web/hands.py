"""Somebody signed in who opens pages and sends their forms, as a browser without scripts does."""

import re
from dataclasses import replace
from html import unescape

import pytest

from creditdesk.users import EVERYTHING, Role, sessions
from creditdesk.web.edge import moment
from tests.apps import an_app
from tests.people import CONFIGURED, HERE, a_user
from tests.web.conftest import configured

CHEAP = {
    "password_passes": CONFIGURED.password_passes,
    "password_memory_kib": CONFIGURED.password_memory_kib,
}
_HIDDEN = re.compile(r'<input type="hidden" name="(form_\w+|sealed)" value="([^"]*)"')


class Hand:
    """A client with a session, who fills in the form of a page and sends it."""

    def __init__(self, app, token):
        """Sign in by the token of a session."""
        self.client = app.test_client()
        self.client.set_cookie("session", token)

    def open(self, address):
        """Return the page at an address."""
        return self.client.get(address)

    def fill(self, address, said, *, page=None, form=None):
        """Return what a form of a page carries unseen, with what is typed into it."""
        html = form or self.open(page or address).text
        return dict(_HIDDEN.findall(html)) | said

    def send(self, address, said=None, *, page=None, form=None):
        """Fill in a form and send it; return the answer."""
        return self.client.post(address, data=self.fill(address, said or {}, page=page, form=form))

    def send_on(self, *told, **more):
        """Send a form, and return the page that it leads to."""
        answer = self.send(*told, **more)
        assert answer.status_code == 303, words_of(answer)
        return self.open(answer.headers["Location"])


def words_of(answer):
    """Return what a page says, without its marks."""
    main = re.sub(r"<header.*?</header>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def admitted(app, name, role, **appointed):
    """Admit somebody of a role, and return them signed in."""
    desk = app.extensions["creditdesk"]
    with desk.database.begin() as tx:
        person = a_user(tx, name, role, at=moment(), **appointed)
        begun = {"person": person, "stage": sessions.Stage.FULL, "client": HERE, "at": moment()}
        return Hand(app, sessions.begin(tx, desk.settings, **begun).token)


@pytest.fixture
def office(database_url):
    """Return an application with an administrator, an auditor and an officer, all signed in."""
    app = an_app(replace(configured(database_url), **CHEAP))
    roles = {"chi": Role.ADMINISTRATOR, "toan": Role.AUDITOR, "an": Role.OFFICER}
    roles["soat"] = roles["tong"] = Role.SUPERVISOR
    wide = {"tong": {"scope": EVERYTHING}}
    app.hands = {
        name: admitted(app, name, role, **wide.get(name, {})) for name, role in roles.items()
    }
    yield app
    app.extensions["creditdesk"].database.close()
