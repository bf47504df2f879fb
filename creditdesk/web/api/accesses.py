"""Who saw whom, whether the journal of it is whole, and persons found by their identity number."""

from contextlib import suppress
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from creditdesk import accesses, households, reach, sealing, secrecy
from creditdesk.accesses import CUSTOMER, View
from creditdesk.db import Tx
from creditdesk.errors import NotFound
from creditdesk.web import edge
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import Asking, DayField, Shape, TextField

_CUSTOMER_NO = "[0-9]{10}"

service = Service("accesses")


class IdentityIn(Shape):
    """An identity number: it stands in no address, so that nothing on the way writes it down."""

    id_no = TextField(12, pattern="[0-9]{9}([0-9]{3})?", required=True)


class AccessesAsked(Asking):
    """By whom, to whom, from which day on, and which page."""

    by = TextField(64)
    customer_no = TextField(10, pattern=_CUSTOMER_NO)
    since = DayField(load_default=accesses.FIRST)
    sort = SortField("number")
    after = paging.after()
    limit = paging.limit()


Customers = told.shape("CustomersFound", told.rows(TextField(10), "customers"))
Identity = told.shape("Identity", told.text("customer_no id_no"))
Accesses = told.shape(
    "Accesses",
    told.rows(
        told.shape(
            "Access",
            told.count("number persons"),
            told.text("at who role channel act subject_kind subject_no why request_id"),
        )
    ),
    told.text_or_none("next"),
)
Journal = told.shape(
    "Journal",
    told.count("lines"),
    told.text("digest"),
    {"fault": told.OpenField(required=True, allow_none=True)},
)


@service.post(
    "/customers/search",
    "findCustomers",
    act="customer-show",
    takes=IdentityIn,
    answers=Customers,
    status=200,
    example={"id_no": "044000000001"},
    looks=True,
)
def find(tx: Tx, said: dict[str, Any]) -> Told:
    """Find the customers near who bear an identity number; the search is noted."""
    numbers = households.with_identity(tx, said["id_no"])
    found = [number for number in numbers if _is_near(tx, "customer-show", number)]
    masked = secrecy.masked(said["id_no"])
    # None: the search is noted where nobody was found, too.
    view = View("customer-find", CUSTOMER, masked, edge.need(), found or None)
    return Told({"customers": found}, view=view)


def _is_near(tx: Tx, act: str, customer_no: str) -> bool:
    with suppress(NotFound):
        reach.customer(tx, edge.asker(), act, customer_no)
        return True
    return False


@service.get(
    "/customers/<customer:customer_no>/identity",
    "readIdentity",
    act="persons-unmask",
    answers=Identity,
)
def identity(tx: Tx, asked: dict[str, Any], customer_no: str) -> Told:
    """Tell the identity number of a customer in clear, on the need that X-Need states: noted."""
    reach.customer(tx, edge.asker(), "persons-unmask", customer_no)
    view = View("identity-number", CUSTOMER, customer_no, edge.need(), (customer_no,))
    return Told(
        {"customer_no": customer_no, "id_no": sealing.identity_of(tx, customer_no)}, view=view
    )


@service.get(
    "/accesses",
    "listAccesses",
    act="audit-read audit-person",
    answers=Accesses,
    asks=AccessesAsked,
)
def listed(tx: Tx, asked: dict[str, Any]) -> Told:
    """Tell who saw whom by pages: all accesses, those by somebody, or those to a person."""
    customer_no, since, seen = asked.get("customer_no"), asked["since"], None
    if customer_no is not None:
        edge.require("audit-person")
        found = accesses.of_person(tx, customer_no, since)
        rows = [asdict(line) for line in found if asked.get("by") in (None, line.who)]
        number = itemgetter("number")
        page, after = paging.page(rows, asked, {"number": number}, number)
        seen = View("audit-person", CUSTOMER, customer_no, edge.need(), [customer_no])
    else:
        edge.require("audit-read")
        begun, down = paging.begins(asked), asked["sort"] == "-number"
        lines = accesses.read(tx, since, asked.get("by"), after=begun, newest_first=down)
        page, after = paging.cut(map(asdict, lines), asked, itemgetter("number"))
    return Told({"rows": page, "next": after}, view=seen)


@service.get("/accesses/proof", "verifyJournal", act="audit-verify", answers=Journal)
def verify(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell whether the journal of accesses is whole, and the first line that is not."""
    lines, digest = accesses.head(tx)
    return {"lines": lines, "digest": digest, "fault": accesses.first_fault(tx)}
