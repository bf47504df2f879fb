"""Pages for people, read-only, in the reader's language; and the service for programs."""

from flask import Flask

from creditdesk.web import api, edge, health, loans, portfolio, troubles, writing
from creditdesk.web.edge import Desk

__all__ = ["Desk", "furnish"]


def furnish(app: Flask, desk: Desk) -> None:
    """Give an application its desk, its manners and its pages."""
    edge.install(app, desk)
    writing.install(app)
    troubles.install(app)
    for pages in (portfolio.pages, loans.pages, health.pages):
        app.register_blueprint(pages)
    api.install(app)
