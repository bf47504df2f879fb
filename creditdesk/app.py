"""The web application: settings, policy and database first, then the faces."""

from flask import Flask

from creditdesk import settings, web
from creditdesk.db import Database

_MOST_BYTES = 16 * 1024  # of a request's body: no page takes any


def create_app(configured: settings.Settings | None = None) -> Flask:
    """Return the application for settings, those of the environment unless given.

    Raises Malformed for an unknown setting or a policy that cannot be read: the boat stays in the
    harbour. The database is not opened yet.
    """
    configured = configured or settings.load()
    app = Flask("creditdesk.web")
    app.config.update(
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=True,
        TRUSTED_HOSTS=_names_of(configured.host),
    )
    web.furnish(
        app,
        web.Desk(
            settings=configured,
            database=Database(configured.database_url, settings.keyring(configured)),
            policy=settings.policy(),
        ),
    )
    return app


def _names_of(host: str) -> list[str]:
    """Return the names by which this server may be called: its own and this machine's."""
    everywhere = {"", "0.0.0.0", "::"}
    own = [] if host in everywhere else [f"[{host}]" if ":" in host else host]
    return sorted({"localhost", "127.0.0.1", "[::1]", *own})
