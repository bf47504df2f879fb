"""Rounds in which all ways take turns, and what they come to."""

import gc
import os
import platform
import sqlite3
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROUNDS = 3


class Wrong(Exception):
    """What was to be timed does not give the right answer."""


def demand(true, said):
    """Raise Wrong unless what is said is true."""
    if not true:
        raise Wrong(said)


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the table; `met` is None where nothing is demanded or nothing was built."""

    bar: str
    what: str
    figure: str
    goal: str = "-"
    met: bool | None = None
    remark: str = ""

    @property
    def verdict(self):
        """Return whether the bar is met, in a word."""
        return {True: "met", False: "NOT MET", None: "-"}[self.met]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one way took in each round [s]; `scale` is the whole over the sample it was run on."""

    rounds: tuple[float, ...]
    scale: float = 1.0

    @property
    def seconds(self):
        """Return the median, for the whole."""
        return median(self.rounds) * self.scale

    def __str__(self):
        return spread([one * self.scale for one in self.rounds], seconds)

    def over(self, other):
        """Return how many times longer this way took in each round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return Ratio(tuple(self.scale * one / (other.scale * two) for one, two in pairs))


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one way is the other, round by round."""

    rounds: tuple[float, ...]

    @property
    def times(self):
        """Return the median."""
        return median(self.rounds)

    def __str__(self):
        return spread(self.rounds, times)


def spread(values, written):
    """Return a median with what lies around it: 12x (11-13)."""
    return f"{written(median(values))} ({written(min(values))} - {written(max(values))})"


def seconds(value):
    """Return a time as people write it."""
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.{1 if value < 100 else 0}f} s"


def times(value):
    """Return a ratio as people write it."""
    return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"


def interleaved(ways, rounds=ROUNDS, scales=None):
    """Time ways by turns, a round after the other, and return the Timing of each by its name.

    ways    functions by name; each is given the number of the round, from 0
    scales  by name, how many times larger the whole is than what the way was given
    """
    taken = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            gc.collect()
            start = time.perf_counter()
            way(number)
            taken[name].append(time.perf_counter() - start)
    return {
        name: Timing(tuple(found), (scales or {}).get(name, 1.0)) for name, found in taken.items()
    }


def note(text):
    """Say on standard error how far the work is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def machine():
    """Return the machine and the versions in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines("/proc/cpuinfo")
            if "model name" in line
        ),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("numpy", "pandas", "sqlalchemy", "reportlab", "marshmallow", "openpyxl")
    return ", ".join(
        (
            f"{os.cpu_count()} x {model}",
            f"{memory:.0f} GiB",
            f"load {os.getloadavg()[0]:.2f}",
            f"Python {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}",
            *(f"{name} {version(name)}" for name in packages),
        )
    )


def _lines(path):
    file = Path(path)
    return file.read_text("utf-8").splitlines() if file.exists() else []
