"""Where things lie, as scopes know it: loans, communes, and the communes of a person."""

from collections.abc import Collection
from datetime import date

from creditdesk import communes, records
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.users.permissions import Person, Place


def of_place(tx: Tx, places: Map, code: str) -> Place:
    """Return a province or commune as scopes know it; without a code the whole book.

    A commune belongs to an office when no other has ever had a loan there. Raises PlaceNotFound.
    """
    province, commune = places.scope(code)
    if commune is None:
        return Place(province=province or "")
    offices = records.moves.offices_of(tx, commune)
    office = offices[0] if len(offices) == 1 else ""
    return Place(province=province or "", commune=commune, office=office)


def of_office(tx: Tx, code: str) -> Place:
    """Return an office as scopes know it."""
    return _only(of_key(tx, "office", code))._replace(office=code)


def of_group(tx: Tx, number: str) -> Place:
    """Return a group as scopes know it; its commune and office where it was in no other."""
    return _only(of_key(tx, "group_no", number))._replace(group=number)


def of_key(tx: Tx, column: str, key: str) -> list[Place]:
    """Return every place where loans of a group, a village or an office are, or were."""
    return [Place(*row) for row in records.moves.places_with(tx, column, key)]


def _only(found: list[Place]) -> Place:
    """Return what places have in common."""
    codes = (set(column) for column in zip(*found, strict=True))
    return Place(*(one.pop() if len(one) == 1 else "" for one in codes))


def of_loan(tx: Tx, loan_no: str, day: date) -> Place | None:
    """Return where a loan lies on a day; None for a loan that is not there."""
    return of_loans(tx, [loan_no], day).get(loan_no)


def of_loans(tx: Tx, loan_nos: Collection[str], day: date) -> dict[str, Place]:
    """Return where loans lie on a day, by number; those that are not there are left out."""
    return {
        row.loan_no: Place(row.province, row.commune, row.office, row.group_no)
        for row in communes.find_loans_on(tx, loan_nos, day)
    }


def communes_of(tx: Tx, person: Person) -> tuple[str, ...]:
    """Return the codes of the communes that lie wholly in a person's scope, by code.

    Nothing for whoever is appointed to a group, a province or everything.
    """
    if person.scope.kind == "commune":
        return tuple(sorted(person.scope.codes))
    if person.scope.kind != "office":
        return ()
    return tuple(
        commune
        for commune in records.moves.communes_of_offices(tx, person.scope.codes)
        if _lies_within(records.moves.offices_of(tx, commune), person.scope.codes)
    )


def _lies_within(offices: Collection[str], codes: Collection[str]) -> bool:
    return len(offices) == 1 and set(offices) <= set(codes)
