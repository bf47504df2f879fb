"""The statement of one loan: where it stands, its plan, what moved it, and what it earned."""

from collections.abc import Iterator
from dataclasses import replace

from creditdesk import cards, explanations, narration, words
from creditdesk.db import Tx
from creditdesk.engine.explaining import Earning
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.explanations import EARNING, Explanation
from creditdesk.figures import LoanCard, MovementLine
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened
from creditdesk.sheets import Cell, Column, Leaf, Line, Part, Sheet

_STANDING = (Column("figure", "text"), Column("amount"))
_FIGURES = (
    *("drawn", "principal_repaid", "written_off"),
    *("in_term", "overdue", "frozen", "outstanding", "late_principal"),
)
_PLAN = (
    Column("no", "no"),
    Column("due_on", "day"),
    Column("made_by", "text"),
    Column("due"),
    Column("paid"),
    Column("unpaid"),
    Column("late"),
)
_MOVED = (
    Column("no", "no"),
    Column("day", "day"),
    Column("what", "text"),
    Column("drawn", group="moved"),
    Column("principal", group="moved"),
    Column("interest", group="moved"),
    Column("other", group="moved"),
    Column("left"),
)
_EARNED = (
    Column("no", "no"),
    Column("stretch", "text"),
    Column("since", "day", "stretch"),
    Column("until", "day", "stretch"),
    Column("days", "number", "stretch"),
    Column("balance"),
    Column("rate", "code"),
    Column("exact", "points"),
    Column("earned"),
)
_NOTHING = (None, None, None, None, "")
_SIGN = {"draw": 1, "rebook": -1}


def statement(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the statement of one loan at the end of a day.

    Raises LoanUnsaid, LoanNotFound and what `leaves.opened` does.
    """
    told = explanations.explain(tx, policy, asked.loan, asked.as_of, asked.known_at)
    card = cards.loan_card(tx, policy, asked.loan, asked.as_of, asked.before)
    there = replace(asked, place=card.province, within=(("loan", card.loan_no),))
    list_ = leaves.opened(tx, policy, there, "loan", min(card.signed_on, asked.as_of))
    list_ = replace(list_, evidence=replace(list_.evidence, left_out=()))
    parts = (_standing(card), _plan(told), _moved(card), _earned(told))
    return sheet(
        list_.evidence,
        *parts,
        checked=_checks(card, parts),
        notes=("late-oldest", "interest-rounded-once", "interest-to-day", "cancelled-shown"),
        leaves=[Leaf(dict(_facts(list_, card)), parts, card.standing.outstanding)],
        seen=[card.customer_no],
    )


def _facts(list_: Opened, card: LoanCard) -> Iterator[tuple[str, Cell]]:
    yield from (("borrower", card.customer_name), ("id_no", card.id_no_masked))
    yield from (("loan_no", card.loan_no), ("customer_no", card.customer_no))
    yield from (("programme", card.programme_name), ("purpose", card.purpose))
    yield from (("source", list_.name("source", card.source)), ("investor", card.investor))
    yield from (("group", card.group_no), ("head", card.group_head))
    yield from (("trustee", list_.name("trustee", card.trustee)), ("commune", card.commune_name))
    yield from (("signed_on", card.signed_on), ("approved", card.approved))
    yield "rate", f"{card.rate_percent.replace('.', ',')} %/năm"
    yield "due_on", card.standing.due_on
    yield "extended_to", card.standing.extended_to
    yield "session_day", f"ngày {card.session_day:02d} hằng tháng"
    yield "state", words.say("vi", f"page.status-{card.standing.status}")


def _standing(card: LoanCard) -> Part:
    one = card.standing
    lines = [Line(("", getattr(one, name)), label=f"figure:{name}") for name in _FIGURES]
    lines += [
        Line(("", getattr(one.interest_earned, kind)), label=f"earned:{kind}") for kind in EARNING
    ]
    lines += [
        Line(("", getattr(one, name)), label=f"figure:{name}")
        for name in ("interest_collected", "interest_unpaid")
    ]
    return Part("standing", _STANDING, tuple(lines))


def _plan(told: Explanation) -> Part:
    lines = [
        Line(
            (
                *(str(one.no), one.due_on, ", ".join(no for no, _ in one.origins)),
                *(one.principal, one.paid, one.principal - one.paid, one.late),
            )
        )
        for one in told.plan
    ]
    return Part("plan", _PLAN, (*lines, _total(_PLAN, lines)))


def _total(columns: tuple[Column, ...], lines: list[Line]) -> Line:
    return Line(leaves.added(columns, lines), "total", label="total")


def _moved(card: LoanCard) -> Part:
    lines = [Line((str(at), *_movement(one))) for at, one in enumerate(card.movements, 1)]
    sums = list(leaves.added(_MOVED, lines))
    # What else moved (transfers, freezes, write-offs) adds up to nothing.
    sums[-2:] = None, card.standing.outstanding
    return Part("moved", _MOVED, (*lines, Line(tuple(sums), "total", label="total")))


def _movement(one: MovementLine) -> tuple[Cell, ...]:
    said = f"{words.say('vi', f'page.kind-{one.kind}')}, {one.receipt_no}"
    if one.until:
        said = f"{said}, đến {one.until:%d/%m/%Y}"
    if one.reversed:
        amount = f"{one.amount:,}".replace(",", ".")
        return one.value_date, f"{said}: {amount} đồng, đã hủy", *(None,) * 4, one.outstanding
    drawn = _SIGN[one.kind] * one.amount if one.kind in _SIGN else None
    principal, interest = (
        one.amount if one.kind == kind else None for kind in ("principal", "interest")
    )
    other = one.amount if (drawn, principal, interest) == (None, None, None) else None
    return one.value_date, said, drawn, principal, interest, other or None, one.outstanding


def _earned(told: Explanation) -> Part:
    lines: list[Line] = []
    number = 0
    for kind in EARNING:
        mine = [one for one in told.earnings if one.stretch.kind == kind]
        for one in mine:
            number += 1
            lines.append(Line((str(number), _began(one), *_stretch(one))))
        if mine:
            exact = narration.exact(sum(one.numerator for one in mine))
            amount = getattr(told.standing.interest_earned, kind)
            cells: tuple[Cell, ...] = ("", "", *_NOTHING, exact, amount)
            lines.append(Line(cells, "subtotal", label=f"earned:{kind}"))
    earned = sum(getattr(told.standing.interest_earned, kind) for kind in EARNING)
    last = Line(("", "", *_NOTHING, None, earned), "total", label="total")
    return Part("earned", _EARNED, (*lines, last))


def _began(one: Earning) -> str:
    kind = words.say("vi", f"figure.{one.stretch.kind}")
    since = f"từ {', '.join(one.began)}" if one.began else "hết ân hạn"
    rate = f", lãi suất theo {one.rate_by}" if one.rate_by else ""
    return f"{kind}: {since}{rate}"


def _stretch(one: Earning) -> tuple[Cell, ...]:
    _, since, until, balance, rate = one.stretch
    percent = f"{narration.percent(rate):f}".replace(".", ",")
    days = (until - since).days
    return since, until, days, balance, f"{percent} %", narration.exact(one.numerator), None


def _checks(card: LoanCard, parts: tuple[Part, ...]) -> Iterator[Identity]:
    one, (_, plan, moved, earned) = card.standing, parts
    parted = one.in_term + one.overdue + one.frozen
    yield Identity("parts-make-outstanding", parted, one.outstanding)
    flows = one.drawn - one.principal_repaid - one.written_off
    yield Identity("drawn-and-flows-make-outstanding", flows, one.outstanding)
    yield Identity("plan-makes-late", leaves.total(plan, "late"), one.late_principal)
    for code, said in (
        ("drawn", one.drawn),
        ("principal", one.principal_repaid),
        ("interest", one.interest_collected),
    ):
        yield Identity(f"movements-make:{code}", leaves.total(moved, code), said)
    unpaid = leaves.total(earned, "earned") - one.interest_collected
    yield Identity("earned-less-collected-is-unpaid", unpaid, one.interest_unpaid)
