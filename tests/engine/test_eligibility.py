"""Who may borrow what: standings over time, and every rule of a programme with its refusal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from creditdesk import settings
from creditdesk.engine.eligibility import (
    Asked,
    Spell,
    ceiling_of,
    doubts,
    history_on,
    judge,
    left_lists_on,
    months_between,
    reasons,
    spell_on,
)
from creditdesk.engine.money import Dong
from creditdesk.engine.programmes import Ceiling

POLICY = settings.policy()
DAY = date(2026, 3, 2)
ASKED = Asked(DAY, Dong(50_000_000), 36)
TERMS = POLICY.programme("01").at(DAY)
BARE = replace(
    TERMS,
    borrowers=None,
    ceiling=None,
    ceiling_establishment=None,
    collateral_above=None,
    term_months=None,
    term_by=None,
    repayment=None,
    ceiling_counts=None,
    grace_principal=None,
    grace_interest=None,
)


def a_spell(standing, since, until=None):
    return Spell(standing, since, until, "12/DS-UBND", date(2025, 12, 20))


POOR = (a_spell("HN", date(2026, 1, 1)),)


def codes(checks):
    return [check.code for check in reasons(checks)]


def test_the_newest_spell_of_a_day_counts():
    first, second = a_spell("HN", date(2026, 1, 1)), a_spell("HCN", date(2026, 1, 1))

    assert history_on([first, second], [], DAY) == (second,)


def test_what_begins_later_is_not_known_yet():
    assert history_on([a_spell("HN", date(2026, 3, 3))], [], DAY) == ()


def test_contracts_speak_while_no_list_has():
    listed, signed = a_spell("HN", DAY), a_spell("HCN", date(2025, 1, 1))

    assert history_on([listed], [signed], date(2026, 3, 1)) == (signed,)
    assert history_on([listed], [signed], DAY) == (listed,)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ((), None),
        (POOR, "HN"),
        ((a_spell("HN", date(2025, 1, 1), DAY),), "HN"),
        ((a_spell("HN", date(2025, 1, 1), date(2026, 3, 1)),), None),
    ],
)
def test_a_spell_holds_from_its_first_to_its_last_day(history, found):
    spell = spell_on(history, DAY)

    assert (spell and spell.standing) == found


HCN = a_spell("HCN", date(2023, 1, 1))
MTN = a_spell("MTN", date(2025, 1, 1))
LEFT = [
    ((), None),
    ((HCN,), None),
    ((HCN, MTN), date(2025, 1, 1)),
    ((HCN._replace(until=date(2024, 6, 30)), MTN), date(2024, 7, 1)),
    ((HCN._replace(until=date(2026, 3, 2)),), None),
    ((HCN._replace(until=date(2026, 3, 1)),), date(2026, 3, 2)),
    ((HCN, MTN, a_spell("KHAC", date(2026, 1, 1))), date(2025, 1, 1)),
    ((MTN,), date(2025, 1, 1)),
    ((a_spell("KHAC", date(2025, 1, 1)),), None),
]


@pytest.mark.parametrize(("history", "left"), LEFT)
def test_a_household_leaves_the_lists_when_its_last_spell_on_them_ends(history, left):
    assert left_lists_on(history, DAY) == left


def test_what_holds_is_told_as_checked():
    checks = judge(TERMS, 36, POOR, ASKED)

    assert [check.code for check in checks] == [
        "programme-closed",
        "standing-not-served",
        "above-ceiling",
        "term-too-long",
    ]
    assert codes(checks) == []


def test_a_programme_of_which_policy_says_nothing_asks_only_whether_it_lends():
    assert [check.code for check in judge(BARE, 36, (), ASKED)] == ["programme-closed"]


# Every rule: the terms and the wish that break it, and the wish that keeps it.
LAND = Ceiling("dong", Dong(50_000_000))
RULES = [
    ("programme-closed", {"open": False}, {}, None),
    ("programme-closed", {"open": None}, {}, None),
    ("investor-missing", {}, {"source": "2"}, {"source": "2", "investor": "TINH"}),
    (
        "course-end-missing",
        {"term_by": "course"},
        {},
        {"course_end_on": date(2026, 3, 3)},
    ),
    (
        "course-end-missing",
        {"term_by": "course"},
        {"course_end_on": DAY},
        {"course_end_on": date(2030, 6, 30)},
    ),
    (
        "study-months-missing",
        {"ceiling": Ceiling("dong/month", Dong(4_000_000))},
        {"amount": Dong(0)},
        {"study_months": 13},
    ),
    ("learner-missing", {"ceiling_counts": "learner"}, {}, {"learner_no": "SV1"}),
    (
        "works-missing",
        {"ceiling": Ceiling("dong/works", Dong(25_000_000))},
        {"works": 0, "amount": Dong(0)},
        {"works": 2},
    ),
    (
        "cost-missing",
        {"ceiling": Ceiling("share", share=Decimal("0.7"))},
        {"amount": Dong(0)},
        {"cost": Dong(80_000_000)},
    ),
    ("contract-missing", {"term_by": "contract"}, {}, {"contract_months": 36}),
    (
        "collateral-missing",
        {"collateral_above": Dong(49_999_999)},
        {},
        {"collateral": "Quyền sử dụng đất"},
    ),
    ("above-ceiling", {"ceiling": LAND}, {"counted": Dong(1)}, {}),
    ("above-ceiling", {"ceiling": LAND}, {"amount": Dong(50_000_001)}, {}),
    (
        "above-ceiling",
        {"ceiling": Ceiling("dong/month", Dong(4_000_000))},
        {"study_months": 12},
        {"study_months": 13},
    ),
    (
        "above-ceiling",
        {"ceiling": Ceiling("dong/works", Dong(25_000_000))},
        {"works": 1},
        {"works": 2},
    ),
    (
        "above-ceiling",
        {"ceiling": Ceiling("share", share=Decimal("0.7"))},
        {"cost": Dong(71_428_571)},
        {"cost": Dong(71_428_572)},
    ),
    (
        "above-ceiling",
        {"ceiling": LAND, "ceiling_establishment": Ceiling("dong", Dong(2_000_000_000))},
        {"workers": 2, "amount": Dong(100_000_001)},
        {"workers": 2, "amount": Dong(100_000_000)},
    ),
    (
        "above-ceiling",
        {"ceiling_establishment": Ceiling("dong", Dong(40_000_000))},
        {"workers": 9},
        {"workers": 9, "amount": Dong(40_000_000)},
    ),
    ("term-too-long", {"term_months": 35}, {}, {"months": 35}),
    ("term-too-long", {"term_months": 35}, {"months": 0}, {"months": 1}),
    (
        "term-too-long",
        {"term_by": "contract"},
        {"contract_months": 35},
        {"contract_months": 36},
    ),
]


@pytest.mark.parametrize(("code", "terms", "broken", "kept"), RULES)
def test_every_rule_refuses_what_breaks_it_and_nothing_else(code, terms, broken, kept):
    law = replace(BARE, **terms)

    assert codes(judge(law, None, (), replace(ASKED, **broken))) == [code]
    if kept is not None:
        assert codes(judge(law, None, (), replace(ASKED, **kept))) == []


@pytest.mark.parametrize(
    ("history", "borrowers", "wanted"),
    [
        (POOR, ("HN",), []),
        (POOR, ("HCN",), ["standing-not-served"]),
        ((), ("HN", "HCN"), ["standing-not-served"]),
        ((), ("KHAC",), []),
        ((a_spell("HN", date(2025, 1, 1), date(2025, 12, 31)),), ("HN",), ["standing-not-served"]),
    ],
)
def test_a_programme_lends_to_its_standings(history, borrowers, wanted):
    checks = judge(replace(BARE, borrowers=borrowers), 36, history, ASKED)

    assert codes(checks) == wanted


def test_who_is_refused_is_told_the_list_that_says_so():
    check = judge(replace(BARE, borrowers=("HCN",)), 36, POOR, ASKED)[-1]

    assert check.facts == {
        "standing": "HN",
        "borrowers": ["HCN"],
        "since": date(2026, 1, 1),
        "list_no": "12/DS-UBND",
        "list_on": date(2025, 12, 20),
    }


@pytest.mark.parametrize(
    ("left", "wanted"),
    [(date(2023, 3, 2), []), (date(2023, 3, 1), ["escaped-too-long"])],
)
def test_three_years_after_the_lists_nobody_is_newly_escaped(left, wanted):
    """Decision 28/2015/QĐ-TTg, article 1."""
    law = replace(BARE, borrowers=("MTN",))
    history = (a_spell("HN", date(2020, 1, 1)), a_spell("MTN", left))

    assert codes(judge(law, 36, history, ASKED)) == wanted
    assert codes(judge(law, None, history, ASKED)) == []


def test_an_establishment_has_no_standing():
    law = replace(BARE, borrowers=("HN",))

    assert codes(judge(law, 36, (), replace(ASKED, workers=3))) == []


def test_a_learner_draws_waits_a_year_and_repays_as_long_as_it_drew():
    """Decision 157/2007/QĐ-TTg, article 7; Decision 05/2022/QĐ-TTg."""
    law = POLICY.programme("02").at(DAY)
    asked = replace(
        ASKED, course_end_on=date(2030, 3, 2), study_months=40, learner_no="SV1", months=108
    )

    assert codes(judge(law, 36, (), asked)) == []
    assert codes(judge(law, 36, (), replace(asked, months=109))) == ["term-too-long"]


def test_a_course_without_rule_of_repayment_bounds_no_term():
    law = replace(BARE, term_by="course")

    checks = judge(law, None, (), replace(ASKED, course_end_on=date(2030, 3, 2), months=999))
    assert codes(checks) == []


def test_a_course_without_grace_is_repaid_at_once():
    law = replace(POLICY.programme("02").at(DAY), grace_principal=None, grace_interest=None)
    asked = replace(ASKED, course_end_on=date(2030, 3, 2), months=97)

    assert "term-too-long" in codes(judge(law, None, (), asked))


def test_a_ceiling_of_which_policy_is_silent_is_none():
    assert ceiling_of(BARE, ASKED) is None


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (date(2026, 3, 2), 0),
        (date(2026, 3, 3), 1),
        (date(2026, 4, 2), 1),
        (date(2026, 4, 3), 2),
        (date(2025, 1, 1), 0),
    ],
)
def test_a_month_begun_counts(end, months):
    assert months_between(DAY, end) == months


def test_a_quoted_loan_is_doubted_for_its_amount_and_its_months_whoever_borrows():
    asked = replace(ASKED, amount=Dong(1_000_000_000), months=1_000)

    assert codes(doubts(TERMS, ASKED)) == []
    assert codes(doubts(TERMS, asked)) == ["above-ceiling", "term-too-long"]


def test_a_share_of_an_unknown_cost_bounds_no_quotation():
    shared = replace(TERMS, ceiling=Ceiling("share", share=Decimal("0.8")))

    assert codes(doubts(shared, replace(ASKED, amount=Dong(10**12)))) == []
    assert codes(doubts(shared, replace(ASKED, cost=Dong(60_000_000)))) == ["above-ceiling"]
