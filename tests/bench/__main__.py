"""Run the measurements and show them; exit 1 where an answer is wrong, never for being slow."""

import argparse
import sys
import time
import traceback

from tests.bench import files, late, nights, pages, paper, questions, registers, schedules
from tests.bench.measure import Finding, Wrong, machine, note
from tests.bench.stage import Stage

BARS = {
    "book": questions.book,
    "a2": schedules.a2,
    "a3": schedules.a3,
    "a4": schedules.a4,
    "b1": nights.b1,
    "b2": nights.b2,
    "b3": nights.b3,
    "c1": registers.c1,
    "c2": registers.c2,
    "c3": paper.c3,
    "c4": registers.c4,
    "c5": registers.c5,
    "portfolio": questions.portfolio,
    "d1": questions.d1,
    "d2": questions.d2,
    "d3": questions.d3,
    "late": late.late,
    "e1": pages.e1,
    "e3": pages.e3,
    "f1": files.f1,
    "f2": files.f2,
    "f3": files.f3,
}


def main(words=None):
    """Run what is asked for and return the exit status."""
    asked = _asked(words)
    stage = Stage(small=asked.small, postgresql=asked.postgresql)
    findings, wrong = [], False
    told = machine()
    try:
        for name in asked.only:
            start = time.perf_counter()
            try:
                found = BARS[name](stage)
            except Wrong as why:
                wrong = True
                found = [Finding(name, "the answer is wrong", str(why), "right", False)]
            except Exception:
                # What the others measured is worth more than a quick end.
                wrong = True
                note(traceback.format_exc())
                found = [Finding(name, "could not be measured", "-", "-", False, "see above")]
            findings += found
            note(f"{name}: {time.perf_counter() - start:.0f} s")
    finally:
        stage.end()
    sys.stdout.write(_table(findings))
    where = "PostgreSQL without fsync" if asked.postgresql else "SQLite"
    what = "A tenth of the province" if asked.small else "The full province"
    sys.stdout.write(f"\n{what}, {where}. Machine: {told}\n")
    return 1 if wrong else 0


def _asked(words):
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--small", action="store_true", help="a tenth, to try")
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own")
    parser.add_argument("--only", default=",".join(BARS), help="bars, divided by commas")
    asked = parser.parse_args(words)
    asked.only = asked.only.split(",")
    unknown = set(asked.only) - set(BARS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BARS)}")
    return asked


def _table(findings):
    head = ("bar", "what", "median (least - most)", "bar", "", "remark")
    lines = [head, ("---",) * len(head)]
    lines += [(f.bar, f.what, f.figure, f.goal, f.verdict, f.remark) for f in findings]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head) - 1)]
    padded = [
        [cell.ljust(width) for cell, width in zip(line, (*widths, 0), strict=True)]
        for line in lines
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in padded)


if __name__ == "__main__":
    sys.exit(main())
