"""The score of a savings-and-credit group: of groups only, never of persons."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from creditdesk.engine.money import round_ratio
from creditdesk.engine.policy import GroupScore

_HUNDRED = 100


class Criterion(NamedTuple):
    """One criterion: the points it can give, what was measured, and the points it gives.

    share, points  None where nothing was measured
    """

    code: str
    weight: Decimal
    share: Decimal | None
    points: Decimal | None

    @property
    def lost(self) -> Decimal:
        """Return the points that the group loses here."""
        return Decimal(0) if self.points is None else self.weight - self.points


def _dearest(one: Criterion) -> Decimal:
    return -one.lost


class Score(NamedTuple):
    """A score of a hundred over the criteria that could be measured, and its band.

    known   points that these can give together
    score   what they gave of that, scaled to a hundred; None where none could be measured
    """

    criteria: tuple[Criterion, ...]
    known: Decimal
    score: Decimal | None
    band: str | None

    @property
    def lowering(self) -> tuple[Criterion, ...]:
        """Return the criteria that cost points, most points first."""
        return tuple(sorted((one for one in self.criteria if one.lost), key=_dearest))


def score(rule: GroupScore, shares: Mapping[str, Decimal | None], day: date) -> Score:
    """Return the score of a group by the rule of a day.

    shares  a fraction for each criterion of the rule; None or absent where it is not known

    A criterion that is not known gives nothing and takes nothing: its weight is left out and the
    rest scaled to a hundred. Points and scores are rounded half up to a hundredth.

    Source: the scoring tool of a branch, held in policy/group_score.toml.
    """
    none_at, full_at = rule.none_at.at(day), rule.full_at.at(day)
    criteria = []
    known, got = Decimal(0), Fraction(0)
    for code, weight in rule.weights.at(day).items():
        share = shares.get(code)
        points = None
        if share is not None:
            points = Fraction(weight) * _part(share, none_at[code], full_at[code])
            known, got = known + weight, got + points
        criteria.append(Criterion(code, weight, share, None if points is None else _cent(points)))
    if not known:
        return Score(tuple(criteria), known, None, None)
    found = _cent(Fraction(got * _HUNDRED, Fraction(known)))
    return Score(tuple(criteria), known, found, _band(rule.bands.at(day), found))


def _part(share: Decimal, none_at: Decimal, full_at: Decimal) -> Fraction:
    """Return how much of its points a share gives: from nought to one, in proportion between."""
    if none_at == full_at:
        return Fraction(share >= full_at)
    part = Fraction(Fraction(share - none_at), Fraction(full_at - none_at))
    return min(Fraction(1), max(Fraction(0), part))


def _cent(points: Fraction) -> Decimal:
    cents = points * _HUNDRED
    return Decimal(round_ratio(cents.numerator, cents.denominator)).scaleb(-2)


def _band(bands: Mapping[str, Decimal], found: Decimal) -> str:
    reached = [code for code, least in bands.items() if found >= least]
    return reached[-1]
