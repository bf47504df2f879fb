"""Every document the desk prints: what it asks, whose act it is, how it is made and written."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from creditdesk import issued, letters
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.errors import NotFound, Refused
from creditdesk.evidence import NO_PROOF, Evidence, Proof, Render
from creditdesk.papers import (
    approvals,
    behind,
    between,
    checking,
    collecting,
    communes,
    groups,
    handled,
    lending,
    local,
    nested,
    notices,
    one_loan,
    pictured,
    portfolios,
    poverty,
    sources,
)
from creditdesk.papers.asked import Asked
from creditdesk.sheets import Sheet
from reports import leaves as leaves_paper
from reports import portfolio as portfolio_paper
from reports import sheet as sheet_paper
from reports import workbook

__all__ = [
    "ENDINGS",
    "KEYS",
    "KINDS",
    "MEDIA",
    "NARROWED",
    "SAID",
    "Asked",
    "ChecksFailed",
    "Ending",
    "Kind",
    "Look",
    "PaperUnknown",
    "kind_of",
]

Begin = Callable[[], AbstractContextManager[Tx]]
Ending = Literal["pdf", "xlsx", "csv"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
MEDIA: Mapping[Ending, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SAID = ("since", "as_of", "place", "map_of", "by", "known_on", "known_before")
"""What a document is asked for beside the keys it is narrowed to."""
NARROWED = ("office", "group", "trustee", "programme", "source", "investor")
KEYS = (*NARROWED, "loan")
"""All that is named by a number or code: a document asks for some of them."""


class PaperUnknown(NotFound):
    """The desk prints no such document."""

    code = "paper-unknown"


class ChecksFailed(Refused):
    """What a document says does not add up; `checks` are shown in red, and nobody signs."""

    code = "checks-failed"


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is written, beside what it says.

    unit   of amounts, where its form leaves it open
    fonts  a folder of typefaces instead of ours
    proof  how whoever holds it can check it
    """

    unit: Literal["million", "dong"] = "million"
    fonts: Path | None = None
    proof: Proof = NO_PROOF


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    act       whose act it is to print it, in the table of permissions; `export` as a table
    asks      what it has to be asked beside its day and place: `since`, `by`, `known_before`,
              `unit`, and the axes that it can be narrowed to
    make      the value that it shows
    render    the value as a PDF
    tables    the value as tables, for its twins
    evidence  the value's evidence
    seen      the numbers of the customers whom it shows: their accesses are noted
    letters   whether it is letters, which go out under numbers of the register
    """

    act: str
    make: Callable[[Tx, Policy, Asked], Any]
    asks: tuple[str, ...] = NARROWED
    export: str = "portfolio-export"
    render: Callable[[Any, Look], bytes] = lambda value, look: _sheet(value, look)
    tables: Callable[[Any], Sheet] = lambda value: value
    seen: Callable[[Any], Collection[str]] = lambda value: value.seen
    letters: bool = False

    def value(self, tx: Tx, policy: Policy, asked: Asked) -> Any:
        """Return the value to show: the same as before is of the moment when it was first issued.

        Raises what `make` refuses.
        """
        found = self.make(tx, policy, asked)
        return replace(found, evidence=issued.as_first_made(tx, self.evidence(found)))

    def evidence(self, value: Any) -> Evidence:
        """Return what is known of how a value came to be."""
        found: Evidence = value.evidence
        return found

    def act_of(self, ending: Ending) -> str:
        """Return whose act it is to have the document with an ending."""
        return self.act if ending == "pdf" else self.export

    def goes_out(self, begin: Begin, value: Any, *, by: str, at: datetime) -> Any:
        """Return a value as it goes out on paper: letters under their numbers, if nothing fails.

        begin  opens the transaction in which the register is written
        """
        if not self.letters or self.evidence(value).failed:
            return value
        with begin() as tx:
            return letters.entered(tx, value, by=by, at=at)

    def printer(self, value: Any, look: Look) -> Render:
        """Return what prints a value, once it is known how that can be checked."""

        def print_it(*, proof: Proof) -> bytes:
            return self.render(value, replace(look, proof=proof))

        return print_it

    def written(self, value: Any, ending: Ending, look: Look) -> bytes:
        """Return a value as a file; its tables carry the same figures as its paper."""
        if ending == "pdf":
            return self.render(value, look)
        if ending == "xlsx":
            return workbook.render(self.tables(value))
        return self.evidence(value).data


def _sheet(value: Sheet, look: Look) -> bytes:
    render = leaves_paper.render if value.leaves else sheet_paper.render
    return render(value, fonts=look.fonts, proof=look.proof)


def _portfolio(value: Any, look: Look) -> bytes:
    return portfolio_paper.render(value, unit=look.unit, fonts=look.fonts, proof=look.proof)


_BETWEEN = ("since", "by", "known_before", *NARROWED)

KINDS: Mapping[str, Kind] = {
    "portfolio": Kind(
        "portfolio-print",
        portfolios.statement,
        ("since", "by", "unit", *NARROWED),
        render=_portfolio,
        tables=portfolios.tables,
        seen=lambda value: (),
    ),
    "01-1-bctd": Kind("portfolio-print", lending.by_commune),
    "01-2-bctd": Kind("portfolio-print", lending.by_programme),
    "13-bc": Kind("portfolio-print", sources.by_source, ("since", *NARROWED)),
    "len-31": Kind("groups", nested.by_group),
    "bc0437": Kind("groups", groups.scored, ("group", "trustee")),
    "bc0438": Kind("groups", groups.entrusted, ("trustee",)),
    "loan": Kind("standing", one_loan.statement, ("loan",), "persons-export"),
    "due-next-month": Kind("worklist", collecting.due_next_month, NARROWED, "persons-export"),
    "collection": Kind("worklist", collecting.collection, NARROWED, "persons-export"),
    "late": Kind("worklist", behind.late, NARROWED, "persons-export"),
    "overdue": Kind("worklist", behind.overdue, NARROWED, "persons-export"),
    "due-notice": Kind("worklist", notices.due, KEYS, "persons-export", letters=True),
    "14-td": Kind("worklist", notices.moved, KEYS, "persons-export", letters=True),
    "06-td": Kind("worklist", checking.use, ("office", "group", "programme"), "persons-export"),
    "15-td": Kind("worklist", checking.balances, NARROWED, "persons-export"),
    "16-td": Kind("groups", checking.groups, ("group", "trustee"), "persons-export"),
    "04-xln": Kind("worklist", handled.frozen, ("since", *NARROWED), "persons-export"),
    "05-xln": Kind("worklist", handled.written_off, ("since", *NARROWED), "persons-export"),
    "local-capital": Kind(
        "portfolio-print",
        local.capital,
        ("since", "office", "group", "trustee", "programme", "investor"),
    ),
    "poverty": Kind("portfolio-print", poverty.outcome, ("since", *NARROWED)),
    "difference": Kind("portfolio-print", between.difference, _BETWEEN),
    "difference-loans": Kind("worklist", between.loans, _BETWEEN, "persons-export"),
    "04-td": Kind(
        "application-show",
        approvals.notice,
        ("office", "group", "trustee"),
        "persons-export",
        letters=True,
    ),
    "pictures": Kind("portfolio-print", pictured.pictures, ("since", *NARROWED)),
    "commune-month": Kind("commune-month", communes.month, (), "commune-month"),
}
"""What stands after `creditdesk print`, and in addresses."""


def kind_of(name: str) -> Kind:
    """Return a kind of document by its name; raises PaperUnknown."""
    if name not in KINDS:
        raise PaperUnknown(name=name, names=list(KINDS))
    return KINDS[name]
