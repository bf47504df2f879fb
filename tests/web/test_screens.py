"""Every page for everybody who may open it: how it looks, who can read it, in which languages."""

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from creditdesk import words
from creditdesk.app import create_app
from creditdesk.users.permissions import Role, rules_of, table
from creditdesk.web import edge
from tests.web.addresses import EXAMPLES, NEED, NOT_PAGES, ON_THE_WAY
from tests.web.rig import WIDTHS, judged, look, on_paper

# An element and its classes: a page without new ones need not be judged again.
MARKED = re.compile(r'<([a-z0-9]+)(?: [^>]*?class="([^"]*)")?[^>]*>')
TEMPLATES = Path(__file__).resolve().parents[2] / "creditdesk" / "web" / "templates"
pytestmark = pytest.mark.browser


def pages():
    """Return the endpoint of every page that can be looked at."""
    rules = create_app().url_map.iter_rules()
    shown = {rule.endpoint for rule in rules if "GET" in rule.methods if not of_service(rule)}
    return shown - NOT_PAGES - ON_THE_WAY


def of_service(rule):
    return rule.rule.startswith(edge.API)


def roles_of(endpoint):
    """Return the roles that may open a page; None is a guest, to whom it is left open."""
    if endpoint in table().open_routes:
        return [None]
    cells = [rule.cells for rule in rules_of(endpoint).values()]
    return [role for role in Role if any(role in those for those in cells)]


def examples(endpoint, role, facts):
    """Yield the addresses of the examples of a page for a role, with a need where one is asked."""
    needed = any(rule.cell(role).need for rule in rules_of(endpoint).values())
    for example in EXAMPLES[endpoint]:
        if role is None or role in example.roles:
            found = example.address.format(**facts)
            yield example, f"{found}{'&' if '?' in found else '?'}{NEED}" if needed else found


def test_every_page_has_an_example_and_no_example_is_of_a_page_that_is_not_there():
    assert pages() == set(EXAMPLES)


def kinds_of(html):
    """Return what a page is made of: its elements with their classes."""
    return set(MARKED.findall(html.partition("<main")[2]))


def opened(stage, endpoint):
    """Yield where a page is worth looking at: each example once, and for whom it has more.

    Everybody who may open it does; what they get is read, and shown only where it is new.
    """
    shown, seen = set(), set()
    for role in roles_of(endpoint):
        for example, address in examples(endpoint, role, stage.facts):
            answer = stage.client(role).get(address)
            assert answer.status_code == 200, (role, address)
            if example.is_file:
                continue
            assert spoken(answer.text, words.LANGUAGES[0]), address
            new = kinds_of(answer.text) - seen
            seen |= new
            if new or example not in shown:
                shown.add(example)
                tab = stage.tab(role)
                tab.set_viewport_size({"width": 1440, "height": 900})
                tab.goto(address)
                yield role, address, tab, new


@pytest.mark.parametrize("endpoint", sorted(EXAMPLES))
def test_a_page_fits_every_width_and_is_open_to_everybody(stage, endpoint):
    for role, address, tab, new in opened(stage, endpoint):
        assert look(tab, widths=WIDTHS) == [], (role, address)
        assert not new or judged(tab) == [], (role, address)
        assert not new or on_paper(tab) == [], (role, address)
    assert stage.troubles == []


def test_a_printed_page_is_a4_lying_where_columns_are_many_and_says_who_printed_it(stage):
    tab = stage.tab(Role.OFFICER)
    for address, size in (("/today", (595, 842)), ("/statements?kind=bc0437", (842, 595))):
        tab.goto(address)
        pages = PdfReader(BytesIO(tab.pdf(format="A4", prefer_css_page_size=True))).pages

        assert {tuple(map(round, page.mediabox[2:])) for page in pages} == {size}, address
        assert "Người in: Cán bộ tín dụng" in pages[-1].extract_text(), address


@pytest.mark.parametrize("language", words.LANGUAGES[1:])
def test_every_page_speaks_every_language(stage, language):
    for endpoint, found in EXAMPLES.items():
        role = roles_of(endpoint)[0]
        for example, address in examples(endpoint, role, stage.facts):
            if example.is_file:
                continue
            sign = "&" if "?" in address else "?"
            html = stage.client(role).get(f"{address}{sign}lang={language}").text

            assert spoken(html, language), address
        assert found


def spoken(html, language):
    """Return whether a page is in a language, with no word left as its code."""
    said = re.sub(r"<[^>]*>", " ", html)
    told_by_code = re.findall(r"\b(?:page|refusal|figure|role)\.[a-z-]+", said)
    return f'<html lang="{language}">' in html and not told_by_code


class Texts(HTMLParser):
    """Gathers what a reader would read in a template: texts, and attributes that are told."""

    TOLD = {"title", "placeholder", "alt", "aria-label", "value"}

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_data(self, data):
        self.found.append(data)

    def handle_starttag(self, tag, attrs):
        told = [text for name, text in attrs if name in self.TOLD and tag != "input"]
        self.found += [text for text in told if text]


# What is the same in every language: a name, and commands.
SAME = {"creditdesk", "creditdesk intake loans FILE", "creditdesk intake movements FILE"}
SAME |= {"creditdesk demo", "PDF"}


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_template_holds_words(path):
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text("utf-8"), flags=re.DOTALL)
    texts = Texts()
    texts.feed(source)
    lines = {line.strip(" –·\n") for text in texts.found for line in text.splitlines()}
    letters = {line for line in lines if re.search(r"[^\W\d_]{2}", line)}
    # A macro that writes attributes has no element around them.
    letters = {line for line in letters if not line.startswith('id=""')}

    assert letters - SAME == set()
    assert not re.search(r"\sstyle=|<style|<script>|\son\w+=", source)
