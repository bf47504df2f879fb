"""The loan file: contracts read, checked in one pass, and entered whole or not at all."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from creditdesk import loans, records
from creditdesk.communes import Map
from creditdesk.db import Tx, insert_rows
from creditdesk.engine.policy import Policy
from creditdesk.intake import cells
from creditdesk.intake.layout import LOANS
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Report
from creditdesk.ledger import START
from creditdesk.loans import Contract

_COMPARED = (
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
"""What a contract says; the same number must always say the same."""


def take(
    tx: Tx, policy: Policy, places: Map, table: Table, *, act: Callable[[], int] | None
) -> Report:
    """Check every contract of a table and, without a fault, enter them all.

    act  writes down who does it and returns the act's id; None only looks
    """
    report = Report(rows=len(table.rows), skipped=table.skipped, unknown_columns=table.unknown)
    if act is not None:
        records.ledger.hold_for_writing(tx)
    contracts = _checked(_read(table, report), policy, places, report)
    new = _unknown_to_book(tx, policy, places, contracts, report)
    report.accepted = 0 if report.faults else len(new)
    if act is not None and new and not report.faults:
        _enter(tx, policy, places, [contract for _, contract in new], act())
    return report


def _read(table: Table, report: Report) -> Iterator[tuple[int, Contract]]:
    """Yield (row, contract) of the rows whose every cell could be read."""
    columns: dict[str, Any] = {}
    wrong: set[int] = set()
    report.overlong(table.overlong)
    for reader in LOANS:
        texts = table.columns.get(reader.key)
        if texts is None:
            columns[reader.key] = [reader.read("")] * len(table.rows)
            continue
        columns[reader.key], faults = cells.each(texts, reader.read)
        for at, code in faults:
            wrong.add(at)
            report.fault(int(table.rows[at]), reader.key, texts[at], code)
    values = zip(*(columns[reader.key] for reader in LOANS), strict=True)
    for at, row in enumerate(values):
        if at not in wrong:
            yield int(table.rows[at]), Contract(*row)


def _checked(
    rows: Iterator[tuple[int, Contract]], policy: Policy, places: Map, report: Report
) -> dict[str, tuple[int, Contract]]:
    """Return the sound contracts by number; the same one twice counts once."""
    seen: dict[str, tuple[int, Contract]] = {}
    for row, contract in rows:
        found = loans.problems(contract, policy, places)
        for field, code in found:
            report.fault(row, field, str(getattr(contract, field)), code)
        if contract.loan_no in seen:
            first, other = seen[contract.loan_no]
            if other == contract:
                report.already_known += 1
            else:
                report.fault(row, "loan_no", contract.loan_no, "loan-repeated", first=first)
        elif not found:
            seen[contract.loan_no] = row, contract
            for field, code in loans.doubts(contract, policy):
                report.doubt(row, field, str(getattr(contract, field)), code)
    return seen


def _unknown_to_book(
    tx: Tx,
    policy: Policy,
    places: Map,
    contracts: dict[str, tuple[int, Contract]],
    report: Report,
) -> list[tuple[int, Contract]]:
    """Return the contracts that the book does not have; the same number must hold the same facts."""
    known = records.loans.loan_ids(tx)
    old = {number: known[number] for number in contracts if number in known}
    for row in records.loans.loans_by_id(tx, old.values()):
        line, contract = contracts[row.loan_no]
        said = loans.row_of(contract, policy, places.commune(contract.commune).province)
        differ = [name for name in _COMPARED if said[name] != getattr(row, name)]
        if differ:
            report.fault(line, "loan_no", row.loan_no, "loan-known", differ=differ)
        else:
            report.already_known += 1
    return [found for number, found in contracts.items() if number not in old]


def _enter(tx: Tx, policy: Policy, places: Map, contracts: list[Contract], act_id: int) -> None:
    book = _People(tx)
    keys = count(records.ledger.next_id(tx, records.loans.loan))
    rows, heads = [], []
    for contract in contracts:
        province = places.commune(contract.commune).province
        customer_id, household_id = book.admit(contract, province)
        key = next(keys)
        row = loans.row_of(contract, policy, province) | {
            "id": key,
            "customer_id": customer_id,
            "household_id": household_id,
            "act_id": act_id,
        }
        rows.append([row[name] for name in records.loans.LOAN_COLUMNS])
        heads.append((key, province, 0, START))
    book.write()
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

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.households = records.households.all_households(tx)
        self.customers = records.households.all_customers(tx)
        self.groups = records.households.all_groups(tx)
        self.household_ids = count(records.ledger.next_id(tx, records.households.household))
        self.customer_ids = count(records.ledger.next_id(tx, records.households.customer))
        self.new: dict[str, list[tuple[Any, ...]]] = {"h": [], "c": [], "g": []}

    def admit(self, contract: Contract, province: str) -> tuple[int, int]:
        number = contract.household_no or contract.customer_no
        if number not in self.households:
            self.households[number] = next(self.household_ids)
            self.new["h"].append((self.households[number], province, number))
        household_id = self.households[number]
        if contract.customer_no not in self.customers:
            key = next(self.customer_ids)
            self.customers[contract.customer_no] = (key, household_id, contract.customer_name)
            self.new["c"].append(
                (key, province, contract.customer_no, household_id)
                + (contract.customer_name, contract.id_no)
            )
        if contract.group_no and contract.group_no not in self.groups:
            self.groups[contract.group_no] = (contract.trustee, contract.group_head)
            self.new["g"].append(
                (contract.group_no, province, contract.trustee, contract.group_head)
            )
        return self.customers[contract.customer_no][0], household_id

    def write(self) -> None:
        people = records.households
        for table, rows in (
            (people.household, self.new["h"]),
            (people.customer, self.new["c"]),
            (people.credit_group, self.new["g"]),
        ):
            insert_rows(self.tx, table, [column.name for column in table.columns], rows)
