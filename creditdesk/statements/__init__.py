"""Readings across nouns: the book on any axes, between two maps, and as a statement."""

from creditdesk.statements.books import (
    STATUSES,
    PeriodBackwards,
    Question,
    UnknownAxis,
    add,
    cuts,
    names,
    portfolio,
)
from creditdesk.statements.bridges import bridge
from creditdesk.statements.compared import (
    FLOWS,
    Changed,
    Comparison,
    Side,
    Traced,
    changed,
    compare,
    trace,
)
from creditdesk.statements.counted import counted
from creditdesk.statements.flows import by_age, by_month
from creditdesk.statements.outcomes import outcomes
from creditdesk.statements.printed import (
    NothingInScope,
    NothingKnown,
    NotYetKnown,
    heading,
    portfolio_statement,
)
from creditdesk.statements.tabled import tables

__all__ = [
    "FLOWS",
    "STATUSES",
    "Changed",
    "Comparison",
    "NotYetKnown",
    "NothingInScope",
    "NothingKnown",
    "PeriodBackwards",
    "Question",
    "Side",
    "Traced",
    "UnknownAxis",
    "add",
    "bridge",
    "by_age",
    "by_month",
    "changed",
    "compare",
    "counted",
    "cuts",
    "heading",
    "names",
    "outcomes",
    "portfolio",
    "portfolio_statement",
    "tables",
    "trace",
]
