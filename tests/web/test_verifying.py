"""The open page that says whether a statement is genuine."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest

from creditdesk import issued
from tests.apps import an_app
from tests.sealed import AT, certify, paper


@pytest.fixture
def desk(tmp_path, sqlite_url):
    """Return a client, the settings it works with, and a statement that was issued."""
    settings = certify(tmp_path, passphrase="")

    settings = replace(settings, database_url=sqlite_url, verify_megabytes=1)
    app = an_app(settings)
    days = {"known_on": date(2026, 11, 3), "known_before": date(2026, 11, 1)}
    given = paper(settings, **days)
    with app.extensions["creditdesk"].database.begin() as tx:
        issued.enter(tx, paper=given, by="can-bo", at=AT.isoformat())
    yield app.test_client(), settings, given
    app.extensions["creditdesk"].database.close()


def brought(client, content):
    page = client.get("/verify").text
    token = re.search(r'name="form_token" value="(\w+)"', page)[1]
    said = {"form_token": token, "file": (io.BytesIO(content), "sao-kê.pdf")}
    return client.post("/verify", data=said, content_type="multipart/form-data")


def test_the_address_on_the_paper_shows_what_was_issued_and_no_person(desk):
    client, _, given = desk

    page = client.get(f"/verify/{given.evidence.number}")

    assert page.status_code == 200
    for said in (
        given.evidence.number,
        given.evidence.digest,
        "31/10/2026",
        given.sealed_by,
        "01/11/2026",
        "Quảng Trị (44)",
    ):
        assert said in page.text
    assert "can-bo" not in page.text


def test_a_number_that_was_never_issued_is_not_found(desk):
    client, _, _ = desk

    for number in ("AAAA-AAAA-AAAA-AAAA", "%00", "<script>", "x" * 500):
        assert client.get(f"/verify/{number}").status_code == 404


def test_a_file_is_genuine_altered_or_unknown(desk):
    client, settings, given = desk
    other = paper(settings, data=b"other\n").content

    assert "Bản thật" in brought(client, given.content).text
    assert "Đã bị sửa" in brought(client, given.content + b"\n").text
    assert "Không rõ" in brought(client, other).text


def test_what_is_no_pdf_or_too_large_is_refused_in_words(desk):
    client, settings, _ = desk

    assert "không phải là PDF" in brought(client, b"PK\x03\x04").text
    assert brought(client, b"").status_code == 400
    client.application.extensions["creditdesk"].settings = replace(settings, verify_megabytes=0)
    assert "lớn hơn 0 MB" in brought(client, b"%PDF-1.7").text
    assert brought(client, b"%PDF-1.7" + b"0" * (1 << 17)).status_code == 413


def test_a_form_without_a_file_or_a_token_is_refused(desk):
    client, _, _ = desk

    assert client.post("/verify", data={"file": "text"}).status_code == 403
    page = client.get("/verify").text
    token = re.search(r'name="form_token" value="(\w+)"', page)[1]
    assert client.post("/verify", data={"form_token": token}).status_code == 400
