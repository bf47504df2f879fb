"""Names of customers and heads of groups as they are found: without case and marks."""

import sqlalchemy as sa
from alembic import op

from creditdesk.spelling import to_find

revision = "0023_search"
down_revision = "0022_downloads"

BLOCK = 5_000


def upgrade() -> None:
    """Keep every name as it is found, also those that are there."""
    for table, key, name in (("customer", "id", "name"), ("credit_group", "group_no", "head")):
        column = sa.Column(f"{name}_plain", sa.Text(), nullable=False, server_default="")
        op.add_column(table, column)
        _fill(table, key, name)
    op.create_index("ix_customer_name_plain", "customer", ["name_plain", "id_no_masked"])


def downgrade() -> None:
    """Take it back: names are not found."""
    op.drop_index("ix_customer_name_plain", "customer")
    op.drop_column("customer", "name_plain")
    op.drop_column("credit_group", "head_plain")


def _fill(table: str, key: str, name: str) -> None:
    bind = op.get_bind()
    held = sa.table(table, sa.column(key), sa.column(name), sa.column(f"{name}_plain"))
    rows = bind.execute(sa.select(held.c[key], held.c[name])).all()
    written = (
        sa.update(held)
        .where(held.c[key] == sa.bindparam("of"))
        .values({f"{name}_plain": sa.bindparam("said")})
    )
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        bind.execute(written, [{"of": of, "said": to_find(said)} for of, said in block])
