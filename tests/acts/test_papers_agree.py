"""Documents agree: with one another, with the portfolio of the service and with the ledger."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from creditdesk import cards, documents, statements
from creditdesk.engine.journal import KIND_CODE, PRINCIPAL, Account, Kind
from creditdesk.ledger import LoanNotFound
from creditdesk.records.ledger import posting
from creditdesk.records.loans import loan
from creditdesk.sheets import first_text
from creditdesk.statements import Question
from tests.builders import POLICY
from tests.papered import AS_OF, SCOPES, made


def total_of(value, column, part=0):
    """Return a figure of the last line."""
    columns = [one.code for one in value.parts[part].columns]
    return value.parts[part].lines[-1].cells[columns.index(column)]


def of_ledger(tx, scope):
    """Return what the postings of a scope come to, added up by the database alone [dong]."""
    p, day = posting.c, AS_OF.replace(day=1)
    owed = [account.value for account in PRINCIPAL]
    came, went = (sa.case((side.in_(owed), p.amount), else_=0) for side in (p.debit, p.credit))
    overdue = p.debit == Account.OVERDUE, p.credit == Account.OVERDUE
    more, less = (sa.case((side, p.amount), else_=0) for side in overdue)
    month = p.value_date >= day
    signed = {kind: p.kind == KIND_CODE[kind] for kind in (Kind.DRAW, Kind.REBOOK, Kind.PRINCIPAL)}
    flow = {
        kind: sa.case((sa.and_(month, chosen), p.amount * p.sign), else_=0)
        for kind, chosen in signed.items()
    }
    sums = (
        flow[Kind.DRAW] - flow[Kind.REBOOK],
        flow[Kind.PRINCIPAL],
        came - went,
        more - less,
    )
    inside = [loan.c.province == "44", p.value_date <= AS_OF]
    inside += [loan.c[axis] == key for axis, key in scope.get("within", ())]
    inside += [loan.c.commune == scope["place"]] if "place" in scope else []
    asked = sa.select(*(sa.func.coalesce(sa.func.sum(one), 0) for one in sums))
    return list(tx.execute(asked.join(loan, loan.c.id == p.loan_id).where(*inside)).one())


@pytest.mark.parametrize("scope", SCOPES)
def test_the_forms_agree_with_one_another_the_service_and_the_ledger(books, scope):
    said = {"place": "44"} | SCOPES[scope]
    within = said.get("within", ())
    question = Question(AS_OF.replace(day=1), AS_OF, place=said["place"], within=within)
    agreed = 0
    for door in books[:3]:
        with door.read() as tx:
            book = statements.portfolio(tx, POLICY, question)
            if book.total.outstanding:
                forms_of = ("01-1-bctd", "01-2-bctd", "13-bc", "len-31")
                values = [made(tx, kind, **said) for kind in forms_of]
                agree(book, of_ledger(tx, SCOPES[scope]), values)
                agreed += 1
    assert agreed >= 2


def agree(portfolio, ledger, values):
    """Demand that four forms and the portfolio of the service say what the ledger comes to."""
    communes, programmes, sources, groups = values
    book, told = portfolio.total, documents.portfolio(portfolio)["total"]
    flows = [book.drawn, book.principal_collected, book.outstanding, book.overdue]
    assert flows == ledger
    assert flows == [
        told[name] for name in ("drawn", "principal_collected", "outstanding", "overdue")
    ]
    for value in (communes, programmes):
        for column, name in (("drawn_month", "drawn"), ("collected_month", "principal_collected")):
            assert total_of(value, column) == getattr(book, name)
        for name in ("outstanding", "in_term", "overdue", "frozen", "households"):
            assert total_of(value, name) == getattr(book, name)
        terms = sum(total_of(value, term) for term in ("short", "medium", "long"))
        assert terms == book.outstanding
    assert communes.parts[0].lines[-1].cells[2:] == programmes.parts[0].lines[-1].cells[2:]
    assert total_of(groups, "outstanding") == book.outstanding
    assert total_of(groups, "interest") == book.interest_collected
    totals = [line.cells for line in sources.parts[0].lines if line.kind == "total"]
    assert [cells[3] for cells in totals] == flows
    assert [sum(cells[5::2]) for cells in totals] == flows
    assert by_commune(communes) == by_commune(groups)


def by_commune(value):
    """Return what each commune owes, where it owes anything: of nested rows the outermost."""
    columns = [column.code for column in value.parts[0].columns]
    name = first_text(value.parts[0])
    return {
        line.cells[name]: owed
        for line in value.parts[0].lines
        if line.level <= 1 and line.kind in ("plain" if value.form == "01-1-bctd" else "lead",)
        if (owed := line.cells[columns.index("outstanding")])
    }


def offered(tx, numbers, day):
    """Return the letters that the cards of loans offer on a day, as (day, kind, number)."""
    for number in numbers:
        with suppress(LoanNotFound):
            card = cards.loan_card(tx, POLICY, number, day)
            yield from ((day, kind, number) for kind in cards.letters_due(card, day))


def sent(tx, day):
    """Return the letters that the papers of a day print, likewise."""
    for kind in ("due-notice", "14-td"):
        with suppress(statements.NothingInScope):
            leaves = made(tx, kind, as_of=day).leaves
            yield from ((day, kind, leaf.to.loan_no) for leaf in leaves if leaf.to)


def test_a_card_offers_the_letters_that_there_is_a_reason_for(books):
    kinds, chosen = set(), sa.select(loan.c.loan_no).where(loan.c.province == "44")
    for door in books[:2]:
        with door.read() as tx:
            numbers = list(tx.execute(chosen).scalars())
            lines = [
                one for no in numbers for one in cards.loan_card(tx, POLICY, no, AS_OF).movements
            ]
            moved = sorted({line.value_date for line in lines if line.kind == Kind.OVERDUE.value})
            for day in (AS_OF, *moved[:2]):
                found = set(sent(tx, day))
                assert set(offered(tx, numbers, day)) == found
                kinds |= {kind for _, kind, _ in found}

    assert kinds == {"due-notice", "14-td"}
