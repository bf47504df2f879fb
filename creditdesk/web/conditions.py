"""Keys and tags of a request: the same once, and nothing over what somebody else changed."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from flask import Response, request

from creditdesk import applications, ledger
from creditdesk.db import Tx
from creditdesk.web import edge
from creditdesk.web.protocol import (
    ConditionMissing,
    ConditionUnreadable,
    KeyMissing,
    KeyUnfit,
    LoanChanged,
    StateChanged,
)

_KEY = re.compile(r"[A-Za-z0-9._:-]{8,64}")
_TAG = re.compile(r'"([0-9a-f]{32})(?:\.[0-9a-f]{32})?"')
_SHOWN = 32


def key() -> str:
    """Return the Idempotency-Key of a request that writes; raises KeyMissing, KeyUnfit."""
    found = request.headers.get("Idempotency-Key")
    if found is None:
        raise KeyMissing
    if not _KEY.fullmatch(found):
        raise KeyUnfit
    return found


def version(tx: Tx, loan_no: str, *, hold: bool = False) -> str:
    """Return the state of a loan as tags tell it; raises LoanNotFound.

    hold  whether nobody else changes the loan until the transaction ends
    """
    return ledger.version(tx, loan_no, hold=hold)[:_SHOWN]


def demand(tx: Tx, loan_no: str) -> None:
    """Refuse a change of a loan that is no longer what the caller saw, where the caller says so.

    Raises LoanNotFound, LoanChanged, ConditionUnreadable, and ConditionMissing where the settings
    ask for it.
    """
    seen = _seen(loan_no)
    if seen is not None and version(tx, loan_no, hold=True) not in seen:
        raise LoanChanged(loan_no=loan_no)


def demand_all(now: Callable[[], Mapping[str, str]], *numbers: str) -> None:
    """Refuse a change of things one of which is no longer what the caller saw.

    now  tells the state of each by its number; it is asked where the caller names a state

    Raises StateChanged, ConditionUnreadable, ConditionMissing, and what `now` refuses.
    """
    seen = _seen(*numbers)
    if seen is None:
        return
    for number, told in now().items():
        if told not in seen:
            raise StateChanged(number=number)


def of_applications(tx: Tx, numbers: Iterable[str], *, hold: bool = False) -> dict[str, str]:
    """Return the states of applications as tags tell them; raises ApplicationNotFound.

    hold  whether nobody else moves them until the transaction ends
    """
    last = applications.versions(tx, numbers, hold=hold)
    return {number: state("application", number, step) for number, step in last.items()}


def _seen(*numbers: str) -> Collection[str] | None:
    """Return the states that If-Match names; None where any will do."""
    said = request.headers.get("If-Match", "").strip()
    if not said and edge.desk().settings.if_match == "required":
        raise ConditionMissing(numbers=list(numbers))
    if said in ("", "*"):
        return None
    tags = [_TAG.fullmatch(one.strip()) for one in said.split(",")]
    if None in tags:
        raise ConditionUnreadable
    return {one[1] for one in tags if one is not None}


def state(*facts: Any) -> str:
    """Return what tells one state of a thing from any other, as tags tell it."""
    return digest(json.dumps(facts, default=str).encode())[:_SHOWN]


def tag(answer: Response, of_thing: str | None = None) -> Response:
    """Return an answer with its tag, or 304 where the caller has it.

    of_thing  the state of what the answer tells of: a change of it names that

    A tag is strong: it holds the digest of what is told, to the byte.
    """
    told = hashlib.sha256(answer.get_data()).hexdigest()[:_SHOWN]
    answer.set_etag(f"{of_thing}.{told}" if of_thing else told)
    answer.make_conditional(request)
    return answer


def digest(content: bytes) -> str:
    """Return what tells one body of a request from any other."""
    return hashlib.sha256(content).hexdigest()
