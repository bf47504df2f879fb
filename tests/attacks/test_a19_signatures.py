"""A19: seals that are forged, moved, cut or stretched."""

import random
from datetime import timedelta

import pytest

from creditdesk import issued, seals
from tests.conftest import LONG
from tests.sealed import AT, certify, paper, seen


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Return settings with a certificate, and a statement under its seal."""
    settings = certify(tmp_path_factory.mktemp("bank"))
    return settings, paper(settings)


def test_a_changed_bit_is_found_wherever_it_is(bank):
    settings, given = bank
    content, chance = given.content, random.Random(19)
    for place in chance.sample(range(len(content)), 1_000 if LONG else 200):
        altered = bytearray(content)
        altered[place] ^= 1 << chance.randrange(8)
        try:
            found = seen(settings, bytes(altered))
        except seals.NotAPdf:
            continue
        assert (found.state, found.trusted) != ("intact", True), place


def test_what_is_appended_is_not_under_the_seal(bank):
    settings, given = bank
    for more in (b"\n", b"\n9 0 obj\n<<>>\nendobj\n%%EOF\n", given.content):
        assert seen(settings, given.content + more).state == "broken"


def test_a_seal_moved_to_another_statement_is_broken(bank):
    settings, given = bank
    other = paper(settings, data=b"other\n")
    at = given.content.rindex(b"/Contents <") + len(b"/Contents <")
    theirs = other.content.rindex(b"/Contents <") + len(b"/Contents <")
    size = given.content.index(b">", at) - at
    moved = other.content[:theirs] + given.content[at : at + size] + other.content[theirs + size :]

    assert len(moved) == len(other.content)
    assert seen(settings, moved).state == "broken"


def test_a_page_cannot_be_swapped_for_that_of_another_statement(bank):
    settings, given = bank
    other = paper(settings, data=b"other\n").content

    assert seen(settings, other[:40_000] + given.content[40_000:]).state == "broken"


def test_another_key_under_the_same_name_is_not_trusted(bank, tmp_path):
    settings, _ = bank
    forged = paper(certify(tmp_path))

    found = seen(settings, forged.content)

    assert (found.state, found.trusted) == ("intact", False)


def test_a_key_that_has_run_out_is_not_trusted(tmp_path):
    settings = certify(tmp_path, years=1)
    given = paper(settings)

    assert seen(settings, given.content).trusted
    assert not seen(settings, given.content, AT + timedelta(days=400)).trusted
    assert not seen(settings, given.content, AT - timedelta(days=30)).trusted


HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "head": b"%PDF-1.7",
    "ranges": b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]\n" * 1_000,
    "far": b"%PDF-1.7\n/ByteRange [0 9999999999 9999999999 9999999999]",
    "not-der": b"%PDF-1.7\n/ByteRange [0 39 43 1]/Contents<zz>.",
    "bomb": b"%PDF-1.7\n/Type /EmbeddedFile\n>>\nstream\n" + b"x\x9c" + b"\0" * 1_000,
    "nested": b"%PDF-1.7\n" + b"[" * 100_000 + b"<<" * 100_000,
    "script": b"%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_unknown_or_no_pdf(bank, database, name):
    settings, _ = bank
    with database.read() as tx:
        roots = seals.roots_of(settings)
        try:
            found = issued.judge(tx, HOSTILE[name], roots, now=AT)
        except seals.NotAPdf:
            assert not HOSTILE[name].startswith(b"%PDF-")
            return

    assert found.answer != issued.GENUINE
    assert found.statement is None
