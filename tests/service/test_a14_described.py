"""A14: whatever the description allows is asked; every answer is as described, and none fails.

A bounded share in the suite; `make long` asks twenty times as much.
"""

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

from tests.conftest import LONG

EXAMPLES = 150 if LONG else 4
# A path, a token and a key that are right let the rest be reached.
PATHS = {
    "loan_no": "6600000000000001",
    "code": "01",
    "name": "late",
    "household_no": "0000000001",
    "application_no": "D7",
    "number": "1",
    "receipt_no": "T1",
    "month": "2026-06",
}


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def ask_all(operation, mode, headers, seen):
    """Ask an operation what its description allows, or what it does not, and judge the answers."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), right=st.booleans())
    def ask(case, right):
        if right:
            known = {name: PATHS[name] for name in case.path_parameters or {}}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers=headers)
        seen.append((operation.label, answer.status_code))
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("mode", MODES, ids=["allowed", "forbidden"])
@pytest.mark.parametrize("caller", ["can-bo-1", "kiem-toan"])
def test_a14_no_question_within_the_description_fails_or_is_answered_otherwise(
    app, callers, caller, mode
):
    desk = app.extensions["creditdesk"]
    desk.settings = replace(desk.settings, api_calls=10**9, api_calls_of_address=10**9)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    headers = {"Authorization": f"Bearer {callers[caller].token}", "Accept-Language": "en"}
    seen = []

    for found in schema.get_all_operations():
        ask_all(found.ok(), mode, headers, seen)

    assert len({label for label, _ in seen}) == len(list(schema.get_all_operations()))
    assert max(status for _, status in seen) < 500
