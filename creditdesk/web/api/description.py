"""The description of the service: every operation, shape and refusal, in OpenAPI 3.1."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from creditdesk.errors import DeskError
from creditdesk.web import edge
from creditdesk.web.api.frame import FILE, Operation
from creditdesk.web.problems import KIND
from creditdesk.web.protocol import status_of
from creditdesk.web.shapes import Field, ListField

VERSION = "1"
_MEANINGS = {
    400: "The request cannot be read as what it should be.",
    401: "No token that stands came with the request.",
    403: "Not this person.",
    404: "There is no such thing, or none that this person may see.",
    405: "This address does not take the method.",
    406: "The answer has no form that the caller accepts.",
    409: "The world moved, or the same thing was said differently before.",
    412: "What is to be changed is no longer what the caller saw.",
    413: "The body is too large.",
    415: "The body is not of the media type that is taken.",
    422: "A rule says no; nothing was changed.",
    428: "The change has to name the state that was seen.",
    429: "More was asked in a minute than is answered.",
    500: "A failure of the desk; the instance is the number to quote.",
    503: "The desk cannot answer now.",
}
_OF_READS = (400, 401, 403, 404, 405, 406, 422, 429, 500, 503)
_OF_WRITES = (400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503)
_PATH = re.compile(r"<(\w+)(?:\([^)]*\))?:(\w+)>")
PARAMETERS: dict[str, tuple[str, str]] = {
    "loan": ("[0-9]{16}", "6600202600000001"),
    "code": ("[0-9A-Za-z_-]{1,20}", "01"),
    "customer": ("[0-9]{10}", "0000000001"),
    "number": ("[1-9][0-9]{0,8}", "1"),
    "day": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-06-30"),
    "month": ("[0-9]{4}-(0[1-9]|1[0-2])", "2026-06"),
    "receipt": ("[0-9A-Za-z][0-9A-Za-z./_-]{0,63}", "T1"),
    "text": ("[^/\\x00-\\x1f\\x7f]{1,64}", "T1"),
}
"""What stands in paths: the form of each, and an example."""


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the description of operations as an OpenAPI document."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_called)
    spec = APISpec(
        title="creditdesk",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[marshmallow],
        info={
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": edge.API}],
        security=[{"token": []}],
    )
    assert marshmallow.converter is not None
    marshmallow.converter.add_attribute_function(_of_field)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    _problems(spec)
    for told in operations:
        spec.path(_PATH.sub(r"{\2}", told.path), operations=_operation(told))
    found: dict[str, Any] = spec.to_dict()
    for shape in found["components"]["schemas"].values():
        _closed(shape)
    return found


_ABOUT = (
    "Loans of a social policy bank. Amounts are whole dong, days are ISO. Every request that "
    "writes comes with an Idempotency-Key: the same key with the same body is answered as it was "
    "the first time, with Idempotency-Replayed: true; a refusal keeps no key. Every read of one "
    "thing has a strong ETag that can be sent as If-Match with a change of it; where several are "
    "changed at once, the tags of all of them. "
    "Refusals are problem documents (RFC 9457) with a code and its facts, in the language of "
    "Accept-Language: vi, en or id."
)


def _called(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _of_field(_: Any, field: Any, **__: Any) -> dict[str, Any]:
    """Return what JSON Schema says of a field of ours."""
    if not isinstance(field, Field | ListField):
        return {}
    told = field.described()
    if field.allow_none and "type" in told:
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"] = [*told["enum"], None]
    return told


def _closed(shape: dict[str, Any]) -> None:
    """Say that an object holds nothing that is not described."""
    if "properties" in shape and "allOf" not in shape:
        shape.setdefault("additionalProperties", False)


def refusals(kind: type[DeskError] = DeskError) -> Iterator[type[DeskError]]:
    """Yield every kind of refusal of the desk."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("creditdesk."):
            yield below
        yield from refusals(below)


def codes() -> dict[str, int]:
    """Return the status of every code that a problem document can have, by code."""
    found = {
        kind.code: status_of(kind.__new__(kind)) for kind in refusals() if "code" in vars(kind)
    }
    return {code: found[code] for code in sorted(found)} | {"books-broken": 500, "failed": 500}


def _problems(spec: APISpec) -> None:
    spec.components.schema("Problem", _PROBLEM)
    known = codes()
    for status, meaning in _MEANINGS.items():
        mine = [code for code, of in known.items() if of == status]
        told = {
            "allOf": [{"$ref": "#/components/schemas/Problem"}],
            "properties": {"code": {"enum": mine}, "status": {"const": status}},
        }
        spec.components.schema(f"Problem{status}", told)
        content = {KIND: {"schema": {"$ref": f"#/components/schemas/Problem{status}"}}}
        spec.components.response(f"Problem{status}", {"description": meaning, "content": content})


_FAULT = {
    "type": "object",
    "properties": {
        "pointer": {"type": "string", "description": "In the body (RFC 6901)."},
        "parameter": {"type": "string", "description": "In the address."},
        "code": {"type": "string"},
        "facts": {"type": "object"},
        "detail": {"type": "string"},
    },
    "required": ["code", "facts", "detail"],
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The number of the request, to quote."},
        "code": {"type": "string"},
        "facts": {"type": "object"},
        "errors": {"type": "array", "items": _FAULT},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "facts"],
    "additionalProperties": True,
    "examples": [
        {
            "type": "/api/v1/problems/loan-not-found",
            "title": "Not found",
            "status": 404,
            "detail": "No loan has the number 6600202600000009.",
            "instance": "urn:creditdesk:request:5f0c3a9e1b2d",
            "code": "loan-not-found",
            "facts": {"loan_no": "6600202600000009"},
        }
    ],
}


def _operation(told: Operation) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {
        "operationId": told.name,
        "summary": told.summary,
        "description": told.description,
        "tags": [told.tag],
        "parameters": list(_parameters(told)),
        "responses": {str(told.status): _success(told)} | _failures(told),
    }
    if told.takes is not None:
        content: dict[str, Any] = {"schema": told.takes}
        if told.example:
            content["examples"] = {"one": {"value": dict(told.example)}}
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    if told.uploads:
        whole = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"required": True, "content": {FILE: whole}}
    if told.act:
        found["x-act"] = told.act
    if not told.description:
        del found["description"]
    return {told.method.lower(): found}


def _failures(told: Operation) -> dict[str, Any]:
    statuses = _OF_WRITES if told.method == "POST" else _OF_READS
    found: dict[str, Any] = {str(status): f"Problem{status}" for status in statuses}
    if told.tagged:
        found["304"] = {"description": "The caller has it."}
    return found


def _success(told: Operation) -> dict[str, Any]:
    schema: Any = told.answers or {"type": "string", "format": "binary"}
    headers: dict[str, Any] = {"X-Request-ID": _header("The number of the request.")}
    if told.tagged:
        headers["ETag"] = _header("The state of what is told, strong.")
    if told.writes:
        headers["Idempotency-Replayed"] = _header("true where the answer is that of before.")
    content = {media: {"schema": schema} for media in (told.media, *told.also)}
    found = {"description": told.summary, "content": content}
    return found | {"headers": headers}


def _header(said: str) -> dict[str, Any]:
    return {"description": said, "schema": {"type": "string"}}


def _parameters(told: Operation) -> Iterator[dict[str, Any]]:
    for kind, name in _PATH.findall(told.path):
        pattern, example = PARAMETERS[kind]
        schema = {"type": "string", "pattern": f"^{pattern}$"}
        yield _parameter("path", name, schema, required=True) | {"example": example}
    if told.asks is not None:
        yield from _asked(told.asks)
    if told.writes:
        key = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,64}$"}
        yield _parameter("header", "Idempotency-Key", key, required=True)
    if told.guarded:
        yield _parameter("header", "If-Match", {"type": "string"})
    if told.tagged:
        yield _parameter("header", "If-None-Match", {"type": "string"})


def _asked(shape: Any) -> Iterator[dict[str, Any]]:
    for name, one in shape().fields.items():
        schema: Mapping[str, Any] = one.described()
        yield _parameter("query", one.data_key or name, schema, required=one.required)


def _parameter(
    where: str, name: str, schema: Mapping[str, Any], *, required: bool = False
) -> dict[str, Any]:
    return {"in": where, "name": name, "required": required, "schema": dict(schema)}
