"""Forms of pages: what is wrong is told at its field, what is right is done once."""

from types import SimpleNamespace

import pytest
from flask import g

from creditdesk.errors import Refused
from creditdesk.users.permissions import Role
from creditdesk.web import filled
from creditdesk.web.filled import Done
from creditdesk.web.protocol import KeyMissing, KeyUnfit
from creditdesk.web.shapes import DongField, FlagField, ListField, PartField, Shape, TextField
from tests.apps import an_app
from tests.people import a_user
from tests.web.conftest import configured

KEY = "k" * 22


class Line(Shape):
    loan_no = TextField(16, required=True)
    amount = DongField(required=True)


class Trial(Shape):
    amount = DongField(least=1_000, required=True)
    remark = TextField(20)
    sure = FlagField(load_default=False)
    kinds = ListField(TextField(10), most=5, load_default=list)
    lines = ListField(PartField(Line), most=5, load_default=list)


class TooMuch(Refused):
    code = "value-missing"


@pytest.fixture
def desk(database, database_url):
    """Return an application with an officer, and a way to send a form there."""
    with database.begin() as tx:
        officer = a_user(tx, "an", Role.OFFICER, password="")
    app = an_app(configured(database_url))
    done = []

    def act(tx, said):
        done.append(said)
        return Done("/there", "total")

    def send(said, act=act, key=KEY, way=filled.submit):
        told = said if key is None else said | {"form_key": key}
        with app.test_request_context("/trial", method="POST", data=told):
            g.reader, g.request_id = officer, "-"
            shown = []
            answer = way(Trial, act, lambda form: shown.append(form) or form.why)
            return SimpleNamespace(answer=answer, form=shown[0] if shown else None)

    yield SimpleNamespace(send=send, done=done)
    app.extensions["creditdesk"].database.close()


def test_a_form_says_what_people_write(desk):
    sent = desk.send(
        {
            "amount": " 2.000.000 ",
            "remark": "",
            "sure": "true",
            "kinds": ["a", "b"],
            "lines-0-loan_no": "1",
            "lines-0-amount": "1,000",
            "lines-1-loan_no": "2",
            "lines-1-amount": "3000",
        }
    )

    assert (sent.answer.status_code, sent.answer.headers["Location"]) == (303, "/there")
    assert desk.done == [
        {
            "amount": 2_000_000,
            "sure": True,
            "kinds": ["a", "b"],
            "lines": [{"loan_no": "1", "amount": 1_000}, {"loan_no": "2", "amount": 3_000}],
        }
    ]


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(desk):
    sent = desk.send({"amount": "12,5", "lines-0-loan_no": "7", "unasked": "x"})

    assert sent.answer.status_code == 422
    assert desk.done == []
    assert set(sent.form.faults) == {"amount", "lines-0-amount", "unasked"}
    assert sent.form.text("amount") == "12,5"
    assert sent.form.text("lines-0-loan_no") == "7"
    assert sent.form.key == KEY


def test_a_form_sent_twice_is_done_once_and_answered_alike(desk):
    first, second = (desk.send({"amount": "1000"}) for _ in range(2))

    assert len(desk.done) == 1
    assert first.answer.headers["Location"] == second.answer.headers["Location"]
    assert first.answer.headers["Set-Cookie"] == second.answer.headers["Set-Cookie"]


def test_a_form_that_was_changed_after_it_was_sent_asks_to_be_sent_as_another(desk):
    desk.send({"amount": "1000"})
    changed = desk.send({"amount": "2000"})
    again = desk.send({"amount": "2000"}, key=changed.form.key)

    assert changed.answer.status_code == 422
    assert changed.form.key != KEY
    assert again.answer.status_code == 303
    assert [said["amount"] for said in desk.done] == [1_000, 2_000]


@pytest.mark.parametrize("field", ["", "lines-0-amount"])
@pytest.mark.parametrize("way", [filled.submit, filled.preview])
def test_what_an_act_refuses_is_told_with_the_form_and_can_be_sent_again(desk, field, way):
    def refused(tx, said):
        if not field:
            raise TooMuch
        with filled.in_field(field):
            raise TooMuch

    sent = desk.send({"amount": "1000"}, act=refused, way=way)
    after = desk.send({"amount": "1000"})

    assert sent.answer.status_code == 422
    assert list(sent.form.faults) == ([field] if field else [])
    assert (sent.answer.get_data() == b"") == bool(field)
    assert after.answer.status_code == 303


@pytest.mark.parametrize(("key", "refusal"), [(None, KeyMissing), ("?", KeyUnfit)])
def test_a_form_without_its_key_is_none_of_ours(desk, key, refusal):
    with pytest.raises(refusal):
        desk.send({"amount": "1000"}, key=key)
