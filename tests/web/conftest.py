"""A small book of two communes, taken in from files of the shape that a branch hands in."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

from creditdesk import communes, intake, ledger, opening, settings
from tests.apps import an_app
from tests.keys import DATA_KEY
from tests.web.rig import stage

__all__ = ["stage"]

DAY = date(2026, 6, 30)
SINCE = date(2026, 1, 1)
DEED = ledger.Deed("builder", "2026-07-01T00:00:00+00:00")
COMMUNE, OTHER = "19333", "18859"
HOSTILE = '<script>alert("x")</script>'
MANY = 130  # more than a page of loans
LOAN_HEAD = (
    "Số khế ước;Mã khách hàng;Họ và tên;Số CCCD;Mã hộ;Đối tượng;Mã chương trình;Nguồn vốn;"
    "ĐVUT;Mã tổ;Tổ trưởng;Mã xã;Mã PGD;Ngày giao dịch xã;Ngày ký;Lãi suất;Mức phê duyệt;"
    "Ngày trả gốc đầu tiên;Kỳ hạn trả gốc;Ngày đến hạn;Mục đích"
)
MOVEMENT_HEAD = "Số khế ước;Ngày;Loại;Số tiền;Đến ngày;Số chứng từ"


def number(of):
    return f"66002026{of:08d}"


def loan_line(of, commune=COMMUNE, name="Người vay (minh họa)", purpose="Chăn nuôi"):
    return (
        f'{number(of)};{of:010d};"{name}";0440900{of:05d};;HN;01;1;11;1933301;Tổ trưởng;{commune};'
        f'004401;12;10/01/2024;6,6;50.000.000;10/07/2025;6;10/01/2027;"{purpose}"'
    )


def movement_lines(of):
    yield f"{number(of)};15/01/2024;GN;{10_000_000 + of};;G{of}"
    if of % 3 == 0:
        yield f"{number(of)};11/07/2025;TG;2.000.000;;T{of}"
        yield f"{number(of)};11/07/2025;TL;300.000;;L{of}"


def take(tx, folder, kind, head, lines):
    path = folder / f"{kind}.csv"
    path.write_text("\n".join([head, *lines]), "utf-8")
    limits = intake.Limits(10, 10_000, 200, 1_024, 60)
    if kind == "loans":
        places = communes.Map(settings.geography(), DAY)
        table = intake.open_loans(path, limits)
        report = intake.take_loans(tx, settings.policy(), places, table, path=path, deed=DEED)
    else:
        table = intake.open_movements(path, limits)
        report = intake.take_movements(
            tx, settings.policy(), table, path=path, deed=DEED, today=DAY
        )
    assert not report.faults


def fill(database, folder):
    hostile = HOSTILE.replace('"', '""')
    loans = [loan_line(of) for of in range(1, MANY + 1)]
    loans += [loan_line(MANY + 1, OTHER, hostile, hostile)]
    movements = [line for of in range(1, MANY + 2) for line in movement_lines(of)]
    with database.begin() as tx:
        opening.prepare(tx, settings.geography(), settings.policy(), DEED.recorded_at)
        take(tx, folder, "loans", LOAN_HEAD, loans)
        take(tx, folder, "movements", MOVEMENT_HEAD, movements)


def shown(database):
    """Fill the book that the pages show."""
    with TemporaryDirectory() as folder:
        fill(database, Path(folder))


@pytest.fixture
def filling(request):
    """Return what fills the book that is asked for as filled."""
    return shown if "book" in request.fixturenames else None


def configured(url):
    files = tempfile.mkdtemp(prefix="creditdesk-files-")
    return replace(settings.load({}), database_url=url, data_key=DATA_KEY, files_folder=files)


@pytest.fixture
def book(database_url):
    """Return a filled book with the application that shows it."""
    app = an_app(configured(database_url))
    desk = app.extensions["creditdesk"]
    yield SimpleNamespace(app=app, client=app.test_client(), database=desk.database)
    desk.database.close()


@pytest.fixture
def empty(database_url):
    """Return an application on a book without a loan."""
    app = an_app(configured(database_url))
    desk = app.extensions["creditdesk"]
    yield SimpleNamespace(app=app, client=app.test_client(), database=desk.database)
    desk.database.close()
