"""JSON read strictly: what two readers could understand differently is refused."""

import json
import unicodedata
from typing import Any, NamedTuple, NoReturn

from creditdesk.errors import Malformed

DEEPEST = 8
LONGEST_NUMBER = 16


class JsonUnreadable(Malformed):
    """The body is no JSON object in UTF-8."""

    code = "json-unreadable"


class JsonKeyTwice(Malformed):
    """An object says the same key twice."""

    code = "json-key-twice"


class JsonTooDeep(Malformed):
    """The body is nested deeper than anything the desk is asked."""

    code = "json-too-deep"


class Numeral(NamedTuple):
    """A number that is not a plain whole one, as it was written: every field refuses it."""

    text: str


def read(content: bytes) -> dict[str, Any]:
    """Return the object that a body holds, its texts in NFC.

    Whole numbers come as int; fractions, exponents and a negative zero as Numeral, for the field
    that gets one to refuse.

    Raises JsonUnreadable, JsonKeyTwice, JsonTooDeep.
    """
    try:
        found = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=Numeral,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise JsonTooDeep(most=DEEPEST) from None
    except (UnicodeDecodeError, ValueError):
        raise JsonUnreadable from None
    if not isinstance(found, dict):
        raise JsonUnreadable
    clean: dict[str, Any] = _clean(found, 0)
    return clean


def written(document: Any) -> bytes:
    """Return a document as canonical JSON: the same content is the same bytes."""
    return json.dumps(
        document, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str
    ).encode()


def is_plain(text: str) -> bool:
    """Return whether a text holds only what people write: no control marks, no half characters."""
    return not any(unicodedata.category(mark) in ("Cc", "Cs") for mark in text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonKeyTwice(key=twice[:40] if is_plain(twice) else "?")
    return found


def _whole(text: str) -> int | Numeral:
    if text == "-0" or len(text.lstrip("-")) > LONGEST_NUMBER:
        return Numeral(text)
    return int(text)


def _no_number(_: str) -> NoReturn:
    raise JsonUnreadable


def _clean(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise JsonTooDeep(most=DEEPEST)
    if isinstance(value, dict):
        return {_clean(key, depth): _clean(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, depth + 1) for one in value]
    if isinstance(value, str):
        if not is_plain(value.replace("\n", "").replace("\t", "")):
            raise JsonUnreadable
        return unicodedata.normalize("NFC", value)
    return value
