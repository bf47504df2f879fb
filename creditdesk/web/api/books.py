"""Months closed and opened again."""

from operator import itemgetter
from typing import Any

from creditdesk import closing, documents
from creditdesk.db import Tx
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import Asking, TextField

service = Service("books")

_OPENED = told.shape("MonthOpened", told.text("by checked_by ground at"))
Months = told.shape(
    "Months",
    told.rows(
        told.shape(
            "MonthClosing",
            told.text("month closed_at"),
            told.count("number"),
            {"figures": told.AmountsField(required=True)},
            told.part("opened", _OPENED, none=True),
        ),
    ),
    told.rows(TextField(7), "open"),
    told.text_or_none("next"),
)


class MonthsAsked(Asking):
    """Whether the newest come first, and which page."""

    sort = SortField("month")
    after = paging.after()
    limit = paging.limit()


@service.get("/months", "listMonths", act="months", answers=Months, asks=MonthsAsked)
def months(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell every closing of every month by pages, what opened it again, and which months are open.

    A month that was closed again stands there once for each closing.
    """
    found = documents.months(closing.history(tx), closing.open_months(tx))
    sorts = {"month": itemgetter("month")}
    page, after = paging.page(found["months"], asked, sorts, itemgetter("number"))
    return {"rows": page, "open": found["open"], "next": after}
