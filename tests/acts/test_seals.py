"""Statements under seal: deterministic, judged alike by others, registered, verified."""

import io
import json
import shutil
import subprocess
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pypdf import PdfReader

from creditdesk import issued, papers, records, seals, secrecy
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.evidence import Identity
from tests.builders import POLICY, a_book, an_invented_book
from tests.keys import KEYS
from tests.sealed import AT, NAME, certify, configured, paper

NOW = AT + timedelta(days=3)


def test_the_same_statement_has_the_same_bytes_seal_and_all(tmp_path):
    settings = certify(tmp_path)

    assert paper(settings).content == paper(settings).content
    assert paper(settings).sealed_by == NAME


def test_others_find_the_seal_good(tmp_path):
    given = paper(certify(tmp_path))
    path = tmp_path / "statement.pdf"
    path.write_bytes(given.content)

    if not shutil.which("pdfsig"):
        pytest.skip("pdfsig (poppler-utils) is not installed")
    said = subprocess.run(
        ["pdfsig", "-nocert", path], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert f"Common Name: {NAME}" in said


def test_openssl_finds_the_seal_good_and_a_changed_document_bad(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    content = paper(certify(tmp_path)).content
    before, after, rest = (int(one) for one in seals._RANGE.findall(content)[0][1:])
    signature = bytes.fromhex(content[before + 1 : after - 1].decode())
    signed = content[:before] + content[after : after + rest]
    (tmp_path / "seal.der").write_bytes(signature)

    def judged(document):
        (tmp_path / "signed").write_bytes(document)
        asked = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-noverify"]
        files = ["-in", tmp_path / "seal.der", "-content", tmp_path / "signed"]
        out = ["-out", tmp_path / "out"]
        return subprocess.run([*asked, *files, *out], capture_output=True, check=False).returncode

    assert judged(signed) == 0
    assert judged(signed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)) != 0


def test_a_statement_whose_checks_failed_bears_no_seal(tmp_path):
    given = paper(certify(tmp_path), identities=(Identity("parts-make-outstanding", 1, 2),))

    assert given.sealed_by == ""
    assert "chưa ký số" in PdfReader(io.BytesIO(given.content)).pages[-1].extract_text()


def test_an_invented_certificate_seals_no_true_book(tmp_path):
    settings = configured(tmp_path)

    assert seals.make_invented(settings, since=AT)
    assert not seals.make_invented(settings, since=AT)
    assert paper(settings).sealed_by.endswith("(minh họa)")
    assert paper(settings, demonstration=False).sealed_by == ""


def test_a_certificate_that_cannot_be_read_is_told(tmp_path):
    certify(tmp_path, passphrase="đúng")
    with pytest.raises(secrecy.SealUnreadable):
        seals.sealer(configured(tmp_path, seal_passphrase="sai"))
    (tmp_path / "phrase").write_text("đúng\n", "utf-8")
    found = seals.sealer(configured(tmp_path, seal_passphrase_file=str(tmp_path / "phrase")))
    assert found.name == NAME

    (tmp_path / "seal.p12").write_bytes(b"no certificate")
    with pytest.raises(secrecy.SealUnreadable):
        seals.sealer(configured(tmp_path))


def test_a_hardware_module_needs_what_speaks_to_it(tmp_path):
    with pytest.raises((seals.HsmMissing, seals.SealFailed)):
        seals.sealer(configured(tmp_path, seal_module="/nowhere/token.so"))


def test_an_authority_of_time_that_is_silent_stops_the_seal(tmp_path):
    settings = certify(tmp_path)
    silent = configured(tmp_path, seal_time_address="http://127.0.0.1:9/")

    assert seals.sealer(settings).clock is None
    with pytest.raises(seals.SealFailed):
        paper(silent)


# --- the register ---


def given_out(tx, settings, **changed):
    given = paper(settings, **changed)
    issued.enter(tx, paper=given, by="can-bo", at=NOW.isoformat())
    return given


def test_the_register_tells_genuine_altered_and_unknown(database, tmp_path):
    settings = certify(tmp_path)
    roots = seals.roots_of(settings)
    with database.begin() as tx:
        given = given_out(tx, settings)
        again = given_out(tx, settings)
        count = sa.select(sa.func.count()).select_from(records.issued.issued_statement)
        assert tx.execute(count).scalar_one() == 1
    assert again == given
    altered = given.content.replace(b"/PageMode /UseNone", b"/PageMode /UseThem")
    other = paper(settings, data=b"other\n").content

    with database.read() as tx:
        found = [issued.judge(tx, one, roots, now=NOW) for one in (given.content, altered, other)]
        told = issued.statement(tx, given.evidence.number)
        with pytest.raises(issued.StatementNotFound):
            issued.statement(tx, "AAAA-AAAA-AAAA-AAAA")

    assert altered != given.content
    assert [one.answer for one in found] == ["genuine", "altered", "unknown"]
    assert found[0].reasons == ("same-bytes", "seal-intact", "signer-trusted", "same-data")
    assert found[1].reasons == ("other-bytes", "seal-broken", "same-data")
    assert found[2].reasons == ("not-in-register", "seal-intact", "signer-trusted")
    assert told.data_digest == given.evidence.digest
    assert (told.by, told.sealed_by) == ("can-bo", NAME)


def test_a_statement_stays_genuine_when_its_certificate_has_run_out(database, tmp_path):
    settings = certify(tmp_path, years=1)
    with database.begin() as tx:
        given = given_out(tx, settings)
        found = issued.judge(
            tx, given.content, seals.roots_of(settings), now=NOW + timedelta(days=4_000)
        )

    assert found.reasons[:3] == ("same-bytes", "seal-intact", "signer-trusted")


@pytest.mark.parametrize(
    "change", ["UPDATE issued_statement SET kind = 'x'", "DELETE FROM issued_statement"]
)
def test_the_register_is_append_only(database, tmp_path, change):
    with database.begin() as tx:
        given_out(tx, configured(tmp_path))

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(change)


# --- the portfolio statement, from the book ---


def test_a_statement_asked_for_again_is_the_one_that_was_issued(database):
    kind = papers.KINDS["portfolio"]

    def read(tx, made_at, as_of=date(2026, 9, 30)):
        asked = papers.Asked(as_of, made_at, since=date(2026, 1, 1), place="44")
        return kind.evidence(kind.value(tx, POLICY, asked))

    with database.begin() as tx:
        a_book(tx, an_invented_book(7, count=6))
        first = read(tx, AT)
        assert read(tx, NOW).made_at == NOW
        issued.enter(tx, paper=issued.Paper(first, b"%PDF-1", ""), by="x", at=NOW.isoformat())

        assert read(tx, NOW) == first
        other = read(tx, NOW, date(2026, 9, 29))
        assert other.number != first.number
        assert other.made_at == NOW


# --- by command ---


def test_a_command_says_whether_a_file_is_genuine(sqlite_url, tmp_path, monkeypatch):
    settings = certify(tmp_path)
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CREDITDESK_SEAL_FILE", str(tmp_path / "seal.p12"))
    database = Database(sqlite_url, KEYS)
    with database.begin() as tx:
        given = given_out(
            tx, settings, known_on=date(2026, 11, 3), known_before=date(2026, 10, 31)
        )
    database.close()
    files = {"genuine": given.content, "altered": given.content + b"\n", "unknown": b"%PDF-1.7\n"}

    for answer, content in files.items():
        path = tmp_path / f"{answer}.pdf"
        path.write_bytes(content)
        said = CliRunner().invoke(cli, ["verify-pdf", str(path), "--json"])
        assert json.loads(said.stdout)["answer"] == answer
        assert said.exit_code == (0 if answer == "genuine" else 1)
        plain = CliRunner().invoke(cli, ["verify-pdf", str(path)])
        assert plain.exit_code == said.exit_code
        known = ("hết ngày 03/11/2026", "So với sổ như đã biết đến hết ngày 31/10/2026")
        assert all((one in plain.stdout) == (answer != "unknown") for one in known)
    (tmp_path / "text").write_text("không phải PDF", "utf-8")
    for bad in ("text", "missing.pdf"):
        assert CliRunner().invoke(cli, ["verify-pdf", str(tmp_path / bad)]).exit_code == 2
    monkeypatch.setenv("CREDITDESK_VERIFY_MEGABYTES", "0")
    assert CliRunner().invoke(cli, ["verify-pdf", str(path)]).exit_code == 2
