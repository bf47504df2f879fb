"""Signing in at an identity provider: who comes in by its word, and which words do not hold."""

import re
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from creditdesk import opening, settings
from creditdesk.db import Database
from creditdesk.settings import KeyFileUnreadable, SettingUnreadable
from creditdesk.users import Role, codes, identities, people, provider
from creditdesk.web.edge import moment
from tests import provider as at
from tests.apps import an_app
from tests.keys import KEYS
from tests.people import CONFIGURED, DEED, OFFICE, PASSWORD, a_user
from tests.web.conftest import configured
from tests.web.test_signing import Browser

PUBLIC = "http://127.0.0.1:8000"
PAGE = "/communes/19333?unit=dong"
BACK = "/sign-in/provider/answer"
SUBJECTS = {"lan": "s-1", "soat": "s-2", "gone": "s-3", "was": "s-4"}


class Stay(HTTPRedirectHandler):
    def http_error_302(self, _request, answer, *_said):
        return answer


def sent_back(address):
    """Go to the provider as a browser does and return where it sends one."""
    with build_opener(Stay).open(address) as answer:
        return answer.headers["Location"].removeprefix(PUBLIC)


@pytest.fixture
def idp():
    with at.provided() as found:
        yield found


@pytest.fixture
def make(sqlite_url, idp):
    """Return a function that makes the application with settings of the provider."""
    known = {
        "password_passes": 1,
        "password_memory_kib": 8,
        "provider_issuer": idp.issuer,
        "provider_client": at.CLIENT,
        "provider_secret": at.SECRET,
        "provider_label": "NHCSXH (minh họa)",
        "provider_seconds": 2,
    }
    database, set_ = Database(sqlite_url, KEYS), replace(configured(sqlite_url), **known)
    with database.begin() as tx:
        opening.prepare(tx, settings.geography(), settings.policy(), DEED.recorded_at)
        for name, subject in SUBJECTS.items():
            role = Role.SUPERVISOR if name == "soat" else Role.OFFICER
            a_user(tx, name, role, scope=OFFICE, at=moment())
            identities.link(tx, set_, sign_in_name=name, subject=subject, deed=DEED)
        a_user(tx, "local", Role.OFFICER, scope=OFFICE, at=moment())
        said = {"at": moment(), "deed": DEED}
        people.suspend(tx, sign_in_name="gone", **said)
        identities.unlink(tx, set_, sign_in_name="was", **said)
    database.close()
    made = []

    def app(**changes):
        made.append(an_app(replace(set_, **changes)))
        return made[-1]

    yield app
    for one in made:
        one.extensions["creditdesk"].database.close()


def begin(browser, page=PAGE):
    """Ask for the provider and return where one is sent."""
    address = f"/sign-in/provider?{urlencode({'next': page})}"
    return browser.get(address).headers["Location"]


def come_back(browser, page=PAGE):
    """Sign in at the provider and return what the desk answers."""
    return browser.get(sent_back(begin(browser, page)))


def is_inside(browser):
    return "/sign-in" not in browser.get("/").headers.get("Location", "")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_whoever_is_linked_comes_in_at_the_page_that_was_asked_for(make, idp, algorithm, way):
    idp.algorithm, idp.meta = algorithm, {"token_endpoint_auth_methods_supported": [way]}
    browser = Browser(make())

    answer = come_back(browser)

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert is_inside(browser)
    assert "question=;" in " ".join(answer.headers.getlist("Set-Cookie"))


def test_the_sign_in_page_shows_the_provider_only_where_there_is_one(make):
    shown = Browser(make()).get(f"/sign-in?{urlencode({'next': PAGE})}").text
    plain = Browser(make(provider_issuer="")).get("/sign-in").text

    assert "NHCSXH (minh họa)" in shown
    assert f'href="/sign-in/provider?{urlencode({"next": PAGE}, safe="/?")}"' in shown
    assert "/sign-in/provider" not in plain
    assert Browser(make(provider_issuer="")).get("/sign-in/provider").status_code == 404


def test_no_page_elsewhere_is_led_to(make):
    answer = come_back(Browser(make()), "https://evil.example/")

    assert answer.headers["Location"] == "/today"


def far(name, seconds):
    return {name: int(time.time()) + seconds}


TOKENS = {
    "another nonce": ({"claims": {"nonce": "x"}}, "Invalid claim: 'nonce'"),
    "no nonce": ({"claims": {"nonce": None}}, "Missing claim: 'nonce'"),
    "for another": ({"claims": {"aud": "other"}}, "Invalid claim: 'aud'"),
    "for others too": ({"claims": {"aud": [at.CLIENT, "other"]}}, "Missing claim: 'azp'"),
    "asked by another": (
        {"claims": {"aud": [at.CLIENT, "other"], "azp": "other"}},
        "Invalid claim: 'azp'",
    ),
    "of another issuer": ({"claims": {"iss": "https://evil.example"}}, "Invalid claim: 'iss'"),
    "expired": ({"claims": far("exp", -120)}, "expired"),
    "without end": ({"claims": {"exp": None}}, "Missing claim: 'exp'"),
    "ends in words": ({"claims": {"exp": "tomorrow"}}, "'exp' must be"),
    "not yet": ({"claims": far("nbf", 10**6)}, "not yet valid"),
    "of the future": ({"claims": far("iat", 10**6)}, "in the future"),
    "no subject": ({"claims": {"sub": None}}, "Missing claim: 'sub'"),
    "empty subject": ({"claims": {"sub": ""}}, "why=subject"),
    "number as subject": ({"claims": {"sub": 1}}, "'sub' must be"),
    "ways of no list": ({"claims": {"amr": "otp"}}, "Invalid claim: 'amr'"),
    "of another token": (
        {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
        "Invalid claim: 'at_hash'",
    ),
    "unsigned": ({"sign": at.unsigned}, "'none' is not allowed"),
    "signed with the public key": ({"sign": at.by_public_key}, "'HS256' is not allowed"),
    "of another key": ({"sign": at.by_key(at.FOREIGN)}, "bad_signature"),
    "of an unknown key": ({"sign": at.by_key(at.NEXT)}, "No key for kid"),
    "of another kind of key": ({"sign": at.by_key(at.FOREIGN, kid="e")}, "invalid_key_type"),
    "of another algorithm": (
        {"sign": at.by_key(at.KEYS["RS256"], "RS384")},
        "'RS384' is not allowed",
    ),
    "no token": ({"sign": lambda _claims: None}, "no-token"),
    "no text": ({"sign": lambda _claims: "a.b.c"}, "decode_error"),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_word_that_does_not_hold_lets_nobody_in(make, idp, name, caplog):
    changes, why = TOKENS[name]
    vars(idp).update(changes)
    browser = Browser(make(provider_factors="otp"))

    answer = come_back(browser)

    number, told = answer.headers["X-Request-ID"], answer.text.partition("<main")[2]
    assert (answer.status_code, number in told) == (403, True)
    assert f"request {number}: provider-refused(why=" in caplog.text
    assert why in caplog.text
    assert not re.search(r"nonce|claim|token|Error|evil", told)
    assert not is_inside(browser)


@pytest.mark.parametrize("subject", ["s-3", "s-4", "s-5", "S-1", "s-1 "])
def test_whoever_is_not_linked_or_suspended_is_told_the_same_and_not_made(make, idp, subject):
    idp.subject = subject
    app = make()

    answer = come_back(Browser(app))

    said = re.search(r'class="sentence">(.*?)<', answer.text)[1]
    assert (answer.status_code, "quản trị viên" in said) == (403, True)
    with app.extensions["creditdesk"].database.read() as tx:
        assert len(people.people(tx, CONFIGURED)) == len(SUBJECTS) + 1


@pytest.mark.parametrize(
    "how", ["again", "elsewhere", "late", "state", "issuer", "code", "refused"]
)
def test_an_answer_counts_once_for_the_client_that_asked(make, idp, how, monkeypatch):
    if how == "issuer":
        idp.meta = {"authorization_response_iss_parameter_supported": True}
    app = make()
    browser = Browser(app)
    address = sent_back(begin(browser))
    question = browser.client.get_cookie("question", domain="127.0.0.1").value
    if how == "again":
        assert browser.get(address).status_code == 303
        browser = Browser(app)
        browser.client.set_cookie("question", question, domain="127.0.0.1")
        code = parse_qs(urlsplit(sent_back(begin(Browser(app)))).query)["code"][0]
        address = re.sub(r"code=[^&]*", f"code={code}", address)
    if how == "elsewhere":
        browser = Browser(app)
    if how == "late":
        late = moment() + identities.LIFE
        monkeypatch.setattr("creditdesk.web.edge.moment", lambda: late)
    if how == "state":
        address = re.sub(r"state=\w", "state=-", address)
    if how == "code":
        address = re.sub(r"code=\w*", "code=x", address)
    if how == "refused":
        address = re.sub(r"code=[\w-]*", "error=access_denied", address)

    answer = browser.get(address)

    assert answer.status_code == 403
    assert not is_inside(browser)


def test_a_code_of_another_question_is_not_taken(make):
    app = make()
    victim, attacker = Browser(app), Browser(app)
    own, other = sent_back(begin(victim)), sent_back(begin(attacker))
    stolen = parse_qs(urlsplit(other).query)["code"][0]

    answer = victim.get(re.sub(r"code=[^&]*", f"code={stolen}", own))

    assert answer.status_code == 403


def test_a_second_factor_is_the_providers_where_it_says_so_and_else_ours(make, idp):
    idp.subject = "s-2"
    app = make(provider_factors="mfa otp")
    ours, theirs = Browser(app), Browser(app)

    idp.claims = {"amr": ["pwd"], "acr": "1"}
    enrol = come_back(ours).headers["Location"]
    waiting = is_inside(ours)
    key = re.search(r'<code class="key">([A-Z2-7]{32})</code>', ours.send(enrol, {}).text)[1]
    ours.send(enrol, {"code": codes.code_of(key, codes.step_at(moment()) - 1)})
    code = come_back(Browser(app)).headers["Location"]
    idp.claims = {"amr": ["pwd", "otp"]}
    whole = come_back(theirs).headers["Location"]
    idp.claims = {"acr": "mfa"}

    asked = urlencode({"next": PAGE})
    assert (enrol, waiting) == (f"/enrol?{asked}", False)
    assert is_inside(ours)
    assert code == f"/second-factor?{asked}"
    assert whole == come_back(Browser(app)).headers["Location"] == PAGE


def test_a_key_that_is_new_at_the_provider_is_looked_for(make, idp, monkeypatch):
    browser = Browser(make())
    come_back(browser)
    idp.sign, idp.keys = at.by_key(at.NEXT), [at.NEXT]

    at_once = come_back(Browser(browser.client.application)).status_code
    later = moment() + provider._KEYS_AGAIN
    monkeypatch.setattr("creditdesk.web.edge.moment", lambda: later)

    assert at_once == 403
    assert come_back(Browser(browser.client.application)).status_code == 303


HERE, JSON = "/.well-known/openid-configuration", {"Content-Type": "application/json"}
SILENT = {
    "failed": (HERE, (500, JSON, b"{}")),
    "not there": (HERE, (404, JSON, b"{}")),
    "elsewhere": (HERE, (302, {"Location": "http://127.0.0.1:1/"}, b"")),
    "of another issuer": (HERE, (200, JSON, b'{"issuer": "https://evil.example"}')),
    "a page": (HERE, (200, {}, b"<html>")),
    "a list": (HERE, (200, JSON, b"[]")),
    "nested": (HERE, (200, JSON, b"[" * 100_000)),
    "too much": (HERE, (200, JSON, b" " * 300_000)),
    "cut short": (HERE, (200, {"Content-Length": "10"}, b"{")),
    "no keys": ("/keys", (200, JSON, b"{}")),
    "keys refused": ("/keys", (403, JSON, b"{}")),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_provider_that_does_not_answer_as_one_is_told_of_and_passwords_go_on(make, idp, name):
    path, answer = SILENT[name]
    idp.spoil = {path: answer}
    browser = Browser(make())

    refused = browser.get("/sign-in/provider")

    assert refused.status_code == 503
    assert refused.headers["X-Request-ID"] in refused.text
    assert browser.sign_in("local").status_code == 303


def test_a_silent_provider_is_left_alone_for_a_while(make, idp):
    idp.spoil = {HERE: (500, JSON, b"{}")}
    browser = Browser(make())

    for _ in range(3):
        browser.get("/sign-in/provider")

    assert idp.asked == [HERE]


def test_one_address_asks_so_often_in_a_minute(make):
    browser = Browser(make(sign_in_tries_of_address=2))

    assert {browser.get("/sign-in/provider").status_code for _ in range(9)} == {303, 429}


@pytest.mark.parametrize("end", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://evil.example/x", "ftp://127.0.0.1/x", None])
def test_nothing_is_asked_without_tls(make, idp, end, address):
    idp.meta = {end: address}

    assert Browser(make()).get("/sign-in/provider").status_code == 503


@pytest.mark.parametrize("status", [500, 302])
def test_a_token_page_that_fails_lets_nobody_in(make, idp, status):
    browser = Browser(make())
    address = sent_back(begin(browser))
    idp.spoil = {"/token": (status, {"Location": f"{idp.issuer}/keys"}, b"")}

    assert browser.get(address).status_code == 503


def test_what_the_provider_says_of_itself_is_read_once(make, idp):
    browser = Browser(make())
    for _ in range(3):
        begin(browser)

    assert [idp.asked.count(path) for path in (HERE, "/keys")] == [1, 1]


def test_signing_out_offers_to_leave_the_provider_too(make, idp):
    browser = Browser(make())
    come_back(browser)

    left = browser.send("/sign-out", {}, page="/").headers["Location"]
    leave = browser.get("/sign-out/provider").headers["Location"]
    idp.meta = {"end_session_endpoint": "http://evil.example/"}
    nowhere = Browser(make()).get("/sign-out/provider").headers["Location"]

    assert "/sign-out/provider" in browser.get(left).text
    assert not is_inside(browser)
    said = {"client_id": at.CLIENT, "post_logout_redirect_uri": f"{PUBLIC}/sign-in"}
    assert leave == f"{idp.issuer}/leave?from=desk&{urlencode(said)}"
    assert nowhere == "/sign-in"


def test_passwords_of_the_linked_can_be_switched_off(make):
    on, off = make(), make(provider_passwords="off")

    assert Browser(on).sign_in("lan").status_code == 303
    assert Browser(off).sign_in("lan", PASSWORD).status_code == 403
    assert Browser(off).sign_in("was").status_code == 303
    assert Browser(off).sign_in("local").status_code == 303
    assert come_back(Browser(off)).status_code == 303


UNFIT = {
    "plain": {"provider_issuer": "http://idp.example", "provider_client": "x"},
    "no client": {"provider_issuer": "https://idp.example"},
    "no such word": {"provider_passwords": "no"},
}


@pytest.mark.parametrize("name", UNFIT)
def test_settings_that_would_be_unsafe_keep_the_boat_in_the_harbour(name):
    with pytest.raises(SettingUnreadable):
        provider.of(replace(CONFIGURED, **UNFIT[name]))


def test_the_secret_may_stand_in_a_file_of_its_own(make, tmp_path):
    path = tmp_path / "secret"
    path.write_text(f"{at.SECRET}\n", "utf-8")
    told = {"provider_secret": "", "provider_secret_file": str(path)}

    assert come_back(Browser(make(**told))).status_code == 303
    assert at.SECRET not in repr(replace(CONFIGURED, provider_secret=at.SECRET))
    with pytest.raises(KeyFileUnreadable):
        make(**told | {"provider_secret_file": str(tmp_path / "none")})
