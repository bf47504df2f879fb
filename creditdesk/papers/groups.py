"""BC0437: every savings-and-credit group and its score; BC0438: entrusted credit in communes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from creditdesk import statements, worklists
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import Figures, GroupRow, Portfolio, PortfolioRow
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, nested, sheet
from creditdesk.sheets import Cell, CellKind, Column, Line, Part, Sheet, share

_CRITERIA = ("members_saving", "overdue", "interest", "principal", "savings_growth", "attendance")
_BANDS = ("good", "fair", "average", "weak", None)
_OF_GROUPS = (
    Column("no", "no"),
    Column("group", "code"),
    Column("head", "text"),
    Column("trustee", "code"),
    Column("members", "count", "people"),
    Column("members_owing", "count", "people"),
    Column("members_saving", "count", "people"),
    Column("members_paying", "count", "people"),
    Column("outstanding", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("overdue_share", "share", "owed"),
    Column("interest_unpaid"),
    Column("savings"),
    Column("interest_share", "share", "measured"),
    Column("principal_share", "share", "measured"),
    Column("savings_share", "share", "measured"),
    Column("attendance_share", "share", "measured"),
    *(Column(f"points:{code}", "points", "points") for code in _CRITERIA),
    Column("points_known", "points", "score"),
    Column("score", "points", "score"),
    Column("band", "code", "score"),
)
_NOTES = ("no-savings", "groups-owing", "score-known", "households-once")


def scored(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return BC0437; raises NothingInScope and what `statements.portfolio` refuses."""
    axes = ("commune", "group", "trustee")
    question, evidence = asked.opened(tx, policy, "bc0437", asked.month, axes)
    question = replace(question, direct=False)
    by, groups, communes, trustees = statements.cuts(
        tx, policy, question, ("commune", "group"), ("group",), ("commune",), ("trustee",)
    )
    place = asked.where(question)
    scores = {row.group_no: row for row in worklists.group_scores(tx, policy, asked.as_of, place)}
    rows = [row for row in groups.rows if row.keys[0] in scores and row.figures.outstanding]
    lines = _Groups(policy, asked, scores)
    return sheet(
        evidence,
        Part("groups", _OF_GROUPS, (*lines.of(by, communes, rows), lines.total(by.total, rows))),
        checked=[
            *identities([communes, groups, trustees], statements.counted(tx, question)),
            nested(communes, by),
            Identity(
                "scored-groups-make-total",
                sum(scores[row.keys[0]].outstanding for row in rows),
                by.total.outstanding,
            ),
        ],
        notes=_NOTES,
        seen=[row.keys[0] for row in rows],
    )


class _Groups:
    def __init__(self, policy: Policy, asked: Asked, scores: dict[str, GroupRow]) -> None:
        self._policy, self._asked, self._scores = policy, asked, scores

    def of(
        self, by: Portfolio, communes: Portfolio, rows: Sequence[PortfolioRow]
    ) -> Iterator[Line]:
        """Yield the groups, under their communes where there are several."""
        known = {row.keys[0] for row in rows}
        found = [row for row in by.rows if row.keys[1] in known and row.figures.outstanding]
        leads = Cut(communes)
        several = len({row.keys[0] for row in found}) > 1
        number = 0
        for commune, inside in groupby(found, key=lambda row: row.keys[0]):
            members = list(inside)
            if several:
                cells = self._sums(leads.at(commune), members)
                yield Line(("", "", members[0].names[0], *cells), "lead", 1)
            for row in members:
                number += 1
                yield self._line(number, row)

    def total(self, total: Figures, rows: Sequence[PortfolioRow]) -> Line:
        """Return the line below them all."""
        return Line(("", "", "", *self._sums(total, rows)), "total", label="total")

    def _line(self, number: int, row: PortfolioRow) -> Line:
        found = self._scores[row.keys[1]]
        lines = {line.code: line for line in found.criteria}
        shares = {code: line.share for code, line in lines.items()}
        trustee = self._policy.trustees.get(found.trustee)
        return Line(
            (
                *(str(number), row.keys[1], found.head),
                trustee.short if trustee else found.trustee,
                *(None, row.figures.households, None, found.paying),
                *_owed(row.figures),
                *(row.figures.interest_unpaid, None),
                *(shares.get("interest"), shares.get("principal"), None, None),
                *(lines[code].points if code in lines else None for code in _CRITERIA),
                *(found.known, found.score, self._band(found.band)),
            )
        )

    def _band(self, code: str | None) -> str:
        names = self._policy.group_score.band_names
        return names[code].names.vi if code is not None and code in names else ""

    def _sums(self, row: Figures, members: Sequence[PortfolioRow]) -> tuple[Cell, ...]:
        paying = sum(self._scores[one.keys[-1]].paying for one in members)
        return (
            *("", None, row.households, None, paying),
            *_owed(row),
            *(row.interest_unpaid, *[None] * 13, ""),
        )


def _owed(row: Figures) -> tuple[Cell, ...]:
    return (
        row.outstanding,
        row.in_term,
        row.overdue,
        row.frozen,
        share(row.overdue, row.outstanding),
    )


_OWED = (
    Column("outstanding", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("overdue_share", "share", "owed"),
)
_BY_TRUSTEE = (
    *(Column("no", "no"), Column("trustee_name", "text")),
    *(Column("groups", "count"), Column("households", "count"), Column("loans", "count")),
    *_OWED,
    *(
        Column("part_of_all", "share"),
        Column("interest_unpaid"),
        Column("drawn", group="in_month"),
    ),
    Column("principal", group="in_month"),
    Column("interest", group="in_month"),
)
_OF_BAND: tuple[tuple[str, CellKind], ...] = (("groups", "count"), ("part", "share"))
_BY_BAND = (
    *(Column("no", "no"), Column("trustee_name", "text"), Column("groups", "count")),
    *(
        Column(f"{what}:{band or 'none'}", kind, f"band:{band or 'none'}")
        for band in _BANDS
        for what, kind in _OF_BAND
    ),
)
_BY_PROGRAMME = (
    *(Column("no", "no"), Column("code", "code"), Column("programme", "text")),
    *(Column("households", "count"), Column("loans", "count")),
    *_OWED,
    *(Column("part_of_all", "share"), Column("interest_unpaid")),
)


def entrusted(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return BC0438; raises NothingInScope and what `statements.portfolio` refuses."""
    axes = ("commune", "trustee", "programme", "group")
    question, evidence = asked.opened(tx, policy, "bc0438", asked.month, axes)
    question = replace(question, direct=False)
    inner, communes, trustees, programmes, groups = statements.cuts(
        tx,
        policy,
        question,
        axes[:2],
        ("commune",),
        ("trustee",),
        ("programme",),
        (*axes[:2], "group"),
    )
    place = asked.where(question)
    known = {row.keys[-1] for row in groups.rows}
    scores = [
        row
        for row in worklists.group_scores(tx, policy, asked.as_of, place)
        if row.group_no in known
    ]
    return sheet(
        evidence,
        Part("trustees", _BY_TRUSTEE, tuple(_trustees(inner, communes, groups))),
        Part("bands", _BY_BAND, tuple(_bands(trustees, scores))),
        Part("programmes", _BY_PROGRAMME, tuple(_programmes(programmes))),
        checked=[
            *identities([communes, trustees, programmes], statements.counted(tx, question)),
            nested(communes, inner),
        ],
        notes=("entrusted-only", "lent-net", *_NOTES[1:]),
    )


def _trustees(inner: Portfolio, communes: Portfolio, groups: Portfolio) -> Iterator[Line]:
    owing = {row.keys for row in groups.rows if row.figures.outstanding}
    of_communes = {(commune, group) for commune, _, group in owing}
    counted = Counter(commune for commune, _ in of_communes)
    counted_of = Counter(keys[:2] for keys in owing)
    whole = inner.total.outstanding
    for at, row in enumerate(communes.rows, 1):
        cells = _entrusted(row.figures, counted[row.keys[0]], whole)
        yield Line((str(at), row.names[0], *cells), "lead", 1)
        within = (one for one in inner.rows if one.keys[0] == row.keys[0])
        for number, one in enumerate(within, 1):
            cells = _entrusted(one.figures, counted_of[one.keys], whole)
            yield Line((f"{at}.{number}", one.names[1], *cells))
    every = len({keys[2] for keys in owing})
    yield Line(("", "", *_entrusted(inner.total, every, whole)), "total", label="total")


def _entrusted(row: Figures, groups: int, whole: int) -> tuple[Cell, ...]:
    return (
        *(groups, row.households, row.loans, *_owed(row)),
        *(share(row.outstanding, whole), row.interest_unpaid),
        *(row.drawn, row.principal_collected, row.interest_collected),
    )


def _bands(trustees: Portfolio, scores: Sequence[GroupRow]) -> Iterator[Line]:
    for at, row in enumerate(trustees.rows, 1):
        found = [one for one in scores if one.trustee == row.keys[0]]
        yield Line((str(at), row.names[0], *_banded(found)))
    yield Line(("", "", *_banded(scores)), "total", label="total")


def _banded(scores: Sequence[GroupRow]) -> Iterator[Cell]:
    yield len(scores)
    for band in _BANDS:
        count = sum(one.band == band for one in scores)
        yield count
        yield share(count, len(scores))


def _programmes(programmes: Portfolio) -> Iterator[Line]:
    whole = programmes.total.outstanding
    for at, row in enumerate(programmes.rows, 1):
        yield Line((str(at), row.keys[0], row.names[0], *_of_programme(row.figures, whole)))
    yield Line(("", "", "", *_of_programme(programmes.total, whole)), "total", label="total")


def _of_programme(row: Figures, whole: int) -> tuple[Cell, ...]:
    return (
        *(row.households, row.loans, *_owed(row)),
        *(share(row.outstanding, whole), row.interest_unpaid),
    )
