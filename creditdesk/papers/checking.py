"""Lists to check against: use of loans (06/TD), balances (15/TD), groups themselves (16/TD)."""

from collections.abc import Iterator
from dataclasses import replace

from creditdesk import worklists
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import GroupRow
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Bound, Opened, Row
from creditdesk.sheets import Cell, Column, Leaf, Line, Part, Sheet, share
from creditdesk.statements import portfolio

_USE = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_masked", "code"),
    Column("programme_code", "code"),
    Column("drawn_unchecked"),
    Column("owed"),
    Column("late"),
    Column("check_by", "day"),
    Column("purpose", "code"),
    Column("purpose_found", "blank"),
    Column("remark", "blank"),
)
_BALANCES = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("programme_code", "code"),
    Column("owed", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("savings", "blank"),
    Column("owed_said", "blank"),
    Column("signed", "blank"),
)
_GROUPS = (
    Column("no", "no"),
    Column("leaf", "text"),
    Column("households", "count"),
    Column("paying", "count"),
    Column("owed"),
    Column("overdue"),
    Column("overdue_share", "share"),
    Column("score", "points"),
    Column("band", "code"),
)
_CRITERIA = (
    Column("no", "no"),
    Column("criterion", "text"),
    Column("weight", "points"),
    Column("measured", "share"),
    Column("points", "points"),
    Column("found", "blank"),
)
_ASKED = ("members-meet", "head-apart", "book-kept", "no-piggyback", "saving", "principal")


def use(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 06/TD: loans of which a draw is still to be checked, a page for each group.

    Source: guidance 727/HD-NHCS (11/02/2026): within 30 days of the draw.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "06-td")
    found = worklists.worklist(tx, policy, "use-check-due", asked.as_of, list_.place)
    rows = [
        Row(
            loan,
            (
                *(loan.customer_name, _masked(loan.loan_no), loan.programme, row.amount),
                *(loan.outstanding, loan.late, row.due_on, loan.purpose, None, None),
            ),
        )
        for row, loan in list_.loans_of(found)
    ]
    whole = leaves.bound(list_, "use", _USE, rows)
    drawn = sum(row.amount for row in found)
    checks = [Identity("loans-make-list", leaves.total(whole.part, "drawn_unchecked"), drawn)]
    return _sheet(list_, whole, rows, checks, ("use-within", "loan-masked", "blank-by-hand"))


def _masked(loan_no: str) -> str:
    """Return a loan's number as 06/TD has it: its first two digits and its last four."""
    return f"{loan_no[:2]}{'*' * (len(loan_no) - 6)}{loan_no[-4:]}"


def balances(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 15/TD: what every borrower of a group owes, to be signed there.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "15-td")
    rows = [
        Row(
            loan,
            (
                *(loan.customer_name, loan.loan_no, loan.programme, loan.outstanding),
                *(loan.in_term, loan.overdue, loan.frozen, None, None, None),
            ),
        )
        for loan in list_.held().values()
    ]
    whole = leaves.bound(list_, "balances", _BALANCES, rows, words="owed")
    total = portfolio(tx, policy, list_.question).total
    checks = [
        Identity(f"loans-make-portfolio:{name}", leaves.total(whole.part, code), said)
        for code, name, said in (
            ("owed", "outstanding", total.outstanding),
            ("overdue", "overdue", total.overdue),
        )
    ]
    return _sheet(list_, whole, rows, checks, ("no-savings", "blank-by-hand", "differs-said"))


def _sheet(
    list_: Opened, whole: Bound, rows: list[Row], checks: list[Identity], notes: tuple[str, ...]
) -> Sheet:
    return sheet(
        list_.evidence,
        whole.part,
        checked=[*whole.sums, *checks],
        notes=notes,
        leaves=whole.leaves,
        seen=leaves.seen(rows),
    )


def groups(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 16/TD: minutes on each group, its figures and score filled in, to be filled in there.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "16-td")
    scores = worklists.group_scores(tx, policy, asked.as_of, list_.place)
    found = [row for row in scores if row.outstanding]
    lines = [Line((str(at), *_group(list_, row))) for at, row in enumerate(found, 1)]
    total = portfolio(tx, policy, replace(list_.question, direct=False)).total
    sums = list(leaves.added(_GROUPS, lines))
    sums[2] = total.households  # each once, whatever groups it borrows in
    part = Part("groups_checked", _GROUPS, (*lines, Line(tuple(sums), "total", label="total")))
    return sheet(
        list_.evidence,
        part,
        checked=[
            Identity(
                "scored-groups-make-total", leaves.total(part, "owed"), int(total.outstanding)
            )
        ],
        notes=("score-known", "no-savings", "blank-by-hand"),
        leaves=[_minutes(list_, row) for row in found],
        seen=[row.group_no for row in found],
    )


def _group(list_: Opened, row: GroupRow) -> tuple[Cell, ...]:
    name = f"Tổ {row.group_no} {row.head}, {list_.commune(row.commune)}"
    counted = (row.members, row.paying, row.outstanding, row.overdue)
    return name, *counted, share(row.overdue, row.outstanding), row.score, _band(list_, row)


def _band(list_: Opened, row: GroupRow) -> str:
    named = list_.policy.group_score.band_names.get(row.band or "")
    return named.names.vi if named else ""


def _minutes(list_: Opened, row: GroupRow) -> Leaf:
    part = share(row.overdue, row.outstanding)
    percent = f"{part * 100:.2f} %".replace(".", ",") if part is not None else ""
    facts: dict[str, Cell] = {
        "group": row.group_no,
        "head": row.head,
        "commune": list_.commune(row.commune),
        "trustee": list_.name("trustee", row.trustee),
        "households": str(row.members),
        "owed": row.outstanding,
        "overdue": row.overdue,
        "overdue_share": percent,
        "score": f"{row.score:.2f}".replace(".", ",") if row.score is not None else "",
        "band": _band(list_, row),
    }
    return Leaf(facts, (Part("criteria", _CRITERIA, tuple(_criteria(row))), _checklist()))


def _criteria(row: GroupRow) -> Iterator[Line]:
    for at, one in enumerate(row.criteria, 1):
        cells = (str(at), "", one.weight, one.share, one.points, None)
        yield Line(cells, label=f"criterion:{one.code}")
    last = ("", "", None, None, row.score, None)
    yield Line(last, "total", label="total-score")


def _checklist() -> Part:
    columns = (Column("no", "no"), Column("asked", "text"), Column("found", "blank"))
    lines = (Line((str(at), "", None), label=f"asked:{code}") for at, code in enumerate(_ASKED, 1))
    return Part("checklist", columns, tuple(lines))
