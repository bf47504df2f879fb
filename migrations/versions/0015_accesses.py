"""The journal of accesses."""

import sqlalchemy as sa
from alembic import op

revision = "0015_accesses"
down_revision = "0014_users"

CUT = "(SELECT coalesce(max(until), 0) FROM access_cut)"


def upgrade() -> None:
    """The journal of accesses: append-only, but for lines that were summed up in a cut."""
    texts = ("at", "who", "role", "channel", "act", "subject_kind", "subject_no", "why")
    op.create_table(
        "access_line",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("who <> ''", name=op.f("ck_access_line_who")),
        sa.CheckConstraint(
            "channel IN ('web', 'api', 'cli', 'paper', 'job')",
            name=op.f("ck_access_line_channel"),
        ),
        sa.CheckConstraint("persons >= 0", name=op.f("ck_access_line_persons")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_line")),
    )
    for name in ("at", "customer_no", "who"):
        op.create_index(f"ix_access_line_{name}", "access_line", [name])
    head = op.create_table(
        "access_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_access_head_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_access_head")),
    )
    op.bulk_insert(head, [{"one": 1, "lines": 0, "digest": b""}])
    op.create_table(
        "access_cut",
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("until", name=op.f("pk_access_cut")),
    )
    _refuse_changes()


def downgrade() -> None:
    """Take it back, and with it what was noted."""
    for table in ("access_cut", "access_head", "access_line"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION access_line_is_cut()")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, verb, unless in (
            ("access_line", "UPDATE", ""),
            ("access_line", "DELETE", f"WHEN OLD.number > {CUT}"),
            ("access_cut", "UPDATE", ""),
            ("access_cut", "DELETE", ""),
        ):
            op.execute(
                f"CREATE TRIGGER append_only_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"{unless} BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            )
        return
    for table, verbs in (
        ("access_line", "UPDATE OR TRUNCATE"),
        ("access_cut", "UPDATE OR DELETE OR TRUNCATE"),
    ):
        op.execute(
            f"CREATE TRIGGER append_only_{table} BEFORE {verbs} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    op.execute(
        "CREATE FUNCTION access_line_is_cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.number > {CUT} THEN RAISE EXCEPTION 'append-only: access_line'; END IF; "
        "RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only_access_line_delete BEFORE DELETE ON access_line "
        "FOR EACH ROW EXECUTE FUNCTION access_line_is_cut()"
    )
