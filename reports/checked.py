"""What a statement says of its own checks: the same words in every document."""

from collections.abc import Sequence
from datetime import date

from creditdesk.engine import days
from creditdesk.engine.money import written
from creditdesk.evidence import Evidence
from creditdesk.sheets import Sheet
from reports import forms
from reports.paper import BLACK, HEADING, PROOF, RED, SIGNATURES, Paper

_IDENTITIES = {
    "parts-make-outstanding": "Trong hạn + quá hạn + khoanh = tổng dư nợ",
    "opening-and-flows-make-closing": "Dư đầu kỳ + cho vay − thu nợ gốc − xóa nợ = dư cuối kỳ",
    "draws-less-rebooked-make-lent": "Giải ngân − đảo khoản trong kỳ = doanh số cho vay",
    "accounts-make-collected": "Gốc thu từ trong hạn + quá hạn + khoanh = doanh số thu nợ",
    "households-once": "Số hộ còn dư nợ, mỗi hộ đếm một lần = số hộ in ra",
    "loans-once": "Số khế ước khác nhau = số món đã cộng",
    "drawn-and-undrawn-make-contracts": "Số món đã giải ngân + chưa giải ngân = số khế ước",
    "closed-loans-keep-history": "Món hết dư nợ: gốc đã trả + xóa nợ = đã giải ngân",
    "every-row-holds": "Số dòng mà hai phép trên đều khớp = số dòng in ra",
    "communes-make-total": "Cộng các đơn vị hành chính = tổng cộng",
    "programmes-make-total": "Cộng các chương trình và nguồn vốn = tổng cộng",
    "groups-make-total": "Cộng các tổ tiết kiệm và vay vốn = tổng cộng",
    "loans-of-communes-make-total": "Cộng số món của các đơn vị hành chính = tổng số món",
    "sources-make-total": "Cộng các nguồn vốn = tổng cộng",
    "trustees-make-total": "Cộng theo đơn vị nhận ủy thác = tổng cộng",
    "terms-make-total": "Cộng các thời hạn cho vay = tổng cộng",
    "purposes-make-total": "Cộng các nhóm chương trình = tổng cộng",
    "group-make-commune": "Số xã bằng đúng tổng các tổ của mình = số xã",
    "trustee-make-commune": "Số xã bằng đúng tổng các đơn vị nhận ủy thác = số xã",
    "programme-make-trustee": "Số đơn vị nhận ủy thác bằng đúng tổng các chương trình = số đơn vị",
    "group-make-programme": "Số chương trình bằng đúng tổng các tổ = số chương trình",
    "commune-make-source": "Số nguồn vốn bằng đúng tổng các xã = số nguồn vốn",
    "purpose-make-commune": "Số xã bằng đúng tổng các nhóm chương trình = số xã",
    "scored-groups-make-total": "Dư nợ các tổ được chấm điểm = tổng dư nợ ủy thác",
    "loans-make-list": "Cộng từng món = cộng danh sách việc",
    "investors-make-total": "Cộng các đơn vị ủy thác vốn = tổng cộng",
    "programme-make-commune": "Số xã bằng đúng tổng các chương trình = số xã",
    "loans-make-portfolio": "Cộng từng món = số của sao kê",
    "letters-make-list": "Cộng số tiền trên các thư = cộng danh sách gửi",
    "leaves-make-total": "Cộng số liệu của các tổ = tổng cộng",
    "loans-make-columns": "Cộng từng món = cộng cả cột của sổ",
    "proposed-makes-total": "Gốc dự kiến + lãi dự kiến = cộng dự kiến thu",
    "drawn-and-flows-make-outstanding": "Giải ngân − gốc đã trả − xóa nợ = tổng dư nợ",
    "plan-makes-late": "Cộng gốc trễ hạn của các kỳ = nợ gốc trễ hạn",
    "movements-make": "Cộng phát sinh = lũy kế",
    "earned-less-collected-is-unpaid": "Lãi phát sinh − lãi đã thu = lãi chưa thu",
    "months-make-total": "Cộng các tháng = tổng cộng",
    "bands-make-total": "Cộng các nhóm ngày trễ = tổng cộng",
    "rows-make-total": "Cộng các dòng = tổng cộng",
    "flows-make-change": "Số dòng mà tăng, giảm dư nợ = cho vay − thu gốc − xóa nợ = số dòng",
    "loans-make-difference": "Cộng chênh lệch từng món = chênh lệch của tổng cộng",
    "entries-make": "Cộng chứng từ làm nên chênh lệch = chênh lệch",
    "stretches-make-total": "Cộng các quãng có cùng tỷ lệ chia = tổng cộng",
    "standings-make-households": "Cộng các diện = số hộ, mỗi hộ một lần",
    "loans-of-rows-make-total": "Cộng số món của các dòng = tổng số món",
}
_CHECKED = {
    "drawn": "cho vay trong kỳ",
    "due": "gốc đến hạn",
    "handled": "số tiền xử lý",
    "principal": "thu gốc",
    "interest": "thu lãi",
    "drawn_year": "cho vay từ đầu năm",
    "drawn_to_date": "giải ngân lũy kế",
    "principal_collected": "thu nợ gốc trong kỳ",
    "outstanding": "tổng dư nợ",
    "late_principal": "nợ gốc trễ hạn",
    "overdue": "nợ quá hạn",
    "then": "lúc vay",
    "before": "trước",
    "now": "hiện nay",
    "written_off": "xóa nợ",
}
ROUNDED = (
    "Số tiền in bằng triệu đồng, làm tròn đến hai số lẻ từ số đúng từng đồng; vì làm tròn, "
    "tổng in ra có thể lệch vài đơn vị cuối so với cộng các dòng in."
)
_LEFT_OUT = {
    "approved-not-drawn": "món đã duyệt, chưa giải ngân",
    "signed-after-the-day": "món ký sau ngày số liệu",
}


def alarm(paper: Paper, evidence: Evidence, *, mark: str = "") -> None:
    """Write in red that checks failed, where any did; `mark` is the part that shows them."""
    if evidence.failed:
        said = (
            f"CẢNH BÁO: {len(evidence.failed)} phép kiểm tra không khớp, xem mục "
            f"{mark or 'Kiểm tra'}. "
            "Không ký khi chưa rõ."
        )
        paper.flow(said, face=paper.faces.bold, size=10, colour=RED)


def known_on(evidence: Evidence) -> str:
    """Return as of which day the books were known; empty where it is when it was made."""
    if evidence.known_before is not None:
        return _two_knowledges(evidence.known_before, evidence.known_on)
    if evidence.known_on is None:
        return ""
    day = days.written(evidence.known_on)
    return f"Theo sổ như đã biết đến hết ngày {day}: chứng từ nhập sau ngày đó không tính."


def _two_knowledges(before: date, known_on: date | None) -> str:
    then = f"sổ như đã biết đến hết ngày {days.written(before)}"
    now = f"sổ như đã biết đến hết ngày {days.written(known_on)}" if known_on else "sổ hiện nay"
    return f"Cùng một ngày số liệu: {then} (trước) so với {now} (sau)."


def left_out(evidence: Evidence) -> str:
    """Return what is not in the figures, and how many loans that is."""
    counted = [
        f"{written(count)} {_LEFT_OUT.get(code, f'món ({code})')}"
        for code, count in evidence.left_out
        if count
    ]
    return f"Không đưa vào bảng: {'; '.join(counted) or 'không có món nào'}."


def noted(sheet: Sheet, *, rounded: bool) -> list[str]:
    """Return what has to be said of figures, the law applied, and what was left out, numbered.

    rounded  whether amounts are written in million dong
    """
    found = [forms.NOTES[code] for code in sheet.notes]
    if rounded:
        found.append(ROUNDED)
    found.append(f"Chính sách áp dụng: phiên bản {sheet.evidence.policy}.")
    found.append(left_out(sheet.evidence))
    return [f"{number}. {note}" for number, note in enumerate(found, 1)]


def signed(paper: Paper, evidence: Evidence, posts: Sequence[str], *, mark: str = "") -> None:
    """Write what was checked, who signs below it, and how the document can be verified.

    Many checks, or those for which the page has no room, are summed up in a line and follow what
    is signed as an annex of their own.

    posts  who signs; nobody where the pages before are signed already
    mark   the number of the part that the checks are
    """
    below = PROOF + (SIGNATURES if posts else 0)
    said = _summary(evidence)
    least = HEADING + paper.tall([said]) + below
    room = paper.y - paper.bottom
    crowded = least <= room < tall(paper, evidence)[0] + below
    if not _apart(paper, evidence) and not crowded:
        _listed(paper, evidence, below=below, mark=mark)
        _sign(paper, evidence, posts)
        return
    paper.heading(f"{mark}. Kiểm tra" if mark else "Kiểm tra", keep=least - HEADING)
    colour = RED if evidence.failed else BLACK
    paper.flow(said, face=paper.faces.bold if evidence.failed else None, size=9, colour=colour)
    _sign(paper, evidence, posts)
    paper.prove()
    paper.turn()
    bold, number = paper.faces.bold, evidence.number
    with paper.part("H2"):
        paper.flow("PHỤ LỤC: KIỂM TRA SỐ LIỆU", face=bold, size=12, align="middle")
    paper.flow(f"Kèm theo {paper.imprint.title}, số sao kê {number}.", size=10, align="middle")
    paper.y -= 6
    _list(paper, evidence)


def _sign(paper: Paper, evidence: Evidence, posts: Sequence[str]) -> None:
    if posts:
        place = paper.faces.italic.clean(evidence.scope.province_name)
        paper.signatures(place, paper.imprint.made.date(), posts, below=PROOF)


def _apart(paper: Paper, evidence: Evidence) -> bool:
    """Return whether the checks are so many that they would part figures from who signs them."""
    return paper.tall(_checks(evidence)) > (paper.top - paper.bottom) / 3


def _summary(evidence: Evidence) -> str:
    count, failed = len(evidence.identities), len(evidence.failed)
    if failed:
        return f"≠ {failed} trong {count} phép kiểm tra KHÔNG KHỚP, xem phụ lục: không được ký."
    return f"√ Cả {count} phép kiểm tra đều khớp; từng phép in ở phụ lục sau trang ký."


def _listed(paper: Paper, evidence: Evidence, *, below: float, mark: str) -> None:
    """Write every check under a heading, the last of them on one page with what is `below`."""
    keep = min(paper.tall(_checks(evidence)) + below, paper.top - paper.bottom - HEADING)
    paper.heading(f"{mark}. Kiểm tra" if mark else "Kiểm tra", keep=keep)
    _list(paper, evidence)
    paper.y -= 4


def _list(paper: Paper, evidence: Evidence) -> None:
    """Write every check and both its sides; what failed in red, with the gap."""
    for said, one in zip(_checks(evidence), evidence.identities or (None,), strict=True):
        if one and one.holds:
            paper.flow(said, size=9)
        else:
            face = paper.faces.bold if one else None
            paper.flow(said, face=face, size=9, colour=RED)


def tall(paper: Paper, evidence: Evidence) -> tuple[float, float]:
    """Return how high [pt] is what is said of the checks above who signs, with its heading.

    That is every check where they are not too many, and the line that sums them up.
    """
    least = HEADING + paper.tall([_summary(evidence)]) + 4
    every = HEADING + paper.tall(_checks(evidence)) + 4
    return (least if _apart(paper, evidence) else every), least


def _checks(evidence: Evidence) -> list[str]:
    if not evidence.identities:
        return ["Không có phép kiểm tra nào được thực hiện."]
    found = []
    for one in evidence.identities:
        said, left, right = equation(one.code), written(one.left), written(one.right)
        if one.holds:
            found.append(f"√ Khớp. {said}: {left} = {right}")
        else:
            gap = written(one.left - one.right)
            found.append(f"≠ KHÔNG KHỚP. {said}: {left} ≠ {right}, lệch {gap}")
    return found


def equation(code: str) -> str:
    """Return the words of an identity; what follows a colon names the figure it is about."""
    demanded, _, figure = code.partition(":")
    said = _IDENTITIES.get(demanded, demanded)
    return f"{said}, {_CHECKED.get(figure) or _column(figure)}" if figure else said


def _column(figure: str) -> str:
    """Return the words of a column, and before them what it shares with its neighbours."""
    group, _, code = figure.rpartition(".")
    titles = [forms.GROUPS.get(group, group), forms.column(code)]
    if titles[1].startswith(titles[0]):
        titles = titles[1:]
    return " – ".join(title[:1].lower() + title[1:] for title in titles)
