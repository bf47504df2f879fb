"""How often and how much a programme pays out: Decision 157/2007 and its guidance, by hand."""

from dataclasses import replace
from datetime import date

import pytest

from creditdesk import settings
from creditdesk.engine.dated import History
from creditdesk.engine.drawing import (
    AboveStudyMonths,
    CourseOver,
    Drawn,
    DrawnOnce,
    Study,
    TermDrawn,
    allow,
    draws_of,
)
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong

POLICY = settings.policy()
SIGNED = date(2020, 9, 1)
STUDY = Study(months=40, terms_a_year=2)


def a_draw(day, millions):
    return Drawn(date.fromisoformat(day), Dong(round(millions * 1_000_000)))


def draw(day, millions, *before, study=STUDY, programme="02"):
    made = [a_draw(*one) for one in before]
    allow(POLICY.programme(programme), SIGNED, a_draw(day, millions), made, study)


def an_event(day, kind, amount):
    return Event(date.fromisoformat(day), kind, amount, None, f"{kind.value}-{day}")


def test_a_re_booking_takes_back_the_newest_draws():
    events = [
        an_event("2026-01-07", Kind.DRAW, 20),
        an_event("2026-02-07", Kind.DRAW, 10),
        an_event("2026-03-07", Kind.REBOOK, 13),
        an_event("2026-03-08", Kind.PRINCIPAL, 5),
    ]

    assert draws_of(reversed(events)) == (Drawn(date(2026, 1, 7), Dong(17)),)
    assert draws_of([*events, an_event("2026-04-07", Kind.REBOOK, 99)]) == ()


def test_what_is_paid_out_at_once_is_not_drawn_twice():
    draw("2026-01-07", 10, programme="02MT")

    with pytest.raises(DrawnOnce):
        draw("2026-02-07", 1, ("2026-01-07", 5), programme="02MT")


def test_parts_are_drawn_whenever_they_are_needed():
    draw("2026-02-07", 1, ("2026-02-07", 5), programme="01")


@pytest.mark.parametrize(
    ("day", "before"), [("2020-12-31", "2020-07-01"), ("2021-06-30", "2021-01-01")]
)
def test_a_learner_draws_once_in_each_half_year(day, before):
    with pytest.raises(TermDrawn) as refusal:
        draw(day, 1, (before, 1))

    assert refusal.value.facts["drawn_on"] == date.fromisoformat(before)


def test_the_next_half_year_is_another_term():
    draw("2021-01-01", 15, ("2020-12-31", 15))


@pytest.mark.parametrize(
    ("day", "millions"),
    # Six months at 2.5 million till 18/05/2022, at 4 million from 19/05/2022 on.
    [("2022-05-18", 15), ("2022-05-19", 24)],
)
def test_the_ceiling_of_the_day_of_a_draw_counts(day, millions):
    draw(day, millions)

    with pytest.raises(AboveStudyMonths) as refusal:
        draw(day, millions + 0.000001)
    assert refusal.value.facts["most"] == millions * 1_000_000


def test_a_learner_draws_until_the_course_ends():
    # The grace lasts twelve months after the course: it ended on 30 June 2024.
    study = Study(40, 2, (), date(2025, 6, 30))
    draw("2024-06-30", 9, study=study)

    with pytest.raises(CourseOver):
        draw("2024-07-01", 9, study=study)


def test_months_that_were_drawn_for_do_not_come_back():
    # 15 + 15 million were twelve months of fourteen: two are left, then at 4 million.
    before, study = (("2020-09-07", 15), ("2021-02-07", 15)), Study(14, 2)
    draw("2022-09-07", 8, *before, study=study)

    with pytest.raises(AboveStudyMonths) as refusal:
        draw("2022-09-07", 8.000001, *before, study=study)
    assert refusal.value.facts == {
        "amount": 8_000_001,
        "most": 8_000_000,
        "day": date(2022, 9, 7),
        "month": 4_000_000,
    }


def test_a_ceiling_that_no_law_states_bounds_no_term():
    unbounded = replace(POLICY.programme("02"), ceiling=History(()))

    allow(unbounded, SIGNED, a_draw("2022-09-07", 90), [], STUDY)


def test_what_is_drawn_elsewhere_for_the_same_term_leaves_less():
    study = Study(40, 2, [a_draw("2022-09-07", 12), a_draw("2022-02-07", 15)])
    draw("2022-10-07", 12, study=study)

    with pytest.raises(AboveStudyMonths):
        draw("2022-10-07", 12.000001, study=study)


def test_more_was_drawn_once_than_is_allowed_now():
    with pytest.raises(AboveStudyMonths) as refusal:
        draw("2022-09-07", 1, ("2021-09-07", 15), study=Study(5, 2))

    assert refusal.value.facts["most"] == 0
