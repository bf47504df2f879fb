"""What may be done with a loan next by whoever asks: by its state, and by the permissions."""

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from flask import url_for

from creditdesk import users
from creditdesk.decisions import KINDS
from creditdesk.engine.lifecycle import ACTS, Act, State
from creditdesk.errors import Denied
from creditdesk.users import Place
from creditdesk.web import edge

_FORMS: Mapping[Act, str] = {
    Act.DRAW: "money.ask_draw",
    Act.REBOOK: "money.ask_rebooking",
    Act.RECEIVE_PRINCIPAL: "money.ask_receipt",
    Act.RECEIVE_INTEREST: "money.ask_receipt",
}


_FIRST = {Act.RECEIVE_PRINCIPAL.value, Act.RECEIVE_INTEREST.value}


class Next(NamedTuple):
    """A step that may be taken: its act, the address of its form, and the paper it is taken on."""

    act: str
    address: str
    paper: str

    @property
    def is_money(self) -> bool:
        """Return whether money goes out or comes in: else something is decided."""
        return self.act in _FORMS


def steps(loan_no: str, state: State, place: Place) -> list[Next]:
    """Return the steps on a loan in a state, lying somewhere, that are open to whoever asks.

    What undoes a receipt stands at the receipt.
    """
    found: dict[str, Next] = {}
    for act, rule in ACTS.items():
        if act is not Act.REVERSE and state in rule.states and may(act.value, place):
            step = Next(act.value, _address(act, loan_no, place), rule.paper)
            found.setdefault(step.address, step)
    return sorted(found.values(), key=lambda step: step.act not in _FIRST)


def _address(act: Act, loan_no: str, place: Place) -> str:
    if act in KINDS:
        return url_for("decisions.ask", loan_no=loan_no, act=act.value)
    if act is Act.TRANSFER:
        return url_for("transfers.index", place=place.commune)
    return url_for(_FORMS[act], loan_no=loan_no)


def may(act: str, place: Place) -> bool:
    """Return whether whoever asks may do an act at a place; a guest does nothing."""
    person = edge.reader()
    if person is not None:
        with suppress(Denied):
            users.may(person, act, place, need=edge.need())
            return True
    return False
