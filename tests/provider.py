"""An identity provider of our own, on a real socket, that signs real tokens and can be spoiled."""

import base64
import hmac
import json
import secrets
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "creditdesk", "bí mật: 1+1 & 2%"
KEYS = {
    "RS256": RSAKey.generate_key(2048, {"kid": "r", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "e", "use": "sig"}),
}
FOREIGN = RSAKey.generate_key(2048, {"kid": "r"})
NEXT = RSAKey.generate_key(2048, {"kid": "n"})


class IdentityProvider:
    """What people, keys and answers the provider has now; a test changes them as an attack does.

    subject  who is signed in there
    claims  what a token says instead; None takes a claim away
    sign  how a token is signed instead
    meta  what discovery says instead
    spoil  what a page answers instead: (status, headers, bytes), by path
    """

    def __init__(self, issuer):
        self.issuer, self.subject, self.algorithm = issuer, "s-1", "RS256"
        self.claims, self.meta, self.spoil = {}, {}, {}
        self.sign, self.codes, self.asked = None, {}, []
        self.keys = list(KEYS.values())

    def discovery(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave?from=desk",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.meta,
        }

    def authorize(self, said):
        """Return where the browser is sent back to: whoever asks is signed in already."""
        assert (said["response_type"], said["client_id"]) == ("code", CLIENT)
        assert (said["scope"], said["code_challenge_method"]) == ("openid", "S256")
        code = secrets.token_urlsafe()
        self.codes[code] = said
        return f"{said['redirect_uri']}?{urlencode({'code': code, 'state': said['state']})}"

    def token(self, said, authorization):
        """Return status and answer of the token endpoint."""
        asked = self.codes.pop(said.get("code"), None)
        challenge = sha256(said.get("code_verifier", "").encode()).digest()
        fits = asked is not None and (
            base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == asked["code_challenge"]
            and said["redirect_uri"] == asked["redirect_uri"]
            and self.knows(said, authorization)
        )
        if not fits:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(asked)}

    def knows(self, said, authorization):
        if "client_secret" in said:
            return (said["client_id"], said["client_secret"]) == (CLIENT, SECRET)
        told = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        pair = dict(parse_qsl(f"id={told.partition(':')[0]}&secret={told.partition(':')[2]}"))
        return pair == {"id": CLIENT, "secret": SECRET}

    def signed(self, asked):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        key = KEYS[self.algorithm]
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key)


def by_key(key, algorithm="RS256", **header):
    """Return a way to sign with another key than what the provider shows."""
    return lambda claims: jwt.encode(
        {"alg": algorithm, "kid": key.kid} | header, claims, key, [algorithm]
    )


def unsigned(claims):
    """Return a token that nobody signed (alg none)."""
    parts = ({"alg": "none", "kid": "r"}, claims)
    told = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts)
    return b".".join([*told, b""]).decode()


def by_public_key(claims):
    """Return a token whose key is what everybody may read of the provider's (RS256 as HS256)."""
    head = {"alg": "HS256", "kid": "r"}
    told = b".".join(
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (head, claims)
    )
    mac = hmac.digest(KEYS["RS256"].as_pem(private=False), told, "sha256")
    return (told + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self):
        found = urlsplit(self.path)
        provider = self.server.provider
        provider.asked.append(found.path)
        if found.path in provider.spoil:
            self.answer(*provider.spoil[found.path])
        elif found.path == "/.well-known/openid-configuration":
            self.tell(200, provider.discovery())
        elif found.path == "/keys":
            self.tell(200, KeySet(provider.keys).as_dict(private=False))
        elif found.path == "/authorize":
            said = {name: values[0] for name, values in parse_qs(found.query).items()}
            self.answer(302, {"Location": provider.authorize(said)}, b"")
        else:
            self.tell(404, {})

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        said = dict(parse_qsl(self.rfile.read(length).decode()))
        provider = self.server.provider
        if self.path in provider.spoil:
            self.answer(*provider.spoil[self.path])
            return
        self.tell(*provider.token(said, self.headers.get("Authorization", "")))

    def tell(self, status, document):
        self.answer(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def answer(self, status, headers, content):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said):
        """Say nothing."""


@contextmanager
def provided():
    """Run a provider as long as it is needed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
