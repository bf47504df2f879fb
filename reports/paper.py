"""The one look of every document: page, faces, national header, page x/y, stamp, signatures.

A `Paper` is written from top to bottom. `y` is the height [pt] below which the page is still
free. Every text on it passes `Face.clean`, so that nothing a file brought along can act, hide or
overprint. Page streams are compressed as they fill; only "page x of y" waits for the end.
All that is put on a page belongs to the part of the document that is being told, or is ornament.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from reportlab.pdfbase import pdfdoc

from creditdesk.evidence import NO_PROOF, Evidence, Proof
from reports import enclosed, qr, tags
from reports.faces import SHIPPED_FONTS, Face, embed, faces
from reports.ink import Ink
from reports.objects import Document
from reports.pages import Body, Foot, Page, Shared
from reports.tags import Element, Tree

MM = 72 / 25.4
MARGIN = 20 * MM  # at the left
HEADING = 24.0  # [pt] of the heading of a part, with the space around it
VIETNAM = timezone(timedelta(hours=7))
SIGNATURES = 100.0  # [pt] that a row of signatures takes
PROOF = 66.0  # [pt] that the block takes which says how to check a document
SEALS = "Giám đốc"  # who signs for the bank, under its seal
_LAST = 99_999  # a page's number that has room at its foot
_UNSEALED = "Tệp này chưa ký số."
RED = "0.78 0 0"
BLACK = "0 0 0"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a document says about itself, and how it can be checked."""

    title: str
    author: str
    evidence: Evidence
    proof: Proof = NO_PROOF

    @property
    def made(self) -> datetime:
        """Return when it was made, on Vietnam's clock."""
        return in_vietnam(self.evidence.made_at)


class Paper(Ink):
    """A document in the making, A4 lying on its side unless told otherwise.

    rows  how many its tables have in all: of very many, cells are not told one by one
    """

    def __init__(
        self,
        imprint: Imprint,
        *,
        fonts: Path | None = None,
        width: float = 297 * MM,
        height: float = 210 * MM,
        left: float = MARGIN,
        rows: int = 0,
    ) -> None:
        self.faces = faces(fonts or SHIPPED_FONTS)
        clean = self.faces.regular.clean
        self.imprint = replace(imprint, title=clean(imprint.title), author=clean(imprint.author))
        self.width, self.height = width, height
        self.left, self.right = left, width - 15 * MM
        self.top, self.bottom = height - 14 * MM, 17 * MM
        self.y = self.top
        self._code: list[str] = []
        self._pages: list[Body] = []
        self._digest, self._number = imprint.evidence.digest, imprint.evidence.number
        self._proved = False
        self.tags, self.in_cells = Tree(), rows <= tags.MOST
        # Between cells that are one text, or they would be read aloud as one word.
        self.gap = "" if self.in_cells else " "
        self._told = self._none = Element("Artifact", -1, -1, "")
        self._open: Element | None = None
        super().__init__(_document(self.imprint, self.tags))
        self._shared = Shared(self._doc)
        self._foot, self._end = self.bottom - 16, self.right
        self._stamp = Foot(self._stamped())

    @property
    def page(self) -> int:
        """Return the number of the page that is being written, from 1."""
        return len(self._pages) + 1

    @property
    def room(self) -> float:
        """Return the width between the margins [pt]."""
        return self.right - self.left

    def add(self, kind: str, more: str = "") -> Element:
        """Return a new part of the document, to be read after all there are.

        kind  P, H1, H2, Table, Figure
        more  what else its dictionary holds
        """
        return self.tags.add(kind, self.tags.whole, more)

    @contextmanager
    def of(self, element: Element) -> Iterator[None]:
        """Let what is put on the page belong to an element."""
        before, self._told = self._told, element
        yield
        self._told = before

    def part(self, kind: str) -> AbstractContextManager[None]:
        """Let what is put on the page belong to a new part of the document."""
        return self.of(self.add(kind))

    def figure(
        self, said: str, x: float, y: float, width: float, height: float
    ) -> AbstractContextManager[None]:
        """Let what is put on the page be a picture, read as what is said instead of it.

        x, y  [pt] its lower left corner
        """
        box = f"/A<</O/Layout/BBox[{x:.2f} {y:.2f} {x + width:.2f} {y + height:.2f}]>>"
        said = self.faces.regular.clean(said)
        return self.of(self.add("Figure", f"{tags.alternative(said)}{box}"))

    def put(self, code: str, element: Element | None = None) -> None:
        """Add PDF operators as they stand: never anything that came from data.

        element  what they belong to, where that is not what is being told
        """
        told = element or self._told
        if self._open is not told:
            self._close()
            self._open = told
            self._code.append(tags.ARTIFACT if told is self._none else self.tags.mark(told))
        self._code.append(code)

    def put_marked(self, code: str) -> None:
        """Add operators that say themselves what they belong to."""
        self._close()
        self._code.append(code)

    def _close(self) -> None:
        if self._open is not None:
            self._code.append(tags.END)
            self._open = None

    def put_again(self, code: str) -> None:
        """Add operators that may come again, which the file then keeps but once."""
        self.put(self._shared.shown(code))

    def put_at(self, y: float, code: str, element: Element | None = None) -> None:
        """Add operators drawn around height 0 at a height [pt], which may come again."""
        self.put(f"q 1 0 0 1 0 {y:.2f} cm\n{self._shared.shown(code)}\nQ", element)

    def write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        face: Face | None = None,
        size: float = 9,
        align: str = "left",
        colour: str = BLACK,
    ) -> None:
        """Write one line of text: left end, middle or right end at x, baseline at y [pt]."""
        face = face or self.faces.regular
        text = face.clean(text)
        if align != "left":
            x -= face.width(text.rstrip(" "), size) / (2 if align == "middle" else 1)
        shown = f"BT {self.select(face, size)} {x:.2f} {y:.2f} Td {self.run(face, size, text)} ET"
        with self._part("P"):
            self.put(shown if colour == BLACK else f"{colour} rg {shown} {BLACK} rg")

    def _part(self, kind: str) -> AbstractContextManager[None]:
        """Let text belong to a part of its own, unless it stands in one already."""
        return self.part(kind) if self._told is self._none else nullcontext()

    def flow(
        self,
        text: str,
        *,
        face: Face | None = None,
        size: float = 9,
        indent: float = 0,
        colour: str = BLACK,
        align: str = "left",
    ) -> None:
        """Write wrapped text across the page from the present height on."""
        face = face or self.faces.regular
        x = self.left + indent if align == "left" else (self.left + self.right) / 2
        with self._part("P"):
            for line in face.wrap(text, size, self.room - indent):
                self.need(size * 1.3)
                self.y -= size * 1.3
                low = self.y + size * 0.3
                self.write(line, x, low, face=face, size=size, align=align, colour=colour)

    def paragraph(self, text: str, *, size: float, first: float) -> None:
        """Write wrapped text even at both margins, its first line standing in [pt]."""
        face = self.faces.regular
        lines = face.wrap(text, size, self.room, first=first)
        with self._part("P"):
            for at, line in enumerate(lines):
                self.need(size * 1.3)
                self.y -= size * 1.3
                start, seen = (0 if at else first), line.rstrip(" ")
                spare, gaps = self.room - start - face.width(seen, size), seen.count(" ")
                wide = spare / gaps if gaps and at < len(lines) - 1 else 0
                self.put(f"{wide:.3f} Tw")
                self.write(line, self.left + start, self.y + size * 0.3, size=size)
                self.put("0 Tw")

    def tall(self, texts: Iterable[str], *, size: float = 9, first: float = 0) -> float:
        """Return how high [pt] texts are that flow across the page, one below the other."""
        face = self.faces.bold  # No face writes wider: never less than what they take.
        lines = sum(len(face.wrap(text, size, self.room, first=first)) for text in texts)
        return lines * size * 1.3

    def heading(self, text: str, *, keep: float = 40) -> None:
        """Write the heading of a part, with at least `keep` [pt] of it on the same page."""
        self.need(HEADING + keep)
        self.y -= 6
        with self.part("H2"):
            self.flow(text, face=self.faces.bold, size=11)
        self.y -= 3

    def rule(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a thin line [pt]."""
        self.put(ruled(x1, y1, x2, y2))

    def box(self, x: float, y: float, width: float, height: float, *, grey: float) -> None:
        """Fill a rectangle whose lower left corner is x, y [pt]; grey is 0 black to 1 white."""
        self.put(f"{grey:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f 0 g")

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw the thin outline of a rectangle whose lower left corner is x, y [pt]."""
        self.put(f"0.4 w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def need(self, height: float) -> bool:
        """Turn the page unless `height` [pt] is free on it; return whether it was turned."""
        if self.y - height >= self.bottom or self.y == self.top:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """Close the page and begin the next."""
        self._close()
        self._pages.append(Body("\n".join(self._code), small=self.in_cells))
        self._code.clear()
        self.tags.turn()
        self.y = self.top

    def national_header(self, parent: str, agency: str) -> None:
        """Write agency left, name and motto of the state right. Source: Decree 30/2020/NĐ-CP."""
        bold = self.faces.bold
        nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        wide = bold.width(nation, 12)
        # On an upright page both halves move outwards until neither runs over the other.
        left = self.left + min(0.24 * self.room, (self.room - wide - 6) / 2)
        right = self.right - max(0.23 * self.room, wide / 2)
        y = self.y - 12
        whose, state = self.add("P"), self.add("P")
        motto = "Độc lập - Tự do - Hạnh phúc"
        with self.of(whose):
            self.write(parent, left, y, size=12, align="middle")
        with self.of(state):
            self.write(nation, right, y, face=bold, size=12, align="middle")
        y -= 15.5
        with self.of(whose):
            self.write(agency, left, y, face=bold, size=12, align="middle")
        with self.of(state):
            self.write(motto, right, y, face=bold, size=13, align="middle")
        half = bold.width(motto, 13) / 2
        self.rule(right - half, y - 5, right + half, y - 5)
        quarter = bold.width(bold.clean(agency), 12) / 4
        self.rule(left - quarter, y - 5, left + quarter, y - 5)
        self.y = y - 18

    def signatures(self, place: str, on: date, posts: Sequence[str], *, below: float = 0) -> None:
        """Write place, day and a row of posts to sign under, all on one page with what is below.

        below  how high [pt] that is
        """
        self.need(SIGNATURES + below)
        step = self.room / len(posts)
        middles = [self.left + step * (at + 0.5) for at in range(len(posts))]
        italic = self.faces.italic
        said = f"{place}, {spoken_day(on)}"
        self.write(
            said,
            min(middles[-1], self.right - italic.width(said, 11) / 2),
            self.y - 20,
            face=italic,
            size=11,
            align="middle",
        )
        for middle, post in zip(middles, posts, strict=True):
            self.write(post, middle, self.y - 36, face=self.faces.bold, size=11, align="middle")
            said = "(ký, họ tên, đóng dấu)" if post == SEALS else "(ký, họ tên)"
            self.write(said, middle, self.y - 49, face=italic, size=10, align="middle")
        self.y -= SIGNATURES

    def finish(self) -> bytes:
        """Return the document; the paper cannot be written on afterwards."""
        self.prove()
        self.turn()
        total = len(self._pages)
        for at, body in enumerate(self._pages, 1):
            body.end(self._stamp, self._numbered(f"Trang {at}/{total}"))
            self._doc.addPage(Page((self.width, self.height), self._shared, body, at - 1))
        embed(self._doc)
        return self._doc.GetPDFData(None)

    def prove(self) -> None:
        """Write how the document can be checked, with a code to be photographed: once, and last.

        What follows it is an annex.
        """
        if self._proved:
            return
        self._proved = True
        evidence, proof = self.imprint.evidence, self.imprint.proof
        self.need(PROOF)
        self.y -= PROOF
        x, y, size = self.left, self.y + PROOF - 16, 9
        if proof.address:
            side = PROOF - 6
            with self.figure(f"Mã QR: mở {proof.address}", x, self.y, side, side):
                self.put(qr.code(proof.address, x, self.y, side))
            x += side + 8
        lines = [
            f"Số sao kê: {self._number}",
            f"Mã số liệu (SHA-256): {self._digest}",
            f"Số liệu đính kèm trong tệp PDF: {evidence.file_name}.csv",
            f"Kiểm tra: {proof.address}" if proof.address else "",
            f"Tệp này đã ký số: {proof.sealed_by}." if proof.sealed_by else _UNSEALED,
        ]
        for line in filter(None, lines):
            self.write(line, x, y, size=size)
            y -= size * 1.3

    def _numbered(self, said: str) -> str:
        # Of nothing but ASCII, which keeps its own codes.
        face, size, y = self.faces.regular, 9, self._foot
        x = self._end - face.width(said, size)
        return f"BT {self.select(face, size)} {x:.2f} {y:.2f} Td ({said})Tj ET {tags.END}"

    def _stamped(self) -> str:
        """Return what stands at the foot of every page: when it was made, number and digest."""
        left, y, face, size = self.left, self._foot, self.faces.regular, 7.5
        stamp = f"Lập lúc {self.imprint.made:%H:%M:%S ngày %d/%m/%Y}. Số {self._number}."
        whole = f"{stamp} Mã số liệu (SHA-256): {self._digest}"
        room = self.room - face.width(f"Trang {_LAST}/{_LAST}", 9) - 12
        said = whole if face.width(whole, size) <= room else stamp
        shown = f"{self.select(face, size)} {left:.2f} {y:.2f} Td {self.run(face, size, said)}"
        return f"{tags.PAGED}\n{ruled(left, y + 9, self.right, y + 9)}\nBT {shown} ET"


def ruled(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the operators of a thin line [pt]."""
    return f"0.5 w {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S"


def in_vietnam(moment: datetime) -> datetime:
    """Return a moment on Vietnam's clock; one without a zone is taken to be on it already."""
    return moment.astimezone(VIETNAM) if moment.tzinfo else moment


def spoken_day(day: date) -> str:
    """Return a day as papers are dated: `ngày 05 tháng 3`. Source: Decree 30/2020/NĐ-CP."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _document(imprint: Imprint, tree: Tree) -> Document:
    # Neither clock nor chance: the one date in the file is the statement's own.
    doc = Document(tree)
    doc.setTitle(imprint.title)
    doc.setAuthor(imprint.author)
    doc.setSubject(imprint.evidence.digest)
    doc.setKeywords(imprint.evidence.number)
    doc.setCreator("creditdesk")
    made = imprint.made
    doc.setDateFormatter(lambda *_: f"D:{made:%Y%m%d%H%M%S}+07'00'")
    doc.updateSignature(f"{imprint.evidence.number} {imprint.evidence.made_at.isoformat()}")
    preferences = pdfdoc.ViewerPreferencesPDFDictionary()
    preferences["DisplayDocTitle"] = "true"
    doc.Catalog.ViewerPreferences = preferences
    enclosed.describe(doc, imprint.evidence, title=imprint.title, author=imprint.author, made=made)
    enclosed.attach(doc, imprint.evidence, made)
    return doc
