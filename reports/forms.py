"""The forms of the bank in its own words: number, title, unit, titles of columns, who signs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from creditdesk import words
from creditdesk.sheets import Part
from reports import titles

_GROUP = ("Tổ trưởng", "Cán bộ ngân hàng", "Người kiểm soát")
_LETTER = ("GIÁM ĐỐC",)
_COUNTED = {"count", "share", "number", "points"}
_USUAL = ("Người lập biểu", "Kiểm soát", "Giám đốc")


@dataclass(frozen=True, slots=True)
class Form:
    """How a document is headed and signed.

    number   that of the bank's form
    ours     whether the bank has no form of it, so that `number` is but what it is called
    words    what an amount in words is the amount of
    unit     of amounts; `counted` names the others
    period   whether its flows are of a period that is asked for, not of the month of its day
    flows    whether it says of which days its flows are: a list of one day has none
    size     [pt] of the figures
    tall     [pt] that a row is high at least: where somebody writes or signs in it
    upright  whether its pages stand upright
    wide     whether it lies on A3: put on A4, it is read at seven tenths of its size
    leaf     who signs what begins a page of its own
    """

    number: str
    title: str
    unit: Literal["million", "dong"] = "million"
    counted: str = "hộ"
    period: bool = False
    ours: bool = False
    words: str = "Bằng chữ"
    flows: bool = True
    size: float = 7.5
    tall: float = 0
    upright: bool = False
    wide: bool = False
    posts: tuple[str, ...] = _USUAL
    leaf: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what a document is called: the number of the bank's form, where it has one."""
        return self.title if self.ours else f"{self.number} {self.title}"

    @property
    def mark(self) -> str:
        """Return what stands at the upper edge of a document."""
        return self.number if self.ours else f"Mẫu số {self.number}"


FORMS = {
    "portfolio": Form("Sao kê", "SAO KÊ TÍN DỤNG CHÍNH SÁCH", counted="món, hộ", period=True),
    "01-1-bctd": Form(
        "01.1/BCTD",
        "BÁO CÁO KẾT QUẢ CHO VAY HỘ NGHÈO VÀ CÁC ĐỐI TƯỢNG CHÍNH SÁCH THEO XÃ, PHƯỜNG, ĐẶC KHU",
        counted="hộ, lượt",
    ),
    "01-2-bctd": Form(
        "01.2/BCTD",
        "BÁO CÁO KẾT QUẢ CHO VAY HỘ NGHÈO VÀ CÁC ĐỐI TƯỢNG CHÍNH SÁCH THEO CHƯƠNG TRÌNH",
        counted="hộ, lượt",
    ),
    "13-bc": Form(
        "13/BC (B32)",
        "BÁO CÁO CHO VAY, THU NỢ, DƯ NỢ THEO NGUỒN VỐN",
        counted="hộ, món",
        period=True,
        size=7,
    ),
    "len-31": Form(
        "LEN_31",
        "DƯ NỢ THEO XÃ, ĐƠN VỊ NHẬN ỦY THÁC, CHƯƠNG TRÌNH VÀ TỔ TIẾT KIỆM VÀ VAY VỐN",
        unit="dong",
        counted="tổ, hộ",
        size=7,
    ),
    "bc0437": Form(
        "BC0437",
        "KẾT QUẢ HOẠT ĐỘNG VÀ CHẤM ĐIỂM TỔ TIẾT KIỆM VÀ VAY VỐN",
        counted="người, %, điểm",
        size=9.5,
        wide=True,
    ),
    "bc0438": Form(
        "BC0438",
        "BÁO CÁO TÍN DỤNG ỦY THÁC QUA CÁC TỔ CHỨC CHÍNH TRỊ - XÃ HỘI",
        counted="tổ, hộ, món, %",
        size=8,
    ),
    "commune-month": Form(
        "Biểu tháng của xã",
        "TÌNH HÌNH TÍN DỤNG CHÍNH SÁCH CỦA XÃ TRONG THÁNG",
        counted="hộ, món, %",
        ours=True,
        size=8,
    ),
    "pictures": Form(
        "Biểu đồ",
        "TIỀN RA, TIỀN VỀ VÀ NỢ TRỄ HẠN QUA HÌNH VẼ",
        counted="món",
        ours=True,
        period=True,
    ),
}

FORMS |= {
    "loan": Form(
        "Sao kê khế ước",
        "SAO KÊ MÓN VAY",
        unit="dong",
        counted="",
        ours=True,
        words="Tổng dư nợ bằng chữ",
        flows=False,
        size=8,
        upright=True,
    ),
    "due-next-month": Form(
        "Theo văn bản 597/NHCS-TDNN",
        "DANH SÁCH NỢ GỐC ĐẾN HẠN THÁNG SAU",
        unit="dong",
        counted="",
        ours=True,
        words="Gốc đến hạn bằng chữ",
        flows=False,
        size=8.5,
        upright=True,
        leaf=("Tổ trưởng nhận", "Cán bộ tín dụng", "Giám đốc"),
    ),
    "collection": Form(
        "12/TD, 13/TD",
        "BẢNG KÊ THU NỢ, THU LÃI, THU TIẾT KIỆM TẠI PHIÊN GIAO DỊCH",
        unit="dong",
        counted="",
        words="Cộng dự kiến thu bằng chữ",
        flows=False,
        size=8.5,
        tall=21,
        leaf=_GROUP,
    ),
    "late": Form(
        "Nợ gốc trễ hạn",
        "DANH SÁCH NỢ GỐC TRỄ HẠN THEO KHẾ ƯỚC",
        unit="dong",
        counted="món, ngày",
        ours=True,
        flows=False,
        size=8,
    ),
    "overdue": Form(
        "Nợ quá hạn",
        "DANH SÁCH NỢ QUÁ HẠN",
        unit="dong",
        counted="món, ngày",
        ours=True,
        flows=False,
        size=8,
    ),
    "due-notice": Form(
        "Thông báo nợ đến hạn",
        "THÔNG BÁO NỢ GỐC ĐẾN HẠN",
        unit="dong",
        counted="",
        ours=True,
        flows=False,
        size=9,
        upright=True,
        leaf=_LETTER,
    ),
    "14-td": Form(
        "14/TD",
        "THÔNG BÁO CHUYỂN NỢ QUÁ HẠN",
        unit="dong",
        counted="",
        size=9,
        upright=True,
        leaf=_LETTER,
    ),
    "06-td": Form(
        "06/TD",
        "PHIẾU KIỂM TRA SỬ DỤNG VỐN VAY",
        unit="dong",
        counted="",
        flows=False,
        size=8.5,
        tall=24,
        leaf=("Tổ trưởng", "Đại diện đơn vị nhận ủy thác", "Người kiểm tra"),
    ),
    "15-td": Form(
        "15/TD",
        "DANH SÁCH ĐỐI CHIẾU DƯ NỢ, TIỀN GỬI",
        unit="dong",
        counted="",
        words="Tổng dư nợ bằng chữ",
        flows=False,
        size=8.5,
        tall=21,
        leaf=("Tổ trưởng", "Người đối chiếu", "Cán bộ ngân hàng"),
    ),
    "16-td": Form(
        "16/TD",
        "BIÊN BẢN KIỂM TRA HOẠT ĐỘNG TỔ TIẾT KIỆM VÀ VAY VỐN",
        unit="dong",
        counted="điểm, %",
        flows=False,
        size=9,
        tall=20,
        upright=True,
        leaf=("Tổ trưởng", "Đại diện đơn vị nhận ủy thác", "Người kiểm tra"),
    ),
    "04-xln": Form("04/XLN", "TỔNG HỢP NỢ KHOANH", unit="dong", counted="", period=True, size=8),
    "05-xln": Form("05/XLN", "TỔNG HỢP NỢ XÓA", unit="dong", counted="", period=True, size=8),
    "local-capital": Form(
        "Vốn ủy thác địa phương",
        "BÁO CÁO KẾT QUẢ SỬ DỤNG NGUỒN VỐN NGÂN SÁCH ĐỊA PHƯƠNG ỦY THÁC",
        counted="hộ, món",
        ours=True,
        period=True,
        size=7.5,
    ),
    "poverty": Form(
        "Kết quả giảm nghèo",
        "KẾT QUẢ GIẢM NGHÈO CỦA CÁC HỘ VAY VỐN TÍN DỤNG CHÍNH SÁCH",
        counted="hộ",
        ours=True,
        period=True,
        size=7,
    ),
    "difference": Form(
        "So sánh",
        "SO SÁNH SỐ LIỆU TÍN DỤNG",
        counted="món",
        ours=True,
        period=True,
        size=7,
    ),
    "difference-loans": Form(
        "Chi tiết so sánh",
        "CHI TIẾT CHÊNH LỆCH SỐ LIỆU TÍN DỤNG THEO MÓN VAY",
        counted="",
        unit="dong",
        ours=True,
        period=True,
        size=6.5,
    ),
    "04-td": Form(
        "04/TD",
        "THÔNG BÁO KẾT QUẢ PHÊ DUYỆT CHO VAY",
        unit="dong",
        counted="tháng",
        flows=False,
        size=9,
        upright=True,
        leaf=_LETTER,
    ),
}


def _said(section: str) -> dict[str, str]:
    """Return the words of a section, as the bank has them."""
    before = f"{section}."
    found = words.catalogue("vi").items()
    return {code.removeprefix(before): text for code, text in found if code.startswith(before)}


PARTS = titles.PARTS | _said("sheet_part")
GROUPS = titles.GROUPS | _said("sheet_group")
COLUMNS = titles.COLUMNS | _said("sheet_column")
LABELS = titles.LABELS | _said("sheet_label")
NOTES = titles.NOTES | _said("sheet_note")


def units(form: Form, part: Part, *, money: str = "") -> str:
    """Return the line that names the units of a table; empty where nothing in it has one.

    money  how amounts are written, if not as the form has them
    """
    held = {column.kind for column in part.columns}
    written = money or ("triệu đồng" if form.unit == "million" else "đồng")
    said = [written] if "dong" in held else []
    if form.counted and held & _COUNTED:
        said.append(form.counted)
    return f"Đơn vị: {', '.join(said)}" if said else ""


def heads(part: Part) -> Iterator[tuple[str, str]]:
    """Yield of each column what it shares with its neighbours, if anything, and its own title."""
    together = Counter(column.group for column in part.columns)
    for one in part.columns:
        group, title = GROUPS.get(one.group, one.group), column(one.code)
        yield ("" if together[one.group] == 1 and group == title else group), title


def column(code: str) -> str:
    """Return the title of a column; of one for each of several things what it says of each."""
    return COLUMNS.get(code) or COLUMNS.get(code.partition(":")[0], code)
