"""What every attack may ask for: a book with everybody in it, and somebody who attacks."""

from types import SimpleNamespace

import pytest

from tests.attacks.stage import Attacker, application, populate, secrets_of_all


@pytest.fixture
def filling(request):
    """Return what fills the book that is attacked through the desk; other tests begin empty."""
    return populate if "desk" in request.fixturenames else None


@pytest.fixture
def desk(database, database_url):
    """Return a filled book, the application that shows it, and everybody as an attacker."""
    held = secrets_of_all(database)
    app = application(database_url)
    people = {name: Attacker(app, secrets) for name, secrets in held.items()}
    yield SimpleNamespace(
        app=app, database=database, people=people, held=held, stranger=Attacker(app)
    )
    app.extensions["creditdesk"].database.close()
