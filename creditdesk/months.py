"""Months: what is closed stays as it was told, wherever an entry is written."""

from datetime import date

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.engine.journal import Event
from creditdesk.errors import Refused


class MonthClosed(Refused):
    """The month of this event is closed: two people open it first."""

    code = "month-closed"


class MonthsClosed(Refused):
    """What holds from this day on would change a closed month: two people open it first."""

    code = "months-closed"


class Lock:
    """The closed months of a book, as a transaction finds them that writers already know of."""

    def __init__(self, tx: Tx) -> None:
        """Look which months are closed."""
        self._closed = records.kept.closed_months(tx)

    def holds(self, day: date) -> str | None:
        """Return the closed month in which a day lies, None where its month is not closed."""
        if not self._closed:
            return None
        month = named(day)
        return month if month in self._closed else None

    def admit(self, event: Event) -> None:
        """Let a fact be added or withdrawn; raises MonthClosed."""
        if month := self.holds(event.value_date):
            raise MonthClosed(
                month=month, value_date=event.value_date, receipt_no=event.receipt_no
            )

    def admit_from(self, day: date) -> None:
        """Let something hold from a day on; raises MonthsClosed."""
        touched = [month for month in self._closed if month >= named(day)]
        if touched:
            raise MonthsClosed(since=day, months=sorted(touched))


def named(day: date) -> str:
    """Return the month of a day, written YYYY-MM."""
    return day.isoformat()[:7]
