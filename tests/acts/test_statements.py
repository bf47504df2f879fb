"""The portfolio against plain arithmetic, on every axis; its identities; what cannot be asked."""

import shutil
from datetime import UTC, date, datetime
from functools import cache

import pytest

from creditdesk import records, statements
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Database
from creditdesk.engine import days
from creditdesk.statements import Question
from tests import reference
from tests.builders import POLICY, a_book, a_loan, an_invented_book
from tests.conftest import TEMPLATE
from tests.keys import KEYS

SINCE, AS_OF = date(2025, 1, 1), date(2026, 9, 30)
BOOK = an_invented_book(31, count=20)
AXES = [
    *(["commune"], ["programme"], ["source"], ["investor"], ["trustee"], ["office"], ["group"]),
    *(
        ["village"],
        ["status"],
        ["term"],
        ["purpose"],
        ["programme", "source"],
        ["commune", "group", "status"],
    ),
    ["source", "investor", "trustee", "office"],
]


def status(contract, events):
    now = reference.stand(contract, events, AS_OF)
    if now["outstanding"] or not now["drawn"]:
        return "open"
    return "written-off" if now["written_off"] else "closed"


def term(contract):
    ends = {
        name: days.months_after(contract.signed_on, months)
        for name, months in (("short", 12), ("medium", 60))
    }
    return next((name for name, end in ends.items() if contract.due_on <= end), "long")


def key_of(contract, events, axes):
    names = {"group": "group_no", "village": "village_code"}
    others = {"status": lambda: status(contract, events), "term": lambda: term(contract)}
    others["purpose"] = lambda: POLICY.programmes[contract.programme].purpose
    return tuple(
        others[axis]() if axis in others else getattr(contract, names.get(axis, axis))
        for axis in axes
    )


def has_lent(events, day):
    return any(event.kind == "draw" and event.value_date <= day for event in events)


@cache
def figures_of_loans():
    return {c.loan_no: reference.row([(c, e)], SINCE, AS_OF) for c, e in BOOK}


def added(contracts):
    """Return the figures of some contracts; their households are counted once."""
    rows = [figures_of_loans()[contract.loan_no] for contract in contracts]
    sums = {name: sum(row[name] for row in rows) for name in reference.FIGURES}
    homes = {
        contract.household_no or contract.customer_no
        for contract, row in zip(contracts, rows, strict=True)
        if row["outstanding"]
    }
    return sums | {"households": len(homes)}


def expected(axes, chosen=lambda contract: True):
    groups = {}
    for contract, events in BOOK:
        if chosen(contract) and has_lent(events, AS_OF):
            groups.setdefault(key_of(contract, events, axes), []).append(contract)
    return {key: added(contracts) for key, contracts in sorted(groups.items())}


def ask(tx, axes=("commune",), place=None, since=SINCE, as_of=AS_OF):
    return statements.portfolio(tx, POLICY, Question(since, as_of, tuple(axes), place))


def told(figures):
    return {name: getattr(figures, name) for name in reference.FIGURES}


@pytest.fixture(scope="module")
def filled_sqlite(tmp_path_factory, sqlite_template):
    """Return the door to an SQLite file with the book in it."""
    path = tmp_path_factory.mktemp("portfolio") / "book.sqlite"
    shutil.copy(sqlite_template, path)
    yield from _filled(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def filled_postgresql(postgresql):
    """Return the door to a PostgreSQL database with the book in it."""
    postgresql.create("cd_portfolio", TEMPLATE)
    yield from _filled(postgresql.url("cd_portfolio"))
    postgresql.drop("cd_portfolio")


def _filled(url):
    door = Database(url, KEYS)
    with door.begin() as tx:
        a_book(tx, BOOK)
    yield door
    door.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request):
    """Return a transaction that looks at the book: once on each of both databases."""
    with request.getfixturevalue(f"filled_{request.param}").read() as tx:
        yield tx


def test_every_axis_says_what_plain_arithmetic_says(book):
    whole = expected([])[()]
    for axes in AXES:
        found = ask(book, axes)

        assert {row.keys: told(row.figures) for row in found.rows} == expected(axes), axes
        assert list(found.rows) == sorted(found.rows, key=lambda row: row.keys)
        assert told(found.total) == whole
        for name in set(reference.FIGURES) - {"households"}:
            assert sum(getattr(row.figures, name) for row in found.rows) == whole[name], name


def test_opening_and_flows_make_the_closing_of_every_row(book):
    for axes in AXES:
        found = ask(book, axes)

        for figures in (*(row.figures for row in found.rows), found.total):
            assert figures.in_term + figures.overdue + figures.frozen == figures.outstanding
            flows = figures.drawn - figures.principal_collected - figures.written_off
            assert figures.opening + flows == figures.outstanding


def test_households_are_counted_once_in_a_row_and_once_in_the_total(database):
    with database.begin() as tx:
        a_loan(tx, 1, household_no="H1")
        a_loan(tx, 2, household_no="H1", programme="09")
        a_loan(tx, 3, household_no="H1", programme="09")

        found = ask(tx, ["programme"])

    assert [row.figures.households for row in found.rows] == [1, 1]
    assert (found.total.households, found.total.loans) == (1, 3)


@pytest.mark.parametrize(
    ("place", "communes"), [("44", None), ("79", {"26506"}), ("19333", {"19333"})]
)
def test_a_portfolio_is_of_a_place(book, place, communes):
    inside = communes or {"19333", "19363", "19255"}

    found = ask(book, place=place)

    rows = expected(["commune"], lambda contract: contract.commune in inside)
    assert {row.keys: told(row.figures) for row in found.rows} == rows


@pytest.mark.parametrize("place", [None, "44", "19333", "04"])
def test_an_empty_book_has_no_rows_and_noughts(database, place):
    with database.read() as tx:
        found = ask(tx, place=place)

    assert found.rows == ()
    assert set(told(found.total).values()) == {0}


def test_a_contract_not_drawn_on_has_no_row(database):
    with database.begin() as tx:
        a_loan(tx, drawn=0)

        assert ask(tx).rows == ()


def test_a_period_of_one_day_holds_the_flows_of_that_day(database):
    day = date(2024, 1, 15)
    with database.begin() as tx:
        a_loan(tx, drawn_on=day)

        on_the_day, after = (
            ask(tx, since=when, as_of=when).total for when in (day, date(2024, 1, 16))
        )

    assert (on_the_day.drawn, on_the_day.loans_drawn, on_the_day.opening) == (50_000_000, 1, 0)
    assert (after.drawn, after.loans_drawn, after.opening) == (0, 0, 50_000_000)


@pytest.mark.parametrize("axes", [("moon",), ("commune", "commune"), (), ("",)])
def test_an_axis_is_one_of_those_there_are(database, axes):
    with database.read() as tx, pytest.raises(statements.UnknownAxis):
        ask(tx, axes)


def test_a_period_runs_forward(database):
    with database.read() as tx, pytest.raises(statements.PeriodBackwards):
        ask(tx, since=date(2026, 2, 1), as_of=date(2026, 1, 31))


def test_an_unknown_place_is_not_found(database):
    with database.read() as tx, pytest.raises(PlaceNotFound):
        ask(tx, place="99999")


def statement(tx, place=None):
    return statements.portfolio_statement(
        tx,
        POLICY,
        Question(SINCE, AS_OF, place=place),
        made_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.mark.parametrize("place", ["44", "79", "19333"])
def test_a_statement_holds_its_identities(book, place):
    found = statement(book, place)

    assert found.evidence.identities
    assert all(identity.holds for identity in found.evidence.identities)
    rows = [row for section in found.sections for row in section.rows]
    assert {row.keys: told(row.figures) for row in rows} == {
        row.keys: told(row.figures) for row in ask(book, place=place).rows
    }
    assert found.evidence.scope.commune_code == (place if len(place) == 5 else None)


def test_the_same_figures_have_the_same_digest(book):
    assert statement(book, "44").evidence.digest == statement(book, "44").evidence.digest
    assert statement(book, "44").evidence.digest != statement(book, "79").evidence.digest


def test_a_statement_without_a_place_is_of_the_only_province(database):
    with database.begin() as tx:
        a_loan(tx, 1)
        a_loan(tx, 2, drawn=0)
        a_loan(tx, 3, drawn=0, signed_on=date(2026, 10, 1), first_principal_on=None)

        found = statement(tx)

    assert found.evidence.scope.province_code == "44"
    assert found.evidence.left_out == (("approved-not-drawn", 1), ("signed-after-the-day", 1))


@pytest.mark.parametrize("place", [None, "04"])
def test_a_statement_needs_a_province_of_the_book(book, place):
    with pytest.raises(statements.NothingInScope):
        statement(book, place)


def test_a_row_tells_the_names_of_its_keys(book):
    found = ask(book, ["commune", "source", "status"])

    names = {row.keys[0]: row.names for row in found.rows}
    assert names["19333"][0] == "Đông Hà"
    assert all(row.names[2] == row.keys[2] for row in found.rows)
    assert records.loans.provinces(book) == ["44", "79"]


@pytest.mark.parametrize(
    ("within", "by"),
    [
        ({"trustee": "11"}, "group"),
        ({"group_no": "9255001"}, "programme"),
        ({"source": "2"}, "investor"),
        ({"office": "004401"}, "commune"),
        ({"programme": "01", "source": "1"}, "trustee"),
        ({"investor": "TINH"}, "source"),
    ],
)
def test_a_statement_is_narrowed_to_what_it_is_asked_for(book, within, by):
    keys = tuple((axis.removesuffix("_no"), key) for axis, key in within.items())
    question = Question(SINCE, AS_OF, (by,), "44", within=keys)

    found = statements.portfolio_statement(
        book, POLICY, question, made_at=datetime(2026, 11, 22, tzinfo=UTC)
    )

    rows = expected(
        [by],
        lambda contract: (
            contract.commune != "26506"
            and all(getattr(contract, axis) == key for axis, key in within.items())
        ),
    )
    told_rows = {row.keys: told(row.figures) for part in found.sections for row in part.rows}
    assert told_rows == rows
    assert [(axis, key) for axis, key, _ in found.evidence.scope.narrowed] == list(keys)
    assert not found.evidence.failed


def test_nothing_is_stated_of_a_group_without_loans(book):
    question = Question(SINCE, AS_OF, place="44", within=(("group", "0000000"),))

    with pytest.raises(statements.NothingInScope):
        statements.portfolio_statement(
            book, POLICY, question, made_at=datetime(2026, 11, 22, tzinfo=UTC)
        )
