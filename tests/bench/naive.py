"""The plain way of writing such a desk: an entity per thing, a loop per loan, a check per row."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import sqlalchemy as sa
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

CHUNK = 100


class Base(DeclarativeBase):
    pass


class Loan(Base):
    __tablename__ = "n_loan"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_no: Mapped[str] = mapped_column(unique=True)
    balance: Mapped[int] = mapped_column(sa.BigInteger)
    rate_e8: Mapped[int] = mapped_column(sa.BigInteger)
    late: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    days_late: Mapped[int] = mapped_column(default=0)
    instalments: Mapped[list["Instalment"]] = relationship(order_by="Instalment.seq")


class Instalment(Base):
    __tablename__ = "n_instalment"
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("n_loan.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    principal: Mapped[int] = mapped_column(sa.BigInteger)
    interest: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    paid: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class Accrual(Base):
    __tablename__ = "n_accrual"
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("n_loan.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    interest: Mapped[int] = mapped_column(sa.BigInteger)


class Changed(Base):
    __tablename__ = "n_changed"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("n_loan.id"))
    day: Mapped[date]
    late: Mapped[int] = mapped_column(sa.BigInteger)


class Movement(Base):
    __tablename__ = "n_movement"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("n_loan.id"), index=True)
    value_date: Mapped[date]
    kind: Mapped[str]
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    until: Mapped[date | None]
    receipt_no: Mapped[str] = mapped_column(unique=True)


class MovementRow(Schema):
    loan_no = fields.String(required=True, validate=validate.Regexp(r"\d{16}"))
    value_date = fields.Date(required=True, format="%d/%m/%Y")
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("GN", "DK", "TG", "TL", "CQH", "GH", "KN", "HK", "XN")),
    )
    amount = fields.Integer(load_default=0, validate=validate.Range(min=0))
    until = fields.Date(load_default=None, format="%d/%m/%Y")
    receipt_no = fields.String(required=True)


def schedule(principal, rate, draw, term):
    """Return the rows of a loan as dictionaries, by Decimal and month after month."""
    share, left, before, found = principal // term, Decimal(principal), draw, []
    for number in range(1, term + 1):
        months = draw.month - 1 + number
        first = date(draw.year + months // 12, months % 12 + 1, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        due = min(first + timedelta(days=draw.day - 1), last)
        interest = left * rate * (due - before).days / 365
        part = int(left) if number == term else share
        found.append(
            {
                "seq": number,
                "due_on": due,
                "principal": part,
                "interest": int(interest.quantize(Decimal(1), ROUND_HALF_UP)),
            }
        )
        left, before = left - part, due
    return found


def store_schedules(engine, requests):
    """Write the schedules of new loans as entities."""
    with Session(engine) as session:
        for number, (principal, rate, draw, term) in enumerate(requests, start=1):
            loan = Loan(id=number, loan_no=f"{number:016d}", balance=principal, rate_e8=0)
            session.add(loan)
            rows = schedule(principal, rate, draw, term)
            session.add_all([Instalment(loan_id=number, **row) for row in rows])
        session.commit()


def close(engine, ids, day):
    """Close a day one loan at a time: what is late, a row of accrual, an event on a change."""
    with Session(engine) as session:
        for begin in range(0, len(ids), CHUNK):
            for number in ids[begin : begin + CHUNK]:
                _close_one(session, session.get_one(Loan, number), day)
            session.commit()
            session.expunge_all()


def _close_one(session, loan, day):
    behind = [one for one in loan.instalments if one.due_on < day and one.paid < one.principal]
    late = min(loan.balance, sum(one.principal - one.paid for one in behind))
    if late != loan.late:
        session.add(Changed(loan_id=loan.id, day=day, late=late))
        loan.late = late
    loan.days_late = (day - behind[0].due_on).days if late else 0
    interest = Decimal(loan.balance) * Decimal(loan.rate_e8).scaleb(-8) / 365
    rounded = int(interest.quantize(Decimal(1), ROUND_HALF_UP))
    session.add(Accrual(loan_id=loan.id, day=day, interest=rounded))


def take_movements(engine, path, rows):
    """Check and store the first rows of a movements file, a row at a time."""
    names = dict(
        zip(
            ("Số khế ước", "Ngày", "Loại", "Số tiền", "Đến ngày", "Số chứng từ"),
            ("loan_no", "value_date", "kind", "amount", "until", "receipt_no"),
            strict=True,
        )
    )
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, nrows=rows).rename(columns=names)
    check = MovementRow()
    with Session(engine) as session:
        known = dict(session.execute(sa.select(Loan.loan_no, Loan.id)).tuples().all())
        for _, row in frame.iterrows():
            said = check.load({name: value for name, value in row.items() if value})
            session.add(Movement(loan_id=known[said.pop("loan_no")], **said))
        session.commit()
