"""Letters of the bank: head, recipients, text and signature as administrative documents have them.

Source: Decree 30/2020/NĐ-CP on clerical work, appendix I: agency, national name and motto, number
and sign, place and day, kind and subject, recipients, text, who signs, where it goes; the text
even at both margins, the first line of a paragraph 1 cm in, 6 pt at least between paragraphs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from creditdesk.engine import days
from creditdesk.engine.money import written
from creditdesk.sheets import Cell, Leaf, Sheet
from reports import checked, in_words, scopes, sheet
from reports.forms import Form
from reports.paper import MM, Paper, spoken_day

MARGIN = 30 * MM
_SIZE = 13
_SMALL = 11
_FIRST = 10 * MM  # that the first line of a paragraph stands in
_BETWEEN = 6.0  # [pt] between paragraphs
_SIGNED = 118.0  # [pt] that place for recipients and signature take


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of a letter; `{…}` stands for a fact of its leaf.

    sign     what stands behind its number: kind and agency
    subject  what it is about
    to       to whom it goes
    before   the paragraphs above its table, `after` those below
    words    the sentence that writes an amount out: `{amount}` and `{in_words}`
    copies   who has a copy
    """

    sign: str
    subject: str
    to: tuple[str, ...]
    before: tuple[str, ...]
    words: str
    after: tuple[str, ...]
    copies: tuple[str, ...]
    kind: str = "THÔNG BÁO"


LETTERS: Mapping[str, Letter] = {
    "due-notice": Letter(
        "TB-NHCS",
        "Về việc nợ gốc đến hạn trả",
        ("Ông (bà) {borrower}, {address}",),
        (
            "Căn cứ khế ước số {loan_no} ký ngày {signed_on}, chương trình {programme}, dư nợ gốc "
            "đến ngày {as_of} là {owed} đồng, ngân hàng thông báo các kỳ trả nợ gốc sắp đến hạn:",
        ),
        "Tổng số tiền gốc đến hạn: {amount} đồng (bằng chữ: {in_words}).",
        (
            "{also}",
            "Lãi phải trả tạm tính đến phiên giao dịch ngày {session}: {interest} đồng.",
            "Đề nghị ông (bà) trả nợ tại điểm giao dịch xã trong phiên giao dịch cố định, chậm "
            "nhất vào ngày đến hạn nêu trên. Tổ trưởng không được thu tiền gốc.",
            "Nếu có khó khăn khách quan, ông (bà) làm giấy đề nghị điều chỉnh kỳ hạn trả nợ (mẫu "
            "08/TD) hoặc gia hạn nợ (mẫu 09/TD) và gửi qua tổ trưởng trước ngày đến hạn.",
        ),
        ("Như trên", "{to_head}", "Lưu: hồ sơ vay vốn"),
    ),
    "14-td": Letter(
        "TB-NHCS",
        "Về việc chuyển nợ quá hạn",
        ("Ông (bà) {borrower}, {address}",),
        (
            "Căn cứ khế ước số {loan_no} ký ngày {signed_on}, chương trình {programme}; căn cứ "
            "kết quả trả nợ đến ngày {as_of}, ngân hàng thông báo đã chuyển nợ quá hạn:",
        ),
        "Tổng số tiền gốc chuyển nợ quá hạn: {amount} đồng (bằng chữ: {in_words}).",
        (
            "Dư nợ gốc đến ngày {as_of}: {owed} đồng, trong đó nợ quá hạn {overdue} đồng. Lãi "
            "chưa trả: {interest} đồng.",
            "Số tiền chuyển nợ quá hạn chịu lãi suất nợ quá hạn {overdue_rate} %/năm kể từ ngày "
            "chuyển. Phần nợ gốc còn lại chưa đến hạn vẫn là nợ trong hạn.",
            "Đề nghị ông (bà) trả ngay số nợ quá hạn và lãi tại điểm giao dịch xã, vào ngày "
            "{session} hoặc sớm hơn tại trụ sở ngân hàng.",
        ),
        ("Như trên", "Ủy ban nhân dân {commune}", "{to_head}", "Lưu: hồ sơ vay vốn"),
    ),
    "04-td": Letter(
        "TB-NHCS",
        "Về kết quả phê duyệt cho vay",
        (
            "Ủy ban nhân dân {commune}",
            "{to_trustee}",
            "{to_head}",
        ),
        (
            "Căn cứ danh sách đề nghị vay vốn đã được Ủy ban nhân dân xác nhận, ngân hàng thông "
            "báo kết quả phê duyệt cho vay đối với các hộ sau:",
        ),
        "Tổng số tiền phê duyệt: {amount} đồng (bằng chữ: {in_words}).",
        (
            "Người vay mang theo giấy tờ tùy thân và sổ vay vốn đến {where} để ký hợp đồng và "
            "nhận tiền vào ngày {when}.",
            "Đề nghị tổ trưởng báo cho từng hộ biết ngày, nơi giải ngân.",
        ),
        ("Như trên", "Lưu: văn thư, tín dụng"),
    ),
}


def draw(paper: Paper, found: Sheet, form: Form, leaf: Leaf) -> None:
    """Write a letter from the top of a page on."""
    letter = LETTERS[found.form]
    facts = {code: _told(cell) for code, cell in leaf.facts.items()}
    _head(paper, found, form, leaf)
    _address(paper, _lines(letter.to, facts))
    for said in letter.before:
        _paragraph(paper, _filled(said, facts))
    for part in leaf.parts:
        paper.y -= 2
        sheet.draw(paper, part, form)
        paper.y -= 6
    if leaf.in_words is not None:
        amount = {"amount": written(leaf.in_words), "in_words": in_words.dong(leaf.in_words)}
        _paragraph(paper, _filled(letter.words, facts | amount))
    after, copies = _lines(letter.after, facts), _lines(letter.copies, facts)
    for at, said in enumerate(after, 1):
        if at == len(after):
            # What is signed says something on the page where it is signed.
            paper.need(
                paper.tall([said], size=_SIZE, first=_FIRST) + _high(_copied(paper, copies))
            )
        _paragraph(paper, said)
    _signed(paper, _copied(paper, copies), form)


def _lines(said: tuple[str, ...], facts: Mapping[str, str]) -> list[str]:
    return list(filter(None, (_filled(one, facts) for one in said)))


def _filled(said: str, facts: Mapping[str, str]) -> str:
    """Return a sentence with its facts; one that is not there leaves no gap behind."""
    return " ".join(said.format_map(facts).split()).replace(" ,", ",")


def _told(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return written(cell) if isinstance(cell, int) else days.written(cell)  # type: ignore[arg-type]


def _head(paper: Paper, found: Sheet, form: Form, leaf: Leaf) -> None:
    faces, evidence, letter = paper.faces, found.evidence, LETTERS[found.form]
    paper.write(form.mark, paper.right, paper.y, face=faces.italic, align="right")
    paper.y -= 6
    paper.national_header(scopes.PARENT, scopes.branch(evidence.scope))
    left, right = paper.left + 0.22 * paper.room, paper.right - 0.26 * paper.room
    place = faces.italic.clean(evidence.scope.province_name)
    number, dated = leaf.facts.get("number"), leaf.facts.get("dated")
    paper.y -= 8
    said = f"Số: {number or '........'}/{letter.sign}"
    paper.write(said, left, paper.y, size=_SIZE, align="middle")
    day = dated if isinstance(dated, date) else paper.imprint.made.date()
    on = f"{place}, {spoken_day(day)}"
    paper.write(on, right, paper.y, face=faces.italic, size=_SIZE, align="middle")
    paper.y -= 22
    for level, said in (("H1", letter.kind), ("H2", letter.subject)):
        with paper.part(level):
            paper.flow(said, face=faces.bold, size=_SIZE + 1, align="middle")
    _ruled(paper, letter.subject)
    if evidence.demonstration:
        paper.flow(scopes.DEMONSTRATION, face=faces.bold, size=_SMALL, align="middle")
    checked.alarm(paper, evidence)
    paper.y -= 8


def _ruled(paper: Paper, subject: str) -> None:
    """Rule below the subject, two fifths as long. Source: Decree 30/2020/NĐ-CP, appendix I."""
    middle = (paper.left + paper.right) / 2
    half = paper.faces.bold.width(subject, _SIZE + 1) / 5
    paper.rule(middle - half, paper.y - 2, middle + half, paper.y - 2)
    paper.y -= 6


def _address(paper: Paper, to: list[str]) -> None:
    if len(to) == 1:
        paper.flow(f"Kính gửi: {to[0]}", size=_SIZE, indent=10 * MM)
    else:
        paper.flow("Kính gửi:", size=_SIZE, indent=10 * MM)
        for at, one in enumerate(to, 1):
            paper.flow(f"- {one}{';' if at < len(to) else '.'}", size=_SIZE, indent=22 * MM)
    paper.y -= 6


def _paragraph(paper: Paper, said: str) -> None:
    if said:
        paper.paragraph(said, size=_SIZE, first=_FIRST)
        paper.y -= _BETWEEN


def _copied(paper: Paper, copies: list[str]) -> list[str]:
    """Return the lines that say who has a copy."""
    room = 0.5 * paper.room
    return [
        line
        for at, one in enumerate(copies, 1)
        for line in paper.faces.regular.wrap(
            f"- {one}{';' if at < len(copies) else '.'}", _SMALL, room
        )
    ]


def _high(lines: list[str]) -> float:
    return max(_SIGNED, 40 + 14 * len(lines))


def _signed(paper: Paper, lines: list[str], form: Form) -> None:
    """Write who has a copy and who signs: always together on one page."""
    faces = paper.faces
    paper.need(_high(lines))
    top = paper.y - 18
    with paper.part("P"):
        paper.write("Nơi nhận: ", paper.left, top, face=faces.italic, size=12)
        for at, line in enumerate(lines, 1):
            paper.write(f"{line.rstrip(' ')} ", paper.left, top - 14 * at, size=_SMALL)
    middle = paper.right - 0.2 * paper.room
    for at, post in enumerate(form.leaf):
        paper.write(post, middle, top - 15 * at, face=faces.bold, size=_SIZE, align="middle")
    below = top - 15 * len(form.leaf)
    said = "(ký, ghi rõ họ tên, đóng dấu)"
    paper.write(said, middle, below, face=faces.italic, size=_SMALL, align="middle")
    paper.y = top - max(_SIGNED - 18, 14 * len(lines) + 22)
