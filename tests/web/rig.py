"""A demonstration book served to a real Chromium: one person of each role, already signed in."""

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from werkzeug.serving import WSGIRequestHandler, make_server

from creditdesk import applications, communes, decisions, errands, households, records, settings
from creditdesk.cli import cli
from creditdesk.engine.days import ZONE
from creditdesk.ledger import Deed
from creditdesk.users import Client, people, sessions
from creditdesk.users.permissions import Role
from creditdesk.users.sessions import Stage as Step
from creditdesk.web.edge import moment
from tests.apps import an_app
from tests.keys import DATA_KEY

LOANS = 300
WIDTHS = (1440, 820, 390)
NAMES = {
    Role.OFFICER: "can-bo",
    Role.GROUP_HEAD: "to-truong",
    Role.COMMITTEE: "xa",
    Role.SUPERVISOR: "kiem-soat",
    Role.REVIEWER: "tai-chinh",
    Role.ADMINISTRATOR: "quan-tri",
    Role.AUDITOR: "kiem-toan",
}
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Words and figures that are wider than what shows of them, unless they scroll or are for readers
# of the screen alone.
CUT = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
  const style = getComputedStyle(one);
  if (style.overflowX === 'visible' || style.overflowX === 'auto' || style.overflowX === 'scroll')
    return false;
  if (one.closest('.visually-hidden, svg, select, input, textarea, progress') || !one.innerText)
    return false;
  return one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
}).map(one => one.tagName + ' ' + one.className + ': ' + one.innerText.slice(0, 60))"""
# Figures that lie over the edge of their own cell.
SPILT = """() => [...document.querySelectorAll('.number, dd, .value')].filter(one =>
  one.offsetParent && one.scrollWidth > one.clientWidth + 1
).map(one => one.className + ': ' + one.innerText.slice(0, 60))"""


# What is for hands on a screen, and tables that do not show their head on each page.
FOR_HANDS = """() => [...document.querySelectorAll(
  '.entries, .drop, .seek, .ask, .btn, .paging, .path, .chips, .skip')]
  .filter(one => one.getClientRects().length).map(one => one.className)"""
HEADED = """() => [...document.querySelectorAll('thead')].every(one =>
  !one.getClientRects().length || getComputedStyle(one).display === 'table-header-group')"""


class Quiet(WSGIRequestHandler):
    """Serve without telling each request."""

    def log_request(self, *_told, **_more):
        """Say nothing."""


@contextmanager
def served(app):
    """Serve an application as long as it is needed, and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Stage:
    """A served book, who is signed in there, and what exists in it for addresses of examples."""

    app: object
    address: str
    browser: object
    sessions: dict
    facts: dict
    tabs: dict = field(default_factory=dict)
    troubles: list = field(default_factory=list)

    @property
    def database(self):
        return self.app.extensions["creditdesk"].database

    def tab(self, role, *, fresh=False, **options):
        """Return the tab of somebody of a role, None for a guest; one for all of a test run.

        fresh  a tab of its own, which the caller closes
        """
        if fresh:
            return self._tab(role, **options)
        if role not in self.tabs:
            self.tabs[role] = self._tab(role)
        return self.tabs[role]

    def _tab(self, role, **options):
        context = self.browser.new_context(base_url=self.address, **options)
        context.set_default_timeout(15_000)
        if role is not None:
            cookie = {"name": "session", "value": self.sessions[role], "url": self.address}
            context.add_cookies([cookie])
        tab = context.new_page()
        tab.on("console", lambda said: self.troubles.append(said.text))
        tab.on("pageerror", lambda error: self.troubles.append(str(error)))
        tab.on("dialog", lambda dialog: (self.troubles.append(dialog.message), dialog.dismiss()))
        return tab

    def client(self, role):
        """Return a client without a browser in which somebody of a role is signed in."""
        client = self.app.test_client()
        if role is not None:
            client.set_cookie("session", self.sessions[role])
        return client


@pytest.fixture(scope="session")
def stage(browser, sqlite_template, tmp_path_factory):
    """Return a demonstration book of a few hundred loans, served, with all roles signed in."""
    folder = tmp_path_factory.mktemp("stage")
    url = f"sqlite:///{folder / 'book.sqlite'}"
    shutil.copy(sqlite_template, folder / "book.sqlite")
    env = {"CREDITDESK_DATABASE_URL": url}
    day = str(moment().date() - timedelta(days=1))
    narrow = ["--trustee", "12", "--programme", "01"]
    printed = ["print", "01-2-bctd", "--as-of", day, *narrow, "--out", str(folder / "paper.pdf")]
    for command in (["demo", "--loans", str(LOANS)], printed):
        made = CliRunner(env=env).invoke(cli, command)
        assert made.exit_code == 0, made.output
    app = an_app(replace(settings.load({}), database_url=url, data_key=DATA_KEY))
    database, at = app.extensions["creditdesk"].database, moment()
    with database.begin() as tx:
        tokens = {
            role: sessions.begin(
                tx,
                app.extensions["creditdesk"].settings,
                person=people.person(tx, name),
                stage=Step.FULL,
                client=Client("127.0.0.1"),
                at=at,
            ).token
            for role, name in NAMES.items()
        }
        facts = known(tx)
    with served(app) as address:
        yield Stage(app, address, browser, tokens, facts)
    database.close()


def known(tx):
    """Return what exists in the book, within the scopes of all who are signed in."""
    head, committee = people.person(tx, "to-truong"), people.person(tx, "xa")
    (group,), (commune,) = head.scope.codes, committee.scope.codes
    (office,) = people.person(tx, "can-bo").scope.codes
    loan = tx.exec_driver_sql(
        "SELECT loan_no FROM loan WHERE group_no = ? ORDER BY loan_no", (group,)
    ).scalar()
    paid = tx.exec_driver_sql(
        "SELECT max(value_date) FROM entry JOIN loan ON loan.id = entry.loan_id "
        "WHERE group_no = ? AND kind = 'interest'",
        (group,),
    ).scalar()
    today = moment().date()
    return {
        "group": group,
        "commune": commune,
        "office": office,
        "loan": loan,
        "province": "44",
        "paid": paid,
        "past": (today - timedelta(days=1)).isoformat(),
        "ahead": (today + timedelta(days=30)).isoformat(),
        "application": asked_for(tx, loan),
    } | begun(tx, loan, commune)


def asked_for(tx, loan):
    """Enter form 01/TD of a new household in the group of a loan, and return its number."""
    day = moment().astimezone(ZONE).date()
    near = records.loans.find_loan(tx, loan)
    household = "MH-HO-1"
    listing = households.Listing(household, near.commune, "HN", day, None, "MH-1/QĐ", day)
    deed = Deed("nguoi-lap", moment().isoformat(), "", "", today=day)
    told = {"places": communes.map_on(day), "deed": deed}
    households.classify(tx, settings.policy(), listings=[listing], **told)
    said = ("trustee", "commune", "office", "session_day", "group_no", "village_code")
    form = applications.Form(
        application_no="MH-RIG-1",
        customer_no="4499999999",
        customer_name="Nguyễn Thị Mẫu (minh họa)",
        household_no=household,
        programme="01",
        applied_on=day,
        amount=50_000_000,
        months=36,
        purpose="Chăn nuôi bò",
        **{name: getattr(near, name) for name in said},
    )
    return applications.apply(tx, settings.policy(), form=form, **told).application_no


def begun(tx, loan, commune):
    """Lay a decision and a transfer before a checker, and return their numbers, and a receipt's.

    They are from nobody on the stage, so that everybody sees them as others do.
    """
    receipt = tx.exec_driver_sql(
        "SELECT receipt_no FROM entry JOIN loan ON loan.id = entry.loan_id "
        "WHERE loan_no = ? AND kind = 'interest'",
        (loan,),
    ).scalar()
    today, at = moment().astimezone(ZONE).date(), moment().isoformat()
    deed = Deed("nguoi-lap", at, "", "Giảm lãi suất (minh họa)", "12/QĐ", today)
    decision = decisions.decision_of("re-price", loan, today, {"rate": "5,4"})
    proposal = decisions.propose(tx, settings.policy(), decision=decision, deed=deed)
    said = {"session": today.isoformat(), "place": commune, "act": "transfer"}
    order = errands.ask(tx, kind="transfer", said=said, deed=deed, place=commune)
    return {"receipt": receipt, "proposal": proposal, "order": order}


def look(tab, *, widths=WIDTHS):
    """Return what is wrong with how the page of a tab looks, at each width, its details open."""
    wrong = []
    tab.evaluate(
        "document.querySelectorAll('main details').forEach(one => one.setAttribute('open', ''))"
    )
    if len(tab.inner_text("main").strip()) < 20:
        wrong.append("the page is empty")
    for width in widths:
        tab.set_viewport_size({"width": width, "height": 900})
        wide = tab.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{width}: the page is {wide} wide"] if wide > width else []
        wrong += [f"{width}: cut: {told}" for told in tab.evaluate(CUT)]
        wrong += [f"{width}: spilt: {told}" for told in tab.evaluate(SPILT)]
    return wrong


def on_paper(tab):
    """Return what is wrong with how the page of a tab would be printed: on A4, lying or upright.

    Source of the widths: ISO 216, less the margins of desk.css, at 96 points an inch.
    """
    tab.emulate_media(media="print")
    lying = tab.evaluate("getComputedStyle(document.body).page") == "broad"
    width = (297 - 2 * 12 if lying else 210 - 2 * 12) * 96 * 10 // 254
    tab.set_viewport_size({"width": width, "height": 900})
    wide = tab.evaluate("document.documentElement.scrollWidth")
    wrong = [f"{wide} wide on {width}"] if wide > width else []
    wrong += [f"cut: {told}" for told in tab.evaluate(CUT) + tab.evaluate(SPILT)]
    wrong += [f"stands there: {told}" for told in tab.evaluate(FOR_HANDS)]
    wrong += [] if tab.evaluate(HEADED) else ["a table loses its head"]
    wrong += [] if tab.locator(".on-paper").is_visible() else ["nobody printed it"]
    tab.emulate_media(media="null")
    return wrong


def judged(tab):
    """Return what axe finds against WCAG 2.2 A and AA, and on which elements."""
    found = Axe().run(tab, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for rule in found.response["violations"]
        for node in rule["nodes"][:3]
    ]
