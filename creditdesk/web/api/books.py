"""Days and months closed; measures taken over many loans."""

from typing import Any

from creditdesk import closing, documents, measures
from creditdesk.db import Tx
from creditdesk.web.api import told
from creditdesk.web.api.frame import Service
from creditdesk.web.shapes import TextField

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
        "months",
    ),
    told.rows(TextField(7), "open"),
)
Measures = told.shape(
    "Measures",
    told.rows(
        told.shape(
            "Measure",
            told.count("number"),
            told.text("kind reason by checked_by ground document_no recorded_at"),
            told.day("since"),
            told.day_or_none("until document_on"),
            told.rows(TextField(20), "places"),
            told.rows(TextField(20), "programmes"),
            {"effect": told.AmountsField(required=True)},
            told.told_number("undoes"),
            told.told_number("undone_by"),
        ),
        "measures",
    ),
)


@service.get("/months", "listMonths", act="months", answers=Months)
def months(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell every closing of every month, what opened it again, and which months stand open."""
    return documents.months(closing.history(tx), closing.open_months(tx))


@service.get("/measures", "listMeasures", act="measure-list", answers=Measures)
def taken(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the measures that were taken, oldest first."""
    return {"measures": [documents.measure(one) for one in measures.taken(tx)]}
