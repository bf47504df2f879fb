"""Examples of every page, for whoever looks at all of them: a page without one fails the tests.

An address holds facts of `rig.known` in braces. A page whose example nobody of some role may open,
though the role may open others like it, names the roles that it is an example for. What is asked
for by a stated need is asked for with one.
"""

from typing import NamedTuple

from creditdesk.users.permissions import Role

NEED = "need=đối+chiếu+hồ+sơ"
EVERYBODY = frozenset(Role) - {Role.SYSTEM}


class Example(NamedTuple):
    """An address, for which roles, and whether a file comes from there instead of a page."""

    address: str
    roles: frozenset = EVERYBODY
    is_file: bool = False


# A group lies within a commune, whose figures its head does not see.
NEAR = EVERYBODY - {Role.GROUP_HEAD}
ALONE = frozenset({Role.OFFICER})
DECIDING = frozenset({Role.OFFICER, Role.SUPERVISOR})
WIDE = frozenset({Role.REVIEWER, Role.AUDITOR})

EXAMPLES = {
    "portfolio.index": [
        Example("/?place={commune}", NEAR),
        Example("/?place={province}&unit=dong", WIDE),
    ],
    "portfolio.commune": [
        Example("/communes/{commune}?unit=dong", NEAR),
        Example("/communes/{commune}?only=overdue", NEAR),
    ],
    "portfolio.table": [Example("/portfolio.csv?place={commune}", NEAR, is_file=True)],
    "portfolio.paper": [Example("/portfolio.pdf?place={commune}", NEAR, is_file=True)],
    "papers.paper": [Example("/papers/portfolio.xlsx?place={commune}", NEAR, is_file=True)],
    "today.index": [Example("/today"), Example("/today?place={commune}", DECIDING)],
    "commune.index": [
        Example("/my-commune?place={commune}"),
        Example("/my-commune", frozenset({Role.AUDITOR})),
    ],
    "commune.applicants": [Example("/my-commune/applicants")],
    "worklists.index": [Example("/worklists")],
    "worklists.listed": [
        Example("/worklists/due-session"),
        Example("/worklists/late?place={commune}&sort=days_late", NEAR),
        Example("/worklists/applications-waiting"),
        Example("/worklists/groups-small?programme=01"),
    ],
    "worklists.table": [Example("/worklists/late.csv", is_file=True)],
    "search.index": [
        Example("/search?q=thi+nguyen"),
        Example("/search?q={group}"),
        Example("/search"),
        Example("/search?q=khong+ai+ten+nay"),
    ],
    "loans.card": [Example("/loans/{loan}")],
    "account.index": [Example("/account")],
    "account.password": [Example("/account/password")],
    "account.factor": [Example("/account/second-factor")],
    "account.ask_token": [Example("/account/tokens/new")],
    "administration.index": [Example("/administration")],
    "users.index": [Example("/administration/users"), Example("/administration/users?q=khong-co")],
    "users.ask": [Example("/administration/users/new")],
    "users.show": [Example("/administration/users/can-bo")],
    "users.ask_change": [Example("/administration/users/can-bo/change")],
    "users.ask_deed": [Example("/administration/users/can-bo/reset")],
    "loans.schedules": [Example("/loans/{loan}/schedules")],
    "loans.payoff": [Example("/loans/{loan}/payoff")],
    "money.ask_receipt": [Example("/loans/{loan}/receipt")],
    "money.ask_draw": [Example("/loans/{loan}/draw")],
    "money.ask_rebooking": [Example("/loans/{loan}/rebooking")],
    "money.ask_reversal": [Example("/loans/{loan}/reversal?receipt_no={receipt}")],
    "decisions.ask": [
        Example(f"/loans/{{loan}}/decisions/{kind}", who)
        for kind, who in (
            ("extend", DECIDING),
            ("redate", ALONE),
            ("freeze", ALONE),
            ("re-price", ALONE),
            ("reverse", ALONE),
        )
    ],
    "decisions.index": [Example("/decisions")],
    "decisions.proposal": [Example("/decisions/{proposal}")],
    "transfers.index": [Example("/transfers?place={commune}")],
    "transfers.order": [Example("/transfers/{order}")],
    "sheet_files.workbook": [Example("/sheets/{group}/{past}/sheet.xlsx", is_file=True)],
    "sheet_files.receipts": [Example("/sheets/{group}/{paid}/receipts.pdf", is_file=True)],
    "sheets.index": [Example("/sheets"), Example("/sheets?period=month")],
    "sheets.sheet": [Example("/sheets/{group}/{past}"), Example("/sheets/{group}/{ahead}")],
    "sheets.receipts": [
        Example("/sheets/{group}/{paid}/receipts"),
        Example("/sheets/{group}/1999-01-01/receipts"),
    ],
    "applications.index": [
        Example("/applications"),
        Example("/applications?step=mine&commune=00000"),
    ],
    "applying.ask": [Example("/new-application"), Example("/new-application?loan={loan}")],
    "applications.show": [Example("/applications/{application}")],
    "applications.ask": [
        Example("/applications/{application}/refuse", DECIDING),
        Example("/applications/{application}/sign", ALONE),
    ],
    "applications.ask_together": [
        Example("/applications-together/list", frozenset({Role.OFFICER, Role.GROUP_HEAD})),
        Example("/applications-together/approve", frozenset({Role.SUPERVISOR})),
    ],
    "months.index": [Example("/administration/months")],
    "standing.index": [Example("/administration/health")],
    "policy.index": [
        Example("/administration/policy?of=01"),
        Example("/administration/policy?q=khong-co-gi"),
    ],
    "places.index": [
        Example("/administration/places?q=dong+ha"),
        Example("/administration/places?as_of=2031-01-01&q=khong-co-gi"),
    ],
    "accesses.index": [Example("/administration/accesses")],
    "files.index": [Example("/administration/files")],
    "jobs.index": [
        Example("/administration/jobs"),
        Example("/administration/jobs?state=done"),
    ],
    "statements.index": [
        Example("/statements?place={commune}", NEAR),
        Example("/statements?kind=len-31&place={commune}&unit=dong", NEAR),
        Example("/statements?kind=13-bc&place={province}", WIDE),
        Example("/statements?kind=bc0437&place={commune}", NEAR),
    ],
    "downloads.index": [Example("/downloads")],
    "downloads.catalogue": [Example("/downloads/papers?place={commune}")],
    "downloads.ask": [
        Example("/downloads/papers/portfolio?place={commune}", NEAR),
        Example("/downloads/papers/due-notice?loan={loan}"),
        Example("/downloads/papers/loan?loan={loan}&as_of={past}"),
    ],
    "downloads.listed": [Example("/downloads/packs")],
    "statements.changes": [Example("/statements/changes?place={commune}", NEAR)],
    "statements.given": [Example("/statements/issued")],
    "letters.index": [Example("/statements/letters?year=2026&place={commune}", NEAR)],
    "trail.groups": [Example("/statements/communes/{commune}", NEAR)],
    "trail.loans": [Example("/statements/communes/{commune}/loans?group={group}", NEAR)],
    "pictures.index": [
        Example("/pictures?place={commune}", NEAR),
        Example("/pictures?place={province}", WIDE),
    ],
    "signing.ask": [Example("/sign-in")],
    "verifying.ask": [Example("/verify")],
}
NOT_PAGES = {"assets.file", "health.alive", "health.ready", "health.metrics"}
# Where one comes from a step before, or what only leads on.
ON_THE_WAY = {
    "signing.ask_code",
    "jobs.show",
    "jobs.result",
    "linked.file",
    "files.faults",
    "signing.ask_enrolment",
    "signing.ask_password",
    "provided.ask",
    "provided.answered",
    "provided.leave",
    "verifying.show",
}
