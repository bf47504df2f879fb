"""Identity numbers and files handed in go under seal."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from creditdesk.db import insert_rows, keys_of
from creditdesk.errors import BooksBroken
from creditdesk.secrecy import (
    Key,
    KeyMissing,
    file_place,
    identity_place,
    sealed_identity,
)

revision = "0013_sealing"
down_revision = "0012_mirrors"

BLOCK = 5_000
FACTS = "sha256, kind, name, rows, act_id, unknown_columns"

data_key = sa.table("data_key", sa.column("number"), sa.column("id"))
intake_file = sa.table(
    "intake_file", sa.column("sha256"), sa.column("kind"), sa.column("content", sa.LargeBinary)
)
sealed_now = sa.Table("sealed_now", sa.MetaData())
customer = sa.table(
    "customer",
    sa.column("id"),
    sa.column("customer_no"),
    sa.column("id_no"),
    sa.column("id_no_sealed", sa.LargeBinary),
    sa.column("id_no_digest", sa.LargeBinary),
    sa.column("id_no_masked"),
)


def upgrade() -> None:
    """Seal what is there with the first key of the connection; without one only an empty book."""
    op.create_table(
        "data_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_data_key")),
    )
    op.add_column("customer", sa.Column("id_no_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("customer", sa.Column("id_no_digest", sa.LargeBinary(), nullable=True))
    masked = sa.Column("id_no_masked", sa.Text(), nullable=False, server_default="")
    op.add_column("customer", masked)
    _forget_what_is_overwritten()
    _allow_resealing()
    if _count(customer.c.id_no != "") or _count(intake_file.c.sha256 != ""):
        _seal(_key())
    op.create_index("ix_customer_id_no_digest", "customer", ["id_no_digest"])
    op.drop_column("customer", "id_no")


def downgrade() -> None:
    """Put everything back in clear, with the keys of the connection."""
    op.add_column("customer", sa.Column("id_no", sa.Text(), nullable=False, server_default=""))
    bind, keys = op.get_bind(), keys_of(op.get_bind())
    for row in _rows(customer.c.id_no_sealed.is_not(None)):
        opened = keys.open(bytes(row.id_no_sealed), identity_place(row.customer_no)).decode()
        bind.execute(sa.update(customer).where(customer.c.id == row.id).values(id_no=opened))
    for row in _files():
        opened_file = keys.open(bytes(row.content), file_place(row.sha256, row.kind))
        _write_file(row, opened_file)
    _refuse_changes()
    op.drop_index("ix_customer_id_no_digest", "customer")
    for name in ("id_no_sealed", "id_no_digest", "id_no_masked"):
        op.drop_column("customer", name)
    op.drop_table("data_key")


def _key() -> Key:
    keys = keys_of(op.get_bind())
    if not keys:
        raise KeyMissing
    op.get_bind().execute(sa.insert(data_key).values(number=1, id=keys[0].id))
    return keys[0]


def _count(chosen: Any) -> int:
    return int(op.get_bind().execute(sa.select(sa.func.count()).where(chosen)).scalar_one())


def _seal(key: Key) -> None:
    """Seal every number and every file, and read each back before its clear text goes."""
    op.execute(
        "CREATE TEMPORARY TABLE sealed_now (id BIGINT PRIMARY KEY, sealed "
        f"{_bytes()}, digest {_bytes()}, masked TEXT)"
    )
    # A whole list: nothing can be read on a connection on which a COPY runs.
    numbered = [
        (row.id, *sealed_identity(key, row.customer_no, row.id_no))
        for row in _rows(customer.c.id_no != "")
    ]
    insert_rows(op.get_bind(), sealed_now, ("id", "sealed", "digest", "masked"), numbered)
    op.execute(
        "UPDATE customer SET id_no_sealed = sealed_now.sealed, id_no_digest = sealed_now.digest, "
        "id_no_masked = sealed_now.masked FROM sealed_now WHERE sealed_now.id = customer.id"
    )
    op.execute("DROP TABLE sealed_now")
    _compare(key)
    # What a database keeps of a dropped column is then empty.
    op.execute("UPDATE customer SET id_no = ''")
    for row in _files():
        place = file_place(row.sha256, row.kind)
        sealed = key.seal(bytes(row.content), place)
        if keys_of(op.get_bind()).open(sealed, place) != bytes(row.content):
            raise BooksBroken(why="seal-broken", place=place)
        _write_file(row, sealed)


def _compare(key: Key) -> None:
    """Refuse the upgrade unless every number can be read back and none was left out."""
    keys, before, after = keys_of(op.get_bind()), _count(customer.c.id_no != ""), 0
    for row in _rows(customer.c.id_no_sealed.is_not(None)):
        opened = keys.open(bytes(row.id_no_sealed), identity_place(row.customer_no)).decode()
        if opened != row.id_no or bytes(row.id_no_digest) != key.digest(row.id_no):
            raise BooksBroken(why="seal-broken", place=identity_place(row.customer_no))
        after += 1
    if after != before:
        raise BooksBroken(why="seals-missing", before=before, after=after)


def _rows(chosen: Any) -> Iterator[Any]:
    after = 0
    while True:
        block = (
            sa.select(customer)
            .where(chosen, customer.c.id > after)
            .order_by(customer.c.id)
            .limit(BLOCK)
        )
        found = list(op.get_bind().execute(block))
        if not found:
            return
        yield from found
        after = found[-1].id


def _files() -> Iterator[Any]:
    names = list(op.get_bind().execute(sa.select(intake_file.c.sha256, intake_file.c.kind)))
    for sha256, kind in names:
        chosen = (intake_file.c.sha256 == sha256, intake_file.c.kind == kind)
        yield op.get_bind().execute(sa.select(intake_file).where(*chosen)).one()


def _write_file(row: Any, content: bytes) -> None:
    chosen = (intake_file.c.sha256 == row.sha256, intake_file.c.kind == row.kind)
    op.get_bind().execute(sa.update(intake_file).where(*chosen).values(content=content))


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _bytes() -> str:
    return "BLOB" if _on_sqlite() else "BYTEA"


def _forget_what_is_overwritten() -> None:
    """Have SQLite write zeros over what is freed; PostgreSQL does so at VACUUM FULL."""
    if _on_sqlite():
        op.get_bind().exec_driver_sql("PRAGMA secure_delete = ON")


def _allow_resealing() -> None:
    """Let the content of a file be sealed anew, and nothing else of its row be written."""
    if _on_sqlite():
        op.execute("DROP TRIGGER append_only_intake_file_update")
        op.execute(
            f"CREATE TRIGGER append_only_intake_file_update BEFORE UPDATE OF {FACTS} "
            "ON intake_file BEGIN SELECT RAISE(ABORT, 'append-only: intake_file'); END"
        )
        return
    op.execute("DROP TRIGGER append_only_intake_file ON intake_file")
    for name, verbs in (("", "DELETE OR TRUNCATE"), ("_update", f"UPDATE OF {FACTS}")):
        op.execute(
            f"CREATE TRIGGER append_only_intake_file{name} BEFORE {verbs} ON intake_file "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )


def _refuse_changes() -> None:
    if _on_sqlite():
        op.execute("DROP TRIGGER append_only_intake_file_update")
        op.execute(
            "CREATE TRIGGER append_only_intake_file_update BEFORE UPDATE ON intake_file "
            "BEGIN SELECT RAISE(ABORT, 'append-only: intake_file'); END"
        )
        return
    for name in ("", "_update"):
        op.execute(f"DROP TRIGGER append_only_intake_file{name} ON intake_file")
    op.execute(
        "CREATE TRIGGER append_only_intake_file BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON intake_file FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
