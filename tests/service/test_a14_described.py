"""A14: whatever the description allows is asked; every answer is as described, and none fails.

The suite asks every operation both kinds of question, each by another role, on one database; the
other half of them and other questions every day, and a failure names what repeats it. `make long`
asks 50,000: every role, every kind of question, both databases.
"""

import os
from dataclasses import replace

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from creditdesk.web.edge import moment
from tests.conftest import LONG

EXAMPLES = 200 if LONG else 4
# CREDITDESK_TEST_SEED=… repeats the questions of another day.
SEED = int(os.environ.get("CREDITDESK_TEST_SEED") or f"{moment():%Y%m%d}")
# A path, a token and a key that are right let the rest be reached.
PATHS = {
    "loan_no": "6600000000000001",
    "code": "01",
    "name": "late",
    "household_no": "0000000001",
    "application_no": "D7",
    "number": "1",
    "customer_no": "0000000001",
    "user_name": "xa",
    "day": "2026-06-30",
    "kind": "01-1-bctd",
    "receipt_no": "T1",
    "month": "2026-06",
    "link": "1",
}


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = {"allowed": GenerationMode.POSITIVE, "forbidden": GenerationMode.NEGATIVE}
CALLERS = ("can-bo-1", "kiem-toan")
SHARE = {
    ("sqlite", "can-bo-1", "allowed"),
    ("sqlite", "kiem-toan", "forbidden"),
    ("postgresql", "can-bo-1", "forbidden"),
    ("postgresql", "kiem-toan", "allowed"),
}
WHOLE = {(kind, who, mode) for kind, *_ in SHARE for who in CALLERS for mode in MODES}


def ask_all(operation, mode, headers, seen):
    """Ask an operation what its description allows, or what it does not, and judge the answers."""

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), right=st.booleans())
    def ask(case, right):
        hypothesis.note(f"CREDITDESK_TEST_SEED={SEED}")
        if right:
            known = {name: PATHS[name] for name in case.path_parameters or {}}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers=headers)
        seen.append((operation.label, answer.status_code))
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize(
    ("database_url", "caller", "mode"), sorted(WHOLE if LONG else SHARE), indirect=["database_url"]
)
def test_a14_no_question_within_the_description_fails_or_is_answered_otherwise(
    app, callers, caller, mode
):
    desk = app.extensions["creditdesk"]
    desk.settings = replace(desk.settings, api_calls=10**9, api_calls_of_address=10**9)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    headers = {"Authorization": f"Bearer {callers[caller].token}", "Accept-Language": "en"}
    operations = [found.ok() for found in schema.get_all_operations()]
    if not LONG:
        operations = operations[(SEED + desk.database.is_sqlite) % 2 :: 2]
    seen = []

    for operation in operations:
        ask_all(operation, MODES[mode], headers, seen)

    assert {label for label, _ in seen} == {operation.label for operation in operations}
    assert max(status for _, status in seen) < 500
