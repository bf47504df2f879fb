"""Pages for people, for whoever signed in once there are users; and the service for programs."""

from flask import Flask

from creditdesk.web import (
    api,
    assets,
    edge,
    guard,
    health,
    linked,
    navigation,
    notices,
    pages,
    papers,
    provided,
    signing,
    troubles,
    verifying,
    writing,
)
from creditdesk.web.edge import Desk

__all__ = ["Desk", "furnish"]


def furnish(app: Flask, desk: Desk) -> None:
    """Give an application its desk, its manners and its pages."""
    guard.install(app, desk.settings)
    edge.install(app, desk)
    for part in (writing, assets, notices, navigation, troubles, signing, pages, api):
        part.install(app)
    for own in (papers, signing, provided, verifying, linked, health):
        app.register_blueprint(own.pages)
