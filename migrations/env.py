"""How Alembic meets the database: on the connection it is given, in one transaction."""

from alembic import context

from creditdesk import records
from creditdesk.db import metadata

assert records

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    transactional_ddl=True,
    render_as_batch=False,
)
context.run_migrations()
