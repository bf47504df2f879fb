"""What the demonstration's desk does: applications in every state, lists, decisions, a move."""

from collections import Counter

import pytest
import sqlalchemy as sa

from creditdesk import applications, audit, communes, demo, households, records, settings
from creditdesk.engine.procedure import State
from tests.builders import POLICY, a_deed, take_loans, take_movements

DAY = demo.DATA_DATE
NUMBERS = [f"MH-{number:03d}" for number in range(1, 37)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the files of the first office of a small book, and contracts of it."""
    office = next(demo.generate(tmp_path_factory.mktemp("demo"), loans=900))
    return office, demo.some_contracts(office.loans_path)


def work(tx, files, seed=1):
    office, contracts = files
    take_loans(tx, office.loans_path)
    take_movements(tx, office.movements_path)
    return again(tx, contracts, seed)


def again(tx, contracts, seed=1):
    at = demo.Office(tx, settings.policy(), communes.map_on(DAY), a_deed(by="demo"))
    return demo.work(at, contracts, "44", seed)


def told(tx):
    return [applications.dossier(tx, POLICY, number, DAY) for number in NUMBERS]


def test_applications_stand_in_every_state_and_nothing_lies_in_the_future(database, files):
    with database.begin() as tx:
        assert work(tx, files)

        found = told(tx)
        proof = audit.verify(tx, POLICY)

    assert {one.state for one in found} == set(State)
    assert max(line.on_day for one in found for line in one.lines) <= DAY
    assert {one.customer_name[-len(households.MARK) :] for one in found} == {households.MARK}
    assert proof.faults == []


def test_the_desk_works_once_in_a_book(database, files):
    with database.begin() as tx:
        work(tx, files)
        before = told(tx)

        assert not again(tx, files[1])

        assert told(tx) == before


def test_the_same_seed_does_the_same_and_another_other_things(database, files):
    found = []
    with database.begin() as tx:
        for seed in (1, 1, 2):
            tried = tx.begin_nested()
            work(tx, files, seed)
            found.append([(one.customer_name, one.amount) for one in told(tx)])
            tried.rollback()

    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_book_without_groups_has_no_applicants(database):
    with database.begin() as tx:
        assert again(tx, [])

        with pytest.raises(applications.ApplicationNotFound):
            told(tx)


def test_decisions_and_a_move_are_taken(database, files):
    with database.begin() as tx:
        work(tx, files)

        done = Counter(row.name for row in tx.execute(sa.select(records.ledger.act)))

    assert {name: done[name] for name in ("freeze", "extend", "redate", "move-household")} == {
        "freeze": 4,
        "extend": 3,
        "redate": 3,
        "move-household": 1,
    }
