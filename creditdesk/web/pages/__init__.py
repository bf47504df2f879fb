"""The screens: each is one module with a blueprint `pages`, named once in SCREENS."""

from flask import Flask

from creditdesk.web.pages import (
    account,
    administration,
    decisions,
    loans,
    money,
    people,
    portfolio,
    sheets,
    transfers,
)

SCREENS = (
    *(portfolio, loans, money, decisions, transfers),
    *(account, administration, people, sheets),
)


def install(app: Flask) -> None:
    """Give an application its screens."""
    for screen in SCREENS:
        app.register_blueprint(screen.pages)
