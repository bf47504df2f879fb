"""What people read: every code of the desk as a sentence in Vietnamese, English and Indonesian."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from creditdesk.engine import days, money
from creditdesk.errors import DeskError

LANGUAGES = ("vi", "en", "id")
FOLDER = Path(__file__).resolve().parent
NOTHING = "–"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")
_POINTS = str.maketrans(".,", ",.")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every sentence of a language by its code; sections are joined with a dot.

    A section may stand in several files of a language's folder, a code in one of them only.
    """
    found: dict[str, str] = {}
    for file in sorted((FOLDER / language).glob("*.toml")):
        for section, sentences in tomllib.loads(file.read_text("utf-8")).items():
            named = {f"{section}.{code}": sentence for code, sentence in sentences.items()}
            if twice := found.keys() & named.keys():
                raise ValueError(f"{file.name}: {sorted(twice)} have their sentences elsewhere")
            found |= named
    return found


def say(language: str, code: str, /, **facts: Any) -> str:
    """Return the sentence of a code with its facts; the code itself where there is no sentence."""
    sentence = catalogue(language).get(code)
    if sentence is None:
        return code
    return sentence.format_map(
        _Facts({name: _said(language, name, fact) for name, fact in facts.items()})
    )


def _said(language: str, name: str, fact: Any) -> str:
    """Return a fact as people read it; a code with a word of its own is said by that.

    The word of a `state`, or of each of some `states`, stands under [state]; a fact that is itself
    {code, facts} is a sentence; a `month` is told in ISO.
    """
    kind = name.removesuffix("s")
    if isinstance(fact, list | tuple):
        between = "; " if any(isinstance(one, Mapping) for one in fact) else ", "
        return between.join(_said(language, kind, one) for one in fact)
    if isinstance(fact, Mapping) and "code" in fact:
        return say(language, f"{kind}.{fact['code']}", **{**fact, "code": ""})
    if isinstance(fact, str) and f"{kind}.{fact}" in catalogue(language):
        return say(language, f"{kind}.{fact}")
    if kind == "month" and _MONTH.fullmatch(str(fact)):
        return month(language, fact)
    return told(fact, language)


def told(fact: Any, language: str = LANGUAGES[0]) -> str:
    """Return a fact as its reader writes it: in Vietnam dd/mm/yyyy, 1.234.567, commas in lists."""
    if isinstance(fact, bool) or fact is None:
        return NOTHING
    if isinstance(fact, datetime):
        return moment(language, fact)
    if isinstance(fact, date):
        return day(language, fact)
    if isinstance(fact, int):
        return points(language, money.written(fact))
    if isinstance(fact, Decimal):
        return points(language, f"{fact.normalize():,f}".translate(_POINTS))
    if isinstance(fact, list | tuple | set | frozenset):
        return ", ".join(told(one, language) for one in fact)
    return str(fact)


def points(language: str, vietnamese: str) -> str:
    """Return a number, written as in Vietnam and Indonesia, with the marks of a language."""
    return vietnamese.translate(_POINTS) if language == "en" else vietnamese


def day(language: str, said: date) -> str:
    """Return a day: 05/11/2026, in English 05 Nov 2026."""
    if language == "en":
        return f"{said.day:02d} {MONTHS[said.month - 1]} {said.year}"
    return days.written(said)


def month(language: str, said: str) -> str:
    """Return a month that is told in ISO: 10/2026, in English Oct 2026."""
    year, of_year = said.split("-")
    return f"{MONTHS[int(of_year) - 1]} {year}" if language == "en" else f"{of_year}/{year}"


def moment(language: str, said: datetime) -> str:
    """Return a moment as the bank's clocks show it: 05/11/2026 14:30; without a zone it is UTC."""
    here = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(days.ZONE)
    return f"{day(language, here.date())} {here:%H:%M}"


def refusal(language: str, trouble: DeskError) -> str:
    """Return the sentence of a refusal."""
    return say(language, f"refusal.{trouble.code}", **trouble.facts)


def contradiction(language: str, fault: Mapping[str, Any]) -> str:
    """Return the sentence of a contradiction of the books: its place, and what to do."""
    return say(language, f"contradiction.{fault['why']}", **fault)


def looked_at(language: str, view: str) -> str:
    """Return what the journal of accesses says was looked at: a paper, a list, a job by name."""
    known, (kind, _, name) = catalogue(language), view.partition("-")
    if kind == "print" and f"paper.{name}" in known:
        return say(language, "view.print-of", paper=name)
    if kind == "job" and f"page.job-kind-{name}" in known:
        return say(language, "view.job-of", job=say(language, f"page.job-kind-{name}"))
    codes = (f"view.{view}", f"act.{view}", f"worklist.{name}")
    return say(language, next((code for code in codes if code in known), view))


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return NOTHING
