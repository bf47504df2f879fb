"""How a page writes: the reader's language, its numbers and its days."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from creditdesk import words
from creditdesk.engine import money
from creditdesk.errors import DeskError
from creditdesk.web import edge

COOKIE = "lang"
UNITS = ("million", "dong")
NAMES = {"vi": "Tiếng Việt", "en": "English", "id": "Bahasa Indonesia"}
VERSION = version("creditdesk")
_OFFERED = {
    "decision-unknown": ("kinds", "act."),
    "paper-unknown": ("names", "paper."),
    "worklist-unknown": ("names", "worklist."),
}
"""By a refusal's code: the fact that lists what there is, and where its words stand."""
_CHOSEN = {
    "answer": "page.answer-",
    "by": "page.axis-",
    "deed": "page.month-",
    "figure": "figure.",
    "kind": "page.file-",
    "reason": "reason.",
    "role": "role.",
    "scope": "scope.",
    "sort": "page.by-",
    "unit": "page.unit-",
}
"""Where the words of choices stand, by the name of the field."""
_YEAR_SECONDS = 365 * 24 * 3600


class Writing:
    """The hand of one language: Vietnamese, English or Indonesian."""

    def __init__(self, language: str) -> None:
        """Write in a language of `words.LANGUAGES`."""
        self.language = language

    def say(self, code: str, /, **facts: Any) -> str:
        """Return the sentence of a page's code with its facts."""
        return words.say(self.language, f"page.{code}", **facts)

    def told(self, code: str, /, **facts: Any) -> str:
        """Return the sentence of any code of the desk with its facts."""
        return words.say(self.language, code, **facts)

    def refusal(self, trouble: DeskError) -> str:
        """Return the sentence of a refusal; what is offered by the words of pages."""
        facts = dict(trouble.facts)
        name, under = _OFFERED.get(trouble.code, ("choices", _CHOSEN.get(str(facts.get("name")))))
        if under and name in facts:
            facts[name] = [self.told(under + code).removeprefix(under) for code in facts[name]]
        return words.say(self.language, f"refusal.{trouble.code}", **facts)

    def figure(self, name: str) -> str:
        """Return what a figure is called."""
        return words.say(self.language, f"figure.{name}")

    def day(self, day: date | None) -> str:
        """Return a day: 05/11/2026, in English 05 Nov 2026."""
        return words.NOTHING if day is None else words.day(self.language, day)

    def iso_day(self, said: str) -> str:
        """Return a day that documents tell in ISO."""
        return self.day(date.fromisoformat(said))

    def month(self, said: str) -> str:
        """Return a month that documents tell in ISO: 10/2026, in English Oct 2026."""
        return words.month(self.language, said)

    def moment(self, said: str | None) -> str:
        """Return a moment, ISO with its zone, as the bank's clocks show it: 05/11/2026 14:30."""
        return words.moment(self.language, datetime.fromisoformat(said)) if said else words.NOTHING

    def count(self, number: int) -> str:
        """Return a whole number: 1.234.567, in English 1,234,567."""
        return self._points(money.written(number))

    def amount(self, dong: int, unit: str) -> str:
        """Return an amount [dong] in million dong with two decimals, or to the dong."""
        if not dong:
            return words.NOTHING
        return self._minus(
            self.count(dong) if unit == "dong" else self._points(money.millions(dong))
        )

    def exact(self, dong: int) -> str:
        """Return an amount to the dong with its unit."""
        return f"{self._minus(self.count(dong))} {self.say('unit-dong')}"

    def share(self, part: int, whole: int) -> str:
        """Return part of whole in percent with two decimals."""
        if not part or not whole:
            return words.NOTHING
        hundredths = money.round_ratio(part * 10_000, whole)
        return f"{self._points(money.millions(hundredths * 10_000))} %"

    def rate(self, percent: str) -> str:
        """Return a rate, given as decimal text in percent a year."""
        return f"{self.decimal(percent)} %"

    def decimal(self, number: str) -> str:
        """Return a number, given as decimal text, with the comma or the point of the language."""
        return self._points(number.replace(".", ","))

    def typed(self, value: Any) -> str:
        """Return a value as this hand types it into a field, where it is read again."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, int):
            return self.count(value)
        return "" if value is None else str(value)

    def _points(self, vietnamese: str) -> str:
        return words.points(self.language, vietnamese)

    def _minus(self, number: str) -> str:
        return number.replace("-", "\N{MINUS SIGN}", 1)


def hand() -> Writing:
    """Return the writing of this request: asked for, else chosen before, else the reader's."""
    if "writing" not in g:
        person = edge.reader()
        own = person.language if person else None
        wanted = (request.args.get("lang"), request.cookies.get(COOKIE), own)
        known = [language for language in wanted if language in words.LANGUAGES]
        g.writing = Writing(known[0] if known else edge.desk().settings.language)
    found: Writing = g.writing
    return found


def install(app: Flask) -> None:
    """Give templates their hand, and remember the language that a reader chooses."""
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.context_processor(_at_hand)
    app.after_request(_remember)


def _at_hand() -> dict[str, Any]:
    return {
        "w": hand(),
        "languages": NAMES,
        "again": again,
        "request_id": g.get("request_id"),
        "seen": edge.desk().seen,
        "version": VERSION,
        "printed_at": edge.moment().isoformat(),
    }


def again(**changes: Any) -> str:
    """Return the address of this page with some of what it asks changed; None takes away."""
    asked = request.args.to_dict() | changes
    told = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"{request.path}?{told}" if told else request.path


def _remember(answer: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in words.LANGUAGES and answer.status_code < 400:
        answer.set_cookie(
            COOKIE,
            wanted,
            max_age=_YEAR_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return answer


_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: as a dictionary has them


def alphabetical(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the key that puts Vietnamese names in a dictionary's order: letters, then tones."""
    many = [_of_word(word) for word in _WORDS.findall(name.lower())]
    return tuple(chain.from_iterable(letters for letters, _ in many)), tuple(
        chain.from_iterable(tones for _, tones in many)
    )


_WORDS = re.compile(r"\s|\S+")


@lru_cache(maxsize=10_000)
def _of_word(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the key of a word or of what stands between two; names are made of few."""
    letters: list[str] = []
    tones: list[int] = []
    for mark in unicodedata.normalize("NFD", word):
        if mark in _TONES:
            tones[-1:] = [_TONES.index(mark) + 1]
        elif unicodedata.combining(mark) and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + mark)
        else:
            letters.append(mark)
            tones.append(0)
    return tuple(_rank(letter) for letter in letters), tuple(tones)


def _rank(letter: str) -> int:
    at = _LETTERS.find(letter)
    return at + 1_000 if at >= 0 else min(ord(letter[0]), 999)
