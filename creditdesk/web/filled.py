"""Forms on pages: read by a shape, shown again with what is wrong, done once, then redirected."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask import Response, make_response, redirect, request
from marshmallow import ValidationError
from marshmallow.fields import List

from creditdesk import answers
from creditdesk.answers import KeyReused
from creditdesk.db import Tx
from creditdesk.errors import DeskError
from creditdesk.web import conditions, edge, notices, strict
from creditdesk.web.protocol import KeyMissing, KeyUnfit, status_of
from creditdesk.web.shapes import Shape
from creditdesk.web.writing import hand

TOKEN, KEY = "form_token", "form_key"
_ROW = re.compile(r"([a-z_]+)-([0-9]{1,4})-([a-z_]+)")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_UNAVAILABLE = 503


class Done(NamedTuple):
    """What came of a form: the address to go on to, and the sentence of [page] to tell there.

    facts  numbers of things, days and counts for the sentence, never names of persons
    """

    to: str
    code: str = ""
    facts: Mapping[str, str | int] = {}


class Revealed(NamedTuple):
    """A page that is shown this once, and where whoever sends its form again goes on to."""

    page: str
    done: Done


class Misfit(Exception):
    """What was said in a field is refused by an act."""

    def __init__(self, name: str, trouble: DeskError) -> None:
        """Keep the field's name and the refusal."""
        super().__init__(name)
        self.name, self.trouble = name, trouble


def _new_key() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form: what was typed into it, what that says, and what is wrong where.

    said    by field, as the shape reads it; only where there are no faults
    faults  by the field's name, rows as `lines-0-amount`
    refusal why nothing was done, where that is no single field's fault
    key     what makes it the same form when it is sent twice
    """

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, DeskError] = field(default_factory=dict)
    refusal: DeskError | None = None
    key: str = field(default_factory=_new_key)

    def text(self, name: str) -> str:
        """Return what was typed into a field, or what it begins with."""
        return next(iter(self.typed.get(name, ())), "")

    def has(self, name: str, value: str) -> bool:
        """Return whether a value is among those chosen in a field."""
        return value in self.typed.get(name, ())

    def fault(self, name: str) -> str:
        """Return the sentence of what is wrong with a field; empty where nothing is."""
        return hand().refusal(self.faults[name]) if name in self.faults else ""

    @property
    def why(self) -> str:
        """Return the sentence of why nothing was done; empty where fields say it."""
        return hand().refusal(self.refusal) if self.refusal else ""


Act = Callable[[Tx, dict[str, Any]], Done]
Secret = Callable[[Tx, dict[str, Any]], Revealed]
Look = Callable[[Tx, Filled], str]
Show = Callable[[Filled], str]


def blank(**values: Any) -> Filled:
    """Return a form that nobody filled in yet, with what its fields begin with."""
    return Filled({name: [hand().typed(value)] for name, value in values.items()})


def is_key(text: str) -> bool:
    """Return whether a text has the form of what makes a form the same when it is sent twice."""
    return _KEY.fullmatch(text) is not None


def read(shape: type[Shape]) -> Filled:
    """Return the form that comes with this request, read by a shape.

    Raises KeyMissing, KeyUnfit where it is no form of ours.
    """
    key = request.form.get(KEY)
    if key is None:
        raise KeyMissing
    if not is_key(key):
        raise KeyUnfit
    typed = {
        name: [unicodedata.normalize("NFC", text).strip() for text in texts]
        for name, texts in request.form.lists()
        if name not in (TOKEN, KEY)
    }
    return read_typed(shape, typed, key)


def read_typed(shape: type[Shape], typed: Mapping[str, Sequence[str]], key: str) -> Filled:
    """Return a form that was typed elsewhere, such as into a file, read by a shape."""
    try:
        return Filled(typed, shape(form=True).load(_rows(shape, typed)), key=key)
    except ValidationError as wrong:
        return Filled(typed, faults=dict(_faults(wrong.messages_dict)), key=key)


def submit(shape: type[Shape], act: Act, show: Show) -> Response:
    """Do what a form says, once however often it is sent, and go on to another page.

    act   does it in the one transaction and returns where to go on; what it refuses, or refuses
          within `in_field`, is shown with the form, and nothing was done
    show  writes the page with the form again

    Raises what makes the book unavailable.
    """

    def once(filled: Filled) -> Response:
        with edge.begin() as tx:
            asked = _asked(filled)
            done = _told_before(tx, asked) or _kept(tx, asked, act(tx, dict(filled.said)))
        return _gone_on(done)

    return apart(shape, once, show)


def reveal(shape: type[Shape], act: Secret, show: Show) -> Response:
    """Do what a form says, once, and answer with a page that tells a secret this once.

    Sent again, it does nothing and tells nothing, but goes on to where the first would have.
    """

    def once(filled: Filled) -> Response:
        with edge.begin() as tx:
            asked = _asked(filled)
            before = _told_before(tx, asked)
            if before:
                return _gone_on(before)
            revealed = act(tx, dict(filled.said))
            _kept(tx, asked, revealed.done)
        return make_response(revealed.page)

    return apart(shape, once, show)


def apart(shape: type[Shape], act: Callable[[Filled], Response], show: Show) -> Response:
    """Do what a form says by an act that has transactions of its own, and does nothing twice."""
    filled = read(shape)
    if filled.faults:
        return _again(show, filled)
    try:
        return act(filled)
    except (DeskError, Misfit) as trouble:
        return _again(show, refused(filled, trouble))


def preview(shape: type[Shape], look: Look, show: Show) -> Response:
    """Show what a form would do, doing nothing: `look` writes the page that asks to confirm it.

    Raises what makes the book unavailable.
    """
    filled = read(shape)
    if filled.faults:
        return _again(show, filled)
    try:
        with edge.read() as tx:
            return make_response(look(tx, filled))
    except (DeskError, Misfit) as trouble:
        return _again(show, refused(filled, trouble))


@contextmanager
def in_field(name: str) -> Iterator[None]:
    """Let what is refused within be told at a field, rows as `lines-0-amount`."""
    try:
        yield
    except DeskError as trouble:
        raise Misfit(name, trouble) from None


def _gone_on(done: Done) -> Response:
    answer = make_response(redirect(done.to, 303))
    if done.code:
        notices.tell(answer, done.code, done.facts)
    return answer


def _asked(filled: Filled) -> answers.Asked:
    typed = strict.written({name: list(texts) for name, texts in filled.typed.items()})
    digest = conditions.digest(typed)
    return answers.Asked(filled.key, edge.who().sign_in_name, f"POST {request.path}", digest)


def _told_before(tx: Tx, asked: answers.Asked) -> Done | None:
    """Return what came of the same form before, None where it was not sent."""
    kept = answers.recall(tx, asked)
    return Done(kept.location, **strict.read(kept.body.encode())) if kept else None


def _kept(tx: Tx, asked: answers.Asked, done: Done) -> Done:
    """Keep what came of a form, so that it is done once, and return it."""
    told = strict.written({"code": done.code, "facts": done.facts}).decode()
    answers.keep(tx, asked, answers.Answer(303, told, done.to), moment=edge.moment().isoformat())
    return done


def refused(filled: Filled, trouble: DeskError | Misfit) -> Filled:
    """Return a form with why nothing was done; raises again what makes the book unavailable."""
    if isinstance(trouble, Misfit):
        return replace(filled, faults={trouble.name: trouble.trouble})
    if status_of(trouble) == _UNAVAILABLE:
        raise trouble
    # A form that was sent, and was changed after: sent again on purpose, it is another one.
    key = _new_key() if isinstance(trouble, KeyReused) else filled.key
    return replace(filled, refusal=trouble, key=key)


def _again(show: Show, filled: Filled) -> Response:
    return make_response(show(filled), status_of(filled.refusal) if filled.refusal else 422)


def _rows(shape: type[Shape], typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what was typed as a shape reads it: blanks left out, `lines-0-amount` as rows."""
    said: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for name, texts in typed.items():
        found = _ROW.fullmatch(name)
        if found:
            row = rows.setdefault(found[1], {}).setdefault(int(found[2]), {})
            row.update(_plain(found[3], texts))
        elif isinstance(shape._declared_fields.get(name), List):
            said[name] = [text for text in texts if text]
        else:
            said.update(_plain(name, texts))
    return said | {name: [row for _, row in sorted(of.items())] for name, of in rows.items()}


def _plain(name: str, texts: Sequence[str]) -> dict[str, str]:
    return {name: texts[-1]} if texts and texts[-1] else {}


def _faults(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, DeskError]]:
    for name, below in messages.items():
        place = f"{above}-{name}" if above else str(name)
        if isinstance(below, Mapping):
            yield from _faults(below, place)
        else:
            yield place.removesuffix("-_schema"), below[0]
