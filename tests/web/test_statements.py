"""Statements on screen: the figures of the paper, the trail below them, what was given out."""

import re

import pytest

from creditdesk import accesses, issued, letters, statements
from creditdesk.engine.money import millions
from creditdesk.papers import KINDS
from creditdesk.statements import Question
from creditdesk.users.permissions import Role
from tests.builders import POLICY
from tests.web.conftest import COMMUNE, DAY, OTHER, SINCE

PERIOD = {"from": str(SINCE), "as_of": str(DAY)}

NUMBER = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")


def text(book, path, **query):
    answer = book.client.get(path, query_string=PERIOD | query)
    assert answer.status_code == 200, (path, query)
    return answer.text


FIGURES = [name for name, kind in KINDS.items() if kind.act in ("portfolio-print", "groups")]


@pytest.mark.parametrize("kind", FIGURES)
def test_a_page_shows_the_statement_whose_number_the_paper_bears(book, kind):
    page = text(book, "/statements", kind=kind, place="44")
    asked = re.search(rf'href="(/papers/{kind}\.pdf[^"]*)"', page)[1].replace("&amp;", "&")
    paper = book.client.get(asked)

    assert paper.status_code == 200
    with book.database.read() as tx:
        found, _ = issued.history(tx, lambda _: True)
    assert [one.number for one in found] == [NUMBER.search(page)[0]]
    assert found[0].number in text(book, "/statements/issued")


def test_the_page_narrows_as_the_paper_does_and_says_where_nothing_is(book):
    with book.database.read() as tx:
        question = Question(SINCE, DAY, place="44", within=(("programme", "01"),))
        total = statements.portfolio(tx, POLICY, question).total

    assert millions(total.outstanding) in text(book, "/statements", programme="01", place="44")
    nothing = book.client.get("/statements", query_string=PERIOD | {"programme": "02"})
    assert nothing.status_code == 200
    assert "02" in nothing.text
    assert "/papers/" not in nothing.text
    for kind in ("unheard", "loan", "collection"):
        assert book.client.get(f"/statements?kind={kind}").status_code == 404


def test_a_figure_leads_to_groups_and_on_to_loans_by_the_same_question(book):
    page = text(book, "/statements", programme="01", place="44")
    groups = re.search(rf'href="(/statements/communes/{COMMUNE}[^"]*)"', page)[1]
    assert "programme=01" in groups
    inner = book.client.get(groups.replace("&amp;", "&")).text
    loans = re.search(rf'href="(/statements/communes/{COMMUNE}/loans[^"]*)"', inner)[1]
    listed = book.client.get(loans.replace("&amp;", "&")).text

    assert 'data-label="Nguồn vốn">Nguồn vốn ' in page
    assert "programme=01" in loans
    assert "Chương trình: Hộ nghèo." in inner
    assert "Chương trình: Hộ nghèo." in listed
    assert listed.count('href="/loans/66') == 100
    with book.database.read() as tx:
        assert accesses.journal(tx, accesses.FIRST)[-1].persons == 100
    further = re.search(r'rel="next" href="([^"]*)"', listed)[1].replace("&amp;", "&")
    assert book.client.get(further).text.count('href="/loans/66') == 30
    none = text(book, f"/statements/communes/{COMMUNE}/loans", trustee="12")
    assert "/loans/66" not in none


def test_the_way_back_from_a_group_leads_to_its_commune(book):
    inner = text(book, f"/statements/communes/{COMMUNE}")
    loans = re.search(rf'href="(/statements/communes/{COMMUNE}/loans[^"]*)"', inner)[1]
    listed = book.client.get(loans.replace("&amp;", "&")).text
    back = re.search(rf'href="(/statements/communes/{COMMUNE}\?[^"]*)"', listed)[1]

    assert "group=" not in back
    narrow = text(book, f"/statements/communes/{COMMUNE}", group="0000000")
    known = {"known_on": "2026-06-30", "known_before": "2026-05-31"}
    before = text(book, f"/statements/communes/{COMMUNE}", **known)
    assert 'class="card empty"' in narrow
    assert "30/06/2026." in before


def test_opening_and_flows_make_the_closing_of_every_commune(book):
    page = text(book, "/statements/changes", place="44", unit="dong")
    rows = re.findall(r"<tr><th.*?</tr>", page, re.DOTALL)
    found = [[int(one) for one in re.findall(r'data-value="(-?\d+)"', row)] for row in rows]
    ways = [row for row in found if len(row) == 6]

    assert len(ways) == 3
    for opening, drawn, collected, written_off, closing, _ in ways:
        assert opening + drawn - collected - written_off == closing


def test_what_was_learnt_since_a_day_is_told_beside_what_was_known(book):
    known = text(book, "/statements/changes", place="44", known_on="2026-06-30")
    same = text(book, "/statements/changes", place="44", known_on="2026-07-02")

    assert known.count('data-label="Chênh lệch"') > 5
    assert 'data-label="Chênh lệch"' not in same


@pytest.mark.parametrize("language", ["vi", "en", "id"])
def test_pictures_stand_above_their_tables_in_every_language(book, language):
    page = text(book, "/pictures", place="44", lang=language, figure="late_principal")

    assert page.count('<svg class="drawing roomy"') == page.count('<svg class="drawing slim"') == 6
    assert page.count("<summary>") >= 5
    assert "style=" not in page
    assert not re.search(r"(?:picture|sheet_\w+|page)\.[a-z]", re.sub(r"<[^>]*>", " ", page))


def test_the_register_of_letters_lists_who_had_which_number_and_keeps_what_was_asked(book):
    for kind in ("due-notice", "14-td"):
        assert book.client.get(f"/papers/{kind}.pdf?place=44&as_of={DAY}").status_code == 200
    with book.database.read() as tx:
        (one, *_), _ = letters.register(tx, {})

    asked = {"place": "44", "year": one.year, "q": one.loan_no}
    page = book.client.get("/statements/letters", query_string=asked).text
    other = book.client.get("/statements/letters", query_string=asked | {"year": 1999}).text

    assert f'name="year" value="{one.year}"' in page
    for said in (f"{one.number:02d}/{one.year}", one.name, f'href="/loans/{one.loan_no}"'):
        assert said in page
        assert said not in other
    with book.database.read() as tx:
        noted = [line for line in accesses.journal(tx, accesses.FIRST) if line.act == "letters"]
    assert [line.persons for line in noted] == [1]


def test_an_empty_book_says_what_to_do(empty):
    for path in ("/statements", "/pictures", "/statements/changes", "/statements/issued"):
        answer = empty.client.get(path)

        assert answer.status_code == 200, path
        assert 'class="card empty"' in answer.text, path


@pytest.mark.browser
def test_what_lies_elsewhere_is_not_there(stage):
    mine, other = stage.facts["commune"], OTHER
    client = stage.client(Role.COMMITTEE)

    assert client.get(f"/statements/communes/{mine}").status_code == 200
    assert mine != other
    for path in (
        f"/statements?place={other}",
        f"/statements/communes/{other}",
        f"/statements/communes/{other}/loans",
        f"/statements/changes?place={other}",
        f"/pictures?place={other}",
    ):
        assert client.get(path).status_code == 404, path
    assert stage.client(Role.ADMINISTRATOR).get("/statements").status_code == 403
