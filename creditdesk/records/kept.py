"""What is kept to be quick or to run once: images of the book, closed days and months, jobs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata, on_sqlite
from creditdesk.records.ledger import (
    act,
    entered_later,
    entry,
    plan_change,
    posting,
)

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
    # The first, second, … closing of the month; each stands open or closed by its own opening.
    sa.Column("closing", sa.Integer, primary_key=True),
    sa.Column("closed_at", sa.Text, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("figures", sa.Text, nullable=False),
)

month_opening = sa.Table(
    "month_opening",
    metadata,
    sa.Column("month", sa.Text, primary_key=True),
    # The closing that this opening ends.
    sa.Column("closing", sa.Integer, primary_key=True),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.ForeignKeyConstraint(["month", "closing"], ["closed_month.month", "closed_month.closing"]),
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


APPEND_ONLY = ("closed_month", "month_opening")


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


def unknown_query(
    province: str, day: date, later: tuple[int, sa.Select[Any]]
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for postings and plan changes up to a day that were entered later.

    later  as `records.ledger.entries_later` has it
    """
    oldest, entries = later
    p, c = posting.c, plan_change.c
    inside = (p.province == province, p.value_date <= day, p.entry_id >= oldest)
    of_plan = (c.province == province, c.counts_from <= day, c.entry_id >= oldest)
    columns = (p.loan_id, p.value_date, p.debit, p.credit, p.amount, p.sign, p.kind)
    return (
        sa.select(*columns).where(*inside, p.entry_id.in_(entries)),
        sa.select(c.loan_id, c.counts_from, c.amount).where(*of_plan, c.entry_id.in_(entries)),
    )


def repricings_query(province: str, day: date, before: str | None = None) -> sa.Select[Any]:
    """Return the query for what decided the rates or the grace of running loans up to a day.

    before  a moment: what was recorded then or later does not count
    """
    e, undoes = entry.alias(), entry.alias()
    undone = sa.select(undoes.c.id).where(undoes.c.mirrors == e.c.id, *_known(undoes, before))
    return sa.select(
        *(e.c.loan_id, e.c.value_date, e.c.receipt_no, e.c.kind),
        *(e.c.of_date, e.c.rate_e8, e.c.overdue_rate_e8),
    ).where(
        e.c.province == province,
        e.c.kind.in_(["rate", "leave"]),
        e.c.value_date <= day,
        e.c.mirrors.is_(None),
        ~undone.exists(),
        *_known(e, before),
    )


def _known(entries: Any, before: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the condition that entries were recorded before a moment; none without one."""
    return [] if before is None else [entries.c.act_id.not_in(entered_later(before))]


def postings_of_repriced_query(
    province: str, day: date, before: str | None = None
) -> sa.Select[Any]:
    """Return the query for all postings up to a day of the loans whose rate or grace moved.

    before  as in `repricings_query`
    """
    p, e, r = posting.c, entry.c, entry.alias()
    moved = sa.select(r.c.loan_id).where(
        r.c.province == province,
        r.c.kind.in_(["rate", "leave"]),
    )
    return (
        sa.select(p.loan_id, p.value_date, p.debit, p.credit, p.amount)
        .join(entry, e.id == p.entry_id)
        .where(e.loan_id.in_(moved), p.value_date <= day, *_known(entry, before))
    )


def postings_by_month(tx: Tx, province: str) -> list[tuple[str, int]]:
    """Return (month as YYYY-MM, how many postings) of a province, rising."""
    # Bound parameters would make the expression another one in each clause.
    span: tuple[Any, ...] = (sa.literal_column("1"), sa.literal_column("7"))
    month = sa.func.substr(sa.cast(posting.c.value_date, sa.Text), *span)
    counted = (
        sa.select(month, sa.func.count())
        .where(posting.c.province == province)
        .group_by(month)
        .order_by(month)
    )
    return [(str(row[0]), int(row[1])) for row in tx.execute(counted)]


def covering_day(tx: Tx, day: date) -> Any | None:
    """Return the row of the closing that covers a day."""
    chosen = sa.select(closed_day).where(closed_day.c.since <= day, closed_day.c.day >= day)
    return tx.execute(chosen).first()


def write_closed_day(tx: Tx, values: dict[str, Any]) -> None:
    """Write that a day, and those missed before it, are closed."""
    tx.execute(sa.insert(closed_day).values(**values))


def write_closed_month(tx: Tx, values: dict[str, Any]) -> None:
    """Write a closing of a month with its figures."""
    tx.execute(sa.insert(closed_month).values(**values))


def restamp_images(tx: Tx, province: str, days: Iterable[date], last_entry: int) -> None:
    """Write that images contain everything up to an entry."""
    tx.execute(
        sa.update(book_image)
        .where(book_image.c.province == province, book_image.c.day.in_(list(days)))
        .values(last_entry=last_entry)
    )


def late_arrivals(tx: Tx, seen: int) -> date | None:
    """Return the oldest day from which anything written after an entry counts.

    Asked of all provinces together: the index of entries answers that, and no other is as short.
    """
    p, c = posting.c, plan_change.c
    first = sa.select(sa.func.min(p.value_date)).where(p.entry_id > seen)
    second = sa.select(sa.func.min(c.counts_from)).where(c.entry_id > seen)
    found = [tx.execute(query).scalar_one() for query in (first, second)]
    return min((oldest for oldest in found if oldest is not None), default=None)


def newest_runs(tx: Tx) -> list[Any]:
    """Return the newest run of each job: job, day, finished_at."""
    newest = sa.select(job_run.c.job, sa.func.max(job_run.c.day)).group_by(job_run.c.job)
    of = sa.tuple_(job_run.c.job, job_run.c.day)
    return list(tx.execute(sa.select(job_run).where(of.in_(newest)).order_by(job_run.c.job)))


def last_closed_day(tx: Tx) -> Any | None:
    """Return the row of the newest closed day."""
    return tx.execute(sa.select(closed_day).order_by(closed_day.c.day.desc()).limit(1)).first()


_CLOSINGS = closed_month.outerjoin(
    month_opening,
    (month_opening.c.month == closed_month.c.month)
    & (month_opening.c.closing == closed_month.c.closing),
)


def closed_months(tx: Tx) -> frozenset[str]:
    """Return the months that are closed: those with a closing that no opening has ended."""
    chosen = sa.select(closed_month.c.month).select_from(_CLOSINGS)
    return frozenset(tx.execute(chosen.where(month_opening.c.act_id.is_(None))).scalars())


def months_told(tx: Tx) -> frozenset[str]:
    """Return the months that were ever closed, so that their figures were told."""
    return frozenset(tx.execute(sa.select(closed_month.c.month).distinct()).scalars())


def closings(tx: Tx, month: str | None = None) -> list[Any]:
    """Return the closings of one month or of all, oldest first, each with what opened it again."""
    chosen = (
        sa.select(
            closed_month,
            *(month_opening.c.act_id, act.c.by, act.c.checked_by, act.c.ground),
            act.c.recorded_at.label("opened_at"),
        )
        .select_from(_CLOSINGS.outerjoin(act, act.c.id == month_opening.c.act_id))
        .order_by(closed_month.c.month, closed_month.c.closing)
    )
    if month is not None:
        chosen = chosen.where(closed_month.c.month == month)
    return list(tx.execute(chosen))


def write_opening(tx: Tx, month: str, closing: int, act_id: int) -> None:
    """Write that a closing of a month is ended by an act."""
    tx.execute(sa.insert(month_opening).values(month=month, closing=closing, act_id=act_id))


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


def take_lease(tx: Tx, holder: str, now: str, until: str) -> int | None:
    """Give the clock's lease to a holder when it is free, over, or the holder's own.

    now, until  moments as text of one width, so that they compare

    Returns the number of the holder's turn, which rises with every change of hands; None where
    another holds it.
    """
    if not on_sqlite(tx):
        # There may be no row yet to lock.
        tx.exec_driver_sql("LOCK TABLE clock_lease IN EXCLUSIVE MODE")
    held = tx.execute(sa.select(clock_lease)).first()
    if held is None:
        values = {"one": 1, "token": 1, "holder": holder, "until": until}
        tx.execute(sa.insert(clock_lease).values(**values))
        return 1
    if held.holder != holder and held.until > now:
        return None
    token = held.token if held.holder == holder else held.token + 1
    tx.execute(sa.update(clock_lease).values(token=token, holder=holder, until=until))
    return int(token)


def lease_is(tx: Tx, token: int) -> bool:
    """Return whether a turn is still the newest, and keep it so until the transaction ends."""
    held = tx.execute(sa.select(clock_lease.c.token).with_for_update()).scalar_one_or_none()
    return held == token


def claim_run(tx: Tx, job: str, day: date, token: int, moment: str) -> bool:
    """Write that a job runs for a day; return whether it had not."""
    known = sa.select(job_run.c.job).where(job_run.c.job == job, job_run.c.day == day)
    if tx.execute(known).first():
        return False
    values = {"job": job, "day": day, "token": token, "finished_at": moment}
    tx.execute(sa.insert(job_run).values(**values))
    return True
