"""What became of a book between two days: balances then and now, and the flows between them."""

from collections.abc import Iterator
from datetime import timedelta

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import Figures
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_COMPARED = ("outstanding", "overdue", "frozen")
_COLUMNS = (
    Column("no", "no"),
    Column("code", "code"),
    Column("name", "text"),
    *(
        Column(what, group=f"between:{figure}")
        for figure in _COMPARED
        for what in ("before", "now", "change")
    ),
    Column("drawn", group="in_period"),
    Column("principal", group="in_period"),
    Column("written_off_period", group="in_period"),
    Column("loans_before", "count", "between:loans"),
    Column("loans_now", "count", "between:loans"),
)


def difference(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the book at the end of a day beside that before the first day of a period.

    Raises NothingInScope and what `statements.portfolio` refuses.
    """
    since = asked.since or asked.month
    question, evidence = asked.opened(tx, policy, "difference", since, (asked.by,))
    before = since - timedelta(days=1)
    (now,) = statements.cuts(tx, policy, question, (asked.by,))
    # Both days by one map: what only moved is no difference.
    then_question = asked.question(before, (asked.by,))
    then_question = statements.Question(
        before,
        before,
        (asked.by,),
        question.place,
        map_of=question.mapped,
        within=then_question.within,
    )
    (then,) = statements.cuts(tx, policy, then_question, (asked.by,))
    was, is_ = Cut(then), Cut(now)
    names = {row.keys: row.names[0] for book in (then, now) for row in book.rows}
    lines = tuple(
        Line((str(at), keys[0], names[keys], *_cells(was.at(*keys), is_.at(*keys))))
        for at, keys in enumerate(sorted(names), 1)
    )
    total = Line(("", "", "", *_cells(then.total, now.total)), "total", label="total")
    return sheet(
        evidence,
        Part("between", _COLUMNS, (*lines, total)),
        checked=[
            *identities([now]),
            Identity("opening-is-closing-before", now.total.opening, then.total.outstanding),
        ],
        notes=("between-days", "lent-net"),
    )


def _cells(then: Figures, now: Figures) -> tuple[Cell, ...]:
    return tuple(_compared(then, now))


def _compared(then: Figures, now: Figures) -> Iterator[Cell]:
    for name in _COMPARED:
        before, after = getattr(then, name), getattr(now, name)
        yield from (before, after, after - before)
    yield from (now.drawn, now.principal_collected, now.written_off, then.loans, now.loans)
