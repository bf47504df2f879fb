"""The web application, for any WSGI server: `gunicorn wsgi:app`."""

import gc

from creditdesk.app import create_app

app = create_app()
# What is loaded stays, and nothing of it is garbage. A page reads ten thousands of rows: looking
# through all of them after every 700 took a third of the first opening of a province's lists.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
