"""The forms of the bank in its own words: number, title, unit, titles of columns, who signs."""

from dataclasses import dataclass
from typing import Literal

from reports import titles

_GROUP = ("Tổ trưởng", "Cán bộ ngân hàng", "Người kiểm soát")
_LETTER = ("GIÁM ĐỐC",)
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
    posts: tuple[str, ...] = _USUAL
    leaf: tuple[str, ...] = ()

    @property
    def units(self) -> str:
        """Return the line that names the units of a table."""
        unit = "triệu đồng" if self.unit == "million" else "đồng"
        return f"Đơn vị: {unit}, {self.counted}" if self.counted else f"Đơn vị: {unit}"

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
        size=6.5,
    ),
    "bc0438": Form(
        "BC0438",
        "BÁO CÁO TÍN DỤNG ỦY THÁC QUA CÁC TỔ CHỨC CHÍNH TRỊ - XÃ HỘI",
        counted="tổ, hộ, món, %",
        size=8,
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

PARTS = {
    **titles.PARTS,
    "rows": "Theo dòng của sao kê",
    "sources": "Theo chương trình, nguồn vốn",
    "trustees": "Dư nợ ủy thác theo xã và đơn vị nhận ủy thác",
    "bands": "Xếp loại tổ tiết kiệm và vay vốn",
    "programmes": "Dư nợ ủy thác theo chương trình",
}

GROUPS = {
    **titles.GROUPS,
    "lent": "Doanh số cho vay",
    "collected": "Doanh số thu nợ",
    "written_off": "Xóa nợ",
    "owed": "Dư nợ",
    "terms": "Dư nợ theo thời hạn cho vay",
    "in_month": "Trong tháng",
    "people": "Số tổ viên",
    "measured": "Tỷ lệ trong tháng (%)",
    "points": "Điểm từng tiêu chí",
    "score": "Kết quả",
    "all": "Tổng số",
    "purpose:production": "Sản xuất kinh doanh",
    "purpose:housing": "Nhà ở",
    "purpose:education": "Học sinh, sinh viên",
    "purpose:overseas": "Lao động nước ngoài",
    "purpose:jobs": "Việc làm",
    "purpose:water": "Nước sạch, vệ sinh",
    "purpose:other": "Khác",
    "band:good": "Tốt",
    "band:fair": "Khá",
    "band:average": "Trung bình",
    "band:weak": "Yếu",
    "band:none": "Chưa xếp loại",
}

COLUMNS = {
    **titles.COLUMNS,
    "no": "TT",
    "name": "Tên",
    "code": "Mã",
    "commune": "Xã, phường, đặc khu",
    "programme": "Chương trình",
    "trustee_name": "Đơn vị nhận ủy thác",
    "drawn_month": "Trong tháng",
    "drawn_year": "Từ đầu năm",
    "collected_month": "Trong tháng",
    "collected_year": "Từ đầu năm",
    "written_off_month": "Trong tháng",
    "written_off_year": "Từ đầu năm",
    "outstanding": "Tổng số",
    "in_term": "Trong hạn",
    "overdue": "Quá hạn",
    "frozen": "Khoanh",
    "short": "Ngắn hạn",
    "medium": "Trung hạn",
    "long": "Dài hạn",
    "households": "Số hộ còn dư nợ",
    "turns": "Lượt hộ vay từ đầu năm",
    "counted": "Hộ, món",
    "amount": "Số tiền",
    "groups": "Số tổ",
    "loans": "Số món",
    "savings": "Số dư tiết kiệm",
    "drawn": "Cho vay",
    "principal": "Thu gốc",
    "interest": "Thu lãi",
    "savings_in": "Gửi tiết kiệm",
    "savings_out": "Rút tiết kiệm",
    "group": "Mã tổ",
    "head": "Tổ trưởng",
    "trustee": "Đơn vị",
    "members": "Tổng số",
    "members_owing": "Còn dư nợ",
    "members_saving": "Gửi tiết kiệm",
    "members_paying": "Trả lãi",
    "overdue_share": "Tỷ lệ quá hạn %",
    "interest_unpaid": "Lãi tồn",
    "interest_share": "Thu lãi",
    "principal_share": "Thu gốc đến hạn",
    "savings_share": "Tăng tiết kiệm",
    "attendance_share": "Tham gia phiên",
    "points:members_saving": "Tổ viên gửi TK",
    "points:overdue": "Nợ quá hạn",
    "points:interest": "Thu lãi",
    "points:principal": "Thu gốc",
    "points:savings_growth": "Tăng TK",
    "points:attendance": "Tham gia phiên",
    "points_known": "Điểm tối đa có số liệu",
    "score": "Điểm (thang 100)",
    "band": "Xếp loại",
    "drawn_to_date": "Lũy kế",
    "principal_collected": "Thu nợ gốc trong kỳ",
    "late_principal": "Nợ gốc trễ hạn theo khế ước",
    "source": "Nguồn vốn",
    "part_of_all": "Tỷ trọng %",
}
_REPEATED = {"groups": "Số tổ", "part": "Tỷ lệ %"}

LABELS = {
    **titles.LABELS,
    "total": "TỔNG CỘNG",
    "no-group": "Cho vay trực tiếp, không qua tổ",
    "section:lent": "I. DOANH SỐ CHO VAY",
    "section:collected": "II. DOANH SỐ THU NỢ",
    "section:owed": "III. DƯ NỢ",
    "section:overdue": "IV. NỢ QUÁ HẠN",
    "source:1": "Nguồn vốn trung ương",
    "source:2": "Nguồn vốn địa phương",
}

NOTES = {
    **titles.NOTES,
    "lent-net": "Doanh số cho vay đã trừ đảo khoản.",
    "collected-all": "Doanh số thu nợ là gốc thu từ nợ trong hạn, quá hạn và khoanh; "
    "không gồm lãi.",
    "terms-signed": "Thời hạn cho vay tính theo khế ước: ngắn hạn đến 12 tháng, trung hạn trên 12 "
    "đến 60 tháng, dài hạn trên 60 tháng.",
    "households-once": "Mỗi hộ được đếm một lần trong mỗi dòng và một lần trong tổng cộng, nên "
    "cộng số hộ các dòng có thể lớn hơn tổng.",
    "turns-year": "Lượt hộ vay: số món có giải ngân từ đầu năm đến ngày số liệu.",
    "counted-loans": "Cột hộ, món: mục I đếm món có giải ngân trong kỳ, mục II món có thu gốc "
    "trong kỳ, mục III hộ còn dư nợ, mục IV món còn nợ quá hạn.",
    "purposes-of-programmes": "Nhóm chương trình theo mục đích vay của chương trình.",
    "no-savings": "Sổ không giữ số liệu tiết kiệm, tổng số tổ viên và tham gia phiên giao dịch: "
    "các cột ấy để trống, không suy đoán.",
    "rows-something": "Mỗi mục chỉ in xã, phường, đặc khu có số liệu ở mục ấy.",
    "rows-alive": "Chỉ in dòng còn dư nợ hoặc có phát sinh trong tháng.",
    "groups-owing": "Chỉ gồm tổ còn dư nợ; không gồm cho vay trực tiếp.",
    "score-known": "Điểm quy về thang 100 từ những tiêu chí có số liệu; cột điểm tối đa có số "
    "liệu cho biết đã chấm được bao nhiêu trong 100 điểm.",
    "entrusted-only": "Chỉ gồm món cho vay ủy thác qua tổ chức chính trị - xã hội.",
}


def column(code: str) -> str:
    """Return the title of a column; of one for each of several things what it says of each."""
    return COLUMNS.get(code) or _REPEATED.get(code.partition(":")[0], code)
