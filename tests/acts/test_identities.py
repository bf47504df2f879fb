"""Who is known at the identity provider: only an administrator links, and it stays written."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from creditdesk import records
from creditdesk.cli import cli
from creditdesk.db import metadata
from creditdesk.users import identities, people
from creditdesk.users.identities import IdentityMissing, IdentityTaken, ProviderMissing
from creditdesk.users.people import PersonNotFound
from creditdesk.users.sessions import SessionOver
from tests.people import CONFIGURED, DEED, NOW, a_user, admit, sign_in, who

ISSUER = "https://id.example"
OURS = replace(CONFIGURED, provider_issuer=ISSUER, provider_client="desk")
IDENTITY = metadata.tables["identity"]


def link(tx, name="an", subject="s-1", by=OURS):
    identities.link(tx, by, sign_in_name=name, subject=subject, deed=DEED)


def unlink(tx, name="an"):
    identities.unlink(tx, OURS, sign_in_name=name, at=NOW, deed=DEED)


def test_who_was_linked_stays_written_and_the_newest_counts(database):
    with database.begin() as tx:
        an, binh = a_user(tx), a_user(tx, "binh")
        link(tx)
        unlink(tx)
        link(tx, "binh")
        link(tx, "an", "s-2")

    with database.read() as tx:
        found = [records.identities.person_id_of(tx, ISSUER, one) for one in ("s-1", "s-2", "s-3")]
        elsewhere = records.identities.person_id_of(tx, "https://other.example", "s-1")
        rows = tx.execute(sa.select(IDENTITY.c.linked).order_by(IDENTITY.c.id)).scalars().all()
        listed = {one.sign_in_name: one.is_linked for one in people.people(tx, OURS)}
    assert (found, elsewhere) == ([binh.id, an.id, None], None)
    assert rows == [True, False, True, True]
    assert listed == {"an": True, "binh": True}


def test_one_person_has_one_identity_and_one_identity_one_person(database):
    with database.begin() as tx:
        a_user(tx)
        a_user(tx, "binh")
        link(tx)

    for name, subject in (("an", "s-1"), ("an", "s-2"), ("binh", "s-1")):
        with pytest.raises(IdentityTaken), database.begin() as tx:
            link(tx, name, subject)
    for name, refused in (("binh", IdentityMissing), ("nobody", PersonNotFound)):
        with pytest.raises(refused), database.begin() as tx:
            unlink(tx, name)
    with pytest.raises(ProviderMissing), database.begin() as tx:
        link(tx, "binh", "s-2", CONFIGURED)


def test_a_session_ends_when_its_person_is_unlinked(database):
    admit(database)
    begun = sign_in(database)
    with database.begin() as tx:
        link(tx)
    before = who(database, begun.token)

    with database.begin() as tx:
        unlink(tx)

    assert before == "an"
    with pytest.raises(SessionOver):
        who(database, begun.token)


@pytest.mark.parametrize("sql", ["UPDATE identity SET subject = 'x'", "DELETE FROM identity"])
def test_identities_are_only_added_to(database, sql):
    with database.begin() as tx:
        a_user(tx)
        link(tx)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(sql)


def test_only_an_administrator_links(database_url, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    monkeypatch.setenv("CREDITDESK_PROVIDER_ISSUER", ISSUER)

    def run(*words):
        return CliRunner().invoke(cli, ["users", *words])

    CliRunner().invoke(cli, ["setup", "--administrator", "chi"])
    run("add", "toan", "--role", "auditor", "--by", "chi")

    denied = run("link", "toan", "--subject", "s-1", "--by", "toan")
    linked = run("link", "toan", "--subject", "s-1", "--by", "chi", "--json")
    told = json.loads(run("list", "--json").stdout)["users"]
    unlinked = run("unlink", "toan", "--by", "chi")

    assert (denied.exit_code, linked.exit_code, unlinked.exit_code) == (1, 0, 0)
    assert json.loads(linked.stdout) == {"act": "users-link", "name": "toan"}
    assert {one["name"]: one["linked"] for one in told} == {"chi": False, "toan": True}
