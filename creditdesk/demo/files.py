"""The files of an office: its loan table and its movements, in the layout of every branch."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from creditdesk.demo import habits, months
from creditdesk.demo.contracts import Contracts
from creditdesk.demo.ground import Ground
from creditdesk.demo.habits import HABITS
from creditdesk.demo.law import MICRO
from creditdesk.demo.lives import KINDS, Movements
from creditdesk.demo.people import NOBODY, People

LOAN_TITLES = (
    "Số khế ước",
    "Mã khách hàng",
    "Họ và tên",
    "Số CCCD",
    "Mã hộ",
    "Đối tượng",
    "Mã chương trình",
    "Nguồn vốn",
    "Mã nhà đầu tư",
    "ĐVUT",
    "Mã tổ",
    "Tổ trưởng",
    "Mã thôn",
    "Mã xã",
    "Mã PGD",
    "Ngày giao dịch xã",
    "Ngày ký",
    "Lãi suất",
    "Mức phê duyệt",
    "Ngày trả gốc đầu tiên",
    "Kỳ hạn trả gốc",
    "Ngày đến hạn",
    "Mục đích",
    "Ngày ra trường",
)
MOVEMENT_TITLES = ("Số khế ước", "Ngày", "Loại", "Số tiền", "Đến ngày", "Số chứng từ")

RECEIPT_MARK = "MH"
"""Begins every receipt number: minh họa, for illustration."""
_INVESTORS = 3
_DIRECT = "99"


@dataclass(frozen=True, slots=True)
class OfficeFiles:
    """The two files of an office and how many rows each has."""

    office: str
    loans_path: Path
    movements_path: Path
    loans: int
    movements: int


class Clerk:
    """Writes the files of one province's offices."""

    def __init__(self, folder: Path, ground: Ground, people: People) -> None:
        """Prepare what all offices share: the codes and names of households and groups."""
        self.folder, self.ground, self.people = folder, ground, people

    def write(
        self, office: int, serial: int, contracts: Contracts, movements: Movements
    ) -> OfficeFiles:
        """Write the files of an office.

        serial  of its first contract within the province
        """
        code = self.ground.office_code(office)
        numbers = [
            f"6600{self.ground.province}{office:02d}{number:08d}"
            for number in range(serial, serial + len(contracts))
        ]
        loans_path = self.folder / f"khe-uoc-{code}.csv"
        movements_path = self.folder / f"giao-dich-{code}.csv"
        _write(loans_path, LOAN_TITLES, zip(numbers, *self.loan_columns(contracts), strict=True))
        rows = zip(*self.movement_columns(office, numbers, movements), strict=True)
        _write(movements_path, MOVEMENT_TITLES, rows)
        counts = len(contracts), len(movements.loan)
        return OfficeFiles(code, loans_path, movements_path, *counts)

    def loan_columns(self, contracts: Contracts) -> list[Sequence[object]]:
        """Return the columns of a loan table after the loan numbers."""
        c, people = contracts, self.people
        programmes = np.array([habit.code[:2] for habit in HABITS])[c.habit]
        single = c.first == c.due
        first = np.where(single, 0, months.day(c.first, c.session_day))
        return [
            *self.borrower_columns(c),
            np.array(habits.STANDINGS)[people.standing[c.household]].tolist(),
            programmes.tolist(),
            np.where(c.local, "2", "1").tolist(),
            self.investors(c),
            *self.group_columns(c),
            c.session_day.tolist(),
            months.written(c.signed),
            [_percent(rate) for rate in c.rate.tolist()],
            c.approved.tolist(),
            months.written(first),
            np.where(single, "", c.every.astype(str)).tolist(),
            months.written(months.day(c.due, c.session_day)),
            _purposes(c),
            months.written(c.course_end),
        ]

    def borrower_columns(self, c: Contracts) -> list[Sequence[object]]:
        """Return customer number, name, identity number and household number."""
        province, people = self.ground.province, self.people
        # A household's two borrowers have neighbouring numbers.
        customers = (2 * c.household + c.partner + 1).tolist()
        named = zip(c.household.tolist(), c.partner.tolist(), strict=True)
        shared = people.shared[c.household].tolist()
        return [
            [f"{province}{number:08d}" for number in customers],
            [people.partners[h] if partner else people.names[h] for h, partner in named],
            [f"{NOBODY}{province}{number:07d}" for number in customers],
            [
                f"HO{province}{household + 1:08d}" if joined else ""
                for household, joined in zip(c.household.tolist(), shared, strict=True)
            ],
        ]

    def group_columns(self, c: Contracts) -> list[Sequence[object]]:
        """Return trustee, group, its head, village, commune and office."""
        ground, people = self.ground, self.people
        commune = people.commune[c.household]
        codes = [ground.codes[place] for place in commune.tolist()]
        groups = people.group[c.household].tolist()
        villages = people.village[c.household].tolist()
        heads = people.heads[people.every_group[c.household]]
        trustees = np.array(habits.TRUSTEES)[people.trustee[c.household]]
        numbers = [f"{code[1:]}{group + 1:03d}" for code, group in zip(codes, groups, strict=True)]
        return [
            np.where(c.direct, _DIRECT, trustees).tolist(),
            np.where(c.direct, "", np.array(numbers)).tolist(),
            np.where(c.direct, "", heads).tolist(),
            [f"{code}{village:03d}" for code, village in zip(codes, villages, strict=True)],
            codes,
            [ground.office_code(office) for office in ground.office[commune].tolist()],
        ]

    def investors(self, c: Contracts) -> list[str]:
        """Return who entrusted local capital: the province's budget, or one of some communes'."""
        which = (self.people.commune[c.household] % _INVESTORS).tolist()
        return [
            f"DP{self.ground.province}{place:02d}" if local else ""
            for place, local in zip(which, c.local.tolist(), strict=True)
        ]

    def movement_columns(
        self, office: int, numbers: Sequence[str], m: Movements
    ) -> list[Sequence[object]]:
        """Return the columns of a movements table; receipts are numbered as they came in."""
        book = f"{RECEIPT_MARK}{self.ground.province}{office:02d}"
        return [
            [numbers[loan] for loan in m.loan.tolist()],
            months.written(m.day),
            [KINDS[kind] for kind in m.kind.tolist()],
            [amount or "" for amount in m.amount.tolist()],
            months.written(m.until),
            [f"{book}{number:08d}" for number in range(1, len(m.loan) + 1)],
        ]


def _write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(rows)


def _percent(rate: int) -> str:
    """Return a rate of millionths a year in percent a year: 6,6 or 7,92 or 8,382."""
    whole, rest = divmod(rate, MICRO // 100)
    return f"{whole},{rest:04d}".rstrip("0").rstrip(",")


def _purposes(c: Contracts) -> list[str]:
    pairs = zip(c.habit.tolist(), c.purpose.tolist(), strict=True)
    return [HABITS[habit].purposes[purpose] for habit, purpose in pairs]
