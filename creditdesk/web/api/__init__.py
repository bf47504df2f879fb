"""The service for programs, `/api/v1`: what the acts do and the statements say, as JSON."""

import json
from functools import cache

from flask import Blueprint, Flask, Response
from werkzeug.routing import BaseConverter

from creditdesk.web import edge
from creditdesk.web.api import (
    accesses,
    book,
    books,
    decisions,
    downloads,
    files,
    forms,
    jobs,
    law,
    loans,
    measures,
    moves,
    papers,
    people,
    receipts,
    search,
    users,
)
from creditdesk.web.api.description import PARAMETERS, describe
from creditdesk.web.api.frame import Operation

SERVICES = (
    loans.service,
    book.service,
    papers.service,
    receipts.service,
    decisions.service,
    people.service,
    search.service,
    forms.service,
    books.service,
    measures.service,
    moves.service,
    jobs.service,
    files.service,
    users.service,
    accesses.service,
    downloads.service,
    law.service,
)

pages = Blueprint("api", __name__, url_prefix=edge.API)


def install(app: Flask) -> None:
    """Give an application the operations of the service and their description."""
    for kind, (pattern, _) in PARAMETERS.items():
        app.url_map.converters[kind] = _converter(pattern, isolated=kind != "receipt")
    for service in SERVICES:
        app.register_blueprint(service.blueprint)
    app.register_blueprint(pages)


def operations() -> list[Operation]:
    """Return every operation of the service."""
    return [told for service in SERVICES for told in service.operations]


@cache
def description() -> str:
    """Return the description of the service as JSON."""
    return json.dumps(describe(operations()), ensure_ascii=False, indent=1)


@pages.get("/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """Tell what the service can be asked, in OpenAPI 3.1."""
    return Response(description(), content_type="application/json")


def _converter(pattern: str, *, isolated: bool) -> type[BaseConverter]:
    return type("Converter", (BaseConverter,), {"regex": pattern, "part_isolating": isolated})
