"""The screens: each is one module with a blueprint `pages`, named once in SCREENS."""

from flask import Flask

from creditdesk.web.pages import (
    account,
    administration,
    applications,
    applying,
    commune,
    decisions,
    downloads,
    errands,
    files,
    journal,
    letters,
    loans,
    money,
    months,
    people,
    pictures,
    places,
    policy,
    portfolio,
    search,
    sheet_files,
    sheets,
    standing,
    statements,
    today,
    trail,
    transfers,
    worklists,
)

SCREENS = (
    *(today, commune, worklists, search, applications, applying),
    *(portfolio, statements, trail, pictures, loans, money, decisions, transfers),
    *(account, administration, people, sheets, sheet_files, errands, files, months),
    *(standing, policy, places, journal, downloads, letters),
)


def install(app: Flask) -> None:
    """Give an application its screens."""
    for screen in SCREENS:
        app.register_blueprint(screen.pages)
