"""When people signed in last: kept after their sessions are forgotten."""

import sqlalchemy as sa

from creditdesk.db import Tx, metadata

last_sign_in = sa.Table(
    "last_sign_in",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
)


def note(tx: Tx, person_id: int, at: str) -> None:
    """Write that a person signed in at a moment."""
    own = last_sign_in.c.person_id == person_id
    if not tx.execute(sa.update(last_sign_in).where(own).values(at=at)).rowcount:
        tx.execute(sa.insert(last_sign_in).values(person_id=person_id, at=at))


def newest(tx: Tx) -> dict[int, str]:
    """Return when everybody signed in last who ever did, by inner number."""
    return {row.person_id: row.at for row in tx.execute(sa.select(last_sign_in))}
