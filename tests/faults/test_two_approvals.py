"""Two who approve for one household at the same moment: the second counts what the first did."""

from threading import Thread

from creditdesk.applications import NotEligible
from creditdesk.db import Database
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from tests.applicants import a_paper, applied, brought_to, take


def test_what_one_promises_the_other_counts(postgresql_url):
    door, outcome = Database(postgresql_url), []
    with door.begin() as tx:
        first = applied(tx, amount=Dong(60_000_000))
        second = applied(tx, standing="", application_no="D2", amount=Dong(50_000_000))
        brought_to(tx, Step.APPRAISE, first, second)

    def approve_the_second():
        try:
            with door.begin() as tx:
                take(tx, Step.APPROVE, second, paper=a_paper(Step.APPROVE, number="QĐ-2"))
            outcome.append("approved")
        except NotEligible as refusal:
            outcome.append(refusal.facts["reasons"][0]["counted"])

    other = Thread(target=approve_the_second)
    with door.begin() as tx:
        take(tx, Step.APPROVE, first)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    door.close()

    assert outcome == [60_000_000]
