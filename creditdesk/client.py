"""A client of the service: typed, without dependencies, and safe to use on a bad line.

Every write has a key of its own that stays the same while the request is tried again, so that a
receipt whose answer was lost is booked once.
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from http.client import HTTPException
from typing import Any, TypedDict, cast
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_AGAIN = (429, 502, 503, 504)
_LONGEST_PAUSE = 30
_NAMED = re.compile(r"\{(\w+)\}")


class Problem(Exception):
    """What the service refused: the status, the code and the facts of a problem document."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        """Keep what a problem document says."""
        self.status = status
        self.code = str(document.get("code", "unknown"))
        self.facts: dict[str, Any] = dict(document.get("facts", {}))
        self.detail = str(document.get("detail", ""))
        self.instance = str(document.get("instance", ""))
        super().__init__(f"{status} {self.code}: {self.detail}")


class Unanswered(Exception):
    """No answer came, however often it was tried; whether it was done, the same key tells."""

    def __init__(self, key: str) -> None:
        """Keep the key with which to ask again."""
        super().__init__(key)
        self.key = key


class Standing(TypedDict):
    """Where a loan stands at the end of a day [dong]."""

    loan_no: str
    as_of: str
    status: str
    drawn: int
    principal_repaid: int
    written_off: int
    outstanding: int
    in_term: int
    overdue: int
    frozen: int
    late_principal: int
    days_late: int
    oldest_late_due_on: str | None
    interest_earned: dict[str, int]
    interest_collected: int
    interest_unpaid: int
    next_due_on: str | None
    next_due_principal: int
    due_on: str
    extended_to: str | None


class ReceiptLine(TypedDict):
    """One receipt of a sheet [dong]."""

    loan_no: str
    receipt_no: str
    principal: int
    interest: int


class Receipt(TypedDict):
    """A repayment that was taken [dong]; `new` is false where the book knew it before."""

    receipt_no: str
    loan_no: str
    day: str
    principal: int
    interest: int
    new: bool


class Sheet(TypedDict):
    """A group's sheet that was taken [dong]."""

    day: str
    rows: list[Receipt]
    principal: int
    interest: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered: document or bytes of a file, its tag, whether that of before."""

    status: int
    document: Any
    tag: str
    replayed: bool


class Client:
    """Somebody who asks the service at an address."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        language: str = "vi",
        tries: int = 4,
        seconds: float = 20,
    ) -> None:
        """Ask the service at an address (`https://desk.example/api/v1`) with a token.

        tries    how often a request is sent before it counts as unanswered
        seconds  how long an answer is waited for
        """
        self.address = address.rstrip("/")
        self.token = token
        self.language = language
        self.tries = tries
        self.seconds = seconds

    def standing(self, loan_no: str, as_of: date) -> Standing:
        """Return where a loan stands at the end of a day; raises Problem, Unanswered."""
        found = self.get(f"/loans/{loan_no}/standing", as_of=as_of.isoformat())
        return cast(Standing, found.document)

    def tag(self, loan_no: str) -> str:
        """Return the tag of a loan as it is now, to guard a change; raises Problem, Unanswered."""
        return self.get(f"/loans/{loan_no}").tag

    def loans(self, commune: str, **asked: str) -> Iterator[dict[str, Any]]:
        """Yield the loans of a commune, page by page; raises Problem, Unanswered."""
        after = ""
        while after is not None:
            more = {**asked, "after": after} if after else asked
            page = self.get("/loans", commune=commune, **more).document
            yield from page["rows"]
            after = page["next"]

    def receive(self, line: ReceiptLine, day: date, *, key: str = "", tag: str = "") -> Receipt:
        """Take a repayment; raises Problem, Unanswered.

        key  that of an attempt before whose answer was lost
        tag  the loan as it was seen: changed meanwhile, it is refused
        """
        said = {**line, "day": day.isoformat()}
        return cast(Receipt, self.post("/receipts", said, key=key, tag=tag).document)

    def receive_sheet(self, lines: list[ReceiptLine], day: date, *, key: str = "") -> Sheet:
        """Take a group's sheet, whole or not at all; raises Problem, Unanswered."""
        said = {"day": day.isoformat(), "lines": lines}
        return cast(Sheet, self.post("/receipts/batch", said, key=key).document)

    def reverse(self, receipt_no: str, ground: str, *, key: str = "") -> None:
        """Undo a receipt; raises Problem, Unanswered."""
        path = f"/receipts/{quote(receipt_no, safe='')}/reversal"
        self.post(path, {"ground": ground}, key=key)

    @cached_property
    def operations(self) -> dict[str, tuple[str, str]]:
        """Return the method and the path of every operation by its name, as the service tells."""
        paths = self.get("/openapi.json").document["paths"]
        return {
            told["operationId"]: (method.upper(), path)
            for path, methods in paths.items()
            for method, told in methods.items()
        }

    def do(
        self,
        operation: str,
        said: Mapping[str, Any] | bytes | None = None,
        *,
        key: str = "",
        tag: str = "",
        need: str = "",
        **named: str,
    ) -> Answer:
        """Ask for any operation by its name; raises KeyError, Problem, Unanswered.

        said   the body; of a file its bytes
        need   why persons are to be seen
        named  what stands in the path and, `from_` for `from`, behind the question mark
        """
        method, path = self.operations[operation]
        for name in _NAMED.findall(path):
            path = path.replace(f"{{{name}}}", quote(named.pop(name), safe=""))
        asked = urlencode({name.rstrip("_"): value for name, value in named.items()})
        headers = {"X-Need": need.encode().decode("latin-1")} if need else {}
        address = f"{path}?{asked}" if asked else path
        if method == "GET":
            return self._ask("GET", address, None, headers, "")
        return self._post(address, said or {}, headers, key=key, tag=tag)

    def get(self, path: str, **asked: str) -> Answer:
        """Ask for something; raises Problem, Unanswered."""
        told = f"?{urlencode(asked)}" if asked else ""
        return self._ask("GET", f"{path}{told}", None, {}, "")

    def post(self, path: str, said: Mapping[str, Any], *, key: str = "", tag: str = "") -> Answer:
        """Ask for something to be done, once; raises Problem, Unanswered."""
        return self._post(path, said, {}, key=key, tag=tag)

    def _post(
        self,
        path: str,
        said: Mapping[str, Any] | bytes,
        headers: Mapping[str, str],
        *,
        key: str,
        tag: str,
    ) -> Answer:
        key = key or secrets.token_hex(16)
        whole = isinstance(said, bytes)
        kind = "application/octet-stream" if whole else "application/json"
        told = {"Idempotency-Key": key, "Content-Type": kind, **headers}
        if tag:
            told["If-Match"] = tag
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self._ask("POST", path, body, told, key)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], key: str
    ) -> Answer:
        told = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json, */*;q=0.5",
            "Accept-Language": self.language,
            **headers,
        }
        asked = Request(f"{self.address}{path}", data=body, headers=told, method=method)
        for attempt in range(self.tries):
            try:
                return self._send(asked)
            except HTTPError as refused:
                pause = _pause(refused, attempt)
                if refused.code not in _AGAIN or attempt + 1 == self.tries:
                    raise _problem(refused) from None
            except (URLError, HTTPException, OSError):
                pause = 2.0**attempt / 4
            if attempt + 1 < self.tries:
                time.sleep(pause)
        raise Unanswered(key)

    def _send(self, asked: Request) -> Answer:
        with urlopen(asked, timeout=self.seconds) as answer:
            content: bytes = answer.read()
            in_json = answer.headers.get_content_type() == "application/json"
            return Answer(
                answer.status,
                json.loads(content) if in_json else content,
                answer.headers.get("ETag", ""),
                answer.headers.get("Idempotency-Replayed") == "true",
            )


def _pause(refused: HTTPError, attempt: int) -> float:
    said = refused.headers.get("Retry-After", "")
    return float(min(int(said), _LONGEST_PAUSE)) if said.isdigit() else 2.0**attempt / 4


def _problem(refused: HTTPError) -> Problem:
    try:
        return Problem(refused.code, json.loads(refused.read()))
    except ValueError:
        return Problem(refused.code, {})
