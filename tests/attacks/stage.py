"""The stage of the attacks: a book with an own and a foreign place, everybody, and every route."""

import io
import json
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from types import SimpleNamespace
from urllib.parse import quote, urlencode

from creditdesk.db import metadata
from creditdesk.users import people, sessions, tokens
from creditdesk.users.permissions import Reach, Role, table
from creditdesk.web import api
from creditdesk.web.edge import moment
from tests.applicants import applied
from tests.apps import an_app
from tests.builders import a_contract, a_loan
from tests.conftest import LONG
from tests.people import CONFIGURED, HERE, a_user
from tests.web.conftest import configured

BASE = "http://127.0.0.1"
OWN_NAME, FOREIGN_NAME = "Nguyễn Thị Mẫu", "Lò Văn Nơi Khác (minh họa)"
FOREIGN_ID = "079080765432"
FOREIGN = {
    "customer_name": FOREIGN_NAME,
    "id_no": FOREIGN_ID,
    "household_no": "H2",
    "commune": "26506",
    "village_code": "26506001",
    "office": "007901",
    "group_no": "6506001",
}
"""A loan outside of every scope of tests.people: another province, office, commune and group."""
PEOPLE = {role.value: role for role in Role if role is not Role.SYSTEM}
ANY = {
    "loan_no": "6600000000000001",
    "receipt_no": "GN1",
    "household_no": "H1",
    "customer_no": "0000000001",
    "application_no": "D7",
    "number": "1",
    "month": "2026-06",
    "code": "01",
    "name": "late",
    "step": "review",
    "secret": "x" * 40,
    "digest": "0",
    "filename": "desk.css",
    "act": "extend",
    "kind": "15-td",
    "ending": "pdf",
    "day": "2026-06-12",
    "deed": "suspend",
    "group_no": "9333001",
    "link": "1",
    "token": "x" * 40,
    "user_name": "officer",
}
THEIRS = {
    "loan_no": a_contract(2).loan_no,
    "receipt_no": "GN2",
    "household_no": "H2",
    "customer_no": "0000000002",
    "application_no": "D8",
    "commune": "26506",
    "place": "26506",
}
NOBODYS = {
    "loan_no": "6600000999999999",
    "receipt_no": "GN999",
    "household_no": "H999",
    "customer_no": "0000009999",
    "application_no": "D999",
    "commune": "99999",
    "place": "99999",
}
_PATH = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
_keys = count(1)


@dataclass(frozen=True)
class Route:
    """A way of asking: a method and a rule with the names of what stands in its path."""

    method: str
    rule: str
    endpoint: str

    @property
    def names(self):
        return _PATH.findall(self.rule)

    @property
    def operation(self):
        """Return the operation of the service that answers here, if one does."""
        path = self.rule.removeprefix("/api/v1")
        if not self.rule.startswith("/api/v1"):
            return None
        found = (one for one in api.operations() if (one.method, one.path) == (self.method, path))
        return next(found, None)

    def path(self, **said):
        return _PATH.sub(lambda one: quote(str((ANY | said)[one[1]]), safe=""), self.rule)


def routes(app, *methods):
    """Return every route of an application; what lands later is found without being named."""
    return [
        Route(method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & set(methods or ("GET", "POST", "PUT", "DELETE")))
    ]


def shared(desk, tries):
    """Return the tries that fall to a desk's database: each to one of both, by turns.

    `make long` tries each on both.
    """
    tries = list(tries)
    return tries if LONG else tries[desk.database.is_sqlite :: 2]


def populate(database):
    """Fill a book: a loan and an application here, both elsewhere, and everybody."""
    with database.begin() as tx:
        a_loan(tx, 1, household_no="H1")
        a_loan(tx, 2, **FOREIGN)
        applied(tx, 7)
        place = ("commune", "village_code", "office", "group_no", "customer_name")
        applied(tx, 8, **{name: FOREIGN[name] for name in place})
        for name, role in PEOPLE.items():
            a_user(tx, name, role, at=moment())


def secrets_of_all(database):
    """Return everybody's token and session, begun now."""
    with database.begin() as tx:
        return {name: _secrets(tx, name, role) for name, role in PEOPLE.items()}


def _secrets(tx, name, role):
    person = people.person(tx, name)
    acts = [act for act, rule in table().acts.items() if role in rule.cells]
    secret = tokens.issue(
        tx, CONFIGURED, person=person, label="", acts=acts, days=300, at=moment()
    )
    begun = sessions.begin(
        tx, CONFIGURED, person=person, stage=sessions.Stage.FULL, client=HERE, at=moment()
    )
    return SimpleNamespace(token=secret, session=begun.token)


def application(url, **changes):
    """Return the application on a book, with passwords that cost little and no limit of calls."""
    cheap = {"password_passes": 1, "password_memory_kib": 8}
    freely = {"api_calls": 10**9, "api_calls_of_address": 10**9}
    return an_app(replace(configured(url), **cheap | freely | changes))


class Attacker:
    """Somebody who asks with the token of a program and the session of a browser."""

    def __init__(self, app, held=None):
        self.app, self.http, self.token = app, app.test_client(), held and held.token
        self.form_token = ""
        if held:
            self.http.set_cookie("session", held.session, domain="127.0.0.1")
            self.form_token = sessions.form_token(held.session)

    def ask(self, method, path, said=None, query=None, **headers):
        """Return the answer to a request; `said` is a JSON body, or a form of a page."""
        of_service = path.startswith("/api/")
        sent = {"Accept-Language": "en", "Idempotency-Key": f"attack-{next(_keys):08d}"}
        if self.token and of_service:
            sent["Authorization"] = f"Bearer {self.token}"
        more = {}
        if said is not None and of_service:
            more["data"] = said if isinstance(said, bytes) else json.dumps(said).encode()
            sent["Content-Type"] = "application/json"
        elif said is not None:
            more["data"] = said
        address = f"{path}?{urlencode(query, doseq=True)}" if query else path
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(address, method=method, headers=sent, base_url=BASE, **more)


def sign_in(attacker, name, password, address="127.0.0.1"):
    """Try to sign in on the page, with the token that its form carries."""
    html = attacker.http.get("/sign-in", base_url=BASE).text
    said = {"name": name, "password": password, "form_token": form_token_of(html)}
    return attacker.http.post(
        "/sign-in", data=said, base_url=BASE, environ_overrides={"REMOTE_ADDR": address}
    )


def form_token_of(html):
    """Return the token that the form of a page carries."""
    return re.search(r'name="form_token" value="(\w*)"', html)[1]


def asked_by(operation):
    """Return the names of what the address of an operation may ask."""
    fields = operation.asks().fields if operation and operation.asks else {}
    return [field.data_key or name for name, field in fields.items()]


def is_closed(route, role):
    """Return whether a role may nowhere do what an operation does."""
    acts = route.operation.act.split()
    return acts and all(table().acts[act].cell(role).reach is Reach.NONE for act in acts)


def somebody_for(route):
    """Return who may somewhere do what an operation does."""
    return next(name for name, role in PEOPLE.items() if not is_closed(route, role))


def leaves(said, at=()):
    """Yield where each value of a JSON body stands."""
    if isinstance(said, dict | list):
        pairs = said.items() if isinstance(said, dict) else enumerate(said)
        for key, one in pairs:
            yield from leaves(one, (*at, key))
    else:
        yield at


def put(said, at, value):
    """Return a copy of a JSON body with one value replaced."""
    copy = json.loads(json.dumps(said))
    inner = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return copy


def rows(database):
    """Return how many rows each table of the book holds, but for what is noted of looking.

    That is the journal of accesses, and the register of statements given out.
    """
    noted = ("access", "alembic", "issued")
    with database.read() as tx:
        names = [name for name in sorted(metadata.tables) if not name.startswith(noted)]
        return {
            name: tx.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in names
        }


def unpacked(content):
    """Return what an answer holds, with all that is packed in it: streams, files of a ZIP."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            return b"\n".join(unpacked(files.read(name)) for name in files.namelist())
    found = [content]
    for part in re.split(rb"(?<!end)stream\r?\n", content)[1:]:
        with suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(part))
    return b"\n".join(found)
