"""What is kept to be quick or to be sure of running once: images of the book, closed days and months."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.ledger import entry, plan_change, posting

book_image = sa.Table(
    "book_image",
    metadata,
    sa.Column("province", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    # The newest entry that the image contains: later ones are added when it is read.
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("loans", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

closed_day = sa.Table(
    "closed_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("closed_at", sa.Text, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("figures", sa.Text, nullable=False),
)

closed_month = sa.Table(
    "closed_month",
    metadata,
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("closed_at", sa.Text, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("figures", sa.Text, nullable=False),
)

business_day = sa.Table(
    "business_day",
    metadata,
    sa.Column("one", sa.SmallInteger, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.CheckConstraint("one = 1", name="one"),
)

job_run = sa.Table(
    "job_run",
    metadata,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("token", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.Text, nullable=False),
)

clock_lease = sa.Table(
    "clock_lease",
    metadata,
    sa.Column("one", sa.SmallInteger, primary_key=True),
    sa.Column("token", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.CheckConstraint("one = 1", name="one"),
)


def newest_image(tx: Tx, province: str, day: date) -> Any | None:
    """Return the newest kept image of a province on or before a day, without its content."""
    chosen = (
        sa.select(book_image.c.day, book_image.c.last_entry, book_image.c.digest)
        .where(book_image.c.province == province, book_image.c.day <= day)
        .order_by(book_image.c.day.desc())
        .limit(1)
    )
    return tx.execute(chosen).first()


def image_content(tx: Tx, province: str, day: date) -> bytes:
    """Return the content of a kept image."""
    chosen = sa.select(book_image.c.content).where(
        book_image.c.province == province, book_image.c.day == day
    )
    return bytes(tx.execute(chosen).scalar_one())


def image_days(tx: Tx, province: str) -> list[Any]:
    """Return the kept images of a province, oldest first, without their content."""
    chosen = (
        sa.select(
            book_image.c.day, book_image.c.last_entry, book_image.c.digest, book_image.c.loans
        )
        .where(book_image.c.province == province)
        .order_by(book_image.c.day)
    )
    return list(tx.execute(chosen))


def keep_image(tx: Tx, values: dict[str, Any]) -> None:
    """Keep an image in place of an older one of the same day."""
    same = (book_image.c.province == values["province"]) & (book_image.c.day == values["day"])
    tx.execute(sa.delete(book_image).where(same))
    tx.execute(sa.insert(book_image).values(**values))


def postings_query(province: str, since: date, until: date, seen: int) -> sa.Select[Any]:
    """Return the query for what an image of day `since` up to entry `seen` lacks at day `until`."""
    p = posting.c
    newer = sa.and_(p.value_date > since, p.value_date <= until, p.entry_id <= seen)
    later = sa.and_(p.value_date <= until, p.entry_id > seen)
    columns = (p.loan_id, p.value_date, p.debit, p.credit, p.amount, p.sign, p.kind)
    return sa.select(*columns).where(p.province == province, sa.or_(newer, later))


def plans_query(province: str, since: date, until: date, seen: int) -> sa.Select[Any]:
    """Return the query for plan changes that an image of day `since` up to entry `seen` lacks."""
    c = plan_change.c
    newer = sa.and_(c.counts_from > since, c.counts_from <= until, c.entry_id <= seen)
    later = sa.and_(c.counts_from <= until, c.entry_id > seen)
    return sa.select(c.loan_id, c.counts_from, c.amount).where(
        c.province == province, sa.or_(newer, later)
    )


def extensions_query(province: str, day: date) -> sa.Select[Any]:
    """Return the query for the extensions in force on a day: loan, new due date, in written order."""
    undone = sa.select(entry.c.mirrors).where(entry.c.mirrors.is_not(None))
    return (
        sa.select(entry.c.loan_id, entry.c.until)
        .where(
            entry.c.province == province,
            entry.c.kind == "extend",
            entry.c.mirrors.is_(None),
            entry.c.value_date <= day,
            entry.c.id.not_in(undone),
        )
        .order_by(entry.c.value_date, entry.c.id)
    )


def find_closed_day(tx: Tx, day: date) -> Any | None:
    """Return the row of a closed day."""
    return tx.execute(sa.select(closed_day).where(closed_day.c.day == day)).first()


def last_closed_day(tx: Tx) -> Any | None:
    """Return the row of the newest closed day."""
    return tx.execute(sa.select(closed_day).order_by(closed_day.c.day.desc()).limit(1)).first()


def find_closed_month(tx: Tx, month: str) -> Any | None:
    """Return the row of a closed month."""
    return tx.execute(sa.select(closed_month).where(closed_month.c.month == month)).first()


def today(tx: Tx) -> date | None:
    """Return the business day of the book."""
    found: date | None = tx.execute(sa.select(business_day.c.day)).scalar_one_or_none()
    return found


def set_today(tx: Tx, day: date) -> None:
    """Write the business day of the book."""
    if today(tx) is None:
        tx.execute(sa.insert(business_day).values(one=1, day=day))
    else:
        tx.execute(sa.update(business_day).values(day=day))
