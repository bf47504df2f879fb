"""The file of a commune's yearly list: households with their standings, whole or not at all."""

from collections.abc import Callable, Iterator
from typing import Any

from creditdesk import households, records
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.households import Listing
from creditdesk.intake import cells
from creditdesk.intake.layout import HOUSEHOLDS
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Lines, Report

_COLUMN = {
    "place-not-found": "commune",
    "standing-ends-before": "until",
    "escaped-too-long": "standing",
}


def take(
    tx: Tx, policy: Policy, places: Map, table: Table, *, act: Callable[[], int] | None
) -> Report:
    """Check every line of a list and, without a fault, enter what is new.

    act  writes down who does it and returns the act's id; None only looks
    """
    lines = Lines(table)
    report = lines.report
    if act is not None:
        records.loans.hold_contracts(tx)
    read = dict(_read(lines))
    weighed = households.weigh(tx, policy, places, list(read.values()))
    for at, one in zip(read, weighed, strict=True):
        if one.refusal:
            code = one.refusal.code
            lines.fault(at, _COLUMN[code], code, **one.refusal.facts)
    new = [one.listing for one in weighed if one.new]
    report.already_known = sum(not one.new and not one.refusal for one in weighed)
    report.accepted = 0 if report.faults else len(new)
    if act is not None and report.accepted:
        households.write_listings(tx, places, new, act())
    return report


def _read(lines: Lines) -> Iterator[tuple[int, Listing]]:
    """Yield (place in the table, listing) of the rows whose every cell could be read."""
    columns: dict[str, Any] = {}
    wrong: set[int] = set()
    for reader in HOUSEHOLDS:
        texts = lines.table.columns.get(reader.key)
        if texts is None:
            columns[reader.key] = [reader.read("")] * len(lines.table.rows)
            continue
        columns[reader.key], faults = cells.each(texts, reader.read)
        for at, code in faults:
            wrong.add(at)
            lines.fault(at, reader.key, code)
    values = zip(*(columns[reader.key] for reader in HOUSEHOLDS), strict=True)
    for at, row in enumerate(values):
        if at not in wrong:
            yield at, Listing(*row)
