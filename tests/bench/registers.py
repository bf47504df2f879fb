"""Registers of the reference province on paper, beside the layout library's own ways of them."""

import ctypes
import io
import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, partial

from pypdf import PdfReader
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle

from creditdesk import arrears, held, issued, statements
from creditdesk.evidence import Evidence, Scope
from creditdesk.papers import KINDS, Asked, Look
from creditdesk.papers.checks import sheet
from creditdesk.sheets import Column, Line, Part
from reports import sheet as paper
from reports.faces import SHIPPED_FONTS
from tests import readback
from tests.bench import province
from tests.bench.measure import Finding, demand, interleaved, seconds
from tests.bench.questions import month_ends, province_of
from tests.sealed import certify

_DAY = date(2026, 9, 30)
_MADE = datetime(2026, 11, 22, tzinfo=UTC)
_COLUMNS = (
    *(Column("no", "no"), Column("borrower", "text"), Column("loan_no", "code")),
    *(Column("programme_code", "code"), Column("draw_on", "day"), Column("months", "number")),
    *(Column("approved"), Column("paid"), Column("owed")),
)
_MONEY = slice(6, 9)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hồ", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Lý")
_MIDDLE = ("Thị", "Văn", "Hữu", "Đức", "Ngọc", "Minh", "Thanh", "Xuân")
_GIVEN = ("Lan", "Huệ", "Mẩy", "Sơn", "Dũng", "Ánh", "Quỳnh", "Tuyết", "Phượng", "Bưởi", "Cường")
_A_PAGE = 45
_COMMUNES = 100
_NATION = 10_500


@cache
def _lines(count):
    """Return the first loans of the reference province as lines: name, days, amounts."""
    chance, book = random.Random(7), province.loans().part(0, count)
    columns = (book.principal.tolist(), book.term.tolist(), book.draw.astype(object).tolist())
    found = []
    for at, (principal, term, draw) in enumerate(zip(*columns, strict=True), 1):
        name = " ".join(map(chance.choice, (_FAMILY, _MIDDLE, _GIVEN)))
        paid = chance.randrange(principal + 1)
        programme = chance.choice(("01", "06", "09", "19"))
        told = (str(at), name, f"6600000{at:09d}", programme, draw, term)
        found.append(Line((*told, principal, paid, principal - paid)))
    return tuple(found)


def _register(lines):
    """Return a register of lines with its total, as papers make them."""
    sums = [sum(line.cells[at] for line in lines) for at in range(_MONEY.start, _MONEY.stop)]
    total = Line(("", "", "", "", None, None, *sums), "total", label="total")
    scope = Scope("44", "Quảng Trị", "tinh")
    evidence = Evidence("late", scope, _DAY, _DAY, _DAY, "1", _MADE, demonstration=True)
    part = Part("loans", _COLUMNS, (*lines, total))
    return sheet(evidence, part, checked=[], notes=())


def _alone(register):
    """Return a register that encloses no data: its pages alone, as the plain ways make them."""
    return replace(register, evidence=replace(register.evidence, data=b""))


# --- the plain ways ---


def _told(line) -> Iterator[str]:
    for cell in line.cells:
        if isinstance(cell, int):
            yield f"{cell:,}".replace(",", ".")
        else:
            yield f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell


@cache
def _face():
    pdfmetrics.registerFont(TTFont("Plain", str(SHIPPED_FONTS / "LiberationSerif-Regular.ttf")))
    return "Plain"


def _style():
    return TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
            ("FONT", (0, 0), (-1, -1), _face(), 8),
            ("ALIGN", (5, 0), (-1, -1), "RIGHT"),
        ]
    )


def _by_platypus(lines):
    """Return a register as one table, its head repeated."""
    return _laid_out([_a_table(lines)])


def _by_tables(lines):
    """Return a register as a table for each page, as the library's makers advise."""
    pages = (lines[at : at + _A_PAGE - 10] for at in range(0, len(lines), _A_PAGE - 10))
    return _laid_out([one for page in pages for one in (_a_table(page), PageBreak())])


def _a_table(lines):
    rows = [[column.code for column in _COLUMNS], *[list(_told(line)) for line in lines]]
    return Table(rows, repeatRows=1, style=_style())


def _laid_out(story):
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=landscape(A4), leftMargin=30, rightMargin=30).build(story)
    return out.getvalue()


def _by_canvas(lines):
    """Return a register drawn text by text, in columns of one width."""
    out = io.BytesIO()
    canvas, (width, height) = Canvas(out, pagesize=landscape(A4)), landscape(A4)
    step = (width - 60) / len(_COLUMNS)
    for at in range(0, len(lines), _A_PAGE):
        canvas.setFont(_face(), 8)
        page = [[column.code for column in _COLUMNS]]
        page += [list(_told(line)) for line in lines[at : at + _A_PAGE]]
        for row, cells in enumerate(page):
            y = height - 40 - 11 * row
            for index, text in enumerate(cells[:5]):
                canvas.drawString(30 + index * step + 2, y, text)
            for index, text in enumerate(cells[5:], 6):
                canvas.drawRightString(30 + index * step - 2, y, text)
        xs = [30 + index * step for index in range(len(_COLUMNS) + 1)]
        canvas.grid(xs, [height - 32 - 11 * row for row in range(len(page) + 1)])
        canvas.drawRightString(width - 30, 20, str(canvas.getPageNumber()))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


# --- the bars ---


def c1(stage):
    """A register of 10,000 lines beside one platypus table of the same lines."""
    lines = _lines(stage.of(10_000))
    register = _register(lines)
    _same_sums(paper.render(register), register)
    alone = _alone(register)
    timed = interleaved(
        {
            "platypus": lambda _: _by_platypus(lines),
            "ours": lambda _: paper.render(register),
            "alone": lambda _: paper.render(alone),
        }
    )
    what = f"register of {len(lines):,} lines, platypus Table(repeatRows=1)"
    return _both("c1", what, timed, peer="platypus", least=50)


def _both(bar, what, timed, *, peer, least, sampled=""):
    """Return how a peer compares with our pages, which is its work, and with all of ours."""
    told = {
        "alone": "our pages alone, no data enclosed",
        "ours": "ours with the data enclosed as a table",
    }
    found = []
    for way, said in told.items():
        ratio = timed[peer].over(timed[way])
        remark = f"{peer} {timed[peer]}{sampled}; ours {timed[way]} with notes, checks, signatures"
        found.append(
            Finding(
                bar, f"{what} / {said}", str(ratio), f">= {least}x", ratio.times >= least, remark
            )
        )
    return found


def c2(stage):
    """A register of the whole province beside a canvas, and what memory it takes."""
    whole = stage.of(province.LOANS)
    register, sample = _register(_lines(whole)), _lines(whole // 10)
    content = paper.render(register)
    _same_sums(content, register)
    alone = _alone(register)
    timed = interleaved(
        {
            "canvas": lambda _: _by_canvas(sample),
            "ours": lambda _: paper.render(register),
            "alone": lambda _: paper.render(alone),
        },
        scales={"canvas": 10},
    )
    most = _most_memory(register)
    pages = len(PdfReader(io.BytesIO(content)).pages)
    return [
        *_both(
            *("c2", f"register of {whole:,} lines, canvas drawString", timed),
            peer="canvas",
            least=15,
            sampled=f", extrapolated from {len(sample):,} lines",
        ),
        Finding(
            "c2",
            f"register of {whole:,} lines rendered",
            str(timed["ours"]),
            f"<= {seconds(4.0)}",
            timed["ours"].seconds <= 4,
            f"{pages:,} pages, {len(content) / 2**20:.1f} MiB",
        ),
        Finding(
            "c2",
            "memory above the data",
            f"{most:.0f} MiB",
            "<= 64 MiB",
            most <= 64,
            "its file too",
        ),
    ]


def _most_memory(register):
    """Return how much more [MiB] a process takes at most when it renders a register."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ctypes.CDLL(None).malloc_trim(0)  # What others left free counts for nobody.
            before = _status("VmRSS")
            paper.render(register)
            os.write(write, f"{_status('VmHWM') - before}".encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        return int(told.read()) / 1024


def _status(name):
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _same_sums(content, register):
    """Demand that every column of money adds up on the pages to what the last line says."""
    sums, total = [0, 0, 0], register.parts[0].lines[-1].cells[_MONEY]
    for page in PdfReader(io.BytesIO(content)).pages:
        drawn = page.get_contents().get_data().decode("latin-1").splitlines()
        for line in drawn:
            # A row begins with its number and ends with its amounts.
            cells = re.findall(r"\(([-0-9./]+) ?\)", line)
            if len(cells) >= 7 and cells[0].isdecimal():
                amounts = [int(cell.replace(".", "")) for cell in cells[-3:]]
                sums = [one + two for one, two in zip(sums, amounts, strict=True)]
    demand(tuple(sums) == total, f"amounts on the pages add up to {total}, not {sums}")


def c4(stage):
    """The statements of all communes under seal, beside a table a page without any."""
    lines = _lines(stage.of(province.LOANS))
    each = len(lines) // _COMMUNES
    registers = [_register(lines[at : at + each]) for at in range(0, len(lines), each)]
    sample = [lines[at : at + each] for at in range(0, len(lines) // 10, each)]
    folder = stage.folder / "seal"
    folder.mkdir()
    settings = certify(folder)

    def sealed(_):
        return [
            issued.made(settings, one.evidence, partial(paper.render, one)) for one in registers
        ]

    demand(all(one.sealed_by for one in sealed(0)), "every statement is sealed")
    timed = interleaved(
        {
            "tables": lambda _: [_by_tables(part) for part in sample],
            "plain": lambda _: [paper.render(one) for one in registers],
            "sealed": sealed,
        },
        scales={"tables": 10},
    )
    what = f"statements of {len(registers)} communes, {each:,} lines each: tables a page / ours"
    return _of_communes(what, len(sample), timed, timed["sealed"].seconds / len(registers))


def _of_communes(what, sample, timed, each):
    ratio, nation = timed["tables"].over(timed["plain"]), each * _NATION
    return [
        Finding(
            "c4",
            what,
            str(ratio),
            ">= 10x",
            ratio.times >= 10,
            f"tables {timed['tables']}, extrapolated from {sample} communes; neither sealed",
        ),
        Finding(
            "c4",
            "the same, each under a PAdES seal",
            str(timed["sealed"]),
            f"<= {seconds(10.0)}",
            timed["sealed"].seconds <= 10,
            f"EC P-256; without seals {timed['plain']}",
        ),
        Finding(
            "c4",
            f"{_NATION:,} communes of the nation, projected, one process",
            f"{nation / 60:.1f} min",
            "<= 15 min",
            nation <= 15 * 60,
        ),
    ]


def c5(stage):
    """Every column of money of every kind of document, read back from its pages."""
    columns, amount, kinds = 0, 0, []
    with stage.book.read() as tx:
        day = month_ends(tx)[-1]
        commune = _some_commune(tx, stage.policy, day)
        for name, kind in KINDS.items():
            said = Asked(day, _MADE, place=commune, within=_within(tx, stage, kind, commune, day))
            value = kind.value(tx, stage.policy, said)
            content = kind.written(value, "pdf", Look())
            demand(not kind.evidence(value).failed, f"{name} adds up")
            read, true = readback.money(name, value, content)
            demand(read == true, f"{name}: what is read is what the book holds")
            columns, amount = columns + len(read), amount + sum(map(abs, read.values()))
            kinds.append(name)
    return [
        Finding(
            "c5",
            f"money columns of {len(kinds)} kinds of document read back from the PDF - ledger",
            "0 dong",
            "0 dong",
            True,
            f"{columns} columns of commune {commune} on {day}; the three of c1 and c2 likewise",
        )
    ]


def _some_commune(tx, policy, day):
    question = statements.Question(day.replace(day=1), day, ("commune",), province_of(tx))
    rows = statements.portfolio(tx, policy, question).rows
    return sorted(rows, key=lambda row: row.figures.outstanding)[len(rows) // 2].keys[0]


def _within(tx, stage, kind, commune, day):
    if kind.asks != ("loan",):
        return ()
    loans = held.loans_in(tx, stage.policy, arrears.place_of(commune, day), day)
    return (("loan", min(loans)),)
