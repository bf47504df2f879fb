"""A13: whatever is stored or said is shown as it was typed by a real browser, and never run."""

import shutil
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from creditdesk import decisions, errands, loans
from creditdesk.db import Database
from creditdesk.engine.money import Dong
from creditdesk.ledger import Deed
from creditdesk.users import people, tokens
from creditdesk.web.edge import moment, today
from tests.applicants import applied
from tests.attacks.stage import PEOPLE, application, secrets_of_all
from tests.builders import POLICY, a_loan
from tests.keys import KEYS
from tests.people import CONFIGURED, a_user
from tests.web.rig import Stage, served

pytestmark = pytest.mark.browser

TRICKS = (Path(__file__).parent / "scripts.txt").read_text("utf-8").splitlines()
# Several to a mouthful: what one of them breaks, the text of the others tells.
SAID = [" ".join(TRICKS[at::6]) for at in range(6)]
WATCH = """addEventListener('securitypolicyviolation',
  event => console.error('policy: ' + event.violatedDirective))"""
# What stands in a page that no page of the desk has.
FOREIGN = """() => [...document.querySelectorAll('*')].filter(one =>
  one.getAttributeNames().some(name => /^on|^style$/.test(name)) ||
  (one.tagName === 'SCRIPT' && !one.src.startsWith(location.origin + '/assets/')) ||
  /^(IFRAME|OBJECT|EMBED|BASE|MATH|TEMPLATE|MARQUEE|STYLE)$/.test(one.tagName) ||
  /^(javascript|data|vbscript):/i.test(one.getAttribute('href') || one.action || '')
).map(one => one.outerHTML.slice(0, 200))"""
READ = """() => document.documentElement.textContent + ' ' +
  [...document.querySelectorAll('input, textarea')].map(one => one.value).join(' ')"""
# Types a text into each field of a form, whatever its kind and length, and sends it.
SEND = """said => {
  const form = document.querySelector('main form[method=post]');
  form.noValidate = true;
  const fields = [...form.querySelectorAll('input, textarea')].filter(
    one => !/^(hidden|radio|checkbox|file|password)$/.test(one.type));
  fields.forEach((one, at) => {
    one.removeAttribute('maxlength');
    one.value = said.filter((_, of) => of % fields.length === at).join(' ');
  });
  (form.querySelector('[type=submit]:not([tabindex])')).click();
  return fields.length;
}"""
# A browser tells of answers that are refusals; nothing else may be told.
KNOWN = "the server responded with a status of"


def told(field, at):
    """Return what stands in a field of the book, with the field's name before it."""
    return f"{field}: {SAID[at - 1]}"


def deed(said="", paper=""):
    return Deed("maker", moment().isoformat(), "", said, paper, today(), today=today())


def poison(tx):
    """Store every trick in every field of persons, loans, decisions, applications and jobs."""
    for at in range(1, len(SAID) + 1):
        names = {"customer_name": told("borrower", at), "group_head": told("head", at)}
        near = {"group_no": f"9333{at:03d}", "purpose": told("purpose", at)}
        loan = a_loan(tx, at, drawn=0, **names, **near, investor=told("investor", at), source="2")
        on = {"value_date": date(2024, 1, 15), "receipt_no": told("receipt", at)}
        drawn = deed(told("ground", at), told("paper", at))
        loans.draw(tx, POLICY, loan_no=loan, amount=Dong(50_000_000), **on, deed=drawn)
        rate = decisions.decision_of("re-price", loan, today(), {"rate": "5,4"})
        decisions.propose(tx, POLICY, decision=rate, deed=drawn)
        applied(tx, 100 + at, **names, **near, plan=told("plan", at))
        job = {"act": "open-month", "month": "2026-01", "name": told("file", at)}
        errands.ask(tx, kind="open-month", said=job, deed=drawn, place="44")
        a_user(tx, f"u{at}", password="", display_name=told("person", at), at=moment())
        label = {"label": told("label", at), "acts": ["search"], "days": 9, "at": moment()}
        tokens.issue(tx, CONFIGURED, person=people.person(tx, "officer"), **label)


@pytest.fixture(scope="module")
def poisoned(browser, sqlite_template, tmp_path_factory):
    """Return a served book full of tricks, with somebody of each role signed in."""
    folder = tmp_path_factory.mktemp("poisoned")
    url = f"sqlite:///{folder / 'book.sqlite'}"
    shutil.copy(sqlite_template, folder / "book.sqlite")
    database = Database(url, KEYS)
    with database.begin() as tx:
        for name, role in PEOPLE.items():
            a_user(tx, name, role, at=moment())
        poison(tx)
    held = secrets_of_all(database)
    app = application(url)
    with served(app) as address:
        sessions = {name: secrets.session for name, secrets in held.items()}
        yield Stage(app, address, browser, sessions, {})
    app.extensions["creditdesk"].database.close()
    database.close()


@pytest.fixture
def visit(poisoned):
    """Return whoever opens pages as somebody of a role and judges them; nothing was run."""
    tabs, foreign = {}, []

    def tab_of(role):
        if role not in tabs:
            tabs[role] = poisoned.tab(role, fresh=True)
            tabs[role].add_init_script(WATCH)
            tabs[role].on("request", lambda sent: foreign.append(sent.url))
        return tabs[role]

    def visit(role, address, *said, typed=(), file=None):
        tab = tab_of(role)
        assert tab.goto(address).status < 500, address
        if file:
            tab.set_input_files("[name=file]", file)
        if typed or file:
            with tab.expect_navigation():
                tab.evaluate(SEND, list(typed))
        assert tab.evaluate(FOREIGN) == [], address
        text = " ".join(tab.evaluate(READ).split())
        assert [one for one in said if one not in text] == [], address
        return tab

    yield visit
    for tab in tabs.values():
        tab.context.close()
    told = [said for said in poisoned.troubles if KNOWN not in said]
    poisoned.troubles.clear()
    assert told == []
    assert [url for url in foreign if not url.startswith(poisoned.address)] == []
    assert foreign or not tabs


def test_the_tricks_are_as_many_as_the_catalogue_asks_for():
    assert len(set(TRICKS)) == len(TRICKS) >= 150


ONE = {
    ("officer", "/loans/6600000{0:09d}"): "borrower head purpose investor receipt ground paper",
    ("officer", "/applications/D1{0:02d}"): "borrower purpose plan",
    ("officer", "/sheets/9333{0:03d}/2026-06-12"): "borrower head",
    ("supervisor", "/decisions/{0}"): "borrower ground paper",
    ("auditor", "/administration/jobs/{0}"): "file ground paper",
    ("administrator", "/administration/users/u{0}"): "person",
}
ALL = {
    ("officer", "/account"): "label",
    ("officer", "/communes/19333"): "borrower",
    ("officer", "/sheets?period=month"): "head",
    ("officer", "/today?place=19333"): "head",
    ("officer", "/applications"): "borrower",
    ("committee", "/my-commune"): "borrower head",
    ("auditor", "/statements/communes/19333/loans?need=x"): "borrower",
    ("administrator", "/administration/users"): "person",
}


# Where something is said in an address; what is not shown again must not be run either.
ASKED = {
    "/search": "q lang need",
    "/worklists/late": "place sort order after name _external _scheme group programme",
    "/statements": "kind place from as_of unit only by known_on investor",
    "/pictures": "figure place",
    "/my-commune/applicants": "as_of place",
    "/applications": "step commune programme after",
    "/sheets": "period",
    "/sheets/9333001/2026-06-12": "held",
    "/loans/6600000000000001": "as_of unit need",
}
PATHS = (
    "/{}",
    "/loans/{}",
    "/loans/6600000000000001/decisions/{}",
    "/worklists/{}",
    "/sheets/{}/2026-06-12",
    "/sheets/9333001/{}",
    "/applications/{}",
    "/communes/{}",
    "/verify/{}",
)
FORMS = (
    "/new-application",
    "/loans/6600000000000001/decisions/extend",
    "/loans/6600000000000001/receipt",
    "/sheets/9333001/2026-06-12",
    "/account/tokens/new",
)


def test_what_is_stored_is_read_and_never_run(visit):
    every = range(1, len(SAID) + 1)
    for (role, address), fields in ONE.items():
        for at in every:
            said = [told(field, at) for field in fields.split()]
            visit(role, address.format(at), *said)
    for (role, address), fields in ALL.items():
        visit(role, address, *(told(field, at) for field in fields.split() for at in every))


def test_what_an_address_says_is_shown_again_and_never_run(visit):
    asked = [(address, name) for address, names in ASKED.items() for name in names.split()]
    for at, (address, name) in enumerate(asked):
        # What is cut after some letters begins with another trick each time.
        said = TRICKS[at:] + TRICKS[:at]
        shown = said if name in {"q", "need"} else ()
        visit("officer", f"{address}?{urlencode({name: ' '.join(said)})}", *shown)
    for at, path in enumerate(PATHS):
        visit("officer", path.format(quote(TRICKS[at * 19], safe="")))
    visit("auditor", "/administration/accesses", " ".join(said)[:200])


def test_what_a_form_says_is_shown_again_and_never_run(visit):
    for address in FORMS:
        visit("officer", address, *TRICKS, typed=TRICKS)
    visit("administrator", "/administration/users/new", *TRICKS, typed=TRICKS)
    visit(None, "/sign-in", typed=TRICKS)


def test_the_name_of_a_file_is_read_and_never_run(visit):
    name = '"><svg onload=alert(1)><img src=x onerror=alert(1)>{{7*7}}.csv'
    file = {"name": name, "mimeType": "text/csv", "buffer": b"x"}
    visit("officer", "/administration/files", name, file=file)


def test_what_would_be_run_is_told(visit, poisoned):
    tab = visit("officer", "/today")
    tab.evaluate("document.querySelector('main').innerHTML = '<img src=x onerror=alert(1)>'")
    tab.wait_for_function("!document.querySelector('main').innerText")

    assert tab.evaluate(FOREIGN) != []
    assert [said for said in poisoned.troubles if "policy: script-src" in said]
    poisoned.troubles.clear()
