"""The table of permissions, cell by cell: every act and role, at home and abroad."""

from dataclasses import replace

import pytest

from creditdesk import users
from creditdesk.errors import Denied
from creditdesk.users import EVERYTHING, SYSTEM, Person, Place, Role, Scope, permissions
from creditdesk.users.permissions import (
    ActUnknown,
    NeedMissing,
    NotAllowed,
    NotYours,
    OwnDeed,
    Reach,
    table,
)
from tests.people import SCOPES

OWN = Place(province="44", commune="19333", office="004403", group="9333001")
FOREIGN = Place(province="45", commune="19255", office="004404", group="9333002")
BOOK = Place()
CELLS = [(act, role) for act in table().acts for role in Role]


def somebody(role, scope=None, only=None):
    scope = scope or SCOPES.get(role, EVERYTHING)
    return Person(1, "an", "Người dùng (minh họa)", role, scope, "vi", only)


def answer(person, act, place, **more):
    """Return the name of the refusal, or "yes"."""
    try:
        users.may(person, act, place, **more)
    except Denied as refusal:
        return type(refusal).__name__
    return "yes"


@pytest.mark.parametrize(("act", "role"), CELLS)
def test_a_cell_holds_at_an_own_place_a_foreign_one_and_the_whole_book(act, role):
    cell = table().acts[act].cell(role)
    person = somebody(role)
    within = "yes" if person.scope == EVERYTHING or cell.reach is Reach.ALL else "NotYours"
    expected = ("NotAllowed",) * 3 if cell.reach is Reach.NONE else ("yes", within, within)

    found = tuple(answer(person, act, place, need="khiếu nại") for place in (OWN, FOREIGN, BOOK))

    assert found == expected
    assert users.is_open(person, act) == (cell.reach is not Reach.NONE)


@pytest.mark.parametrize(
    ("act", "role"),
    [(act, role) for act, role in CELLS if table().acts[act].cell(role).reach is not Reach.NONE],
)
def test_conditions_of_a_cell_hold(act, role):
    rule = table().acts[act]
    cell, person = rule.cell(role), somebody(role)

    assert users.may(person, act, OWN, need="khiếu nại").masked == cell.masked
    assert answer(person, act, OWN, need=" ") == ("NeedMissing" if cell.need else "yes")
    mine = answer(person, act, OWN, need="khiếu nại", maker="An")
    assert mine == ("OwnDeed" if rule.checks else "yes")
    assert answer(person, act, OWN, need="khiếu nại", maker="binh") == "yes"
    everywhere = cell.reach is Reach.ALL
    assert users.scope_of(person, act) == (EVERYTHING if everywhere else person.scope)


def test_a_place_of_which_only_a_wider_part_is_known_is_not_ones_own():
    officer = somebody(Role.OFFICER)

    assert answer(officer, "standing", Place(province="44", commune="19333")) == "NotYours"


def test_a_code_of_another_kind_opens_nothing():
    officer = somebody(Role.OFFICER, Scope("office", ("19333", "44", "")))

    assert answer(officer, "standing", Place("44", "19333", "004404")) == "NotYours"


def test_a_scope_of_several_codes_holds_all_of_them():
    officer = somebody(Role.OFFICER, Scope("office", ("004403", "004404")))

    assert [answer(officer, "draw", place) for place in (OWN, FOREIGN)] == ["yes", "yes"]


def test_a_token_does_no_more_than_it_is_for_and_than_its_person_may():
    officer = somebody(Role.OFFICER, only=frozenset({"draw", "check"}))

    assert answer(officer, "draw", OWN) == "yes"
    assert answer(officer, "draw", FOREIGN) == "NotYours"
    assert answer(officer, "sign", OWN) == "NotAllowed"
    assert answer(officer, "check", OWN) == "NotAllowed"
    assert not users.is_open(officer, "sign")


def test_the_clock_closes_and_touches_no_money():
    acts = {act for act in table().acts if users.is_open(SYSTEM, act)}

    assert acts == {"close-day", "close-month", "verify", "months", "audit-verify"}


def test_what_the_table_does_not_know_is_refused():
    for ask in (
        lambda: users.may(SYSTEM, "print-money", BOOK),
        lambda: users.scope_of(SYSTEM, "print-money"),
        lambda: users.is_open(SYSTEM, "print-money"),
    ):
        with pytest.raises(ActUnknown):
            ask()


def test_a_refusal_tells_nothing_of_the_place():
    officer = somebody(Role.OFFICER)

    with pytest.raises(NotYours) as refused:
        users.may(officer, "standing", FOREIGN)

    assert refused.value.facts == {"act": "standing"}


def test_lists_are_refused_where_the_act_is():
    with pytest.raises(NotAllowed):
        users.scope_of(somebody(Role.ADMINISTRATOR), "worklist")


def test_every_refusal_of_the_table_is_a_denial():
    for kind in (NotAllowed, NotYours, OwnDeed, NeedMissing):
        assert issubclass(kind, Denied)
    assert replace(SYSTEM, only=frozenset()).only == frozenset()
    assert permissions.EVERYTHING.holds(BOOK)
