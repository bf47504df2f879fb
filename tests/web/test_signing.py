"""Signing in on the pages, what is shown to whom, and forms that nobody else can send."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from creditdesk.users import Role, Scope, codes, people
from creditdesk.web import returning
from creditdesk.web.edge import moment
from tests.apps import an_app
from tests.people import CONFIGURED as CHEAP
from tests.people import DEED, PASSWORD, a_user, an_appointment
from tests.web.conftest import COMMUNE, DAY, OTHER, SINCE, configured, number, shown

PERIOD = f"from={SINCE}&as_of={DAY}"
PAGES = {
    "portfolio": f"/?{PERIOD}",
    "commune": f"/communes/{COMMUNE}?{PERIOD}",
    "loan": f"/loans/{number(3)}?as_of={DAY}",
    "foreign commune": f"/communes/{OTHER}?{PERIOD}",
    "csv": f"/portfolio.csv?{PERIOD}",
}
CHANGING = re.compile(r"[0-9a-f]{12,64}|\d\d/\d\d/\d{4} \d\d:\d\d|\d{5,16}")
"""Digests, the minute at the foot of a page, numbers of things."""
OFFICE = Scope("office", ("004401",))
"""The one office of the book, which has both communes."""


class Browser:
    """A client that keeps cookies, reads the token of a form and sends it along."""

    def __init__(self, app, base="http://127.0.0.1"):
        self.client, self.base = app.test_client(), base

    def get(self, address):
        return self.client.get(address, base_url=self.base)

    def send(self, address, said, *, token=None, page=None, **more):
        if token is None:
            found = re.search(r'name="form_token" value="(\w*)"', self.get(page or address).text)
            token = found[1] if found else ""
        return self.client.post(
            address, data=said | {"form_token": token}, base_url=self.base, **more
        )

    def sign_in(self, name, password=PASSWORD, **more):
        return self.send("/sign-in", {"name": name, "password": password}, **more)


def with_people(database):
    """Fill the book that the pages show, and let people in."""
    shown(database)
    with database.begin() as tx:
        told = {"at": moment()}
        a_user(tx, "lan", Role.OFFICER, scope=OFFICE, **told)
        a_user(tx, "xa", Role.COMMITTEE, scope=Scope("commune", (OTHER,)), **told)
        a_user(tx, "to", Role.GROUP_HEAD, scope=Scope("group", ("1933301",)), **told)
        a_user(tx, "tai", Role.REVIEWER, scope=Scope("province", ("44",)), **told)
        a_user(tx, "soat", Role.SUPERVISOR, scope=OFFICE, **told)
        a_user(tx, "chi", Role.ADMINISTRATOR, **told)
        a_user(tx, "toan", Role.AUDITOR, **told)


@pytest.fixture
def filling():
    return with_people


@pytest.fixture
def app(sqlite_url):
    """Return the application of a filled book with people in it."""
    cheap = {"password_passes": 1, "password_memory_kib": 8}
    made = an_app(replace(configured(sqlite_url), **cheap))
    yield made
    made.extensions["creditdesk"].database.close()


def test_whoever_has_not_signed_in_is_sent_where_one_does(app):
    browser = Browser(app)

    for address in [*PAGES.values(), "/loans/1", "/communes/0"]:
        answer = browser.get(address)
        asked = f"/sign-in?{urlencode({'next': address})}"
        assert (answer.status_code, answer.headers["Location"]) == (303, asked)
    assert browser.get("/").headers["Location"] == "/sign-in"
    assert browser.get("/nothing-here").status_code == 404
    assert browser.get("/healthz").status_code == 200


def test_an_officer_signs_in_looks_and_signs_out(app):
    browser = Browser(app)

    answer = browser.sign_in("lan")
    shown = [browser.get(address).status_code for address in PAGES.values()]
    html = browser.get(PAGES["commune"]).text
    left = browser.send("/sign-out", {}, page=PAGES["commune"])

    assert (answer.status_code, answer.headers["Location"]) == (303, "/today")
    assert shown == [200] * len(PAGES)
    assert "(lan)" in html
    assert left.status_code == 303
    assert browser.get(PAGES["commune"]).status_code == 303


@pytest.mark.parametrize("name", ["lan", "soat"])
def test_signing_in_leads_to_the_page_that_was_asked_for(app, name):
    browser = Browser(app)
    asked = browser.get(PAGES["commune"]).headers["Location"]

    answer = browser.send(asked, {"name": name, "password": PASSWORD})
    if name == "soat":
        html = browser.send(answer.headers["Location"], {}).text
        key = re.search(r'<code class="key">([A-Z2-7]{32})</code>', html)[1]
        code = {"code": codes.code_of(key, codes.step_at(moment()) - 1)}
        done = browser.send(answer.headers["Location"], code)
        recovery = re.findall(r"<code>([a-z2-7-]{19})</code>", done.text)
        browser = Browser(app)
        waiting = browser.send(asked, {"name": name, "password": PASSWORD}).headers["Location"]
        assert f'href="{PAGES["commune"].replace("&", "&amp;")}"' in done.text
        answer = browser.send(waiting, {"code": recovery[0]})

    assert answer.headers["Location"] == PAGES["commune"]


REFERERS = {
    f"http://localhost{PAGES['commune']}": PAGES["commune"],
    f"http://evil.example{PAGES['commune']}": "/",
    "http://localhost/nothing-here": "/",
    "": "/",
}


@pytest.mark.parametrize("referer", REFERERS)
def test_whoever_was_signed_out_before_a_form_was_sent_comes_back_to_it(app, referer):
    with app.test_request_context("/", method="POST", headers={"Referer": referer}):
        assert returning.here() == REFERERS[referer]


ELSEWHERE = (
    *("https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example"),
    *(
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:/loans/1",
    ),
    *(
        "/%5cevil.example",
        "/%2F%2Fevil.example",
        "/@evil.example",
        "/\n//evil.example",
        " /loans/1",
    ),
    *("/api/v1/loans", "/healthz", "/sign-in", "/links/x", "/static/desk.css", "/loans/é"),
    f"/loans/1?{'x' * 1000}",
)


@pytest.mark.parametrize("said", ELSEWHERE)
def test_signing_in_leads_nowhere_else(app, said):
    answer = Browser(app).send(
        f"/sign-in?{urlencode({'next': said})}", {"name": "lan", "password": PASSWORD}
    )

    assert answer.headers["Location"] == "/today"


SEEN = {
    "lan": {"commune", "loan", "foreign commune"},
    "xa": {"foreign commune"},
    "to": {"loan"},
    "tai": {"portfolio", "csv"},
    "chi": set(),
    "toan": set(PAGES),
}


@pytest.mark.parametrize("name", [name for name in SEEN if name != "chi"])
def test_everybody_sees_what_lies_in_their_scope(app, name):
    browser = Browser(app)
    browser.sign_in(name)

    whole = {"portfolio": f"/?{PERIOD}&place=44", "csv": f"/portfolio.csv?{PERIOD}&place=44"}
    asked = PAGES | whole
    found = {page for page, address in asked.items() if browser.get(address).status_code == 200}

    assert found == SEEN[name]


def test_whoever_has_one_commune_begins_there_and_is_offered_no_other(app):
    browser = Browser(app)
    browser.sign_in("xa")

    html = browser.get(f"/?{PERIOD}").text

    assert re.findall(r'name="place" value="(\d+)"', html) == [OTHER]
    assert COMMUNE not in html


def test_what_is_not_ones_own_is_answered_as_what_is_not_there(app):
    browser = Browser(app)
    browser.sign_in("xa")

    def bare(address):
        answer = browser.get(address)
        return answer.status_code, CHANGING.sub("#", answer.text)

    assert bare(f"/loans/{number(3)}") == bare("/loans/9999999999999999")
    assert bare(f"/communes/{COMMUNE}") == bare("/communes/99999")


def test_a_reviewer_sees_a_person_on_a_stated_need(app):
    browser = Browser(app)
    browser.sign_in("tai")

    assert browser.get(PAGES["loan"]).status_code == 403
    assert browser.get(f"{PAGES['loan']}&need=khiếu+nại").status_code == 200


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(app):
    def answer(name):
        found = Browser(app).sign_in(name, "không phải")
        return found.status_code, CHANGING.sub("#", found.text)

    assert answer("lan") == answer("nobody")
    assert answer("lan")[0] == 403


def test_too_many_tries_are_told_to_wait(app):
    browser = Browser(app)
    for _ in range(5):
        browser.sign_in("lan", "không phải")

    answer = browser.sign_in("lan")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 800


@pytest.mark.parametrize("how", ["none", "foreign", "origin"])
def test_a_form_that_was_not_given_by_this_desk_is_refused(app, how):
    browser, other = Browser(app), Browser(app)
    other.sign_in("xa")
    foreign = re.search(r'form_token" value="(\w+)"', other.get("/sign-in").text)[1]
    more = {"headers": {"Origin": "https://evil.example"}} if how == "origin" else {}
    token = {"none": "", "foreign": foreign, "origin": None}[how]

    refused = browser.sign_in("lan", token=token, **more)
    browser.sign_in("lan")
    kept = browser.send("/sign-out", {}, token=token, page=PAGES["commune"], **more)

    assert (refused.status_code, kept.status_code) == (403, 403)
    assert browser.get(PAGES["commune"]).status_code == 200


def test_cookies_are_kept_from_scripts_and_behind_tls_from_others(app):
    plain = Browser(app).sign_in("lan").headers.getlist("Set-Cookie")
    secure = Browser(app, "https://127.0.0.1").sign_in("lan").headers.getlist("Set-Cookie")

    assert {cookie.split("=")[0] for cookie in plain} == {"session", "device"}
    assert {cookie.split("=")[0] for cookie in secure} == {"__Host-session", "__Host-device"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in plain + secure)
    assert all("Secure" in cookie for cookie in secure)


def test_a_supervisor_enrols_a_second_factor_and_signs_in_by_it(app):
    browser = Browser(app)

    first = browser.sign_in("soat")
    before = browser.get(PAGES["commune"]).status_code
    html = browser.send("/enrol", {}).text
    key = re.search(r'<code class="key">([A-Z2-7]{32})</code>', html)[1]
    token = re.search(r'form_token" value="(\w+)"', html)[1]
    wrong = browser.send("/enrol", {"code": "000000"}, token=token)
    right = codes.code_of(key, codes.step_at(moment()) - 1)
    done = browser.send("/enrol", {"code": right}, token=token)
    inside = browser.get(PAGES["commune"]).status_code
    again = Browser(app)
    second = again.sign_in("soat")
    bad = again.send("/second-factor", {"code": "000000"})
    recovery = re.findall(r"<code>([a-z2-7-]{19})</code>", done.text)
    good = again.send("/second-factor", {"code": recovery[0]})

    assert (first.headers["Location"], before) == ("/enrol", 303)
    assert (wrong.status_code, key in wrong.text) == (422, True)
    assert (len(recovery), inside) == (10, 200)
    assert (second.headers["Location"], bad.status_code) == ("/second-factor", 403)
    assert good.headers["Location"] == "/today"
    assert again.get(PAGES["commune"]).status_code == 200
    assert Browser(app).get("/enrol").status_code == 403


def test_a_link_sets_a_password_once(app):
    database = app.extensions["creditdesk"].database
    with database.begin() as tx:
        people.add(tx, sign_in_name="moi", appointment=an_appointment(), deed=DEED)
        link = people.reset(tx, CHEAP, sign_in_name="moi", at=moment(), deed=DEED)
    browser, address = Browser(app), f"/links/{link}"

    def send(password, again=PASSWORD, page=None):
        return browser.send(address, {"password": password, "again": again}, page=page)

    assert "moi" in browser.get(address).text
    assert send("một hai ba bốn năm").status_code == 422
    assert send("ngắn", "ngắn").status_code == 422
    assert send(PASSWORD).headers["Location"] == "/sign-in"
    assert browser.get(address).status_code == 404
    assert send(PASSWORD, page="/sign-in").status_code == 404
    assert browser.sign_in("moi").headers["Location"] == "/today"


def test_a_session_is_dead_on_the_next_request_after_a_dismissal(app):
    browser = Browser(app)
    browser.sign_in("lan")
    with app.extensions["creditdesk"].database.begin() as tx:
        people.suspend(tx, sign_in_name="lan", at=moment(), deed=DEED)

    assert browser.get(PAGES["commune"]).status_code == 303


def test_a_session_that_somebody_else_chose_is_not_taken_over(app):
    browser = Browser(app)
    browser.client.set_cookie("session", "chosen", domain="127.0.0.1")

    browser.sign_in("lan")

    assert browser.client.get_cookie("session", domain="127.0.0.1").value != "chosen"


def test_nothing_of_signing_in_is_written_to_the_log(app, caplog):
    browser = Browser(app)
    browser.sign_in("lan", "không phải mật khẩu")
    browser.sign_in("lan")
    token = browser.client.get_cookie("session", domain="127.0.0.1").value

    assert token not in caplog.text
    assert PASSWORD not in caplog.text


def test_who_saw_a_person_and_why_is_noted(app):
    browser = Browser(app)
    browser.sign_in("tai")

    browser.get(f"{PAGES['loan']}&need=khiếu+nại+của+hộ")

    with app.extensions["creditdesk"].database.read() as tx:
        rows = tx.exec_driver_sql("SELECT who, role, why FROM access_line ORDER BY number").all()

    assert tuple(rows[-1]) == ("tai", "reviewer", "khiếu nại của hộ")
