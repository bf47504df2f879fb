"""What a book needs before its first loan, and what one asks of it before anything else."""

from datetime import date

from creditdesk import communes, records
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.geography import Geography


def prepare(tx: Tx, geography: Geography, policy: Policy, moment: str) -> None:
    """Load the places and note the version of the policy; repeating it changes nothing."""
    communes.load_places(tx, geography)
    records.places.remember_policy(tx, policy.version, moment)


def provinces(tx: Tx) -> list[str]:
    """Return the codes of the provinces that have loans, rising; none in an empty book."""
    return records.loans.provinces(tx)


def newest_day(tx: Tx) -> date | None:
    """Return the newest day on which anything happened."""
    return records.ledger.last_value_date(tx)


def has_file(tx: Tx, sha256: str, kind: str) -> bool:
    """Return whether a file of this content was taken in."""
    return records.ledger.find_file(tx, sha256, kind) is not None


def entries(tx: Tx) -> int:
    """Return the number of the newest entry: it grows with all that is written."""
    return records.ledger.last_entry(tx)
