"""Pages for people, for whoever signed in once there are users; and the service for programs."""

from flask import Flask

from creditdesk.web import (
    api,
    edge,
    guard,
    health,
    loans,
    papers,
    portfolio,
    provided,
    signing,
    troubles,
    writing,
)
from creditdesk.web.edge import Desk

__all__ = ["Desk", "furnish"]


def furnish(app: Flask, desk: Desk) -> None:
    """Give an application its desk, its manners and its pages."""
    guard.install(app, desk.settings)
    edge.install(app, desk)
    writing.install(app)
    troubles.install(app)
    signing.install(app)
    books = (portfolio.pages, papers.pages, loans.pages)
    for pages in (*books, signing.pages, provided.pages, health.pages):
        app.register_blueprint(pages)
    api.install(app)
