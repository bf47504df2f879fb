"""Whether what is asked for lies where the person may act: what does not is not there for them."""

from contextlib import suppress

from creditdesk import cards, communes
from creditdesk.applications import ApplicationNotFound, Dossier
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound
from creditdesk.households import HouseholdNotFound
from creditdesk.ledger import LoanNotFound
from creditdesk.users import Place, places
from creditdesk.users.permissions import NotYours
from creditdesk.web import edge


def loan(tx: Tx, act: str, loan_no: str, *, maker: str | None = None) -> None:
    """Refuse an act on a loan elsewhere as if there were none.

    maker  the sign-in name of whoever did what an act of checking judges

    Raises LoanNotFound, NotAllowed, OwnDeed.
    """
    edge.require(act)
    near = places.of_loan(tx, loan_no, edge.today())
    if near is None:
        raise LoanNotFound(loan_no=loan_no)
    try:
        edge.require(act, near, maker=maker)
    except NotYours:
        raise LoanNotFound(loan_no=loan_no) from None


def household(tx: Tx, act: str, household_no: str) -> None:
    """Refuse an act on a household none of whose loans is near, as if there were none.

    Raises HouseholdNotFound, NotAllowed.
    """
    edge.require(act)
    for near in cards.places_of_household(tx, household_no, edge.today()):
        with suppress(NotYours):
            edge.require(act, near)
            return
    raise HouseholdNotFound(household_no=household_no)


def application(act: str, found: Dossier) -> None:
    """Refuse an act on an application elsewhere as if there were none.

    Raises ApplicationNotFound, NotAllowed.
    """
    try:
        lying(act, found.commune, found.office, found.group_no)
    except NotYours:
        raise ApplicationNotFound(application_no=found.application_no) from None


def lying(act: str, commune: str, office: str, group_no: str) -> None:
    """Refuse an act on what is said to lie at a commune, office and group.

    Raises PlaceNotFound, NotYours, NotAllowed.
    """
    province = communes.map_on(edge.today()).commune(commune).province
    edge.require(act, Place(province, commune, office, group_no))


def place(tx: Tx, act: str, code: str | None, *, maker: str | None = None) -> None:
    """Refuse an act at a province or commune elsewhere as if there were none.

    Raises PlaceNotFound; NotYours where the whole book is asked for; NotAllowed.
    """
    try:
        edge.require(
            act, places.of_place(tx, communes.map_on(edge.today()), code or ""), maker=maker
        )
    except NotYours:
        if code is None:
            raise
        raise PlaceNotFound(place=code) from None


def may_see(tx: Tx, act: str, code: str | None) -> bool:
    """Return whether the person may do an act at a place."""
    try:
        place(tx, act, code)
    except (Denied, NotFound):
        return False
    return True
