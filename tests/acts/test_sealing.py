"""Under seal: identity numbers and files handed in, on disk, under changing keys, in old books."""

import base64
import stat

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from creditdesk import audit, cards, households, records, schema, sealing, secrecy, settings
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.errors import BooksBroken
from creditdesk.intake import layout
from creditdesk.secrecy import KeyMissing, Keyring, KeyUnknown, KeyUnreadable, KeyWeak
from tests.builders import POLICY, a_contract, a_file, a_loan, loan_rows, take_loans
from tests.keys import DATA_KEY, KEYS

ID_NO, OTHER_ID = "044080123456", "044080654321"
NEW_KEY = secrecy.new_key()
NEW = secrecy.keyring(f"{NEW_KEY} {DATA_KEY}")
CUSTOMER = records.households.customer
FIRST, SECOND = a_contract(1).customer_no, a_contract(2).customer_no
BEFORE = "0012_mirrors"


def two_loans(tx):
    a_loan(tx, 1, id_no=ID_NO)
    a_loan(tx, 2, id_no=OTHER_ID, household_no="H2")


def the_file(tmp_path):
    rows = loan_rows([a_contract(1, id_no=ID_NO)])
    return a_file(tmp_path / "so_vay.csv", layout.LOANS, rows)


@pytest.fixture
def sealed(database):
    """Return the door to a book of two borrowers."""
    with database.begin() as tx:
        two_loans(tx)
    return database


def with_keys(database, keys):
    database.keys = keys
    return database


def test_no_identity_number_stands_in_the_file_of_the_book(sqlite_url, tmp_path):
    database = Database(sqlite_url, KEYS)
    with database.begin() as tx:
        take_loans(tx, the_file(tmp_path))
        assert sealing.identity_of(tx, FIRST) == ID_NO
        (row,) = sealing.records.sealing.files(tx)
        assert ID_NO.encode() in sealing.file_of(tx, row.sha256, row.kind)
        content = records.sealing.file_content(tx, row.sha256, row.kind)
    database.close()

    book = (tmp_path / "book.sqlite").read_bytes()

    assert FIRST.encode() in book
    assert ID_NO.encode() not in book
    assert ID_NO.encode() not in content


def test_a_customer_is_found_by_identity_number_however_it_is_written(sealed):
    with sealed.read() as tx:
        assert households.with_identity(tx, ID_NO) == [FIRST]
        assert households.with_identity(tx, " 044 080.123-456 ") == [FIRST]
        assert households.with_identity(tx, "044080999999") == []
        card = cards.loan_card(tx, POLICY, a_contract(2).loan_no, a_contract().signed_on)
        assert card.id_no_masked == "•••••••••321"


def test_a_customer_without_a_number_needs_no_key(database):
    database.keys = Keyring()

    with database.begin() as tx:
        a_loan(tx)
        assert sealing.identity_of(tx, FIRST) == ""
        assert sealing.key_of_book(tx) is None


@pytest.mark.parametrize("column", ["id_no_sealed", "id_no_digest", "id_no_masked"])
def test_what_was_swapped_between_customers_is_found(sealed, column):
    with sealed.begin() as tx:
        assert list(sealing.faults(tx)) == []
        rows = records.sealing.customers_after(tx, 0, 9)
        for row, other in (rows, rows[::-1]):
            swapped = {column: getattr(other, column)}
            tx.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == row.id).values(swapped))

        found = {fault["customer_no"] for fault in sealing.faults(tx)}
        assert found == {FIRST, SECOND}
        if column == "id_no_sealed":
            with pytest.raises(BooksBroken, match="seal-broken"):
                sealing.identity_of(tx, FIRST)


def test_a_file_that_was_altered_is_found(database, tmp_path):
    with database.begin() as tx:
        take_loans(tx, the_file(tmp_path))
        (row,) = records.sealing.files(tx)
        content = bytearray(records.sealing.file_content(tx, row.sha256, row.kind))
        content[-1] ^= 1
        records.sealing.seal_file(tx, row.sha256, row.kind, bytes(content))

        assert list(sealing.faults(tx)) == [{"why": "seal-broken", "file": row.sha256}]


@pytest.mark.parametrize(
    ("keys", "refusal"), [(Keyring(), KeyMissing), (secrecy.keyring(NEW_KEY), KeyUnknown)]
)
def test_without_the_book_s_key_nothing_is_sealed_opened_or_changed(sealed, keys, refusal):
    with_keys(sealed, keys)

    with pytest.raises(refusal), sealed.begin() as tx:
        a_loan(tx, 3, id_no="044080777777", household_no="H3")
    with sealed.read() as tx:
        for asked in (sealing.identity_of, households.with_identity):
            with pytest.raises(refusal):
                asked(tx, FIRST)
        with pytest.raises(refusal):
            list(sealing.faults(tx))
        assert records.households.find_customer(tx, a_contract(3).customer_no) is None


@pytest.mark.parametrize("text", ["x", "AAAA", f"{DATA_KEY} short", DATA_KEY[:-4] + "===="])
def test_a_key_that_is_none_is_refused_without_being_told(text):
    with pytest.raises(KeyUnreadable) as told:
        secrecy.keyring(text)

    assert text not in str(told.value)
    assert set(told.value.facts) == {"number"}


@pytest.mark.parametrize(
    "secret", [b"change this key before you begin", bytes(32), bytes(range(250, 255)) * 6 + b"ab"]
)
def test_a_key_that_is_not_random_is_refused(secret):
    with pytest.raises(KeyWeak) as told:
        secrecy.keyring(base64.b64encode(secret).decode())

    assert told.value.facts == {"number": 1}


def test_a_key_is_told_by_its_id_alone():
    configured = settings.load({"CREDITDESK_DATA_KEY": DATA_KEY})

    assert DATA_KEY not in repr(configured)
    assert DATA_KEY not in repr(KEYS)
    assert [len(key.id) for key in NEW] == [8, 8]


def test_a_change_of_keys_that_was_broken_off_goes_on(sealed, tmp_path):
    with sealed.begin() as tx:
        take_loans(tx, the_file(tmp_path))
    with_keys(sealed, NEW)
    with sealed.begin() as tx:
        assert sealing.begin_rotation(tx) == 3
    with sealed.begin() as tx:
        assert sealing.seal_anew(tx, most=1) == 1

    with sealed.read() as tx:
        half = sealing.uses(tx)
        assert [(use.seals, use.customers, use.files) for use in half] == [
            (True, 1, 0),
            (False, 1, 1),
        ]
        assert households.with_identity(tx, ID_NO) == [FIRST]
        assert households.with_identity(tx, OTHER_ID) == [SECOND]
    with sealed.begin() as tx:
        assert sealing.begin_rotation(tx) == 2
        assert [sealing.seal_anew(tx) for _ in range(3)] == [1, 1, 0]

    with_keys(sealed, NEW[:1] and secrecy.keyring(NEW_KEY))
    with sealed.read() as tx:
        assert sealing.identity_of(tx, FIRST) == ID_NO
        assert list(sealing.faults(tx)) == []
        assert [use.id for use in sealing.uses(tx)] == [NEW[0].id]


def test_keys_are_not_changed_while_one_that_is_needed_is_missing(sealed):
    with_keys(sealed, secrecy.keyring(NEW_KEY))

    with pytest.raises(KeyUnknown) as told, sealed.begin() as tx:
        sealing.begin_rotation(tx)

    assert told.value.facts == {"key": KEYS[0].id}


def in_clear(database, tmp_path):
    """Bring a book back to what it was before anything was sealed."""
    with database.begin() as tx:
        two_loans(tx)
        take_loans(tx, the_file(tmp_path))
    schema.downgrade(database, BEFORE)
    with database.read() as tx:
        assert ID_NO in tx.exec_driver_sql("SELECT id_no FROM customer").scalars().all()


def test_a_book_in_clear_is_sealed_by_the_upgrade_and_holds(database, tmp_path):
    in_clear(database, tmp_path)

    schema.upgrade(database)

    with database.read() as tx:
        assert [sealing.identity_of(tx, one) for one in (FIRST, SECOND)] == [ID_NO, OTHER_ID]
        assert list(sealing.faults(tx)) == []
        assert households.with_identity(tx, ID_NO) == [FIRST]
        assert audit.verify(tx, POLICY).faults == []
        assert sealing.key_of_book(tx) == KEYS[0]


def test_a_book_in_clear_is_not_upgraded_without_a_key(database, tmp_path):
    in_clear(database, tmp_path)
    with_keys(database, Keyring())

    with pytest.raises(KeyMissing):
        schema.upgrade(database)

    with database.read() as tx:
        assert ID_NO in tx.exec_driver_sql("SELECT id_no FROM customer").scalars().all()
        assert not records.sealing.knows_keys(tx)


def test_an_upgrade_leaves_no_number_in_the_file(sqlite_url, tmp_path):
    database = Database(sqlite_url, KEYS)
    in_clear(database, tmp_path)
    database.close()
    assert ID_NO.encode() in (tmp_path / "book.sqlite").read_bytes()

    schema.upgrade(database)
    database.close()

    assert ID_NO.encode() not in (tmp_path / "book.sqlite").read_bytes()


def run(*said, **environment):
    return CliRunner(env=environment).invoke(cli, list(said), catch_exceptions=False)


def test_a_trial_makes_its_key_and_says_so_once(sqlite_url, tmp_path):
    path = tmp_path / "keys" / "key"
    here = {
        "CREDITDESK_DATABASE_URL": sqlite_url,
        "CREDITDESK_DATA_KEY": "",
        "CREDITDESK_DATA_KEY_FILE": str(path),
        "CREDITDESK_LANGUAGE": "en",
    }

    first, again = run("setup", **here), run("setup", **here)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert str(path) in first.stderr
    assert str(path) not in again.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    lost = run("setup", **here)
    assert lost.exit_code == 1
    assert not path.exists()


def test_keys_are_changed_from_the_command_line(sealed, database_url):
    before = {"CREDITDESK_DATABASE_URL": database_url, "CREDITDESK_LANGUAGE": "en"}
    after = before | {"CREDITDESK_DATA_KEY": f"{NEW_KEY} {DATA_KEY}"}

    assert len(secrecy.keyring(run("keys", "new", **before).stdout)) == 1
    assert "2" in run("keys", "rotate", **after).stdout
    shown = run("keys", "show", **after).stdout
    assert NEW[0].id in shown
    assert NEW_KEY not in shown
    assert run("keys", "check", **after).exit_code == 0
    assert run("keys", "check", **before).exit_code == 1
    with sealed.begin() as tx:
        tx.execute(sa.update(CUSTOMER).values(id_no_masked="•"))
    broken = run("keys", "check", **after)
    assert (broken.exit_code, f"(customer {FIRST})" in broken.stderr) == (3, True)
