"""The outer wall: proxies that are believed, names that are answered to, TLS once and always."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from creditdesk.settings import Settings, public_address

_MOST_BYTES = 16 * 1024  # of a form; the service reads longer bodies, of `api_kilobytes`
_MOST_PARTS = 500
_SECONDS_OF_A_DAY = 24 * 3600


def install(app: Flask, settings: Settings) -> None:
    """Give an application the limits of every request, and the headers that TLS asks for."""
    app.config.update(
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
        MAX_FORM_PARTS=_MOST_PARTS,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=True,
        TRUSTED_HOSTS=_names(settings),
    )
    if settings.proxies:
        many = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, many, many, many)  # type: ignore[method-assign]

    @app.after_request
    def _stay_with_tls(answer: Response) -> Response:
        if request.is_secure and settings.hsts_days:
            life = settings.hsts_days * _SECONDS_OF_A_DAY
            answer.headers["Strict-Transport-Security"] = f"max-age={life}"
        return answer


def _names(settings: Settings) -> list[str]:
    """Return the names by which this server may be called: its own, this machine's, and stated."""
    public = urlsplit(public_address(settings)).hostname or ""
    everywhere = {"", "0.0.0.0", "::"}
    host = settings.host
    own = [] if host in everywhere else [f"[{host}]" if ":" in host else host]
    stated = settings.trusted_hosts.replace(",", " ").split()
    named = [] if public in everywhere or ":" in public else [public]
    return sorted({"localhost", "127.0.0.1", "[::1]", *own, *named, *stated})
