"""04/TD: which applications were approved, told to the commune, the trustee and the group."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

from creditdesk import applications
from creditdesk.applications import Approved
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened, Row
from creditdesk.sheets import Addressee, Cell, Column, Leaf, Sheet

_LIST = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("application_no", "code"),
    Column("programme_code", "code"),
    Column("purpose", "code"),
    Column("approved"),
    Column("months", "number"),
    Column("draw_on", "day"),
)


class _Applicant(NamedTuple):
    """An approved application, placed among the rows of lists as a loan is."""

    commune: str
    group_no: str
    customer_no: str
    loan_no: str
    told: Approved
    session_day: int = 0


def notice(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 04/TD: applications approved by a day and not signed yet, a letter for each group.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "04-td")
    rows = [Row(_applicant(one), _cells(one)) for one in _found(list_)]
    whole = leaves.bound(list_, "approved", _LIST, rows, words="approved")
    ordered = sorted(rows, key=leaves.order)
    groups = [list(inside) for _, inside in groupby(ordered, lambda row: leaves.order(row)[:2])]
    letters = (
        _letter(list_, leaf, [row.loan.told for row in inside if isinstance(row.loan, _Applicant)])
        for leaf, inside in zip(whole.leaves, groups, strict=True)
    )
    return sheet(
        list_.evidence,
        whole.part,
        checked=[*whole.sums],
        notes=("approved-unsigned", "letters-number"),
        leaves=letters,
        seen=leaves.seen(rows),
    )


def _found(list_: Opened) -> Iterator[Approved]:
    place = list_.place
    known = applications.approved(
        list_.tx,
        list_.asked.as_of,
        province=place.province,
        commune=place.commune,
        before=place.before,
    )
    return filter(place.holds, known)


def _applicant(one: Approved) -> _Applicant:
    return _Applicant(one.commune, one.group_no, one.customer_no, one.application_no, one)


def _cells(one: Approved) -> tuple[Cell, ...]:
    told = (one.customer_name, one.application_no, one.programme, one.purpose)
    return *told, one.amount, one.months, one.draw_on


def _letter(list_: Opened, leaf: Leaf, told: Iterable[Approved]) -> Leaf:
    """Return a leaf with what the sentences of a letter say."""
    first = next(iter(told))
    trustee, group = list_.name("trustee", first.trustee), first.group_no
    facts = {
        **leaf.facts,
        "office": first.office,
        "to_trustee": f"{trustee} {leaf.facts['commune']}" if group else "",
        "to_head": f"Tổ trưởng {leaf.facts['head']}, tổ {group}" if group else "",
        "where": _where(list_, first.place),
        "when": _day(first.draw_on),
    }
    to = Addressee(list_.evidence.scope.province_code, first.commune, group)
    return replace(leaf, facts=facts, to=to)


def _where(list_: Opened, place: str) -> str:
    """Return where is paid out: a notice names the commune by its code, or says it in words."""
    said = list_.commune(place)
    return f"điểm giao dịch {said}" if said != place else place or "." * 25


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "...../...../........"
