"""Applications for tests: furnished once in a process, each with a desk of its own.

Routes and templates are compiled once for all; what a test asks for has its own book and settings.
"""

from copy import copy
from dataclasses import replace
from functools import cache

from creditdesk.app import create_app, desk_of
from tests.keys import DATA_KEY


@cache
def _furnished(configured):
    app = create_app(configured)
    assert app.jinja_env, "compiled templates are kept where they are first asked for"
    return app


def an_app(configured):
    """Return the application for settings: what `create_app` makes, but quicker."""
    if configured.proxies:
        # What believes a proxy stands before the application and would lead to another's desk.
        return create_app(configured)
    of_nobody = {"database_url": "sqlite://", "files_folder": "", "data_key": DATA_KEY}
    app = copy(_furnished(replace(configured, **of_nobody)))
    app.extensions = app.extensions | {"creditdesk": desk_of(configured)}
    return app
