"""The download desk: asked for, fetched while held by whoever may, linked to, taken up again."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from creditdesk import errands, links, packs, papers, records, settings
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.ledger import Deed
from creditdesk.papers import ENDINGS, KINDS, MEDIA
from creditdesk.shelf import Shelf
from tests.builders import POLICY
from tests.people import NOW
from tests.service.test_files import job_of
from tests.service.test_reading import demand_problem

ASKED = {"as_of": "2026-06-30", "place": "19333"}
PACK = {"of": "commune", "code": "19333", "month": "2026-06"}


def printed(client, path, said):
    """Return a job that has printed, and what it takes to fetch it."""
    done = job_of(client, client.post(path, said))
    assert done["state"] == "done", done
    assert done["progress"] == {"done": 1, "of": 1} or done["kind"] == "pack"
    return done, f"/jobs/{done['number']}/result"


@pytest.mark.parametrize("kind", [name for name in KINDS if KINDS[name].act == "portfolio-print"])
def test_each_kind_is_asked_for_and_fetched_as_it_is_printed_at_once(officer, kind):
    for ending in ENDINGS if kind == "13-bc" else ENDINGS[:1]:
        _, path = printed(officer, f"/papers/{kind}", {**ASKED, "as": ending})

        found = officer.get(path)
        at_once = officer.get(f"/papers/{kind}?as_of=2026-06-30&place=19333&as={ending}")

        assert (found.status_code, found.content_type) == (200, MEDIA[ending])
        assert found.data == at_once.data or ending == "xlsx"


def test_a_document_is_for_whoever_asked_until_it_expires(app, officer, colleague, database):
    done, path = printed(officer, "/papers/portfolio", {**ASKED, "from": "2026-01-01"})
    demand_problem(colleague.get(path), 404, "errand-not-found")
    assert officer.get(path).status_code == 200
    told = officer.get(f"/jobs/{done['number']}/downloads").get_json()
    demand_problem(colleague.get(f"/jobs/{done['number']}/downloads"), 404, "errand-not-found")

    shelf = Shelf(app.extensions["creditdesk"].settings)
    with database.begin() as tx:
        assert shelf.clear(tx, NOW) == 0
        assert shelf.clear(tx, NOW + timedelta(days=400)) == 1
        assert records.shelf.tokens_held(tx) == set()
    demand_problem(officer.get(path), 404, "file-gone")

    assert not list(Path(shelf.folder).iterdir())
    assert [(one["by"], one["link"]) for one in told["fetched"]] == [("can-bo-1", 0)]
    _, other = printed(officer, "/papers/portfolio", ASKED)
    demand_problem(officer.get(path), 404, "file-gone")
    assert officer.get(other).status_code == 200


def test_what_lies_elsewhere_is_not_there_and_what_cannot_be_is_refused(officer, callers):
    elsewhere = {**ASKED, "place": "26506"}
    demand_problem(officer.post("/papers/13-bc", elsewhere), 404, "place-not-found")
    demand_problem(officer.post("/packs", {**PACK, "code": "26506"}), 404, "place-not-found")
    whole = {**PACK, "of": "province", "code": "44"}
    demand_problem(officer.post("/packs", whole), 404, "place-not-found")
    demand_problem(officer.post("/papers/nothing", ASKED), 404, "paper-unknown")
    demand_problem(officer.post("/packs", {**PACK, "month": "2099-01"}), 422, "month-not-over")
    group = {**ASKED, "group": "0000000"}
    demand_problem(officer.post("/papers/13-bc", group), 404, "place-not-found")
    nothing = job_of(officer, officer.post("/papers/13-bc", {**ASKED, "programme": "99"}))
    assert (nothing["state"], nothing["result"]["code"]) == ("refused", "nothing-in-scope")
    demand_problem(officer.get(f"/jobs/{nothing['number']}/result"), 404, "file-gone")
    assert callers["xa"].post("/packs", PACK).status_code == 202


def test_a_pack_is_one_zip_with_an_index_for_all_who_may_have_it(officer, colleague, callers):
    done, path = printed(officer, "/packs", PACK)
    found = officer.get(path)
    again = officer.get(printed(officer, "/packs", PACK)[1])

    listed = packs.contents()["commune"]
    assert done["progress"] == {"done": len(listed), "of": len(listed)}
    assert found.content_type == packs.MEDIA
    assert len(found.data) < 300_000
    assert found.data == again.data == colleague.get(path).data == callers["xa"].get(path).data
    with zipfile.ZipFile(io.BytesIO(found.data)) as zipped:
        index = list(csv.DictReader(io.StringIO(zipped.read(packs.INDEX).decode("utf-8-sig"))))
        assert [(row["paper"], row["state"]) for row in index] == [
            (item.paper, "in") for item in listed
        ]
        for row in index:
            assert hashlib.sha256(zipped.read(row["file"])).hexdigest() == row["sha256"]
        at_once = officer.get("/papers/13-bc?as_of=2026-06-30&place=19333").data
        assert at_once in {zipped.read(row["file"]) for row in index}
    assert officer.get(f"{path}?name=other.zip").status_code == 404
    demand_problem(callers["can-bo-1"].get("/jobs/9999/result"), 404, "errand-not-found")


def test_every_pack_of_a_province_is_fetched_by_those_whose_it_is(app, officer, callers, database):
    said = {"act": packs.ACT, "of": packs.PROVINCE, "code": "44", "month": "2026-06"}
    with database.begin() as tx:
        deed = Deed("clock", NOW.isoformat())
        number = errands.ask(tx, kind="pack", said=said, deed=deed, place="44")
    own = app.extensions["creditdesk"].settings
    assert errands.Worker(database, POLICY, lambda: NOW, own).work() == 1
    with database.read() as tx:
        found = errands.find(tx, number)

    assert found["state"] == "done", found
    names = [one["name"] for one in found["result"]["packs"]]
    assert [name[:10] for name in names] == ["department", "office_004", "commune_19"]
    path = f"/jobs/{number}/result?name="
    assert callers["kiem-toan"].get(path + names[0]).status_code == 200
    for client in (officer, callers["xa"]):
        demand_problem(client.get(path + names[0]), 404, "file-gone")
        assert client.get(path + names[2]).status_code == 200
    assert officer.get(path + names[1]).status_code == 200


def test_a_link_opens_one_file_until_it_is_over_or_revoked_and_is_noted(
    app, officer, colleague, database
):
    done, _ = printed(officer, "/papers/13-bc", ASKED)
    job = f"/jobs/{done['number']}"
    demand_problem(colleague.post(f"{job}/links", {}), 404, "errand-not-found")
    demand_problem(officer.post(f"{job}/links", {"hours": 9999}), 400, "input-invalid")
    made, kept = (officer.post(f"{job}/links", {"hours": 2}).get_json() for _ in range(2))
    stated = settings.public_address(app.extensions["creditdesk"].settings)
    stranger = app.test_client()

    def opened(address):
        return stranger.get(urlsplit(address).path, headers={"Host": urlsplit(stated).netloc})

    assert made["address"].startswith(f"{stated}/files/")
    found = opened(made["address"])
    assert (found.status_code, found.data) == (200, officer.get(f"{job}/result").data)
    assert "attachment" in found.headers["Content-Disposition"]
    forged = re.sub(r"/files/[0-9]+", f"/files/{kept['number']}", made["address"])
    assert opened(forged).status_code == 404
    assert opened(f"{stated}/files/x").status_code == 404
    revoked = officer.post(f"{job}/links/{made['number']}/revocation", {}).get_json()
    assert opened(made["address"]).status_code == 404
    assert opened(kept["address"]).status_code == 200
    told = officer.get(f"{job}/downloads").get_json()["fetched"]
    assert [(one["link"], one["by"]) for one in told] == [
        (made["number"], f"link:{made['number']}"),
        (0, "can-bo-1"),
        (kept["number"], f"link:{kept['number']}"),
    ]
    assert [bool(one["revoked_at"]) for one in revoked["links"]] == [True, False]
    with database.begin() as tx:
        records.errands.change_errand(tx, done["number"], state="running")
        errands.cancel(tx, done["number"], deed=Deed("can-bo-1", NOW.isoformat()))
    assert opened(kept["address"]).status_code == 200
    with database.begin() as tx:
        still = links.opened_by(tx, "can-bo-1", NOW - timedelta(days=3650))
        assert [(one.number, name[:5]) for one, name in still] == [(kept["number"], "13-bc")]
        assert links.opened_by(tx, "can-bo-2", NOW - timedelta(days=3650)) == []
        tx.exec_driver_sql("UPDATE held_link SET until = '2026-01-01'")
    assert opened(kept["address"]).status_code == 404


def test_failed_checks_fail_the_job_clearly_and_what_stands_is_kept(officer, database):
    with database.begin() as tx:
        # Principal that nobody lent: no act writes it.
        rate = KIND_CODE[Kind.RATE]
        tx.exec_driver_sql(
            "INSERT INTO posting SELECT entry_id, 9, province, loan_id, '2026-06-02', debit, "
            f"credit, 7, 1, {rate} FROM posting WHERE loan_id = 1"
        )

    done = job_of(officer, officer.post("/packs", PACK))
    paper = job_of(officer, officer.post("/papers/portfolio", ASKED))

    assert done["state"] == "refused", done
    assert (done["state"], done["result"]["code"]) == ("refused", "checks-failed")
    assert "portfolio" in done["result"]["packs"][0]["failed"]
    content = officer.get(f"/jobs/{done['number']}/result").data
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        index = zipped.read(packs.INDEX).decode()
    assert "portfolio,,failed," in index
    assert (paper["state"], paper["result"]["code"]) == ("refused", "checks-failed")
    assert officer.get(f"/jobs/{paper['number']}/result").data.startswith(b"%PDF")


def test_a_pack_lists_documents_that_there_are_and_that_can_be_narrowed_so():
    assert set(packs.contents()) == set(packs.OF)
    for item in packs.contents()["office"]:
        assert "office" in papers.kind_of(item.paper).asks
    assert packs.month_end("2026-02", date(2026, 3, 1)) == date(2026, 2, 28)
