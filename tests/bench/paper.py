"""The statement of a province on paper, beside its tables alone made by the layout library."""

import io
from datetime import UTC, datetime

from pypdf import PdfReader
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from creditdesk import statements
from creditdesk.engine.money import millions
from reports import portfolio
from reports.faces import SHIPPED_FONTS
from tests.bench.measure import Finding, demand, interleaved, seconds
from tests.bench.questions import month_ends

_FIGURES = (
    *("drawn", "drawn_year", "drawn_to_date", "principal_collected", "outstanding", "in_term"),
    *("overdue", "frozen", "late_principal", "loans", "households"),
)
_COUNTS = ("loans", "households")


def c3(stage):
    """The statement warm: rendering beside platypus, and from the book to paper."""
    with stage.book.read() as tx:
        day = month_ends(tx)[-1]
    statement = _read(stage, day)
    communes = sum(len(section.rows) for section in statement.sections)
    _register_faces()
    _check(statement)
    timed = interleaved(
        {
            "platypus": lambda _: _by_platypus(statement),
            "ours": lambda _: portfolio.render(statement),
            "whole": lambda _: portfolio.render(_read(stage, day)),
        },
        rounds=7,
    )
    ratio = timed["platypus"].over(timed["ours"])
    whole = timed["whole"]
    return [
        Finding(
            "c3",
            f"statement of {communes} communes, platypus tables / ours with all else",
            str(ratio),
            ">= 3x",
            ratio.times >= 3,
            f"platypus {timed['platypus']}: the two tables alone",
        ),
        Finding(
            "c3",
            f"statement of {communes} communes rendered warm",
            str(timed["ours"]),
            f"<= {seconds(0.03)}",
            timed["ours"].seconds <= 0.03,
            f"{len(PdfReader(io.BytesIO(portfolio.render(statement))).pages)} pages: tables, "
            "pictures, notes, checks, signatures",
        ),
        Finding(
            "-",
            "statement of the province from the book to the PDF, warm",
            str(whole),
            "<= 1 s",
            whole.seconds <= 1,
        ),
    ]


def _read(stage, day):
    with stage.book.read() as tx:
        return statements.portfolio_statement(
            tx,
            stage.policy,
            statements.Question(day.replace(month=1, day=1), day),
            made_at=datetime(2026, 11, 22, tzinfo=UTC),
        )


def _check(statement):
    """Demand that both papers say what was lent in all."""
    lent = millions(statement.total.drawn_to_date)
    for content in (portfolio.render(statement), _by_platypus(statement)):
        pages = PdfReader(io.BytesIO(content)).pages
        said = "".join(page.extract_text() for page in pages)
        demand(lent in said, f"the paper says {lent}")
    demand(
        all(identity.holds for identity in statement.evidence.identities), "the statement adds up"
    )


def _register_faces():
    for name in ("Regular", "Bold"):
        file = SHIPPED_FONTS / f"LiberationSerif-{name}.ttf"
        pdfmetrics.registerFont(TTFont(f"Plain{name}", str(file)))


def _cells(figures):
    return [
        str(getattr(figures, name)) if name in _COUNTS else millions(getattr(figures, name))
        for name in _FIGURES
    ]


def _by_platypus(statement):
    """Return the tables of the statement as the manual of the layout library teaches it."""
    out = io.BytesIO()
    communes = [(row.names[0], row) for part in statement.sections for row in part.rows]
    programmes = [(f"{row.names[0]} ({row.keys[1]})", row) for row in statement.programmes]
    story = [
        Paragraph("Bảng kê dư nợ", ParagraphStyle("title", fontName="PlainBold", fontSize=14)),
        _table(communes, statement.total),
        _table(programmes, statement.programmes_total),
    ]
    SimpleDocTemplate(out, pagesize=landscape(A4), leftMargin=30, rightMargin=30).build(story)
    return out.getvalue()


def _table(rows, total):
    body = [["TT", "Đơn vị", *_FIGURES]]
    body += [
        [str(number), name, *_cells(row.figures)] for number, (name, row) in enumerate(rows, 1)
    ]
    body.append(["", "Tổng cộng", *_cells(total)])
    style = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
        ("FONT", (0, 0), (-1, -1), "PlainRegular", 7),
        ("FONT", (0, 0), (-1, 0), "PlainBold", 6),
        ("FONT", (0, -1), (-1, -1), "PlainBold", 7),
        ("ALIGN", (2, 1), (-1, -1), "RIGHT"),
    ]
    return Table(body, repeatRows=1, style=TableStyle(style))
