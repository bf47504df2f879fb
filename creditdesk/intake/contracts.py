"""The loan file: contracts read, checked in one pass, and entered whole or not at all."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from creditdesk import chain, loans, records
from creditdesk.communes import Map
from creditdesk.db import Tx, insert_rows, row_text
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.intake.layout import LOANS, titles
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Lines, Report
from creditdesk.loans import Contract
from creditdesk.sealing import Sealer
from creditdesk.spelling import to_find

_COMPARED = {
    name: "rate" if name == "rate_e8" else name
    for name in (
        "standing",
        "programme",
        "source",
        "investor",
        "trustee",
        "group_no",
        "village_code",
        "commune",
        "office",
        "session_day",
        "signed_on",
        "rate_e8",
        "approved",
        "first_principal_on",
        "every_months",
        "due_on",
        "purpose",
        "course_end_on",
    )
}
"""What a contract says, as the loan's row holds it, with the column of the file."""


def take(
    tx: Tx, policy: Policy, places: Map, table: Table, *, act: Callable[[], int] | None
) -> Report:
    """Check every contract of a table and, without a fault, enter them all.

    act  writes down who does it and returns the act's id; None only looks
    """
    lines = Lines(table)
    report = lines.report
    if act is not None:
        records.ledger.hold_for_writing(tx)
    contracts = _checked(policy, places, lines)
    new = _unknown_to_book(tx, policy, places, contracts, lines)
    people = _People(tx, places)
    admitted = [(contract, people.admit(at, contract, lines)) for at, contract in new]
    report.accepted = 0 if report.faults else len(new)
    if act is not None and new and not report.faults:
        people.write()
        _enter(tx, policy, places, admitted, act())
    return report


def _checked(policy: Policy, places: Map, lines: Lines) -> dict[str, tuple[int, Contract]]:
    """Return the sound contracts by number; the same one twice counts once.

    A contract with a cell that cannot be read is checked in all that does not depend on it.
    """
    columns, sound = lines.columns(LOANS)
    contracts = [Contract(*values) for values in zip(*columns.values(), strict=True)]
    _check_rest(np.flatnonzero(~sound).tolist(), contracts, policy, places, lines)
    seen: dict[str, tuple[int, Contract]] = {}
    for at in np.flatnonzero(sound).tolist():
        contract = contracts[at]
        found = loans.problems(contract, policy, places)
        for field, code in found:
            lines.fault(at, field, code)
        if contract.loan_no in seen:
            first, other = seen[contract.loan_no]
            if other == contract:
                lines.report.already_known += 1
            else:
                lines.fault(at, "loan_no", "loan-repeated", first=lines.row(first))
        elif not found:
            seen[contract.loan_no] = at, contract
            for field, code in loans.doubts(contract, policy):
                lines.doubt(at, field, code)
    return seen


def _check_rest(
    unread: list[int], contracts: list[Contract], policy: Policy, places: Map, lines: Lines
) -> None:
    """Note what is wrong in contracts of which cells could not be read, in their other cells.

    unread  their places in the table
    """
    harmless = _harmless(policy, places)
    for at in unread:
        contract = contracts[at]
        lacking = {name: it for name, it in harmless.items() if getattr(contract, name) is None}
        for field, code in loans.problems(replace(contract, **lacking), policy, places):
            lines.fault(at, field, code)


def _harmless(policy: Policy, places: Map) -> dict[str, Any]:
    """Return for each field a value that no check forbids, whatever the others are."""
    return {
        "loan_no": "0" * 16,
        "programme": next(iter(policy.programmes)),
        "source": "1",
        "trustee": next(iter(policy.trustees)),
        "commune": next(iter(places.communes)),
        "session_day": 1,
        "signed_on": date.min,
        "rate": Decimal(0),
        "approved": Dong(1),
        "every_months": 1,
        "due_on": date.max,
    }


def _unknown_to_book(
    tx: Tx,
    policy: Policy,
    places: Map,
    contracts: dict[str, tuple[int, Contract]],
    lines: Lines,
) -> list[tuple[int, Contract]]:
    """Return the contracts that the book lacks; the same number must hold the same facts."""
    known = records.loans.loan_ids(tx)
    old = {number: known[number] for number in contracts if number in known}
    rows = list(records.loans.loans_by_id(tx, old.values()))
    customers = records.households.customers_of(tx, {row.customer_id for row in rows})
    households = records.households.all_households(tx) if rows else {}
    sealer = Sealer(tx)
    for row in rows:
        at, contract = contracts[row.loan_no]
        customer = customers[row.customer_id]
        said = loans.row_of(contract, policy, places.commune(contract.commune).province)
        differ = [key for name, key in _COMPARED.items() if said[name] != getattr(row, name)]
        if contract.customer_no != customer.customer_no:
            differ.append("customer_no")
        if households.get(contract.household_no or contract.customer_no) != row.household_id:
            differ.append("household_no")
        if differ:
            titled = titles(LOANS)
            lines.fault(at, "loan_no", "loan-known", differ=[titled[key] for key in differ])
            continue
        lines.report.already_known += 1
        _compare_person(at, contract, customer, sealer, lines)
    return [found for number, found in contracts.items() if number not in old]


class _Customer(NamedTuple):
    """A customer as far as files are compared with it; so are the rows of the book."""

    id: int
    household_id: int
    name: str
    id_no_digest: bytes | None


def _compare_person(
    at: int, contract: Contract, known: _Customer, sealer: Sealer, lines: Lines
) -> None:
    """Note what a file says of a known customer otherwise than the book, which keeps its own.

    What the book says is not told: whoever hands in a guessed number would learn whose it is.
    """
    if contract.customer_name != known.name:
        lines.doubt(at, "customer_name", "customer-differs")
    if contract.id_no and not sealer.says(known.id_no_digest, contract.id_no):
        lines.doubt(at, "id_no", "customer-differs")


def _enter(
    tx: Tx,
    policy: Policy,
    places: Map,
    admitted: Iterable[tuple[Contract, tuple[int, int]]],
    act_id: int,
) -> None:
    keys = count(records.ledger.next_id(tx, records.loans.loan))
    rows, heads = [], []
    for contract, (customer_id, household_id) in admitted:
        province = places.commune(contract.commune).province
        key = next(keys)
        row = loans.row_of(contract, policy, province) | {
            "id": key,
            "customer_id": customer_id,
            "household_id": household_id,
            "act_id": act_id,
        }
        rows.append(row_text(row[name] for name in records.loans.LOAN_COLUMNS))
        heads.append((key, province, 0, chain.opening(row)))
    insert_rows(tx, records.loans.loan, records.loans.LOAN_COLUMNS, rows)
    insert_rows(tx, records.loans.loan_head, records.loans.HEAD_COLUMNS, heads)
    for table in (
        records.loans.loan,
        records.households.customer,
        records.households.household,
    ):
        records.ledger.ids_given(tx, table)


class _People:
    """Households, customers and groups of a file, admitted once each and written together."""

    def __init__(self, tx: Tx, places: Map) -> None:
        self.tx = tx
        self.places = places
        self.households = records.households.all_households(tx)
        self.customers: dict[str, _Customer] = records.households.all_customers(tx)
        self.sealer = Sealer(tx)
        self.groups = records.households.all_groups(tx)
        self.household_ids = count(records.ledger.next_id(tx, records.households.household))
        self.customer_ids = count(records.ledger.next_id(tx, records.households.customer))
        self.new: dict[str, list[tuple[Any, ...]]] = {"h": [], "c": [], "g": []}

    def admit(self, at: int, contract: Contract, lines: Lines) -> tuple[int, int]:
        """Return (customer id, household id) of a contract, both made where they are new."""
        province = self.places.commune(contract.commune).province
        number = contract.household_no or contract.customer_no
        if number not in self.households:
            self.households[number] = next(self.household_ids)
            self.new["h"].append((self.households[number], province, number))
        household_id = self.households[number]
        if contract.group_no:
            self._group(at, contract, province, lines)
        return self._customer(at, contract, province, household_id, lines), household_id

    def _customer(
        self, at: int, contract: Contract, province: str, household_id: int, lines: Lines
    ) -> int:
        known = self.customers.get(contract.customer_no)
        if known is None:
            return self._new_customer(contract, province, household_id)
        if known.household_id != household_id:
            lines.doubt(at, "household_no", "household-differs")
        _compare_person(at, contract, known, self.sealer, lines)
        return known.id

    def _new_customer(self, contract: Contract, province: str, household_id: int) -> int:
        key, number, name = next(self.customer_ids), contract.customer_no, contract.customer_name
        sealed, digest, shown = self.sealer.identity(number, contract.id_no)
        self.customers[number] = _Customer(key, household_id, name, digest)
        person = (key, province, number, household_id, name)
        self.new["c"].append((*person, sealed, digest, shown, to_find(name)))
        return key

    def _group(self, at: int, contract: Contract, province: str, lines: Lines) -> None:
        known = self.groups.get(contract.group_no)
        if known is None:
            said = (contract.trustee, contract.group_head)
            self.groups[contract.group_no] = said
            found = to_find(contract.group_head)
            self.new["g"].append((contract.group_no, province, *said, found))
        elif known[0] != contract.trustee:
            lines.doubt(at, "trustee", "group-differs", known=known[0])

    def write(self) -> None:
        people = records.households
        for table, rows in (
            (people.household, self.new["h"]),
            (people.customer, self.new["c"]),
            (people.credit_group, self.new["g"]),
        ):
            insert_rows(self.tx, table, [column.name for column in table.columns], rows)
