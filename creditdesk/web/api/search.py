"""Search: persons with their loans, and groups, by whatever is remembered of them."""

from typing import Any

from creditdesk import documents
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.web import edge, within
from creditdesk.web.api import told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import AsOf
from creditdesk.web.shapes import TextField

service = Service("search")


class Sought(AsOf):
    """What is looked for, and where: in all of the scope where no place is said."""

    q = TextField(100, required=True)
    place = TextField(5, pattern="[0-9]{2}|[0-9]{5}")


Found = told.shape(
    "Found",
    told.day("as_of"),
    told.count("count"),
    told.rows(
        told.shape(
            "PersonFound",
            told.text("customer_no customer_name id_no_masked"),
            told.rows(told.LoanLine, "loans"),
        ),
        "persons",
    ),
    told.rows(
        told.shape("GroupFound", told.text("group_no head trustee commune"), told.count("loans")),
        "groups",
    ),
)


@service.get("/search", "search", act="search", answers=Found, asks=Sought)
def search(tx: Tx, asked: dict[str, Any]) -> Told:
    """Tell who is found by a name or a number.

    Words of a name come in any order, without marks if one likes; a number is that of a loan, a
    customer, a group, or of an identity card, masked or in full. The first persons are told, and
    how many there are.
    """
    day = asked.get("as_of", edge.today())
    found = within.search(tx, asked["q"], asked.get("place"), as_of=day)
    view = View("search", LIST, asked.get("place", ""), edge.need(), found.seen)
    return Told(documents.found(found, day), view=view)
