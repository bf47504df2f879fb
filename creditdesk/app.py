"""The web application: settings, policy and database first, then the faces."""

from flask import Flask

from creditdesk import settings, web
from creditdesk.db import Database
from creditdesk.users import provider


def create_app(configured: settings.Settings | None = None) -> Flask:
    """Return the application for settings, those of the environment unless given.

    Raises Malformed for an unknown setting, a weak key, or a policy that cannot be read: the boat
    stays in the harbour. The database is not opened, the identity provider not asked yet.
    """
    configured = configured or settings.load()
    app = Flask("creditdesk.web", static_folder=None)
    web.furnish(app, desk_of(configured))
    return app


def desk_of(configured: settings.Settings) -> web.Desk:
    """Return what the pages of an application work with; raises Malformed as `create_app`."""
    keys, limit = settings.keyring(configured), configured.statement_seconds
    database = Database(configured.database_url, keys, reading_seconds=limit)
    return web.Desk(configured, database, settings.policy(), provider.of(configured))
