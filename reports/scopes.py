"""What a statement covers, in the words of every document."""

from creditdesk.evidence import Scope

PARENT = "NGÂN HÀNG CHÍNH SÁCH XÃ HỘI"
DEMONSTRATION = "SỐ LIỆU MINH HỌA: người vay và số tiền do máy dựng, không có giá trị."
KINDS = {"xa": "xã", "phuong": "phường", "dac-khu": "đặc khu", "cu": "đơn vị cũ"}
AXES = {
    "commune": "xã, phường, đặc khu",
    "programme": "chương trình",
    "source": "nguồn vốn",
    "investor": "đơn vị ủy thác vốn",
    "trustee": "đơn vị nhận ủy thác",
    "office": "phòng giao dịch",
    "group": "tổ tiết kiệm và vay vốn",
    "village": "thôn, tổ dân phố",
    "status": "tình trạng món vay",
    "term": "thời hạn cho vay",
    "purpose": "mục đích vay",
    "loan": "món vay",
}
_PROVINCES = {"tinh": "tỉnh", "thanh-pho": "thành phố"}


def branch(scope: Scope) -> str:
    """Return the branch that makes a statement, in capitals."""
    return f"CHI NHÁNH {_province(scope)}".upper()


def commune(scope: Scope) -> str:
    """Return kind and name of the commune that a statement covers."""
    return f"{KINDS.get(scope.commune_kind or '', '')} {scope.commune_name or ''}".strip()


def covered(scope: Scope) -> str:
    """Return the place of a statement and what it is narrowed to, with their codes."""
    where = _province(scope)
    places = [f"{where} (mã {scope.province_code})"]
    if scope.commune_code is not None:
        places = [f"{commune(scope)} (mã {scope.commune_code}), {where}"]
    for axis, key, name in scope.narrowed:
        said = f"{key} {name}" if name != key else key
        places.append(f"{AXES.get(axis, axis)}: {said}")
    return f"Phạm vi: {'; '.join(places)}"


def _province(scope: Scope) -> str:
    return f"{_PROVINCES.get(scope.province_kind, '')} {scope.province_name}".strip()
