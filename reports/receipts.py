"""Receipts of a group's session, several on an A4 sheet to be cut apart: one for every payer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from creditdesk.collected import Sheet, Slip
from creditdesk.engine.money import written
from creditdesk.evidence import NO_PROOF, Evidence, Proof, data_of
from reports import in_words, scopes
from reports.paper import MM, Imprint, Paper, spoken_day

_HEIGHT = 62 * MM
_FRAME = 116.0  # [pt] of a receipt without what is said of payer and loan
_SIGNED = ("Người nộp tiền", "Người thu tiền")


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of a group's day that count, with the names of their programmes by code."""

    evidence: Evidence
    sheet: Sheet
    programmes: Mapping[str, str]

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Return the receipts that are printed."""
        return tuple(slip for slip in self.sheet.receipts if slip.counts)


def of(evidence: Evidence, sheet: Sheet, programmes: Mapping[str, str]) -> Receipts:
    """Return the receipts of a sheet with their evidence: its data are what is printed."""
    head = ("receipt_no", "loan_no", "customer_no", "principal", "interest")
    rows = [[getattr(slip, name) for name in head] for slip in sheet.receipts if slip.counts]
    proved = evidence.proved(data_of(head, rows), ())
    return Receipts(proved, sheet, programmes)


def render(found: Receipts, *, fonts: Path | None = None, proof: Proof = NO_PROOF) -> bytes:
    """Return receipts as a PDF: the same value gives the same bytes."""
    scope = found.evidence.scope
    author = f"{scopes.PARENT} {scopes.branch(scope)}"
    imprint = Imprint(f"Biên lai thu nợ, tổ {found.sheet.group_no}", author, found.evidence, proof)
    paper = Paper(imprint, fonts=fonts, width=210 * MM, height=297 * MM)
    for slip in found.slips:
        said = _said(found, slip)
        high = max(_HEIGHT, _FRAME + paper.tall(said[:1], size=10) + paper.tall(said[1:]))
        paper.need(high)
        bottom = paper.y - high
        _slip(paper, found, slip)
        paper.y = bottom
        paper.rule(paper.left, bottom + 6, paper.right, bottom + 6)
    return paper.finish()


def _said(found: Receipts, slip: Slip) -> tuple[str, str, str]:
    """Return what a receipt says of who pays, of the loan, and of the amount in words."""
    sheet = found.sheet
    programme = found.programmes.get(slip.programme, slip.programme)
    words = in_words.dong(slip.total)
    return (
        f"Người nộp: {slip.customer_name} (mã {slip.customer_no})",
        f"Khế ước: {slip.loan_no} · {programme} · Tổ {sheet.group_no}, {sheet.head}",
        f"Bằng chữ: {words[0].upper()}{words[1:]}.",
    )


def _slip(paper: Paper, found: Receipts, slip: Slip) -> None:
    sheet, faces = found.sheet, paper.faces
    paper.y -= 8
    paper.write(scopes.PARENT, paper.left, paper.y, size=8)
    number = f"Số: {slip.receipt_no}"
    paper.write(number, paper.right, paper.y, face=faces.bold, size=10, align="right")
    paper.y -= 4
    with paper.part("H1"):
        paper.flow("BIÊN LAI THU NỢ", face=faces.bold, size=12, align="middle")
    spoken = spoken_day(sheet.day)
    paper.flow(f"{spoken[0].upper()}{spoken[1:]}", face=faces.italic, size=9, align="middle")
    if found.evidence.demonstration:
        paper.flow(scopes.DEMONSTRATION, face=faces.italic, size=7, align="middle")
    payer, loan, words = _said(found, slip)
    paper.flow(payer, size=10)
    paper.flow(loan, size=9)
    principal, interest, total = (
        written(amount) for amount in (slip.principal, slip.interest, slip.total)
    )
    paper.flow(
        f"Gốc: {principal} đồng · Lãi: {interest} đồng · Cộng: {total} đồng",
        face=faces.bold,
        size=10,
    )
    paper.flow(words, face=faces.italic, size=9)
    for at, post in enumerate(_SIGNED):
        middle = paper.left + paper.room * (at + 0.5) / len(_SIGNED)
        paper.write(post, middle, paper.y - 14, face=faces.bold, size=9, align="middle")
        paper.write(
            "(ký, họ tên)", middle, paper.y - 24, face=faces.italic, size=8, align="middle"
        )
