"""How far extensions may go: cases worked by hand from Decision 54/QĐ-HĐQT."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import settings
from creditdesk.engine.limits import extension_until, freeze_months
from tests.engine.builders import a_bullet, an_event, booked

LIMITS = settings.policy().limits
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("drawn_on", "due_on", "latest"),
    [
        # Medium and long: half the original term more.
        (date(2024, 1, 15), date(2027, 1, 15), date(2028, 7, 15)),
        (date(2024, 1, 31), date(2026, 1, 31), date(2027, 1, 31)),
        (date(2021, 8, 31), date(2026, 8, 31), date(2029, 2, 28)),
        # Half of 27 months: 13 months and 15 days.
        (date(2024, 1, 15), date(2026, 4, 15), date(2027, 5, 30)),
        # Half of 24 months and 10 days: 12 months and 5 days.
        (date(2024, 1, 15), date(2026, 1, 25), date(2027, 1, 30)),
        # Short: twelve months more, whatever the term.
        (date(2026, 1, 15), date(2026, 7, 15), date(2027, 7, 15)),
        (date(2026, 1, 15), date(2027, 1, 15), date(2028, 1, 15)),
        # A day longer than a year is medium.
        (date(2026, 1, 15), date(2027, 1, 16), date(2027, 7, 16)),
    ],
)
def test_extensions_end_by(drawn_on: date, due_on: date, latest: date) -> None:
    terms = a_bullet(due_on, signed_on=drawn_on)
    lent = booked(terms, an_event("draw", drawn_on, 10_000_000))

    assert extension_until(terms, lent, LIMITS, DAY) == latest


def test_the_term_runs_from_the_first_draw() -> None:
    terms = a_bullet(date(2027, 1, 22), signed_on=date(2026, 1, 15))
    first, second = date(2026, 1, 22), date(2026, 6, 1)
    lent = booked(terms, an_event("draw", second, 1), an_event("draw", first, 1))

    assert extension_until(terms, lent, LIMITS, DAY) == date(2028, 1, 22)
    # Before the first draw the day of signing counts: then the term is longer than a year.
    assert extension_until(terms, lent, LIMITS, date(2026, 1, 21)) == date(2027, 7, 25)


def test_an_extension_given_before_leaves_the_end_where_it_was() -> None:
    terms = a_bullet(date(2027, 1, 15), signed_on=date(2024, 1, 15))
    lent = an_event("draw", date(2024, 1, 15), 1)
    extended = an_event("extend", date(2026, 1, 15), until=date(2027, 7, 15))

    found = extension_until(terms, booked(terms, lent, extended), LIMITS, DAY)

    assert found == date(2028, 7, 15)


@pytest.mark.parametrize(
    ("decisions", "latest"),
    [
        # To 15 January 2027 is a year: twelve months more.
        ([], date(2028, 1, 15)),
        # A crop loan carried over to July 2027 has a term of 18 months: nine months more.
        ([("carry-over", date(2027, 1, 5), date(2027, 7, 15))], date(2028, 4, 15)),
        # Extended to July before, the season moves both dates on by 181 days.
        (
            [
                ("extend", date(2027, 1, 4), date(2027, 7, 15)),
                ("carry-over", date(2027, 1, 5), date(2028, 1, 12)),
            ],
            date(2028, 4, 15),
        ),
        ([("shorten", date(2026, 6, 1), date(2026, 12, 15))], date(2027, 12, 15)),
    ],
)
def test_decisions_that_are_no_extension_move_the_end_for_good(
    decisions: list[tuple[str, date, date]], latest: date
) -> None:
    terms = a_bullet(date(2027, 1, 15), signed_on=date(2026, 1, 15))
    events = [an_event("draw", date(2026, 1, 15), 1_000_000)]
    events += [an_event(kind, day, until=until) for kind, day, until in decisions]

    assert extension_until(terms, booked(terms, *events), LIMITS, date(2027, 2, 1)) == latest


def test_where_policy_is_silent_nothing_is_said() -> None:
    medium = a_bullet(date(2027, 1, 15), signed_on=date(2018, 1, 15))
    short = a_bullet(date(2019, 1, 15), signed_on=date(2018, 1, 15))

    assert extension_until(medium, [], LIMITS, date(2023, 9, 14)) is None
    assert extension_until(medium, [], LIMITS, date(2023, 9, 15)) is not None
    assert extension_until(short, [], LIMITS, date(2021, 5, 18)) is None


@pytest.mark.parametrize(
    ("reason", "loss", "months"),
    [
        ("K1", "0.4", 36),
        ("K1", "0.79", 36),
        ("K1", "0.8", 60),
        ("K1", None, 36),
        ("K4a", None, 60),
    ],
)
def test_a_freeze_lasts_as_long_as_the_loss_allows(
    reason: str, loss: str | None, months: int
) -> None:
    """Decision 50/2010/QĐ-TTg as amended by Decision 08/2021/QĐ-TTg; none told: the shorter."""
    day, share = date(2026, 6, 15), None if loss is None else Decimal(loss)

    assert freeze_months(LIMITS, reason, share, day).at(day) == months
