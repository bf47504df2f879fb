"""Queries in two parts: of what a kept image had seen, and of what was written since."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.records.ledger import entered_before, entry, plan_change, posting


def postings_query(
    province: str, since: date, until: date, seen: int
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for what an image of day `since` up to entry `seen` lacks at day `until`.

    The first is for what is valued later, the second for what was written later: of the whole book
    and of any day, for the index of entries is the one to use there.
    """
    p = posting.c
    columns = (p.loan_id, p.value_date, p.debit, p.credit, p.amount, p.sign, p.kind)
    inside = (p.province == province, p.value_date > since, p.value_date <= until)
    return (
        sa.select(*columns).where(*inside, p.entry_id <= seen),
        sa.select(*columns).where(p.entry_id > seen),
    )


def plans_query(
    province: str, since: date, until: date, seen: int
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the like two queries for plan changes; their day is the one from which they count."""
    c = plan_change.c
    columns = (c.loan_id, c.counts_from, c.amount)
    inside = (c.province == province, c.counts_from > since, c.counts_from <= until)
    return (
        sa.select(*columns).where(*inside, c.entry_id <= seen),
        sa.select(*columns).where(c.entry_id > seen),
    )


def plans_ahead_query(
    province: str, day: date, until: date, seen: int, before: str | None
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for what the plan of a day makes due from it on up to a later day.

    The first of what entry `seen` and those before it say, the second of the later ones: of any
    day, as in `postings_query`.

    before  a moment: what was recorded then or later does not count
    """
    c = plan_change.c
    known = entered_before(c.entry_id, before)
    columns = (c.loan_id, c.counts_from, c.amount, c.value_date)
    inside = (c.counts_from > day, c.counts_from <= until, c.value_date <= day)
    return (
        sa.select(*columns).where(c.province == province, *inside, c.entry_id <= seen, *known),
        sa.select(*columns).where(c.entry_id > seen, *known),
    )


def moves_query(
    province: str, span: tuple[date, date], kinds: Sequence[int], seen: int, before: str | None
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for the postings behind `records.flows.moved_query`, mirrors as less.

    The first of entry `seen` and those before it, the second of the later ones: of any day and
    kind, as in `postings_query`.

    span    [date] after which day, up to which
    before  a moment: what was recorded then or later does not count
    """
    p = posting.c
    known = entered_before(p.entry_id, before)
    columns = (p.loan_id, p.value_date, p.kind, (p.amount * p.sign).label("amount"))
    since, until = span
    inside = (p.value_date > since, p.value_date <= until, p.kind.in_(kinds))
    return (
        sa.select(*columns).where(p.province == province, *inside, p.entry_id <= seen, *known),
        sa.select(*columns).where(p.entry_id > seen, *known),
    )


def draws_query(
    province: str, since: date, until: date, seen: int, before: str | None
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for what was drawn of loans from a day to another, mirrors as less.

    The first of entry `seen` and those before it, the second of the later ones: of any day and
    kind, for the index of entries is the one to use there.

    before  a moment: what was recorded then or later does not count
    """
    p = posting.c
    known = entered_before(p.entry_id, before)
    columns = (p.loan_id, p.value_date, (p.sign * p.amount).label("amount"), p.kind)
    inside = (p.value_date.between(since, until), p.kind == KIND_CODE[Kind.DRAW])
    return (
        sa.select(*columns).where(p.province == province, *inside, p.entry_id <= seen, *known),
        sa.select(*columns).where(p.entry_id > seen, *known),
    )


def plans_of_query(
    loan_ids: Sequence[int], day: date, seen: int, before: str | None
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for what the plan of a day made due before it, of some loans.

    The first of entry `seen` and those before it, the second of the later ones.

    before  a moment: what was recorded then or later does not count
    """
    c = plan_change.c
    # The index of entries by loan is a short way to a few loans, and no detour to many.
    of_loans = plan_change.join(entry, entry.c.id == c.entry_id)
    chosen = (
        sa.select(c.loan_id, c.due_on, c.amount)
        .select_from(of_loans)
        .where(
            entry.c.loan_id.in_(loan_ids),
            c.counts_from <= day,
            *entered_before(c.entry_id, before),
        )
    )
    return chosen.where(c.entry_id <= seen), chosen.where(c.entry_id > seen)


def principal_query(
    province: str, since: date, seen: int, before: str | None
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for what was lent, taken back and repaid from a day on, mirrors as less.

    The account is that which principal left or came to. The first of entry `seen` and those
    before it, the second of the later ones: of any day and province, as in `postings_query`.

    before  a moment: what was recorded then or later does not count
    """
    p = posting.c
    drawing = p.kind == KIND_CODE[Kind.DRAW]
    # A fact takes principal from the account that it credits; a draw adds to the one it debits.
    account = sa.case((drawing == (p.sign > 0), p.debit), else_=p.credit).label("account")
    columns = (p.loan_id, p.value_date, p.kind, account, (p.amount * p.sign).label("amount"))
    known = (p.kind.in_(_PRINCIPAL), *entered_before(p.entry_id, before))
    return (
        sa.select(*columns).where(
            p.province == province, p.value_date >= since, p.entry_id <= seen, *known
        ),
        sa.select(*columns).where(p.entry_id > seen, *known),
    )


_PRINCIPAL = [KIND_CODE[kind] for kind in (Kind.DRAW, Kind.REBOOK, Kind.PRINCIPAL)]
