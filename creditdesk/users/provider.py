"""The bank's identity provider: people are sent there and come back with its signed word.

OpenID Connect Core 1.0 (authorization code), RFC 7636 (PKCE), RFC 9207 (who answers). What is done
with that word is said in docs/decisions/0019-identity-provider.md.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from creditdesk.errors import Denied
from creditdesk.settings import (
    PREFIX,
    Settings,
    SettingUnreadable,
    is_safe,
    provider_secret,
    public_address,
)
from creditdesk.users import held, outward
from creditdesk.users.outward import ProviderSaysNo, ProviderSilent

ANSWERS = "/sign-in/provider/answer"
"""Where the provider sends people back to, under the public address."""

_ALGORITHMS = ("RS256", "PS256", "ES256")
_LEEWAY = 60  # seconds by which its clock may differ from ours
_KEPT = timedelta(hours=1)
_KEYS_AGAIN = timedelta(minutes=1)
_LEFT_ALONE = timedelta(seconds=10)
_LONGEST_SUBJECT = 255
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderRefused(Denied):
    """What the provider's answer says does not hold; `why` is for the log, not for the reader."""

    code = "provider-refused"


class Vouched(NamedTuple):
    """Somebody as the provider knows them; strong: by a second factor, as the settings count."""

    issuer: str
    subject: str
    strong: bool


class _Found(NamedTuple):
    """What the provider says of itself, and its keys, read at a moment."""

    said: Mapping[str, Any]
    keys: KeySet
    at: datetime


class Provider:
    """The provider of the settings; what it says of itself is read when needed, for an hour."""

    def __init__(self, configured: Settings) -> None:
        """Hold the settings; nothing is asked yet."""
        self._configured = configured
        self._secret = provider_secret(configured)
        self._found: _Found | None = None
        self._again = datetime.min.replace(tzinfo=UTC)
        self._reading = Lock()
        self.label = configured.provider_label or configured.provider_issuer
        self.returns_to = f"{public_address(configured)}{ANSWERS}"

    def question(self, secret: str, at: datetime) -> str:
        """Return where to send somebody; what binds the answer follows from a secret of theirs.

        Raises ProviderSilent.
        """
        said = self._known(at).said
        asked: str = prepare_grant_uri(
            said["authorization_endpoint"],
            self._configured.provider_client,
            "code",
            self.returns_to,
            "openid",
            state_of(secret),
            nonce=_of(secret, "nonce"),
            code_challenge=create_s256_code_challenge(_of(secret, "verifier")),
            code_challenge_method="S256",
        )
        return asked

    def answer(self, secret: str, code: str, at: datetime) -> Vouched:
        """Return for whom the provider vouches: its code is spent for a token, which is checked.

        Raises ProviderRefused, ProviderSilent.
        """
        answered = self._spend(code, _of(secret, "verifier"), self._known(at).said)
        raw = answered.get("id_token")
        if not isinstance(raw, str):
            raise ProviderRefused(why="no-token")
        try:
            token = self._signed(raw, at)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._configured.provider_issuer},
                    "aud": {"essential": True, "value": self._configured.provider_client},
                },
                {
                    "nonce": _of(secret, "nonce"),
                    "client_id": self._configured.provider_client,
                    "access_token": answered.get("access_token"),
                },
            )
            claims.validate(now=int(at.timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as trouble:
            raise ProviderRefused(why=f"{type(trouble).__name__}: {trouble}") from None
        return self._vouched(claims)

    def answers(self, said: Mapping[str, str], secret: str, at: datetime) -> str:
        """Return the code of an answer that this provider gave to whoever holds a secret.

        Raises ProviderRefused, ProviderSilent.
        """
        state = said.get("state", "").encode()
        if not secret or not hmac.compare_digest(state_of(secret).encode(), state):
            raise ProviderRefused(why="state")
        known = self._known(at).said
        named = known.get("authorization_response_iss_parameter_supported") is True
        if said.get("iss", "" if named else known["issuer"]) != known["issuer"]:
            raise ProviderRefused(why="issuer-of-answer")
        if "error" in said or not said.get("code"):
            raise ProviderRefused(why="no-code")
        return said["code"]

    def farewell(self, at: datetime) -> str:
        """Return where one signs out at the provider too; empty where it has no such place.

        Raises ProviderSilent.
        """
        ends = self._known(at).said.get("end_session_endpoint")
        if not isinstance(ends, str) or not is_safe(ends):
            return ""
        left = [
            ("client_id", self._configured.provider_client),
            ("post_logout_redirect_uri", f"{public_address(self._configured)}/sign-in"),
        ]
        return str(add_params_to_uri(ends, left))

    def _ask(self, address: str, **more: Any) -> dict[str, Any]:
        return outward.ask(address, seconds=self._configured.provider_seconds, **more)

    def _known(self, at: datetime) -> _Found:
        """Return what the provider says of itself; one that was silent is left alone for a while.

        Raises ProviderSilent.
        """
        with self._reading:
            if self._found is None or at >= self._found.at + _KEPT:
                if at < self._again:
                    raise ProviderSilent(why="silent-before")
                self._again = at + _LEFT_ALONE
                self._found = self._read(at)
                self._again = at
            return self._found

    def _read(self, at: datetime) -> _Found:
        issuer = self._configured.provider_issuer
        try:
            said = self._ask(get_well_known_url(issuer, external=True))
        except ProviderSaysNo as trouble:
            raise ProviderSilent(why=str(trouble)) from None
        if said.get("issuer") != issuer:
            raise ProviderSilent(why="issuer-of-discovery")
        named = [said.get(one) for one in _ENDPOINTS]
        if not all(isinstance(one, str) and is_safe(one) for one in named):
            raise ProviderSilent(why="endpoints")
        return _Found(said, self._keys(said), at)

    def _keys(self, said: Mapping[str, Any]) -> KeySet:
        try:
            return KeySet.import_key_set(self._ask(said["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ProviderSaysNo, ValueError, TypeError, KeyError) as trouble:
            raise ProviderSilent(why=f"keys: {type(trouble).__name__}") from None

    def _spend(self, code: str, verifier: str, said: Mapping[str, Any]) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self.returns_to,
            code=code,
            code_verifier=verifier,
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address, headers, body = self._as_client(said).prepare(
            "POST", said["token_endpoint"], headers, body
        )
        try:
            return self._ask(address, body=body, headers=headers)
        except ProviderSaysNo as trouble:
            raise ProviderRefused(why=str(trouble)) from None

    def _as_client(self, said: Mapping[str, Any]) -> ClientAuth:
        """Return how the desk shows who it is: as the provider takes it, else as is usual."""
        client = self._configured.provider_client
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not self._secret:
            return ClientAuth(client, "", "none")
        if "client_secret_basic" in ways:
            # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
            return ClientAuth(quote_plus(client), quote_plus(self._secret), "client_secret_basic")
        return ClientAuth(client, self._secret, "client_secret_post")

    def _signed(self, raw: str, at: datetime) -> jwt.Token:
        """Return a token that one of the provider's keys signed; a new key is looked for once."""
        found = self._known(at)
        try:
            return jwt.decode(raw, found.keys, _ALGORITHMS)
        except InvalidKeyIdError:
            if at < found.at + _KEYS_AGAIN:
                raise
            self._found = _Found(found.said, self._keys(found.said), at)
            return jwt.decode(raw, self._found.keys, _ALGORITHMS)

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        subject, acr, amr = claims["sub"], claims.get("acr"), claims.get("amr") or []
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise ProviderRefused(why="subject")
        shown = {one for one in (acr, *amr) if isinstance(one, str)}
        strong = bool(shown & set(self._configured.provider_factors.split()))
        return Vouched(self._configured.provider_issuer, subject, strong)


def of(configured: Settings) -> Provider | None:
    """Return the provider that settings name, None where they name none.

    Raises SettingUnreadable, KeyFileUnreadable.
    """
    if configured.provider_passwords not in ("allowed", "off"):
        raise SettingUnreadable(
            setting=f"{PREFIX}PROVIDER_PASSWORDS", value=configured.provider_passwords
        )
    if not configured.provider_issuer:
        return None
    if not is_safe(configured.provider_issuer):
        raise SettingUnreadable(
            setting=f"{PREFIX}PROVIDER_ISSUER", value=configured.provider_issuer
        )
    if not configured.provider_client:
        raise SettingUnreadable(setting=f"{PREFIX}PROVIDER_CLIENT", value="")
    return Provider(configured)


def state_of(secret: str) -> str:
    """Return what comes back with an answer to whoever holds a secret."""
    return _of(secret, "state")


def _of(secret: str, what: str) -> str:
    return held.digest(f"{what}:{secret}")
