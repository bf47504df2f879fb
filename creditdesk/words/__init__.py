"""What people read: every code of the desk as a sentence in Vietnamese, English and Indonesian."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from creditdesk.engine import days, money
from creditdesk.errors import DeskError

LANGUAGES = ("vi", "en", "id")
FOLDER = Path(__file__).resolve().parent


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
    {code, facts} is a sentence.
    """
    kind = name.removesuffix("s")
    if isinstance(fact, list | tuple):
        between = "; " if any(isinstance(one, Mapping) for one in fact) else ", "
        return between.join(_said(language, kind, one) for one in fact)
    if isinstance(fact, Mapping) and "code" in fact:
        return say(language, f"{kind}.{fact['code']}", **{**fact, "code": ""})
    if isinstance(fact, str) and f"{kind}.{fact}" in catalogue(language):
        return say(language, f"{kind}.{fact}")
    return told(fact)


def told(fact: Any) -> str:
    """Return a fact as the bank writes it: dd/mm/yyyy, 1.234.567, lists with commas."""
    if isinstance(fact, bool) or fact is None:
        return "–"
    if isinstance(fact, date):
        return days.written(fact)
    if isinstance(fact, int):
        return money.written(fact)
    if isinstance(fact, Decimal):
        return f"{fact.normalize():,f}".translate(str.maketrans(",.", ".,"))
    if isinstance(fact, list | tuple | set | frozenset):
        return ", ".join(map(told, fact))
    return str(fact)


def refusal(language: str, trouble: DeskError) -> str:
    """Return the sentence of a refusal."""
    return say(language, f"refusal.{trouble.code}", **trouble.facts)


def contradiction(language: str, fault: Mapping[str, Any]) -> str:
    """Return the sentence of a contradiction of the books: its place, and what to do."""
    return say(language, f"contradiction.{fault['why']}", **fault)


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"
