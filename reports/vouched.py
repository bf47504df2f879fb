"""What a workbook says of its own figures: what it is, what was checked, what has to be known."""

from collections.abc import Iterator

from creditdesk.engine import days
from creditdesk.evidence import Evidence
from creditdesk.sheets import Sheet
from reports import checked, leaves, scopes, titles
from reports.forms import FORMS
from reports.paper import in_vietnam

CHECKS = ("Kết quả", "Phép kiểm tra", "Vế trái", "Vế phải", "Lệch")


def facts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield what a document is, how it came to be and what its one leaf is about."""
    form, evidence = FORMS[sheet.form], sheet.evidence
    label, covered = scopes.covered(evidence.scope).split(": ", 1)
    yield "Biểu mẫu", form.name
    yield label, covered
    yield "Ngày số liệu", days.written(evidence.as_of)
    if form.flows:
        since, as_of = days.written(evidence.since), days.written(evidence.as_of)
        yield "Phát sinh", f"từ {since} đến hết {as_of}"
    yield "Địa giới hành chính", f"theo bản đồ ngày {days.written(evidence.map_of)}"
    yield "Sổ", checked.known_on(evidence) or "Theo sổ như đã biết khi lập."
    yield "Lập lúc", f"{in_vietnam(evidence.made_at):%H:%M:%S ngày %d/%m/%Y}"
    yield "Số sao kê", evidence.number
    yield "Mã số liệu (SHA-256)", evidence.digest
    if evidence.demonstration:
        yield "Chú ý", scopes.DEMONSTRATION
    if len(sheet.leaves) == 1:
        for code, cell in sheet.leaves[0].facts.items():
            if code in titles.FACTS and cell not in (None, ""):
                yield titles.FACTS[code], leaves.told(cell)


def verdict(evidence: Evidence) -> str:
    """Return in one line whether every check holds."""
    count, failed = len(evidence.identities), len(evidence.failed)
    if failed:
        return f"≠ {failed} trong {count} phép kiểm tra KHÔNG KHỚP: không được dùng."
    return f"√ Cả {count} phép kiểm tra đều khớp." if count else "Không có phép kiểm tra nào."


def checks(evidence: Evidence) -> Iterator[tuple[str, str, int, int, int]]:
    """Yield of every check whether it holds, what it demands, both sides and the gap."""
    for one in evidence.identities:
        holds = "√ Khớp" if one.holds else "≠ KHÔNG KHỚP"
        yield holds, checked.equation(one.code), one.left, one.right, one.left - one.right
