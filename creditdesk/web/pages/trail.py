"""The trail below a statement: the groups of a commune, and their loans on a stated need."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request

from creditdesk import cards, communes, statements
from creditdesk.accesses import LIST, View
from creditdesk.ledger import DIRECT
from creditdesk.papers import NARROWED
from creditdesk.statements import Question
from creditdesk.web import asked as address
from creditdesk.web import edge
from creditdesk.web import papers as shown
from creditdesk.web.asked import loans_asked, require
from creditdesk.web.pages.statements import narrowed

PAGE = 100
# What narrows a list of loans. Its group is the row that led to it: the way back leaves it behind.
_OF_LOANS = tuple(axis for axis in NARROWED if axis != "group")

pages = Blueprint("trail", __name__)


@pages.get("/statements/communes/<code>")
def groups(code: str) -> Any:
    """Show what a commune's figures are made of: its groups, by the same question."""
    with edge.read() as tx:
        chosen = replace(shown.asked(tx), place=code)
        known = communes.map_on(chosen.as_of)
        unit = known.commune(code)
        require("groups", tx, chosen)
        _, within = address.narrowed(NARROWED)
        day = address.known_on()
        period = (chosen.since, chosen.as_of)
        question = Question(*period, ("group",), code, within=within, known_on=day)
        book = statements.portfolio(tx, edge.desk().policy, question)
    return render_template(
        "statements/groups.html",
        asked=chosen,
        narrowed=narrowed(),
        commune=unit,
        province=known.provinces.get(unit.province),
        book=book,
        direct=DIRECT,
        policy=edge.desk().policy,
    )


@pages.get("/statements/communes/<code>/loans")
def loans(code: str) -> Any:
    """Show the loans of a group, or of a whole commune, by the same question, page by page."""
    _, after = loans_asked()
    group = request.args.get("group", "").strip()[:20]
    with edge.read() as tx:
        chosen = replace(shown.asked(tx), place=code)
        unit = communes.map_on(chosen.as_of).commune(code)
        require("commune-loans", tx, chosen)
        _, asked_within = address.narrowed(_OF_LOANS)
        within = dict(asked_within) | ({"trustee": DIRECT} if group == DIRECT else {})
        wanted = "" if group == DIRECT else group
        figures = cards.commune_figures(tx, code, chosen.as_of, group=wanted, within=within)
        page = sorted((one for one in figures if one.loan_no > after), key=lambda one: one.loan_no)
        lines = cards.loan_lines(tx, edge.desk().policy, page[:PAGE], chosen.as_of)
    edge.note(View("commune-loans", LIST, code, customers=[line.customer_no for line in lines]))
    return render_template(
        "statements/loans.html",
        asked=chosen,
        narrowed=narrowed(_OF_LOANS),
        commune=unit,
        group=group,
        direct=group == DIRECT,
        lines=lines,
        count=len(figures),
        after=after,
        further=lines[-1].loan_no if len(page) > PAGE else None,
        policy=edge.desk().policy,
    )
