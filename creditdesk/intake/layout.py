"""The columns of the files that a branch hands in, and how each cell is read."""

from collections.abc import Callable
from typing import Any, NamedTuple

from creditdesk.engine.journal import Kind
from creditdesk.engine.programmes import STANDINGS
from creditdesk.intake import cells
from creditdesk.intake.reading import Column


class Reader(NamedTuple):
    """A column with its titles and the reader of its cells."""

    key: str
    title: str
    read: Callable[[str], Any]
    needed: bool = False


def _free(value: str) -> str:
    return value


def _identity(value: str) -> str:
    if value and not (len(value) in (9, 12) and value.isascii() and value.isdigit()):
        raise cells.Unreadable("wrong-identity-number")
    return value


LOANS = (
    Reader("loan_no", "Số khế ước", cells.code(16), True),
    Reader("customer_no", "Mã khách hàng", cells.code(10), True),
    Reader("customer_name", "Họ và tên", cells.text, True),
    Reader("id_no", "Số CCCD", _identity),
    Reader("household_no", "Mã hộ", _free),
    Reader("standing", "Đối tượng", cells.one_of(STANDINGS, "KHAC")),
    Reader("programme", "Mã chương trình", cells.code(2), True),
    Reader("source", "Nguồn vốn", cells.one_of(("1", "2")), True),
    Reader("investor", "Mã nhà đầu tư", _free),
    Reader("trustee", "ĐVUT", cells.code(2), True),
    Reader("group_no", "Mã tổ", cells.optional(cells.code(7))),
    Reader("group_head", "Tổ trưởng", _free),
    Reader("village_code", "Mã thôn", cells.optional(cells.code(8))),
    Reader("commune", "Mã xã", cells.code(5), True),
    Reader("office", "Mã PGD", cells.code(6), True),
    Reader("session_day", "Ngày giao dịch xã", cells.whole, True),
    Reader("signed_on", "Ngày ký", cells.day, True),
    Reader("rate", "Lãi suất", cells.rate, True),
    Reader("approved", "Mức phê duyệt", cells.amount, True),
    Reader("first_principal_on", "Ngày trả gốc đầu tiên", cells.day_or_none),
    Reader("every_months", "Kỳ hạn trả gốc", cells.whole_or_zero),
    Reader("due_on", "Ngày đến hạn", cells.day, True),
    Reader("purpose", "Mục đích", _free),
    Reader("course_end_on", "Ngày ra trường", cells.day_or_none),
)

KINDS = {
    "GN": Kind.DRAW,
    "DK": Kind.REBOOK,
    "TG": Kind.PRINCIPAL,
    "TL": Kind.INTEREST,
    "CQH": Kind.OVERDUE,
    "GH": Kind.EXTEND,
    "KN": Kind.FREEZE,
    "HK": Kind.UNFREEZE,
    "XN": Kind.WRITE_OFF,
}


def _kind(value: str) -> Kind:
    return KINDS[cells.one_of(tuple(KINDS))(value)]


def _amount_or_zero(value: str) -> int:
    return cells.amount(value) if value else 0


MOVEMENTS = (
    Reader("loan_no", "Số khế ước", cells.code(16), True),
    Reader("value_date", "Ngày", cells.day, True),
    Reader("kind", "Loại", _kind, True),
    Reader("amount", "Số tiền", _amount_or_zero, True),
    Reader("until", "Đến ngày", cells.day_or_none),
    Reader("receipt_no", "Số chứng từ", cells.text, True),
)


LINES = (
    Reader("commune", "Mã xã mới", cells.code(5), True),
    Reader("village_code", "Mã thôn", cells.optional(cells.code(8))),
    Reader("from_commune", "Mã xã cũ", cells.optional(cells.code(5))),
    Reader("office", "Mã PGD", cells.optional(cells.code(6))),
)


HOUSEHOLDS = (
    Reader("household_no", "Mã hộ", cells.text, True),
    Reader("commune", "Mã xã", cells.code(5), True),
    Reader("standing", "Đối tượng", cells.one_of(STANDINGS), True),
    Reader("since", "Từ ngày", cells.day, True),
    Reader("until", "Đến ngày", cells.day_or_none),
    Reader("list_no", "Số danh sách", cells.text, True),
    Reader("list_on", "Ngày danh sách", cells.day, True),
)


SHEET = (
    Reader("loan_no", "Số khế ước", cells.code(16), True),
    Reader("principal", "Gốc thu", _free, True),
    Reader("interest", "Lãi thu", _free, True),
    Reader("mark", "Mã bảng kê", _free, True),
)


_OTHER_NAMES = {"every_months": ("principal_every_months",), "commune": ("Mã xã",)}


def columns(readers: tuple[Reader, ...]) -> tuple[Column, ...]:
    """Return the columns as the reading of files wants them."""
    return tuple(
        Column(reader.key, (reader.title, *_OTHER_NAMES.get(reader.key, ()))) for reader in readers
    )


def needed(readers: tuple[Reader, ...]) -> list[str]:
    """Return the keys of the columns that must be there."""
    return [reader.key for reader in readers if reader.needed]


def titles(readers: tuple[Reader, ...]) -> dict[str, str]:
    """Return the title of every column by its key."""
    return {reader.key: reader.title for reader in readers}


FILES = {"loans": LOANS, "movements": MOVEMENTS, "households": HOUSEHOLDS}
"""The files that a branch hands in, by the word after `intake`."""
