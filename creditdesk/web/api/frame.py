"""The frame of every operation: who, how much, which key, what is said; then one transaction."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple

from flask import Blueprint, Response, g, request
from marshmallow import ValidationError

from creditdesk import answers, users
from creditdesk.accesses import View
from creditdesk.db import Tx
from creditdesk.errors import DeskError
from creditdesk.web import conditions, edge, limits, strict
from creditdesk.web.protocol import InputInvalid, MediaTypeUnfit, NotAcceptable
from creditdesk.web.shapes import Asking, Shape

JSON = "application/json"
FILE = "application/octet-stream"
_LOG = logging.getLogger("creditdesk.api")


class Told(NamedTuple):
    """What an operation tells: a document, or the bytes of a file.

    state     that of the thing it tells of, for its tag
    location  where the thing is that it made
    view      which persons it shows, for the journal of accesses
    media     of the file, where it is not that of the operation
    kept      what the same request sent again is told, where the document holds a secret
    """

    document: Any
    state: str | None = None
    location: str = ""
    view: View | None = None
    media: str = ""
    kept: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is described: what it takes and tells, and whose act it is.

    name     stable: clients call it so
    act      the act of the table of permissions, or several of which one is asked by what is said
    asks     what the address says after its question mark; takes  what the body says
    guarded  whether If-Match guards it: its view demands the state that was seen,
             after it has asked the scope
    also     further media that it tells, as it is asked
    looks    whether it says much to look at something, and changes nothing
    uploads  whether its body is a file
    """

    method: str
    path: str
    name: str
    act: str
    tag: str
    summary: str
    description: str
    answers: type[Shape] | None
    status: int = 200
    asks: type[Asking] | None = None
    takes: type[Shape] | None = None
    example: Mapping[str, Any] = field(default_factory=dict)
    tagged: bool = False
    guarded: bool = False
    media: str = JSON
    also: tuple[str, ...] = ()
    looks: bool = False
    uploads: bool = False

    @property
    def writes(self) -> bool:
        """Return whether it changes something, and so comes with a key."""
        return self.uploads or (self.takes is not None and not self.looks)


Act = Callable[..., Any]


class Service:
    """The operations of a noun."""

    def __init__(self, tag: str) -> None:
        """Gather the operations of a noun."""
        self.tag = tag
        self.blueprint = Blueprint(f"api-{tag}", __name__, url_prefix=edge.API)
        self.operations: list[Operation] = []

    def get(self, path: str, name: str, *, act: str, answers: Any, **more: Any) -> Any:
        """Return a decorator that makes a question of `view(tx, asked, **path)`."""

        def decorate(view: Act) -> Act:
            self._add(_read, view, "GET", path, name, act=act, answers=answers, **more)
            return view

        return decorate

    def post(
        self, path: str, name: str, *, act: str, takes: Any, answers: Any, **more: Any
    ) -> Any:
        """Return a decorator that makes an act of `view(tx, said, **path)`."""
        more = {"status": 201, **more}

        def decorate(view: Act) -> Act:
            told = {"act": act, "takes": takes, "answers": answers, **more}
            run = _looked if more.get("looks") else _written
            self._add(run, view, "POST", path, name, **told)
            return view

        return decorate

    def upload(self, path: str, name: str, *, act: str, answers: Any, **more: Any) -> Any:
        """Return a decorator that makes an act of `view(tx, asked, content, **path)` on a file."""

        def decorate(view: Act) -> Act:
            told = {"act": act, "answers": answers, "uploads": True, "status": 202, **more}
            self._add(_uploaded, view, "POST", path, name, **told)
            return view

        return decorate

    def _add(self, run: Any, view: Act, method: str, path: str, name: str, **more: Any) -> None:
        summary, _, rest = (view.__doc__ or "").partition("\n")
        told = Operation(
            method, path, name, tag=self.tag, summary=summary, description=_plain(rest), **more
        )
        self.operations.append(told)

        @wraps(view)
        def answer(**of_path: Any) -> Response:
            return _framed(told, lambda: run(told, view, of_path))

        self.blueprint.add_url_rule(
            path, name, answer, methods=[method], provide_automatic_options=False
        )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _framed(told: Operation, run: Callable[[], Response]) -> Response:
    """Return the answer of an operation to somebody known who did not ask too much."""
    begun = time.monotonic()
    limits.of_address()
    person = edge.who()
    limits.of_person(person.sign_in_name)
    _admit(told)
    _accepted(told)
    answer = run()
    # No address: it may name a loan.
    spent = round((time.monotonic() - begun) * 1000)
    _LOG.info("request %s: %s %s in %s ms", g.request_id, told.name, answer.status_code, spent)
    return answer


def _admit(told: Operation) -> None:
    """Refuse somebody who may nowhere do what is asked; what is open to all has no act."""
    acts = told.act.split()
    if acts and not any(users.is_open(edge.who(), act) for act in acts):
        edge.require(acts[0])


def _accepted(told: Operation) -> None:
    accepted = request.accept_mimetypes
    if accepted and not any(map(accepted.quality, (told.media, *told.also))):
        raise NotAcceptable(media=told.media)


def _read(told: Operation, view: Act, of_path: dict[str, Any]) -> Response:
    asked = _asked(told.asks)
    with edge.read() as tx:
        found = _told(view(tx, asked, **of_path))
    if found.view is not None:
        edge.note(found.view)
    answer = _answer(found, told)
    return conditions.tag(answer, found.state) if told.tagged else answer


def _looked(told: Operation, view: Act, of_path: dict[str, Any]) -> Response:
    said = _shaped(told.takes, body())
    with edge.read() as tx:
        found = _told(view(tx, said, **of_path))
    if found.view is not None:
        edge.note(found.view)
    return _answer(found, told)


def _written(told: Operation, view: Act, of_path: dict[str, Any]) -> Response:
    key = conditions.key()
    _asked(told.asks)
    raw = body()
    said = _shaped(told.takes, raw)
    return _once(told, key, strict.written(raw), lambda tx: view(tx, said, **of_path))


def _uploaded(told: Operation, view: Act, of_path: dict[str, Any]) -> Response:
    key = conditions.key()
    if request.mimetype != FILE:
        raise MediaTypeUnfit(media=FILE)
    asked = _asked(told.asks)
    request.max_content_length = edge.desk().settings.intake_max_megabytes << 20
    content = request.get_data()
    whole = request.query_string + b"\n" + content
    return _once(told, key, whole, lambda tx: view(tx, asked, content, **of_path))


def _once(told: Operation, key: str, whole: bytes, act: Callable[[Tx], Any]) -> Response:
    """Return the answer of an act, or that of before to the same request with the same key."""
    digest = conditions.digest(whole)
    asked = answers.Asked(key, edge.who().sign_in_name, f"POST {request.path}", digest)
    with edge.begin() as tx:
        kept = answers.recall(tx, asked)
        if kept is not None:
            return _replayed(kept)
        found = _told(act(tx))
        answer = _answer(found, told)
        body = answer.get_data() if found.kept is None else strict.written(found.kept)
        kept = answers.Answer(told.status, body.decode(), found.location)
        answers.keep(tx, asked, kept, moment=edge.moment().isoformat())
    return answer


def _replayed(kept: answers.Answer) -> Response:
    answer = Response(kept.body, status=kept.status, content_type=JSON)
    answer.headers["Idempotency-Replayed"] = "true"
    if kept.location:
        answer.headers["Location"] = kept.location
    return answer


def _told(found: Any) -> Told:
    return found if isinstance(found, Told) else Told(found)


def _answer(found: Told, told: Operation) -> Response:
    if isinstance(found.document, bytes):
        return Response(found.document, status=told.status, content_type=found.media or told.media)
    answer = Response(strict.written(found.document), status=told.status, content_type=told.media)
    if found.location:
        answer.headers["Location"] = found.location
    return answer


def body() -> dict[str, Any]:
    """Return the JSON object of this request; raises MediaTypeUnfit and what `strict` refuses."""
    if request.mimetype != JSON or request.mimetype_params.get("charset", "utf-8").lower() not in (
        "utf-8",
        "utf8",
    ):
        raise MediaTypeUnfit(media=JSON)
    request.max_content_length = edge.desk().settings.api_kilobytes * 1024
    return strict.read(request.get_data())


def _asked(shape: type[Asking] | None) -> dict[str, Any]:
    """Return what the address asks for; raises InputInvalid."""
    said = {
        name: values[0] if len(values) == 1 else values for name, values in request.args.lists()
    }
    try:
        loaded: dict[str, Any] = (shape or Asking)().load(said)
    except ValidationError as wrong:
        raise InputInvalid(
            [("parameter", str(name), one) for name, one in _faults(wrong.messages_dict)]
        ) from None
    return loaded


def _shaped(shape: type[Shape] | None, said: dict[str, Any]) -> dict[str, Any]:
    """Return what a body says; raises InputInvalid."""
    try:
        loaded: dict[str, Any] = (shape or Shape)().load(said)
    except ValidationError as wrong:
        raise InputInvalid(
            [("pointer", f"/{name}", one) for name, one in _faults(wrong.messages_dict)]
        ) from None
    return loaded


def _faults(messages: Any, above: str = "") -> list[tuple[str, DeskError]]:
    """Return what a shape found wrong, each with its place as a JSON pointer has it (RFC 6901)."""
    if isinstance(messages, Mapping):
        return [
            fault
            for name, below in messages.items()
            for fault in _faults(below, _below(above, str(name)))
        ]
    return [(above, one) for one in messages]


def _below(above: str, name: str) -> str:
    if name == "_schema":
        return above
    step = name.replace("~", "~0").replace("/", "~1")
    return f"{above}/{step}" if above else step
