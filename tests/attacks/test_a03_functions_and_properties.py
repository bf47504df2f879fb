"""A3: acts that a role does not have, and columns that nobody asked for."""

from creditdesk.db import metadata
from creditdesk.users.permissions import Reach, Role, table
from tests.attacks.stage import (
    PEOPLE,
    asked_by,
    is_closed,
    put,
    routes,
    rows,
    shared,
    somebody_for,
)

COLUMNS = sorted({column.name for one in metadata.tables.values() for column in one.columns})

NEEDED = {"commune": "19333", "from": "2026-01-01", "as_of": "2026-06-30"}


def writing(app):
    """Return the routes of the service that write, with what they do."""
    return [route for route in routes(app, "POST", "PUT", "DELETE") if route.operation]


def test_nobody_does_what_their_role_may_not(desk):
    before = rows(desk.database)
    closed = [
        (route, name)
        for route in writing(desk.app)
        for name, role in PEOPLE.items()
        if is_closed(route, role)
    ]
    for route, name in shared(desk, closed):
        answer = desk.people[name].ask("POST", route.path(), dict(route.operation.example))
        assert answer.status_code == 403, (route.rule, name, answer.text)
        assert answer.json["code"] == "not-allowed", (route.rule, name)

    assert len(closed) >= len(writing(desk.app)) * 3
    assert rows(desk.database) == before


def test_nobody_looks_at_what_their_role_may_not(desk):
    closed = 0
    for route in shared(desk, routes(desk.app, "GET")):
        acts = [act for act, rule in table().acts.items() if route.endpoint in rule.routes]
        for name, role in PEOPLE.items():
            if acts and all(table().acts[act].cell(role).reach is Reach.NONE for act in acts):
                known = asked_by(route.operation)
                needed = {one: said for one, said in NEEDED.items() if one in known}
                answer = desk.people[name].ask("GET", route.path(), None, needed)
                closed += 1
                # Where everybody begins, they are led to what is theirs and shown nothing.
                led = route.rule == "/" and answer.status_code == 303
                assert led or answer.status_code == 403, (route.rule, name, answer.status_code)

    assert closed >= 10


def objects(said, at=()):
    """Yield where each object of a JSON body stands."""
    if isinstance(said, dict):
        yield at
        for key, one in said.items():
            yield from objects(one, (*at, key))
    elif isinstance(said, list):
        for number, one in enumerate(said):
            yield from objects(one, (*at, number))


def inner(said, at):
    for key in at:
        said = said[key]
    return said


def test_no_column_is_written_that_nobody_asked_for(desk):
    before, tried = rows(desk.database), 0
    for route in shared(desk, writing(desk.app)):
        if route.operation.uploads:
            continue
        example = dict(route.operation.example)
        for at in objects(example):
            known = inner(example, at)
            more = {name: 1 for name in COLUMNS if name not in known}
            said = put(example, at, known | more) if at else example | more
            answer = desk.people[somebody_for(route)].ask("POST", route.path(), said)
            found = {one["pointer"]: one["code"] for one in answer.json.get("errors", ())}
            prefix = "".join(f"/{key}" for key in at)
            taken = [name for name in more if f"{prefix}/{name}" not in found]
            tried += len(more) - len(taken)
            assert answer.status_code == 400, route.rule
            assert set(taken) <= optional(route), (route.rule, taken)

    assert tried > 100
    assert rows(desk.database) == before


def optional(route):
    """Return the fields that an operation takes and its example does not say."""

    def fields(schema):
        for name, field in schema.fields.items():
            yield field.data_key or name
            part = getattr(field, "inner", field)
            if hasattr(part, "schema"):
                yield from fields(part.schema)

    return set(fields(route.operation.takes()))


def test_no_page_takes_another_method_for_a_form(desk):
    for route in shared(desk, routes(desk.app, "GET")):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            answer = desk.people["officer"].ask(method, route.path())
            assert answer.status_code in (404, 405), (route.rule, method, answer.status_code)


def test_the_administrator_has_no_act_of_money():
    assert all(
        rule.cell(Role.ADMINISTRATOR).reach is Reach.NONE
        for rule in table().acts.values()
        if rule.theme in ("money", "applications", "decisions")
    )
