"""Links to files that are held, and who fetched them."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

revision = "0022_downloads"
down_revision = "0021_last_sign_in"


def upgrade() -> None:
    """Links to files that are held, and who fetched them; no number of a file is given twice."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    recreate: Any = "always" if sqlite else "never"
    kept = {"sqlite_autoincrement": True}
    with op.batch_alter_table("held_file", recreate=recreate, table_kwargs=kept) as held:
        held.add_column(sa.Column("seen", sa.Text(), nullable=False, server_default=""))
    moments = ("made_at", "until", "revoked_at")
    op.create_table(
        "held_link",
        sa.Column("id", key, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("file", "job")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", *moments)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_link")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_link_job", "held_link", ["job"])
    op.create_table(
        "fetched_file",
        sa.Column("id", key, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("file", "job")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "by")),
        sa.Column("link", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetched_file")),
    )
    op.create_index("ix_fetched_file_job", "fetched_file", ["job"])
    refuse_changes(op.get_bind(), "fetched_file")
    _rename_statements()


def _rename_statements() -> None:
    """Statements that were asked for are documents like any other."""
    errand = sa.table("errand", *map(sa.column, ("id", "kind", "said")))
    book = op.get_bind()
    for row in book.execute(sa.select(errand).where(errand.c.kind == "print-portfolio")).all():
        old = json.loads(row.said)
        said = {
            **{name: old[name] for name in ("act", "as_of", "place")},
            **{"paper": "portfolio", "as": "pdf", "since": old["from"], "by": "commune"},
            **{"unit": None, "within": old.get("within", [])},
        }
        new = {"kind": "paper", "said": json.dumps(said, ensure_ascii=False, sort_keys=True)}
        book.execute(sa.update(errand).where(errand.c.id == row.id).values(**new))


def downgrade() -> None:
    """Take it back: who fetched what is not known any more."""
    allow_changes(op.get_bind(), "fetched_file")
    op.drop_table("fetched_file")
    op.drop_table("held_link")
    with op.batch_alter_table("held_file") as held:
        held.drop_column("seen")
