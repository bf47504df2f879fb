"""A1: SQL in every part of every request of every route."""

import ast
from itertools import cycle, islice
from pathlib import Path
from random import Random

from creditdesk import audit
from tests.attacks.stage import asked_by, leaves, put, routes, rows, shared
from tests.builders import POLICY
from tests.conftest import LONG

MARKS = ("'", '"', "`", "\u2019", "\uff07", "\u02bc", "\\'", "')", '")', "%27", "$$", "\\")
TAILS = (
    " OR 1=1--",
    "; DROP TABLE loan--",
    " UNION SELECT NULL,NULL,NULL--",
    " UNION ALL SELECT sql FROM sqlite_master--",
    " AND 1=CAST((SELECT version()) AS int)--",
    " AND (SELECT 1 FROM pg_sleep(0))--",
    " ON CONFLICT DO NOTHING--",
    " ORDER BY 99--",
    "/**/OR/**/1=1#",
    "||(SELECT 1)||",
    " HAVING 1=1--",
    " LIMIT 0 OFFSET 1--",
    " ESCAPE '\\' ",
    "%' LIKE '%",
    "*/ SELECT 1 /*",
    ") AND 1=randomblob(1)--",
)
BARE = ["%s", "%(a)s", ":a", "?", "{0}", "' OR ''='", "';--", "0; SELECT 1"]
PAYLOADS = [mark + tail for mark in MARKS for tail in TAILS] + BARE
"""The two hundred of the catalogue of attacks; the suite gives one to each part of a request."""
IN_HEADERS = ("X-Need", "X-Request-ID", "User-Agent", "Idempotency-Key", "If-Match", "Accept")
ON_PAGES = ("as_of", "from", "place", "unit", "only", "after", "sort", "order", "lang", "need")
FORMS = ("name", "password", "code", "again", "form_token")
EACH = len(PAYLOADS) if LONG else 1


def parts(route):
    """Yield (what to replace, name) of everything that a caller can say on a route."""
    yield from (("path", name) for name in route.names)
    yield from (("query", name) for name in (asked_by(route.operation) or ON_PAGES))
    if route.method != "GET":
        example = route.operation.example if route.operation else dict.fromkeys(FORMS, "x")
        yield from (("body", at) for at in leaves(example))
    yield from (("header", name) for name in IN_HEADERS[: 6 if LONG else 1])


def asked(attacker, route, kind, name, payload):
    of_service = route.operation is not None
    example = dict(route.operation.example) if of_service else {}
    path = route.path(**{name: payload}) if kind == "path" else route.path()
    body = None if route.method == "GET" else example
    query = {name: payload} if kind == "query" else None
    headers = {}
    if kind == "body":
        body = put(example, name, payload) if of_service else {name[0]: payload}
    if kind == "header":
        headers[name] = payload.encode("latin-1", "replace").decode("latin-1")
    return attacker.ask(route.method, path, body, query, **headers)


def attempts(desk):
    """Yield (what was attacked, status) of every part of every route under some payload."""
    payloads = PAYLOADS.copy()
    Random(1).shuffle(payloads)
    following = cycle(payloads)
    every = [(route, part) for route in routes(desk.app) for part in parts(route)]
    for route, (kind, name) in shared(desk, every):
        attacker = desk.people["auditor" if route.method == "GET" else "officer"]
        for payload in islice(following, EACH):
            answer = asked(attacker, route, kind, name, payload)
            answer.close()
            yield (route.rule, kind, name, payload), answer.status_code


def test_no_part_of_any_request_reaches_the_database_as_sql(desk):
    before = rows(desk.database)
    found = list(attempts(desk))
    fallen = [(what, status) for what, status in found if status >= 500]

    assert fallen == []
    assert len(found) > len(routes(desk.app)) * 2
    after = rows(desk.database)
    assert after["loan"] == before["loan"]
    assert after["person"] == before["person"]
    with desk.database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


ROOT = Path(__file__).resolve().parents[2] / "creditdesk"
RAW = ("exec_driver_sql", "sa.text", ".execute", ".executemany")
PUT_TOGETHER = {
    ("db.py", "_begin"),
    ("db.py", "_limited"),
    ("db.py", "_look_anew"),
    ("db.py", "_postgresql_columns"),
    ("db.py", "_prepare"),
    ("db.py", "_sqlite"),
    ("db.py", "allow_changes"),
    ("db.py", "insert_rows"),
    ("db.py", "refuse_changes"),
    ("records/ledger.py", "ids_given"),
}
"""Where SQL is put together: from names of our own tables and settings, nothing of a caller."""


def is_put_together(call):
    """Return whether SQL is handed to the database in words, and not as one written text."""
    if not isinstance(call, ast.Call) or not call.args:
        return False
    name, said = ast.unparse(call.func), call.args[0]
    if name.endswith(RAW[:2]) and not isinstance(said, ast.Constant):
        return True
    return name.endswith(RAW) and isinstance(said, ast.JoinedStr | ast.BinOp)


def test_sql_is_put_together_at_known_places_alone():
    functions = [
        (path.relative_to(ROOT).as_posix(), function)
        for path in ROOT.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
    ]

    found = {
        (path, function.name)
        for path, function in functions
        if any(is_put_together(node) for node in ast.walk(function))
    }

    assert found == PUT_TOGETHER
