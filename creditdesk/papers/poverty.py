"""What became of households that were lent to, and beside it what others published of it."""

from collections.abc import Iterator, Sequence

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.eligibility import LISTED
from creditdesk.engine.policy import Policy
from creditdesk.engine.programmes import STANDINGS
from creditdesk.evidence import Evidence, Identity
from creditdesk.figures import Outcome, Outcomes
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet
from creditdesk.statements import Question

_TOLD = (*STANDINGS, "")
_BEYOND = tuple(one for one in STANDINGS if one not in LISTED)
_WAS, _IS = (
    tuple(
        Column(f"{side}:{one or 'none'}", "count", f"standing_{side}") for one in (*STANDINGS, "")
    )
    for side in ("was", "is")
)
_FIGURES = (
    Column("households_lent", "count"),
    *_WAS,
    *_IS,
    Column("left_lists", "count", "standing_moved"),
    Column("came_lists", "count", "standing_moved"),
    Column("told_by_list", "count"),
    Column("drawn_to_date", group="lent"),
    Column("outstanding", group="owed"),
)
_ROWS = (Column("no", "no"), Column("code", "code"), Column("name", "text"), *_FIGURES)
_MATRIX = (
    *(Column("no", "no"), Column("standing_at_loan", "text")),
    *_IS,
    Column("households_lent", "count"),
)
_QUOTED = (
    *(Column("no", "no"), Column("quoted", "text"), Column("of_period", "code")),
    *(Column("published_said", "code"), Column("published_on", "code")),
    Column("published_by", "code"),
)


def outcome(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return how households stood at their first loan and stand on the day; what others say apart.

    Raises NothingInScope and what `statements.portfolio` refuses.
    """
    question, evidence = asked.opened(
        tx, policy, "poverty", asked.since or asked.as_of, ("commune",)
    )
    found = statements.outcomes(tx, policy, question, signed_from=asked.since)
    evidence = evidence.of_days(found.since, asked.as_of)
    parts = (
        Part("outcome_moves", _MATRIX, tuple(_matrix(found.total))),
        Part("outcome_communes", _ROWS, tuple(_rows(found.communes, found.total))),
        Part("outcome_programmes", _ROWS, tuple(_rows(found.programmes, found.total))),
        *_quoted(policy, evidence),
    )
    return sheet(
        evidence,
        *parts,
        checked=[*_checks(found), *_whole(tx, policy, asked, question, found.total)],
        notes=("outcome-first-loan", "outcome-lists", "outcome-left", "outcome-households"),
    )


def _matrix(total: Outcome) -> Iterator[Line]:
    for at, was in enumerate(_TOLD, 1):
        moves = (total.moves.get((was, is_), 0) for is_ in _TOLD)
        label = f"standing:{was or 'none'}"
        yield Line((str(at), "", *moves, total.then(was)), label=label)
    last: tuple[Cell, ...] = ("", "", *map(total.now, _TOLD), total.households)
    yield Line(last, "total", label="total")


def _rows(rows: Sequence[Outcome], total: Outcome) -> Iterator[Line]:
    for at, row in enumerate(rows, 1):
        yield Line((str(at), row.key, row.name, *_cells(row)))
    yield Line(("", "", "", *_cells(total)), "total", label="total")


def _cells(row: Outcome) -> tuple[Cell, ...]:
    then, now = ([told(one) for one in _TOLD] for told in (row.then, row.now))
    return (
        *(row.households, *then, *now),
        *(row.between(LISTED, _BEYOND), row.between(_BEYOND, LISTED)),
        *(row.listed, row.drawn_to_date, row.outstanding),
    )


def _quoted(policy: Policy, evidence: Evidence) -> Iterator[Part]:
    """Yield what was published of the province where the statement covers all of it."""
    scope = evidence.scope
    known = [one for one in policy.published if one.province == scope.province_code]
    if scope.commune_code or scope.narrowed or not known:
        return
    yield Part(
        "outcome_quoted",
        _QUOTED,
        tuple(
            Line(
                (str(at), "", one.period, one.said, one.published, one.source),
                label=f"quoted:{one.code}",
            )
            for at, one in enumerate(known, 1)
        ),
    )


def _checks(found: Outcomes) -> Iterator[Identity]:
    total = found.total
    for side, told in (("then", total.then), ("now", total.now)):
        yield Identity(
            f"standings-make-households:{side}", sum(map(told, _TOLD)), total.households
        )
    for of, rows in (("communes", found.communes), ("programmes", found.programmes)):
        for name in ("drawn_to_date", "outstanding"):
            added = sum(getattr(row, name) for row in rows)
            yield Identity(f"{of}-make-total:{name}", added, getattr(total, name))


def _whole(
    tx: Tx, policy: Policy, asked: Asked, question: Question, total: Outcome
) -> Iterator[Identity]:
    """Yield whether loans of whatever day of signing make the portfolio."""
    if asked.since is None:
        book = statements.portfolio(tx, policy, question).total
        for name in ("drawn_to_date", "outstanding"):
            ours, theirs = getattr(total, name), getattr(book, name)
            yield Identity(f"loans-make-portfolio:{name}", ours, theirs)
