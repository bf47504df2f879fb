"""What the pages show and refuse, on both databases."""

import csv
import io
import re
from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk import cards, settings, statements
from creditdesk.errors import Conflict, Denied, Malformed, NotFound, Refused
from creditdesk.web.protocol import status_of
from creditdesk.web.writing import Writing, alphabetical
from tests.apps import an_app
from tests.web.conftest import COMMUNE, DAY, HOSTILE, MANY, OTHER, SINCE, configured, number

PERIOD = f"from={SINCE}&as_of={DAY}"
PAGES = [
    f"/?{PERIOD}",
    f"/communes/{COMMUNE}?{PERIOD}",
    f"/loans/{number(3)}?as_of={DAY}",
]
FILES = [f"/portfolio.csv?{PERIOD}", f"/portfolio.pdf?{PERIOD}"]
STYLES = ("/assets/0/desk.css", "/assets/0/none.css")
WRONG = {
    "/nothing-here": 404,
    "/communes/99999": 404,
    "/communes/44": 404,
    "/loans/123": 404,
    "/loans/9999999999999999": 404,
    "/loans/66002026%000000001": 404,
    "/?place=99999": 404,
    "/?from=yesterday": 400,
    "/?as_of=2026-02-30": 400,
    "/?from=2026-07-01&as_of=2026-06-30": 400,
    "/?sort=name;drop": 400,
    "/?unit=dollar": 400,
    f"/communes/{COMMUNE}?only=mine": 400,
}


def page(book, address):
    answer = book.client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def words_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def row_of(html, start):
    """Return the values of the first table row after a text."""
    row = html[html.index(start) :].split("</tr>")[0]
    return [int(value) for value in re.findall(r'<td[^>]* data-value="(-?\d+)"', row)]


def test_every_address_answers(book):
    for address in [*PAGES, *FILES, "/healthz", "/readyz", "/assets/0/desk.css"]:
        for answer in (book.client.get(address), book.client.head(address)):
            answer.close()
            assert answer.status_code == 200, address


def test_the_total_on_the_page_is_that_of_the_portfolio(book):
    with book.database.read() as tx:
        question = statements.Question(SINCE, DAY)
        total = statements.portfolio(tx, settings.policy(), question).total

    row = row_of(page(book, f"/?{PERIOD}"), '<tbody class="total">')

    money = ("drawn", "drawn_to_date", "principal_collected", "outstanding")
    assert row[:4] == [getattr(total, name) for name in money]
    assert row[4:7] == [total.in_term, total.overdue, total.frozen]
    assert row[8:] == [total.late_principal, total.loans, total.households]
    assert total.late_principal > 0


def test_a_period_within_a_year_also_shows_the_year(book):
    whole = page(book, f"/?{PERIOD}")
    part = page(book, f"/?from=2026-04-01&as_of={DAY}")

    assert "sort=drawn_year" not in whole
    assert "sort=drawn_year" in part


def test_a_book_opens_with_its_newest_business_year(book):
    html = page(book, "/")

    assert "Từ 01/01/2025 đến hết ngày 31/07/2025" in words_of(html)


def test_rows_stand_in_the_order_asked_for(book):
    def communes(key, order):
        html = page(book, f"/?{PERIOD}&sort={key}&order={order}")
        return re.findall(r'<span class="code">(\d{5})</span>', html)

    assert communes("name", "asc") == communes("name", "desc")[::-1] == [COMMUNE, OTHER]
    for key in ("code", "drawn_to_date", "outstanding", "loans", "households"):
        assert communes(key, "asc") == [OTHER, COMMUNE], key
        assert communes(key, "desc") == [COMMUNE, OTHER], key


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", ("Danh mục cho vay theo xã", "1.310.008.646 đồng", "30/06/2026", "1.310,01")),
        ("en", ("Lending by commune", "1,310,008,646 dong", "30 Jun 2026", "1,310.01")),
        ("id", ("Pinjaman menurut komune", "1.310.008.646 dong", "30/06/2026", "1.310,01")),
    ],
)
def test_a_page_writes_as_its_language_does(book, language, said):
    html = page(book, f"/?{PERIOD}&lang={language}")

    assert f'<html lang="{language}">' in html
    for words in said:
        assert words in html
    assert "page." not in words_of(html)


def test_a_language_once_chosen_stays(book):
    assert '<html lang="vi">' in page(book, PAGES[0])
    page(book, f"{PAGES[0]}&lang=id")
    assert '<html lang="id">' in page(book, PAGES[0])
    assert '<html lang="id">' in page(book, f"{PAGES[0]}&lang=xx")
    assert '<html lang="vi">' in page(book, f"{PAGES[0]}&lang=vi")


def test_amounts_are_millions_or_every_dong_as_asked(book):
    million = page(book, f"/communes/{OTHER}?{PERIOD}")
    dong = page(book, f"/communes/{OTHER}?{PERIOD}&unit=dong")

    assert 'title="10.000.131 đồng"' in million
    assert ">10,00</td>" in million
    assert ">10.000.131</td>" in dong


def test_every_page_says_that_it_only_shows(book):
    for address in [*PAGES, "/loans/123"]:
        assert "Chỉ để xem, và chỉ trên máy này" in book.client.get(address).text


def test_a_demonstration_says_so_on_every_page(book):
    for address in PAGES:
        assert "Số liệu minh họa" in page(book, address)


def test_what_cannot_be_shown_is_said_on_a_page(book):
    for address, status in WRONG.items():
        answer = book.client.get(address)

        assert answer.status_code == status, address
        assert answer.mimetype == "text/html"
        assert answer.headers["X-Request-ID"] in answer.text
        assert "refusal." not in answer.text
        assert "page." not in answer.text


def test_the_sentence_of_a_refusal_is_in_the_readers_language(book):
    vietnamese = book.client.get("/?from=yesterday").text
    english = book.client.get("/?from=yesterday&lang=en").text

    assert "“yesterday” không phải là ngày" in vietnamese
    assert "“yesterday” is not a day" in english


def test_every_kind_of_refusal_has_its_status():
    kinds = (NotFound, Malformed, Refused, Conflict, Denied)

    assert [status_of(kind()) for kind in kinds] == [404, 400, 422, 409, 403]


def test_every_answer_carries_the_headers(book):
    for address in [
        *PAGES,
        *FILES,
        *WRONG,
        "/healthz",
        "/assets/0/desk.css",
        "/assets/0/none.css",
    ]:
        answer = book.client.get(address)
        answer.close()
        headers = answer.headers

        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == ("no-cache" if address == STYLES[0] else "no-store"), (
            address
        )


def test_one_can_only_look(book):
    for address in ("/", "/nothing-here", f"/loans/{number(1)}", "/healthz"):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = book.client.open(address, method=method)

            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD"
            assert answer.headers["X-Frame-Options"] == "DENY"


def test_another_host_is_not_answered(book):
    answer = book.client.get("/", headers={"Host": "desk.example"})

    assert answer.status_code == 400
    assert "desk.example" not in answer.text


def test_cookies_and_bodies_are_kept_small_and_to_ourselves(book):
    config = book.app.config
    answer = book.client.get(f"{PAGES[0]}&lang=en")

    assert config["SESSION_COOKIE_SECURE"]
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["MAX_CONTENT_LENGTH"] <= 64 * 1024
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_hostile_names_are_text(book):
    for address in (f"/communes/{OTHER}?{PERIOD}", f"/loans/{number(MANY + 1)}?as_of={DAY}"):
        html = page(book, address)
        assert HOSTILE not in html
        assert "&lt;script&gt;alert(" in html


def test_hostile_words_of_an_address_come_back_as_text(book):
    for address in ("/?from=<script>", "/?place=<script>", "/loans/<script>", "/?sort=<script>"):
        assert "<script>" not in book.client.get(address).text


def test_an_identity_number_shows_its_last_three_digits_only(book):
    html = page(book, f"/loans/{number(7)}?as_of={DAY}")

    assert "044090000007" not in html
    assert "•••••••••007" in html


def test_the_card_shows_schedule_and_movements(book):
    html = page(book, f"/loans/{number(3)}?as_of={DAY}")
    text = words_of(html)

    assert "Giải ngân" in text
    assert "Thu gốc" in text
    assert "10/07/2025" in text
    assert "8.000.003" in text


def test_pages_of_loans_hold_every_loan_once(book):
    seen, address = [], f"/communes/{COMMUNE}?{PERIOD}"
    while address:
        html = page(book, address)
        seen += re.findall(r'href="/loans/(\d{16})', html)
        further = re.search(r'rel="next" href="([^"]+)"', html)
        address = further and further[1].replace("&amp;", "&")

    assert seen == [number(of) for of in range(1, MANY + 1)]


def test_a_filter_lists_what_it_says(book):
    html = page(book, f"/communes/{OTHER}?{PERIOD}&only=late")
    none = page(book, f"/communes/{OTHER}?{PERIOD}&only=overdue")

    assert number(MANY + 1) in html
    assert number(MANY + 1) not in none
    assert "Không có món vay nào theo lựa chọn này." in none


def test_the_paper_is_a_pdf(book):
    answer = book.client.get(FILES[1])

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(book):
    answer = book.client.get(FILES[0])
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [row["commune"] for row in rows] == [OTHER, COMMUNE, "total"]
    assert not any(str(cell).startswith(("=", "+", "@")) for row in rows for cell in row.values())


def questions(database):
    """Return a list that every statement sent to a database is added to."""
    asked = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    return asked


NOTES: tuple[list[str], ...] = ([], ["access_line", "access_head"])


def test_the_number_of_questions_to_the_database_is_bounded(book):
    asked = questions(book.database)
    for address in PAGES:
        asked.clear()
        page(book, address)

        assert 3 < len(asked) <= 36, address
        written = [sql for sql in asked if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", sql, re.I)]
        # Nothing but the note of whom it shows.
        assert [re.findall(r"access_\w+", sql)[0] for sql in written] in NOTES, address


def test_a_list_of_loans_takes_as_many_questions_whatever_its_length(book):
    asked = questions(book.database)
    counts = set()
    for limit in (1, MANY):
        with book.database.read() as tx:
            cards.commune_loans(tx, settings.policy(), COMMUNE, DAY, limit=limit)
            asked.clear()
            cards.commune_loans(tx, settings.policy(), COMMUNE, DAY, limit=limit)
        counts.add(len(asked))

    assert len(counts) == 1
    assert 3 < max(counts) <= 20


def test_an_empty_book_says_what_to_do(empty):
    html = empty.client.get("/").text

    assert "Sổ chưa có khoản vay nào." in html
    assert "creditdesk intake loans FILE" in html
    assert empty.client.get("/portfolio.pdf").status_code == 400


def test_the_desk_is_well_where_the_database_answers_until_its_tables_are_newer(empty):
    for address in ("/healthz", "/readyz"):
        answer = empty.client.get(address)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    with empty.database.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    answer = empty.client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "schema-newer"})


def test_the_desk_is_not_well_without_tables(tmp_path):
    app = an_app(configured(f"sqlite:///{tmp_path / 'bare.sqlite'}"))

    answers = [app.test_client().get(address) for address in ("/healthz", "/readyz", "/")]

    app.extensions["creditdesk"].database.close()
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].json == {"status": "schema-outdated"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
    assert "creditdesk setup" in answers[2].text


def test_a_silent_database_is_told_without_its_address():
    app = an_app(configured("postgresql://nobody:secret@127.0.0.1:1/none"))

    page_, health = (app.test_client().get(address) for address in ("/", "/healthz"))

    assert page_.status_code == health.status_code == 503
    assert "Cơ sở dữ liệu không trả lời" in page_.text
    assert "secret" not in page_.text
    assert "127.0.0.1" not in page_.text


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("vi", ("1.234.567,89", "−1.234.567.890.000 đồng", "05/11/2026", "6,6 %", "33,33 %")),
        ("en", ("1,234,567.89", "−1,234,567,890,000 dong", "05 Nov 2026", "6.6 %", "33.33 %")),
        ("id", ("1.234.567,89", "−1.234.567.890.000 dong", "05/11/2026", "6,6 %", "33,33 %")),
    ],
)
def test_numbers_and_days_are_written_as_each_language_does(language, written):
    hand = Writing(language)

    assert hand.amount(1_234_567_890_000, "million") == written[0]
    assert hand.exact(-1_234_567_890_000) == written[1]
    assert hand.day(date(2026, 11, 5)) == written[2]
    assert hand.rate("6.6") == written[3]
    assert hand.share(1, 3) == written[4]


def test_a_day_can_be_asked_for_as_it_is_written(book):
    for written in ("2026-06-30", "30/06/2026", "30 Jun 2026"):
        assert "đến hết ngày 30/06/2026" in page(book, f"/?from=2026-01-01&as_of={written}")


def test_names_stand_as_in_a_vietnamese_dictionary():
    names = ["An", "Ăn", "Ân", "Ba", "Cam", "Dân Hóa", "Đồng Hới", "Đồng Sơn", "Hòa", "Yên"]

    assert sorted({*names}, key=alphabetical) == names
