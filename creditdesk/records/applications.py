"""Applications for loans, the steps taken with each, and checks of what loans were used for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.households import customer, household
from creditdesk.records.ledger import act, entered_later
from creditdesk.records.loans import loan

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

application = sa.Table(
    "application",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("application_no", sa.Text, nullable=False, unique=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id"), nullable=False),
    sa.Column("household_id", sa.ForeignKey("household.id"), nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("investor", sa.Text, nullable=False),
    sa.Column("trustee", sa.Text, nullable=False),
    sa.Column("group_no", sa.Text, nullable=False),
    sa.Column("group_head", sa.Text, nullable=False),
    sa.Column("village_code", sa.Text, nullable=False),
    sa.Column("commune", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("session_day", sa.SmallInteger, nullable=False),
    sa.Column("applied_on", sa.Date, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("months", sa.SmallInteger, nullable=False),
    sa.Column("every_months", sa.SmallInteger, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("collateral", sa.Text, nullable=False),
    sa.Column("learner_no", sa.Text, nullable=False),
    sa.Column("course_end_on", sa.Date),
    sa.Column("study_months", sa.SmallInteger, nullable=False),
    sa.Column("works", sa.SmallInteger, nullable=False),
    sa.Column("workers", sa.Integer, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
    sa.Column("contract_months", sa.SmallInteger, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("months > 0", name="months"),
    sa.CheckConstraint("session_day BETWEEN 1 AND 28", name="session_day"),
    sa.Index("ix_application_province_commune", "province", "commune"),
    sa.Index("ix_application_household_id", "household_id"),
)

application_step = sa.Table(
    "application_step",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("application_id", sa.ForeignKey("application.id"), nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("document_no", sa.Text, nullable=False),
    sa.Column("document_on", sa.Date),
    # What was appraised, approved or told; the day and place of the draw; the loan signed.
    sa.Column("amount", sa.BigInteger),
    sa.Column("draw_on", sa.Date),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("loan_no", sa.Text),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    # The id of the step that this one takes back.
    sa.Column("mirrors", sa.BigInteger),
    sa.CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
    sa.CheckConstraint("accepted OR reason <> ''", name="reason"),
    sa.Index("ix_application_step_application_id", "application_id", "id"),
    sa.Index("ix_application_step_document_no", "document_no"),
    sa.Index("uq_application_step_loan_no", "loan_no", unique=True),
    sa.Index("uq_application_step_mirrors", "mirrors", unique=True),
)

use_check = sa.Table(
    "use_check",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_id", sa.ForeignKey("loan.id"), nullable=False),
    sa.Column("checked_on", sa.Date, nullable=False),
    sa.Column("as_agreed", sa.Boolean, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("document_no", sa.Text, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Index("ix_use_check_loan_id", "loan_id", "checked_on"),
)

APPEND_ONLY = ("application", "application_step", "use_check")

_ENDING = ("sign", "refuse", "withdraw")


def add_application(tx: Tx, values: dict[str, Any]) -> int:
    """Write one application and return its id."""
    written = sa.insert(application).values(**values).returning(application.c.id)
    return int(tx.execute(written).scalar_one())


def find_application(tx: Tx, application_no: str) -> Any | None:
    """Return an application's row with its customer and household."""
    return tx.execute(
        _applications().where(application.c.application_no == application_no)
    ).first()


def _applications() -> sa.Select[Any]:
    c = customer.c
    return (
        sa.select(
            application,
            c.customer_no,
            c.name.label("customer_name"),
            household.c.household_no,
        )
        .join(customer, c.id == application.c.customer_id)
        .join(household, household.c.id == application.c.household_id)
    )


def applications_of(tx: Tx, household_id: int) -> list[Any]:
    """Return the applications of a household in the order of writing."""
    chosen = application.c.household_id == household_id
    return list(tx.execute(_applications().where(chosen).order_by(application.c.id)))


def open_applications(
    tx: Tx,
    as_of: date,
    province: str | None = None,
    commune: str | None = None,
    before: str | None = None,
) -> list[Any]:
    """Return applications that by a day were neither signed nor ended, in the order of numbers.

    before  a moment: what was recorded then or later does not count
    """
    steps = application_step.c
    ended = (
        sa.select(steps.id)
        .where(
            steps.application_id == application.c.id,
            steps.on_day <= as_of,
            steps.step.in_(_ENDING) | ~steps.accepted,
            _stands(before),
            *_recorded(steps.act_id, before),
        )
        .exists()
    )
    known = _recorded(application.c.act_id, before)
    chosen = _applications().where(application.c.applied_on <= as_of, ~ended, *known)
    if province:
        chosen = chosen.where(application.c.province == province)
    if commune:
        chosen = chosen.where(application.c.commune == commune)
    return list(tx.execute(chosen.order_by(application.c.application_no)))


def _stands(before: str | None = None) -> sa.ColumnElement[bool]:
    """Return the condition under which a step is neither a mirror nor taken back by one."""
    mirror = application_step.alias("mirror")
    back = (mirror.c.mirrors == application_step.c.id, *_recorded(mirror.c.act_id, before))
    taken_back = sa.select(mirror.c.id).where(*back).exists()
    return sa.and_(application_step.c.mirrors.is_(None), ~taken_back)


def _recorded(act_id: Any, before: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the condition that acts were recorded before a moment; none without one."""
    return [] if before is None else [act_id.not_in(entered_later(before))]


def add_step(tx: Tx, values: dict[str, Any]) -> None:
    """Write one step of an application."""
    tx.execute(sa.insert(application_step).values(**values))


def steps_of(
    tx: Tx, application_ids: Iterable[int], before: str | None = None
) -> dict[int, list[Any]]:
    """Return the steps of applications by id with who took each, in the order of writing.

    before  a moment: what was recorded then or later does not count
    """
    wanted = sorted(set(application_ids))
    found: dict[int, list[Any]] = {}
    for start in range(0, len(wanted), 500):
        chosen = (
            sa.select(application_step, act.c.by, act.c.checked_by, act.c.recorded_at)
            .join(act, act.c.id == application_step.c.act_id)
            .where(
                application_step.c.application_id.in_(wanted[start : start + 500]),
                *_recorded(application_step.c.act_id, before),
            )
            .order_by(application_step.c.application_id, application_step.c.id)
        )
        for row in tx.execute(chosen):
            found.setdefault(row.application_id, []).append(row)
    return found


def numbers_on_list(tx: Tx, list_no: str) -> list[str]:
    """Return the numbers of the applications on a group's list, rising."""
    chosen = (
        sa.select(application.c.application_no)
        .join(application_step, application_step.c.application_id == application.c.id)
        .where(
            application_step.c.step == "list",
            application_step.c.document_no == list_no,
            _stands(),
        )
        .order_by(application.c.application_no)
    )
    return list(tx.execute(chosen).scalars())


def application_of(tx: Tx, loan_no: str) -> Any | None:
    """Return the row of the application that became a loan, None where none did."""
    steps = application_step.c
    chosen = (
        sa.select(application)
        .join(application_step, steps.application_id == application.c.id)
        .where(steps.loan_no == loan_no)
    )
    return tx.execute(chosen).first()


def loans_of_learner(tx: Tx, row: Any) -> list[int]:
    """Return the ids of the loans that a household signed for a learner under a programme."""
    c, steps = application.c, application_step.c
    chosen = (
        sa.select(loan.c.id)
        .join(application_step, steps.loan_no == loan.c.loan_no)
        .join(application, c.id == steps.application_id)
        .where(
            c.household_id == row.household_id,
            c.learner_no == row.learner_no,
            c.programme == row.programme,
        )
        .order_by(loan.c.id)
    )
    return list(tx.execute(chosen).scalars())


def add_check(tx: Tx, values: dict[str, Any]) -> None:
    """Write one check of what a loan was used for."""
    tx.execute(sa.insert(use_check).values(**values))


def checks_of(tx: Tx, loan_id: int) -> list[Any]:
    """Return the checks of a loan with who made each, by day."""
    chosen = (
        sa.select(use_check, act.c.by, act.c.checked_by, act.c.recorded_at)
        .join(act, act.c.id == use_check.c.act_id)
        .where(use_check.c.loan_id == loan_id)
        .order_by(use_check.c.checked_on, use_check.c.id)
    )
    return list(tx.execute(chosen))


def last_checks_query(province: str, until: date, before: str | None) -> sa.Select[Any]:
    """Return the query for the day of each loan's last check up to a day.

    before  a moment: what was recorded then or later does not count
    """
    c = use_check.c
    return (
        sa.select(c.loan_id, sa.func.max(c.checked_on).label("checked_on"))
        .where(c.province == province, c.checked_on <= until, *_recorded(c.act_id, before))
        .group_by(c.loan_id)
    )


def liveliest_group(tx: Tx) -> Any | None:
    """Return the group that applied last, where none did that with most loans; and where it is.

    That is its province, commune, office and group_no.
    """
    c = loan.c
    place = (c.province, c.commune, c.office, c.group_no)
    of_group = (application.c.group_no == c.group_no, application.c.commune == c.commune)
    latest = sa.select(sa.func.coalesce(sa.func.max(application.c.id), 0)).where(*of_group)
    order = (latest.scalar_subquery().desc(), sa.func.count().desc(), *place)
    chosen = sa.select(*place).where(c.group_no != "").group_by(*place).order_by(*order)
    return tx.execute(chosen.limit(1)).first()
