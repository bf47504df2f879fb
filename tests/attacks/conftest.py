"""What every attack may ask for: a book with everybody in it, and somebody who attacks."""

from types import SimpleNamespace

import pytest

from tests.attacks.stage import Attacker, application, populate


@pytest.fixture
def desk(database, database_url):
    """Return a populated book, the application that shows it, and everybody as an attacker."""
    held = populate(database)
    app = application(database_url)
    people = {name: Attacker(app, secrets) for name, secrets in held.items()}
    yield SimpleNamespace(
        app=app, database=database, people=people, held=held, stranger=Attacker(app)
    )
    app.extensions["creditdesk"].database.close()
