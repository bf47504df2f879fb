"""Whole lives by chance: every act in any order, and after each the book is sound and adds up."""

import shutil
from collections import Counter
from itertools import count

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import LONG, TEMPLATE
from tests.faults.lives.applying import Applying
from tests.faults.lives.deciding import Deciding
from tests.faults.lives.measuring import Measuring
from tests.faults.lives.money import Money
from tests.faults.lives.moving import Moving
from tests.faults.lives.nights import Nights
from tests.faults.lives.sound import Sound

RUNS, STEPS = (160, 60) if LONG else (8, 40)
STEERED = {
    *("draw", "receive", "reverse", "enter-again", "transfer"),
    *("decide-extend", "decide-freeze", "decide-misuse", "propose"),
    *("measure-freeze", "measure-holiday", "measure-undo", "move-household", "undo-move"),
    *("apply", "step-review"),
}
"""Acts that lives are steered to often enough that each is done at least once."""
_names = count(1)


class Lives(Money, Deciding, Measuring, Moving, Applying, Nights, Sound):
    """All that may happen."""


def play(fresh, drop, runs):
    """Run lives, each on a fresh database, and return how often each kind of act was done."""
    done = Counter()
    doors = {"fresh": staticmethod(fresh), "drop": staticmethod(drop), "done": done}
    machine = type("Machine", (Lives,), doors)
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
            database=None,
            derandomize=not LONG,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    return done


def test_lives_on_sqlite_are_sound_at_every_step(sqlite_template, tmp_path):
    def fresh():
        path = tmp_path / f"{next(_names)}.sqlite"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    def drop(url):
        for path in tmp_path.glob(f"{url.rpartition('/')[2]}*"):
            path.unlink()

    assert set(play(fresh, drop, RUNS)) >= STEERED


def test_lives_on_postgresql_are_sound_at_every_step(postgresql):
    def fresh():
        name = f"cd_life_{next(_names)}"
        postgresql.create(name, TEMPLATE)
        return postgresql.url(name)

    def drop(url):
        postgresql.drop(url.partition("@/")[2].partition("?")[0])

    play(fresh, drop, RUNS // 4)
