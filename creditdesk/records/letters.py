"""The register of letters that went out: append-only, numbered by office and year."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata, on_sqlite
from creditdesk.records.households import credit_group, customer, numbered

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("year", sa.SmallInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    # To whom it went; empty where it is of before that was written down.
    *(
        sa.Column(name, sa.Text, nullable=False, server_default="")
        for name in ("province", "commune", "group_no", "customer_no", "loan_no")
    ),
    # What it says, to know it again; and the day that it bears.
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("dated", sa.Date, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.CheckConstraint("number > 0", name="number"),
    sa.UniqueConstraint("office", "year", "number"),
)

APPEND_ONLY = ("letter",)
_LONGEST = 10  # digits that no number of a letter has


def hold_register(tx: Tx) -> None:
    """Let one after the other take numbers, so that none is left out or given twice."""
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE letter IN SHARE ROW EXCLUSIVE MODE")


def of_digests(tx: Tx, digests: Iterable[str]) -> dict[str, Any]:
    """Return the letters that went out already, by what they say."""
    wanted = sorted(set(digests))
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), 500):
        chosen = letter.c.digest.in_(wanted[start : start + 500])
        found.update((row.digest, row) for row in tx.execute(sa.select(letter).where(chosen)))
    return found


def newest_number(tx: Tx, office: str, year: int) -> int:
    """Return the newest number of an office in a year, 0 where none was given."""
    newest = sa.select(sa.func.coalesce(sa.func.max(letter.c.number), 0))
    chosen = (letter.c.office == office, letter.c.year == year)
    return int(tx.execute(newest.where(*chosen)).scalar_one())


def add_letter(tx: Tx, values: dict[str, Any]) -> Any:
    """Write a letter down and return its row."""
    written = sa.insert(letter).values(**values).returning(letter)
    return tx.execute(written).one()


def listed(
    tx: Tx,
    near: Mapping[str, Iterable[str]],
    *,
    year: int | None,
    words: Iterable[str],
    number: str,
    below: int,
    limit: int,
) -> list[Any]:
    """Return letters with a lower inner number than one, the newest first, with their addressees.

    near    columns of letters, each with the values that are let through
    words   each begins a word of the name of the borrower, or of the head of the group, plain
    number  that of the letter, or how that of the loan, the customer or the group begins
    """
    c = letter.c
    chosen = [c.id < below, *(c[name].in_(list(values)) for name, values in near.items())]
    chosen += [c.year == year] if year is not None else []
    names = customer.c.name_plain, credit_group.c.head_plain
    chosen += [sa.or_(*(name.like(f"% {word}%") for name in names)) for word in words]
    if number:
        known = [numbered(c[name], number) for name in ("loan_no", "customer_no", "group_no")]
        its_own = [c.number == int(number)] if len(number) < _LONGEST else []
        chosen.append(sa.or_(*known, *its_own))
    found = (
        sa.select(letter, customer.c.name, credit_group.c.head)
        .outerjoin(customer, customer.c.customer_no == c.customer_no)
        .outerjoin(credit_group, credit_group.c.group_no == c.group_no)
    )
    return list(tx.execute(found.where(*chosen).order_by(c.id.desc()).limit(limit)))
