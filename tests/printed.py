"""A fixed little book of invented people, and every document of it.

`python -m tests.printed ADDRESS` writes as JSON the digest of every file of such a book.
"""

import hashlib
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

from creditdesk import arrears, held
from creditdesk.db import Database
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from creditdesk.households import MARK
from creditdesk.papers import ENDINGS, KINDS, Asked, Look
from tests import applicants
from tests.builders import POLICY, a_book, a_contract, a_loan, an_invented_book, enter
from tests.keys import KEYS

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)
_FAMILY = ("Nguyễn Thị", "Trần Văn", "Lê Thị", "Hồ Văn", "Phạm Thị", "Hoàng Đình")
_GIVEN = ("Mẩy", "Hương", "Đức", "Quỳnh", "Ổi", "Thủy", "Dũng")


def fill(database):
    """Enter histories, loans that every list has one of, and applications, one approved."""
    chance, heads = Random(19), {}
    with database.begin() as tx:
        book = []
        for contract, events in an_invented_book(34, count=24):
            head = heads.setdefault(contract.group_no, _name(chance))
            named = replace(contract, customer_name=_name(chance), group_head=head)
            book.append((named, events))
        a_book(tx, book)
        _one_for_every_list(tx, chance)
        for number in (901, 902):
            own = {"group_no": "9333901", "group_head": heads["9333001"]}
            applicants.applied(tx, number, customer_name=_name(chance), **own)
        applicants.brought_to(tx, Step.NOTIFY, "D901")


def _one_for_every_list(tx, chance):
    """Enter a loan due next month, one just moved to overdue, one written off, one just drawn."""
    group = {"group_no": "9333801", "group_head": _name(chance)}
    due = {"first_principal_on": date(2025, 10, 15), "due_on": date(2027, 10, 15)}
    new = {"signed_on": date(2026, 9, 10), "due_on": date(2029, 9, 10)}
    new["first_principal_on"] = date(2027, 9, 10)
    for number, more in ((801, due), (802, {}), (803, {}), (804, new)):
        a_loan(tx, number, customer_name=_name(chance), **group | more)
    enter(tx, _number(802), Event(date(2026, 9, 7), Kind.OVERDUE, Dong(2_000_001), None, "CQH"))
    gone = Event(date(2026, 9, 15), Kind.WRITE_OFF, Dong(7_000_000), None, "XN")
    enter(tx, _number(803), gone)


def _number(number):
    return a_contract(number).loan_no


def _name(chance):
    return f"{chance.choice(_FAMILY)} {chance.choice(_GIVEN)} {MARK}"


def value(tx, name):
    """Return what a kind of document says of the whole book, or of its first loan."""
    kind, within = KINDS[name], ()
    if kind.asks == ("loan",):
        loans = held.loans_in(tx, POLICY, arrears.place_of("44", AS_OF), AS_OF)
        within = (("loan", min(loans)),)
    return kind.make(tx, POLICY, Asked(AS_OF, MADE, place="44", within=within))


def digests(database):
    """Return the digest of every document of a book, by its kind and its ending."""
    with database.read() as tx:
        return {
            f"{name}.{ending}": hashlib.sha256(kind.written(found, ending, Look())).hexdigest()
            for name, kind in KINDS.items()
            for found in (value(tx, name),)
            for ending in ENDINGS
        }


if __name__ == "__main__":
    door = Database(sys.argv[1], KEYS)
    sys.stdout.write(json.dumps(digests(door)))
    door.close()
