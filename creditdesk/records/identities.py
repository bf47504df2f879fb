"""By which word of the bank's identity provider a person is known, and questions put to it.

Who was linked, and who no longer is, are facts: they are only added to, and the newest counts. A
question is a state: it is taken by the answer to it.
"""

from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.ledger import act
from creditdesk.records.users import credential, second_factor

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("linked", sa.Boolean, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Index("ix_identity_subject", "issuer", "subject", "id"),
    sa.Index("ix_identity_person_id", "person_id", "id"),
)

provider_question = sa.Table(
    "provider_question",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
)

APPEND_ONLY = ("identity",)


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Write that a person is linked to a subject from now on, or no longer."""
    tx.execute(sa.insert(identity).values(**values))


def person_id_of(tx: Tx, issuer: str, subject: str) -> int | None:
    """Return the inner number of the person whom an issuer knows as a subject."""
    chosen = (identity.c.issuer == issuer) & (identity.c.subject == subject)
    row = _newest(tx, chosen)
    return row.person_id if row is not None and row.linked else None


def subject_of(tx: Tx, issuer: str, person_id: int) -> str | None:
    """Return as what an issuer knows a person."""
    row = _newest(tx, (identity.c.issuer == issuer) & (identity.c.person_id == person_id))
    return row.subject if row is not None and row.linked else None


def ways_in(tx: Tx, issuer: str) -> tuple[set[int], set[int], set[int]]:
    """Return who has a password, who a second factor enrolled, and whom an issuer knows."""
    by_password = tx.execute(sa.select(credential.c.person_id)).scalars()
    enrolled = sa.select(second_factor.c.person_id).where(second_factor.c.enrolled_at.is_not(None))
    own = sa.select(identity).where(identity.c.issuer == issuer).order_by(identity.c.id)
    newest = {row.person_id: row.linked for row in tx.execute(own)}
    linked = {person_id for person_id, holds in newest.items() if holds}
    return set(by_password), set(tx.execute(enrolled).scalars()), linked


def _newest(tx: Tx, chosen: sa.ColumnElement[bool]) -> Any | None:
    found = sa.select(identity).where(chosen).order_by(identity.c.id.desc()).limit(1)
    return tx.execute(found).first()


def acts_on(tx: Tx, person_id: int) -> list[Any]:
    """Return the acts that linked a person to a subject, or no longer, oldest first."""
    made = sa.select(act).join(identity, identity.c.act_id == act.c.id)
    return list(tx.execute(made.where(identity.c.person_id == person_id).order_by(act.c.id)))


def ask(tx: Tx, digest: str, page: str, *, at: str, expires_at: str) -> None:
    """Write a question down, and forget those that nobody answered in time."""
    tx.execute(sa.delete(provider_question).where(provider_question.c.expires_at <= at))
    written = sa.insert(provider_question)
    tx.execute(written.values(digest=digest, page=page, expires_at=expires_at))


def take(tx: Tx, digest: str, at: str) -> str | None:
    """Take a question, which is answered once, and return its page; None if there is none."""
    q = provider_question.c
    taken = sa.delete(provider_question).where(q.digest == digest, q.expires_at > at)
    page: str | None = tx.execute(taken.returning(q.page)).scalar_one_or_none()
    return page
