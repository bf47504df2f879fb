"""Statements with invented figures, from a seed."""

import csv
import random
from datetime import date, datetime
from pathlib import Path

from creditdesk.engine.money import Dong
from creditdesk.evidence import Evidence, Identity, Scope, data_of
from creditdesk.figures import (
    FIGURE_NAMES,
    Figures,
    PortfolioRow,
    PortfolioStatement,
    Section,
)

PLACES = Path(__file__).parents[2] / "config" / "places" / "communes.csv"
PROGRAMMES = (
    ("01", "Hộ nghèo"),
    ("02", "Học sinh, sinh viên có hoàn cảnh khó khăn"),
    ("03", "Giải quyết việc làm, duy trì và mở rộng việc làm"),
    ("04", "Đi lao động có thời hạn ở nước ngoài"),
    ("06", "Nước sạch và vệ sinh môi trường nông thôn"),
    ("07", "Hộ nghèo về nhà ở"),
    ("09", "Hộ mới thoát nghèo"),
    ("10", "Hộ sản xuất kinh doanh vùng khó khăn"),
    ("12", "Nhà ở xã hội"),
    ("19", "Hộ cận nghèo"),
    ("25", "Phát triển vùng đồng bào dân tộc thiểu số và miền núi"),
    ("26", "Người chấp hành xong án phạt tù"),
)


def figures(chance: random.Random, loans: int) -> Figures:
    """Return figures of some loans that satisfy the identities of a book."""

    def some(low: float, high: float) -> int:
        return (
            sum(int(chance.uniform(low, high) * 1_000_000) for _ in range(3)) * max(loans, 1) // 3
        )

    to_date, drawn = some(50, 62), some(0.5, 1.5)
    year, collected = drawn + some(4, 9), some(0.3, 1.2)
    outstanding = to_date - some(8, 20)
    overdue, frozen = some(0.01, 0.3), some(0, 0.08)
    written_off = some(0, 0.001)
    return Figures(
        loans=loans,
        households=loans - loans // 23,
        loans_drawn=loans // 30,
        drawn=Dong(drawn),
        drawn_year=Dong(year),
        drawn_to_date=Dong(to_date),
        principal_collected=Dong(collected),
        interest_collected=Dong(some(0.1, 0.3)),
        written_off=Dong(written_off),
        opening=Dong(outstanding - drawn + collected + written_off),
        outstanding=Dong(outstanding),
        in_term=Dong(outstanding - overdue - frozen),
        overdue=Dong(overdue),
        frozen=Dong(frozen),
        late_principal=Dong(overdue + some(0.05, 0.9)),
        loans_late=loans // 40,
        interest_unpaid=Dong(some(0.01, 0.05)),
    )


def summed(rows: list[Figures]) -> Figures:
    """Return the sum of figures; some households are counted twice in it."""
    total = Figures(**{name: sum(getattr(one, name) for one in rows) for name in FIGURE_NAMES})
    return total._replace(households=total.households - len(rows) // 2)


def communes_of(province: str) -> list[tuple[str, str, str]]:
    """Return code, name and kind of the communes of a province today."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return [
            (row["code"], row["name"], row["kind"])
            for row in csv.DictReader(file)
            if row["province"] == province and not row["valid_to"]
        ]


def identities(total: Figures, programmes: Figures) -> tuple[Identity, ...]:
    """Return the equations of a book of these totals."""
    flow = total.opening + total.drawn - total.principal_collected - total.written_off
    parts = total.in_term + total.overdue + total.frozen
    return (
        Identity("parts-make-outstanding", parts, total.outstanding),
        Identity("opening-and-flows-make-closing", flow, total.outstanding),
        *(
            Identity(
                f"programmes-make-total:{name}", getattr(programmes, name), getattr(total, name)
            )
            for name in ("drawn", "drawn_to_date", "principal_collected", "outstanding")
        ),
        Identity("loans-of-communes-make-total", total.loans, total.loans),
    )


def statement_of(communes: list[tuple[str, str, str]], *, seed: int = 7) -> PortfolioStatement:
    """Return a statement over communes given as code, name and kind."""
    chance = random.Random(seed)
    sections = []
    for kind in ("xa", "phuong", "dac-khu", "cu"):
        rows = tuple(
            PortfolioRow((code,), (name,), figures(chance, chance.randint(40, 4600)))
            for code, name, one in communes
            if one == kind
        )
        if rows:
            sections.append(Section(kind, rows, summed([row.figures for row in rows])))
    total = summed([section.subtotal for section in sections])
    programmes = programme_rows(chance, total)
    programmes_total = summed([row.figures for row in programmes])
    programmes_total = programmes_total._replace(households=total.households)
    return PortfolioStatement(
        evidence=Evidence(
            kind="portfolio",
            scope=Scope("44", "Quảng Trị", "tinh"),
            since=date(2026, 10, 1),
            as_of=date(2026, 10, 31),
            map_of=date(2026, 10, 31),
            policy="2026-10-01",
            made_at=datetime(2026, 11, 5, 8, 30),  # noqa: DTZ001
            data=data_of(("seed", "communes"), [(seed, repr(communes))]),
            identities=identities(total, programmes_total),
            left_out=(("approved-not-drawn", 214), ("signed-after-the-day", 3)),
        ),
        sections=tuple(sections),
        total=total,
        programmes=programmes,
        programmes_total=programmes_total,
    )


def programme_rows(chance: random.Random, total: Figures) -> tuple[PortfolioRow, ...]:
    """Return rows by programme and source that add up to a total; households do not."""
    if total == Figures():
        return ()
    keys = [
        (code, source, name)
        for code, name in PROGRAMMES
        for source in ("1", "2")
        if source == "1" or code in ("01", "03", "19")
    ]
    weights = [chance.randint(5, 100) for _ in keys]
    left = {name: getattr(total, name) for name in FIGURE_NAMES}
    rows = []
    for at, (code, source, name) in enumerate(keys):
        last = at == len(keys) - 1
        part = {
            figure: left[figure] if last else value * weights[at] // sum(weights[at:])
            for figure, value in left.items()
        }
        left = {figure: left[figure] - part[figure] for figure in left}
        part["in_term"] = part["outstanding"] - part["overdue"] - part["frozen"]
        where = "Trung ương" if source == "1" else "Địa phương"
        rows.append(PortfolioRow((code, source), (name, where), Figures(**part)))
    return tuple(rows)


def quang_tri() -> PortfolioStatement:
    """Return a statement of the 78 communes of Quảng Trị."""
    return statement_of(communes_of("44"))
