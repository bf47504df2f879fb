"""Places as the book knows them: provinces, communes and the mergers, each with its validity."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, insert_rows, metadata

place = sa.Table(
    "place",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("level", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("valid_to", sa.Date),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("province", sa.Text, nullable=False),
    sa.CheckConstraint("level IN ('province', 'commune')", name="level"),
)

merger = sa.Table(
    "merger",
    metadata,
    sa.Column("old_code", sa.Text, primary_key=True),
    sa.Column("new_code", sa.Text, primary_key=True),
    sa.Column("effective", sa.Date, primary_key=True),
    sa.Column("share", sa.Text, nullable=False),
)

policy_version = sa.Table(
    "policy_version",
    metadata,
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("loaded_at", sa.Text, nullable=False),
)

PLACE_COLUMNS = tuple(column.name for column in place.columns)
MERGER_COLUMNS = tuple(column.name for column in merger.columns)


def replace_places(
    tx: Tx, places: Iterable[Sequence[Any]], mergers: Iterable[Sequence[Any]]
) -> None:
    """Write the map anew; it is reference data, the book points to it by code."""
    tx.execute(sa.delete(place))
    tx.execute(sa.delete(merger))
    insert_rows(tx, place, PLACE_COLUMNS, places)
    insert_rows(tx, merger, MERGER_COLUMNS, mergers)


def places_digest(tx: Tx) -> tuple[int, int]:
    """Return how many places and mergers are known."""
    count = sa.select(
        sa.select(sa.func.count()).select_from(place).scalar_subquery(),
        sa.select(sa.func.count()).select_from(merger).scalar_subquery(),
    )
    found = tx.execute(count).one()
    return int(found[0]), int(found[1])


def remember_policy(tx: Tx, version: str, moment: str) -> bool:
    """Note a version of the policy when it is first seen; return whether it was new."""
    known = tx.execute(
        sa.select(policy_version.c.version).where(policy_version.c.version == version)
    )
    if known.first():
        return False
    tx.execute(sa.insert(policy_version).values(version=version, loaded_at=moment))
    return True
