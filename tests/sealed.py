"""A statement under seal, as the desk gives it out, with a certificate made for the test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from creditdesk import issued, seals, secrecy, settings
from reports.portfolio import render
from tests.reports.builders import quang_tri

AT = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
NAME = "Ngân hàng (minh họa)"


def configured(folder, **changed):
    """Return settings whose certificate lies in a folder."""
    return replace(settings.load({}), seal_file=str(folder / "seal.p12"), **changed)


def certify(folder, name=NAME, since=AT - timedelta(days=1), years=10, passphrase=""):
    """Put a certificate of its own into a folder and return the settings that name it."""
    made = secrecy.self_made_certificate(name, since=since, years=years, passphrase=passphrase)
    (folder / "seal.p12").write_bytes(made)
    return configured(folder, seal_passphrase=passphrase)


def statement(**changed):
    """Return an invented statement, made at a moment that has a zone."""
    found = quang_tri()
    evidence = replace(found.evidence, **({"made_at": AT, "demonstration": True} | changed))
    return replace(found, evidence=evidence)


def paper(settings_, **changed):
    """Return a statement as it is given out."""
    found = statement(**changed)
    return issued.made(settings_, found.evidence, partial(render, found))


def seen(settings_, content, on=AT):
    """Return what can be told of a file by itself."""
    return seals.look(content, seals.roots_of(settings_), on=on)
