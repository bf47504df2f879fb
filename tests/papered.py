"""Documents of books by chance: what tests of papers ask them for."""

from datetime import UTC, date, datetime
from typing import Any

from creditdesk import arrears, held
from creditdesk.papers import KINDS, Asked
from tests.builders import POLICY

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)
SCOPES: dict[str, dict[str, Any]] = {
    "province": {},
    "commune": {"place": "19333"},
    "office": {"within": (("office", "004401"),)},
    "trustee": {"within": (("trustee", "11"),)},
    "source": {"within": (("source", "2"),)},
}
HOSTILE = (
    "=HYPERLINK(1)",
    "<i>Nguyễn & <b>",
    "\u202egnợ\u0007",
    "Lê" * 150,
)


def made(tx, kind, **more):
    return KINDS[kind].make(tx, POLICY, asked(tx, kind, **more))


def asked(tx, kind, as_of=AS_OF, **more):
    """Return what a kind is asked for; a document of one loan for the first that is there."""
    if "loan" in KINDS[kind].asks and "group" not in KINDS[kind].asks:
        place = arrears.place_of("44", AS_OF)
        more |= {"within": (("loan", min(held.loans_in(tx, POLICY, place, AS_OF))),)}
    return Asked(as_of, MADE, **{"place": "44"} | more)
