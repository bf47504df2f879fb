"""Whether what is asked for lies where the person may act: what does not is not there for them."""

from creditdesk import cards, communes
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.ledger import LoanNotFound
from creditdesk.users import Place
from creditdesk.users.permissions import NotYours
from creditdesk.web import edge


def loan(tx: Tx, act: str, loan_no: str) -> None:
    """Refuse an act on a loan elsewhere as if there were none.

    Raises LoanNotFound, NotAllowed.
    """
    try:
        edge.require(act, cards.place_of(tx, loan_no, edge.today()))
    except NotYours:
        raise LoanNotFound(loan_no=loan_no) from None


def place(tx: Tx, act: str, code: str | None) -> None:
    """Refuse an act at a province or commune elsewhere as if there were none.

    Raises PlaceNotFound; NotYours where the whole book is asked for; NotAllowed.
    """
    province, commune = communes.map_on(edge.today()).scope(code)
    try:
        edge.require(act, Place(province=province or "", commune=commune or ""))
    except NotYours:
        if code is None:
            raise
        raise PlaceNotFound(place=code) from None
