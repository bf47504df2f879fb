"""Printing killed at any moment: the next worker takes it up, and prints no pack twice."""

import io
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from creditdesk import errands, ledger, packs, settings
from creditdesk.shelf import Shelf
from tests.builders import POLICY, a_book, a_deed, an_invented_book
from tests.conftest import LONG

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
SAID = {"act": packs.ACT, "of": packs.PROVINCE, "code": "44", "month": "2026-09"}
LATER = timedelta(minutes=2)
KILLED = -9


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="creditdesk-files-") as found:
        yield found


def asked(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(5, count=10))
        deed = replace(a_deed("an", ""), ground="")
        return errands.ask(tx, kind="pack", said=SAID, deed=deed, place="44")


def found(database, number):
    with database.read() as tx:
        return errands.find(tx, number)


def worker(database, folder, at):
    own = replace(settings.load({}), files_folder=folder)
    return errands.Worker(database, POLICY, lambda: at, own)


@pytest.mark.parametrize("most", range(4) if LONG else (0, 2))
def test_a_killed_worker_leaves_its_packs_and_the_next_goes_on(database, nursery, folder, most):
    number = asked(database)

    told = nursery.run("print_packs", database.url, folder=folder, at=NOW.isoformat(), most=most)

    seen = found(database, number)
    assert told["status"] == KILLED
    assert len((seen["result"] or {"packs": ()})["packs"]) == most
    assert seen["state"] == "running"
    assert worker(database, folder, NOW + timedelta(minutes=1)).work() == 0

    assert worker(database, folder, NOW + LATER).work() == 1

    done = found(database, number)
    assert done["state"] == "done", done
    assert done["result"]["packs"][:most] == (seen["result"] or {"packs": []})["packs"]
    assert len({one["name"] for one in done["result"]["packs"]}) == len(done["result"]["packs"])
    assert done["progress"]["done"] == done["progress"]["of"]
    shelf = Shelf(replace(settings.load({}), files_folder=folder))
    with database.read() as tx:
        press = packs.Press(POLICY, settings.load({}), NOW)
        last = packs.month_end("2026-09", NOW.date())
        for one in done["result"]["packs"]:
            content = shelf.content(tx, one["file"], NOW)
            again = packs.made(tx, press, packs.Whose(one["of"], one["code"]), last)
            assert content == again.content
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_what_is_taken_back_while_it_prints_stops_and_says_so(database, folder):
    number = asked(database)
    own = worker(database, folder, NOW)
    assert own._take() == number
    with database.begin() as tx:
        errands.cancel(tx, number, deed=ledger.Deed("an", NOW.isoformat(), ground="Nhầm tháng"))

    own._do(number)

    seen = found(database, number)
    assert (seen["state"], seen["result"]["cancelled"]) == ("declined", True)
    assert not list(Path(folder).iterdir())
