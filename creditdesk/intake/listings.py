"""The file of a commune's yearly list: households with their standings, whole or not at all."""

from collections.abc import Callable

from creditdesk import households, records
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.households import Listing
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
    read = {at: Listing(*values) for at, values in lines.rows(HOUSEHOLDS)}
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
