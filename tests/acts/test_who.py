"""Who does what a command writes: users are held to the table, each command cell by cell."""

import json
import shlex
from contextlib import closing
from datetime import date

import click
import pytest
from click.testing import CliRunner

from creditdesk import decisions, measures, moves, reach, records
from creditdesk.cli import cli, who
from creditdesk.db import Database
from creditdesk.decisions import KINDS, PARAMETERS
from creditdesk.engine.lifecycle import State
from creditdesk.errors import DeskError
from creditdesk.measures import Measure
from creditdesk.users import Place, Role, people
from creditdesk.users.permissions import EVERYTHING, Reach, table
from tests.applicants import applied
from tests.builders import POLICY, a_contract, a_deed, a_loan
from tests.decided import a_decision, a_loan_in, a_paper
from tests.keys import KEYS
from tests.people import DEED, SCOPES, an_appointment

ROLES = [role for role in Role if role is not Role.SYSTEM]
AXES = {"portfolio"}
"""Its `--by` names axes, in one word; that of papers chooses one among them."""
OWN = Place("44", "19333", "004403", "9333001")
FOREIGN = Place("79", "26506", "007901", "6506001")
ELSEWHERE = {
    "customer_name": "Lò Văn Nơi Khác (minh họa)",
    "commune": FOREIGN.commune,
    "village_code": "26506001",
    "office": FOREIGN.office,
    "group_no": FOREIGN.group,
}
NAMED = {
    place: {
        "loan": a_contract(number).loan_no,
        "household": f"H{number}",
        "application": f"D{number + 6}",
        "receipt": f"GN{number}",
        "proposal": number,
        "place": place.commune,
        "office": place.office,
        "group": place.group,
        "village": f"{place.commune}001",
    }
    for number, place in enumerate((OWN, FOREIGN), 1)
}
DENIED = {"not-allowed", "not-yours", "own-deed", "not-a-user", "not-in-office"}
NOT_THERE = {
    *("loan-not-found", "receipt-not-found", "proposal-not-found", "application-not-found"),
    *("place-not-found", "nothing-to-move", "measure-unknown", "move-not-found"),
}
LATER = "2099-01-01"
"""No fact is of a day to come: what is permitted is refused next, and the book stays as it is."""
PAPER = f"--ground x --document 1/QD --document-on {LATER}"
MOVED = "--day 2026-10-01 --ground x --document 1/QD --dry-run"
STEP = f"{{application}} --day {LATER}"
CALLED = {
    ("receive", "receive-principal"): f"{{loan}} --principal 1 --receipt R --day {LATER}",
    ("receive", "receive-interest"): f"{{loan}} --interest 1 --receipt R --day {LATER}",
    ("draw", "draw"): f"{{loan}} --amount 1 --receipt R --day {LATER}",
    ("reverse", "reverse"): "{receipt} --ground x --dry-run",
    ("apply", "apply"): "D99 --customer 0000000099 --name Ai --programme 01 --trustee 12"
    " --commune {place} --office {office} --group {group} --session-day 7 --amount 1 --months 36"
    f" --purpose x --day {LATER}",
    ("application sign", "sign"): f"{{application}} 6600000999999999 --day {LATER}",
    ("application take-back", "application-take-back"): "{application} sign --ground x",
    **{
        (f"application {step}", f"application-{step}"): STEP
        for step in ("review", "list", "confirm", "appraise", "approve", "withdraw")
    },
    ("application notify", "application-notify"): f"{STEP} --draw-on {LATER} --at x",
    ("application refuse", "application-refuse"): f"{STEP} --reason other",
    ("check-use", "check-use"): f"{{loan}} --day {LATER} --found x",
    ("household classify", "classify"): "H1 --commune {place} --standing HN --list 1"
    f" --since {LATER} --list-on {LATER}",
    ("transfer", "transfer"): "--session 2024-01-07 --place {place} --checked-by ''",
    ("withdraw", "proposal-withdraw"): "{proposal} --ground ''",
    ("approve", "check"): "{proposal}",
    ("refuse", "check"): "{proposal} --ground ''",
    ("open-month", "open-month"): "--month 2026-01 --ground x --checked-by ''",
    ("measure rate", "measure-rate"): f"--since {LATER} --place {{place}} --dry-run",
    ("measure freeze", "measure-freeze"): f"--day {LATER} --until {LATER} --reason K1"
    " --place {place} --dry-run",
    ("measure holiday", "measure-holiday"): "--from 2026-12-01 --until 2026-12-31"
    " --place {place} --dry-run",
    ("measure undo", "measure-undo"): f"{{proposal}} {PAPER}",
    ("move household", "move-household"): f"{{household}} --session-day 9 {MOVED}",
    ("move group", "move-group"): f"{{group}} --session-day 9 {MOVED}",
    ("move village", "move-village"): f"{{village}} --session-day 9 {MOVED}",
    ("move communes", "move-communes"): f"{{file}} {MOVED}",
    ("move undo", "move-undo"): "{move} --ground ''",
    ("users add", "users-add"): "_ --role auditor",
    **{
        (f"users {act}", f"users-{act}"): "nobody"
        for act in ("change", "suspend", "restore", "reset", "revoke", "unlink")
    },
    ("users link", "users-link"): "nobody --subject x",
    **{
        (command, act.value): " ".join(
            [f"{act.value} {{loan}} --day {LATER} {PAPER}"]
            + [f"--{one.replace('_', '-')} {PARAMETERS[one].example}" for one in kind.needs]
        )
        for command in ("decide", "propose")
        for act, kind in KINDS.items()
    },
}
"""How every command that takes `--by` is called for every act that it performs."""
BY_PLACE = {"classify", "transfer", "measure-rate", "measure-freeze", "measure-holiday"}
WHOLE = {"open-month"}


def commands(group=cli, before=()):
    """Yield (words, command) of every command."""
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, (*before, name))
        else:
            yield " ".join((*before, name)), one


def test_every_command_by_somebody_is_tried_for_every_act_it_performs():
    by = {
        name
        for name, one in commands()
        for param in one.params
        if param.name == "by" and not isinstance(param.type, click.Choice)
    }
    performed = {
        (command, act)
        for act, rule in table().acts.items()
        for command in set(rule.commands) & (by - AXES)
    }

    assert performed == set(CALLED)


@pytest.fixture(scope="module")
def book(sqlite_template, tmp_path_factory):
    """Return the address of a book: a loan here, one elsewhere, and somebody of every role."""
    path = tmp_path_factory.mktemp("who") / "book.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    door = Database(f"sqlite:///{path}", KEYS)
    with door.begin() as tx:
        for number, more in ((1, {"commune": OWN.commune}), (2, ELSEWHERE)):
            loan_no = a_loan_in(tx, State.IN_TERM, number, household_no=f"H{number}", **more)
            decision = a_decision("extend", loan_no, until="2031-03-02", asked_on="2026-06-01")
            decisions.propose(tx, POLICY, decision=decision, deed=a_paper("an", ""))
            holiday = Measure("holiday", date(2026, 9, 1), date(2026, 9, 30), (more["commune"],))
            measures.take(tx, POLICY, holiday, today=date(2026, 9, 1), deed=a_paper())
            moves.move_household(
                tx,
                household_no=f"H{number}",
                to=moves.Change(session_day=9),
                order=moves.Order(date(2026, 9, 1), a_paper()),
            )
        applied(tx, 7)
        applied(tx, 8, **ELSEWHERE)
        for role in ROLES:
            people.add(tx, sign_in_name=role, appointment=an_appointment(role), deed=DEED)
        everywhere = an_appointment(Role.SUPERVISOR, scope=EVERYTHING)
        people.add(tx, sign_in_name="may", appointment=everywhere, deed=DEED)
    yield f"sqlite:///{path}"
    door.close()


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Return a function that writes a map of one village and returns where."""

    def write(place):
        path = tmp_path_factory.mktemp("map") / "map.csv"
        village, to = NAMED[place]["village"], {"19333": "19363"}.get(place.commune, "26509")
        path.write_text(f"village_code,commune\n{village},{to}\n", "utf-8")
        return path

    return write


def move_of(book, place):
    """Return the act that moved the loan of a place."""
    with closing(Database(book, KEYS)) as door, door.read() as tx:
        row = records.moves.find_loan_on(tx, NAMED[place]["loan"], date(2026, 9, 1))
        return next(one.act_id for one in records.moves.all_moves(tx) if one.loan_id == row.id)


def code_of(book, words, *more):
    """Return the code of the refusal of a command, "" where it was done."""
    env = {"CREDITDESK_DATABASE_URL": book}
    answer = CliRunner().invoke(cli, [*words, *more, "--json"], env=env)
    assert answer.stdout, answer.stderr
    told = json.loads(answer.stdout)
    assert answer.exit_code in (0, 1, 2), answer.stderr
    return told.get("code", "")


def lying(act, place):
    """Return where a command's act lies, as far as it is known."""
    if act in WHOLE:
        return Place()
    return place._replace(group="") if act in BY_PLACE else place


def expected(act, role, place):
    """Return what the table says: the role may not, it is not there for them, or it is let."""
    found = table().acts[act].cell(role).reach
    if found is Reach.NONE:
        return {"not-allowed"}
    if found is Reach.ALL or SCOPES[role].holds(lying(act, place)):
        return set()
    return {"not-yours"} if act in WHOLE or act == "apply" else NOT_THERE


@pytest.mark.parametrize(("command", "act"), CALLED, ids=": ".join)
def test_a_command_asks_the_table_who_does_it(book, lines, command, act):
    wrong = []
    for place in (OWN, FOREIGN):
        named = {"file": lines(place), "move": move_of(book, place), **NAMED[place]}
        said = shlex.split(CALLED[command, act].format(**named))
        for role in ROLES:
            code = code_of(book, [*command.split(), *said, "--by", role.value])
            wanted = expected(act, role, place)
            if (code not in wanted) if wanted else (code in DENIED | NOT_THERE):
                wrong.append((role.value, place.commune, code, wanted))

    assert wrong == []


def asked_of(book, by, checked_by="", place=OWN, act="draw"):
    """Return the names under which two do something to a loan, or the code of the refusal."""
    with closing(Database(book, KEYS)) as door, door.read() as tx:
        try:
            deed = a_deed(by, checked_by)
            held = who.permitted(tx, deed, act, reach.loan, NAMED[place]["loan"])
        except DeskError as refusal:
            return refusal.code
    return held.by, held.checked_by


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", [OWN, FOREIGN], ids=["here", "elsewhere"])
def test_a_checker_may_check_it_there(book, role, place):
    with_scope = table().acts["check"].cell(role).reach is not Reach.NONE
    wanted = ("may", role.value) if place == OWN else "loan-not-found"

    found = asked_of(book, "may", role.value, place, "freeze")

    assert found == (wanted if with_scope else "not-allowed")


def test_nobody_checks_what_they_did_themselves_and_names_stand_as_people_sign_in(book):
    assert asked_of(book, "supervisor", " Supervisor", act="freeze") == "own-deed"
    assert asked_of(book, "Officer ", "SUPERVISOR") == ("officer", "supervisor")


def test_only_people_of_the_book_act_in_it(book):
    assert asked_of(book, "binh") == "not-a-user"
    assert asked_of(book, "officer", "binh") == "not-a-user"
    assert asked_of(book, "không tên") == "not-a-user"
    assert (
        code_of(
            book,
            ["transfer", "--session", "2024-01-07", "--by", "officer"],
            "--checked-by",
            "binh",
            "--place",
            "19333",
        )
        == "not-a-user"
    )


def test_who_is_missing_is_left_to_the_act(book):
    assert asked_of(book, " ") == (" ", "")


@pytest.mark.parametrize(
    "changes", [{"suspended": True}, {"until": date(2026, 2, 1)}, {"since": date(2098, 1, 1)}]
)
def test_whoever_is_out_of_office_does_nothing(database, database_url, changes):
    with database.begin() as tx:
        a_loan(tx)
        people.add(tx, sign_in_name="lan", appointment=an_appointment(**changes), deed=DEED)
        admin = an_appointment(Role.ADMINISTRATOR, **changes)
        people.add(tx, sign_in_name="chi", appointment=admin, deed=DEED)

    assert asked_of(database_url, "lan") == "not-in-office"
    assert code_of(database_url, ["users", "revoke", "lan", "--by", "chi"]) == "not-in-office"


@pytest.mark.parametrize("demonstration", [True, False])
def test_where_everybody_may_try_a_stranger_acts_and_a_user_is_held(
    database, database_url, demonstration
):
    with database.begin() as tx:
        a_loan(tx, customer_name="Mẫu (minh họa)" if demonstration else "Mẫu")
        if demonstration:
            auditor = an_appointment(Role.AUDITOR)
            people.add(tx, sign_in_name="lan", appointment=auditor, deed=DEED)

    assert asked_of(database_url, "an", "binh") == ("an", "binh")
    assert asked_of(database_url, "lan") == ("not-allowed" if demonstration else ("lan", ""))
    done = ("receive", NAMED[OWN]["loan"], "--interest", "1", "--day", "2026-06-01")
    assert code_of(database_url, [*done, "--receipt", "R1", "--by", "an"]) == ""


PRINTED = {
    "print 01-2-bctd": ("portfolio-print", ["--place", OWN.commune, "--as-of", "2026-06-30"]),
    "print late": ("worklist", ["--place", OWN.commune, "--as-of", "2026-06-30"]),
    "pack commune": ("packs-print", [OWN.commune, "--month", "2026-06"]),
}


@pytest.mark.parametrize("command", PRINTED)
def test_a_user_who_sits_at_the_machine_prints_what_the_table_lets_them(book, tmp_path, command):
    act, said = PRINTED[command]
    out = tmp_path / "paper.pdf"
    words = [*command.split(), *said, "--out", str(out)]
    for name in ("root", Role.OFFICER, Role.COMMITTEE, Role.ADMINISTRATOR):
        for place in (OWN, FOREIGN):
            let = name == "root" or (
                table().acts[act].cell(name).reach is Reach.OWN and SCOPES[name].holds(place)
            )
            asked = [place.commune if word == OWN.commune else word for word in words]
            env = {"CREDITDESK_DATABASE_URL": book, "LOGNAME": str(name)}

            answer = CliRunner().invoke(cli, asked, env=env)

            assert (answer.exit_code == 0, out.exists()) == (let, let), (name, answer.stderr)
            out.unlink(missing_ok=True)
