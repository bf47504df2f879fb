"""Keys and tags of a request: the same once, and nothing over what somebody else changed."""

import hashlib
import re

from flask import Response, request

from creditdesk import ledger
from creditdesk.db import Tx
from creditdesk.web import edge
from creditdesk.web.protocol import (
    ConditionMissing,
    ConditionUnreadable,
    KeyMissing,
    KeyUnfit,
    LoanChanged,
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
    said = request.headers.get("If-Match", "").strip()
    if not said:
        if edge.desk().settings.if_match == "required":
            raise ConditionMissing(loan_no=loan_no)
        return
    now = version(tx, loan_no, hold=True)
    if said == "*":
        return
    seen = _TAG.fullmatch(said)
    if seen is None:
        raise ConditionUnreadable
    if seen[1] != now:
        raise LoanChanged(loan_no=loan_no)


def tag(answer: Response, of_loan: str | None = None) -> Response:
    """Return an answer with its tag, or 304 where the caller has it.

    of_loan  the state of the loan that the answer tells of: a change of the loan names it

    A tag is strong: it holds the digest of what is told, to the byte.
    """
    told = hashlib.sha256(answer.get_data()).hexdigest()[:_SHOWN]
    answer.set_etag(f"{of_loan}.{told}" if of_loan else told)
    answer.make_conditional(request)
    return answer


def digest(content: bytes) -> str:
    """Return what tells one body of a request from any other."""
    return hashlib.sha256(content).hexdigest()
