"""What a desk shows of single loans: a loan's card, and the loans of a commune by pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from creditdesk import arrears, households, ledger, records, standings
from creditdesk.columns import Axes, Image, number_of
from creditdesk.communes import loan_on, map_on, places_on
from creditdesk.db import Tx
from creditdesk.engine.ageing import (
    Standing,
    Unpaid,
    falling_due,
    final_due_on,
    stand,
    status_of,
)
from creditdesk.engine.days import month_end, next_month_end
from creditdesk.engine.explaining import plan_lines
from creditdesk.engine.journal import PRINCIPAL, Event, Kind, Posting
from creditdesk.engine.journal import in_order as event_order
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked
from creditdesk.errors import Malformed
from creditdesk.figures import InstalmentLine, LoanCard, LoanLine, MovementLine
from creditdesk.users import Place, places

FILTERS = ("all", "open", "late", "overdue")


class FilterUnknown(Malformed):
    """Loans are not listed by this."""

    code = "filter-unknown"


def loan_card(
    tx: Tx, policy: Policy, loan_no: str, as_of: date, before: str | None = None
) -> LoanCard:
    """Return everything a desk shows of one loan at the end of a day; raises LoanNotFound.

    before  a moment: what was recorded then or later does not count
    """
    loan = loan_on(tx, loan_no, as_of, before)
    if loan is None:
        raise ledger.LoanNotFound(loan_no=loan_no)
    places = map_on(as_of)
    booked = ledger.in_order(ledger.facts_of(tx, loan.id, before))
    standing = stand(ledger.terms_of(loan), booked, as_of)
    customer = records.households.customers_of(tx, [loan.customer_id])[loan.customer_id]
    group = records.households.find_group(tx, loan.group_no) if loan.group_no else None
    return LoanCard(
        loan_no=loan.loan_no,
        customer_no=customer.customer_no,
        customer_name=customer.name,
        id_no_masked=customer.id_no_masked,
        commune=loan.commune,
        commune_name=places.names.get(loan.commune, loan.commune),
        province=loan.province,
        village_code=loan.village_code,
        group_no=loan.group_no,
        group_head=group.head if group else "",
        trustee=loan.trustee,
        office=loan.office,
        programme=loan.programme,
        programme_name=_programme_name(policy, loan.programme),
        source=loan.source,
        investor=loan.investor,
        household_standing=loan.standing,
        purpose=loan.purpose,
        session_day=loan.session_day,
        signed_on=loan.signed_on,
        rate_percent=f"{Decimal(loan.rate_e8).scaleb(-6).normalize():f}",
        approved=Dong(loan.approved),
        standing=standing,
        instalments=tuple(_instalment_lines(booked, standing)),
        movements=tuple(_movement_lines(_receipts(tx, loan.id, as_of, before))),
    )


def letters_due(card: LoanCard, as_of: date) -> tuple[str, ...]:
    """Return the letters that there is a reason to send to the borrower of a loan on a day.

    due-notice  principal falls due in the calendar month after the day's
    14-td       debt was moved to overdue within the month of the day

    The same loans stand in `papers.notices`.
    """
    plan = [
        Unpaid(one.due_on, one.principal, one.principal - one.paid) for one in card.instalments
    ]
    owed, begun = card.standing.outstanding, as_of.replace(day=1)
    due = falling_due(plan, owed, month_end(as_of), next_month_end(as_of))
    moved = (
        line.kind == Kind.OVERDUE.value and not line.reversed and begun <= line.value_date <= as_of
        for line in card.movements
    )
    reasons = {"due-notice": due > 0, "14-td": any(moved)}
    return tuple(name for name, holds in reasons.items() if holds)


def places_of_household(tx: Tx, household_no: str, day: date) -> list[Place]:
    """Return where the loans of a household lie on a day; one without any is its province's.

    Raises HouseholdNotFound.
    """
    household = records.households.find_household(tx, household_no)
    # Asked of nobody's household too: else the time of an answer would tell which there are.
    lent = records.loans.of_household_query(household.id if household else 0)
    found = places_on(tx, lent, day)
    if household is None:
        raise households.HouseholdNotFound(household_no=household_no)
    return [Place(*row) for row in found] or [Place(province=household.province)]


def places_known(tx: Tx, household_no: str, day: date) -> list[Place]:
    """Return where a household is known on a day: by loans, applications and communes' lists.

    Nothing for one that nobody knows.
    """
    household = records.households.find_household(tx, household_no)
    if household is None:
        return []
    lent = records.loans.loans_of_households(tx, [household.id])
    found = [places.of_loan(tx, row.loan_no, day) for row in lent]
    for row in records.applications.applications_of(tx, household.id):
        found.append(Place(row.province, row.commune, row.office, row.group_no))
    known = map_on(day)
    for row in records.households.standings_of(tx, [household.id]).get(household.id, ()):
        found.append(places.of_place(tx, known, known.heir(row.commune)))
    return [one for one in found if one]


def household_of(tx: Tx, customer_no: str) -> str | None:
    """Return the number of a customer's household, None for a customer whom nobody knows."""
    customer = records.households.find_customer(tx, customer_no)
    return customer and records.households.household_no_of(tx, customer.household_id)


def _programme_name(policy: Policy, code: str) -> str:
    known = policy.programmes.get(code)
    return known.names.vi if known else code


def _instalment_lines(booked: Sequence[Booked], standing: Standing) -> Iterator[InstalmentLine]:
    """Yield the plan of a day; what is late lies on the oldest due dates and adds up."""
    for line in plan_lines(booked, standing):
        yield InstalmentLine(
            no=line.no,
            due_on=line.due_on,
            principal=Dong(line.principal),
            paid=Dong(line.paid),
            late=Dong(line.late),
            settled_on=line.settled_on,
            days_late=line.days_late,
        )


class _Receipt(NamedTuple):
    event: Event
    postings: tuple[Posting, ...]
    counts: bool


def _receipts(tx: Tx, loan_id: int, as_of: date, before: str | None) -> list[_Receipt]:
    """Return what every receipt up to a day did, in the order in which they count.

    A receipt that was booked anew after a late arrival stands once, with what counts now; one that
    was undone and not booked again stands once, without effect.
    """
    entries, postings, _ = records.ledger.chains_of(tx, [loan_id], before)
    parts = ledger.postings_by_entry(postings)
    undone = {row.mirrors for row in entries if row.mirrors is not None}
    found: dict[str, _Receipt] = {}
    for row in entries:
        if row.mirrors is None and row.value_date <= as_of:
            found[row.receipt_no] = _Receipt(
                ledger.event_of(row), parts.get(row.id, ()), row.id not in undone
            )
    return sorted(found.values(), key=lambda receipt: event_order(receipt.event))


def _movement_lines(receipts: Iterable[_Receipt]) -> Iterator[MovementLine]:
    outstanding = 0
    for event, postings, counts in receipts:
        if counts:
            outstanding += sum(
                amount * ((debit in PRINCIPAL) - (credit in PRINCIPAL))
                for debit, credit, amount in postings
            )
        yield MovementLine(
            value_date=event.value_date,
            kind=event.kind.value,
            amount=Dong(event.amount),
            until=event.until,
            receipt_no=event.receipt_no,
            outstanding=Dong(outstanding),
            reversed=not counts,
        )


def commune_loans(
    tx: Tx,
    policy: Policy,
    commune: str,
    as_of: date,
    *,
    after: str = "",
    limit: int = 100,
    only: str = "all",
) -> tuple[LoanLine, ...]:
    """Return loans of a commune signed by the end of a day, in the order of their numbers.

    after  only loans with a higher number: the last one of the page before
    only   `all`, `open` (with a balance), `late` (by contract) or `overdue` (booked)

    Raises PlaceNotFound, FilterUnknown.
    """
    found = commune_figures(tx, commune, as_of, only=only)
    page = sorted((one for one in found if one.loan_no > after), key=attrgetter("loan_no"))
    return loan_lines(tx, policy, page[:limit], as_of)


class LoanFigures(NamedTuple):
    """What the columns tell of a loan: its inner number, its number, and its figures [dong]."""

    id: int
    loan_no: str
    figures: Mapping[str, int]


def commune_figures(
    tx: Tx,
    commune: str,
    as_of: date,
    *,
    only: str = "all",
    programme: str = "",
    group: str = "",
    within: Mapping[str, str] = MappingProxyType({}),
) -> list[LoanFigures]:
    """Return the figures of a commune's loans signed by the end of a day, in no order.

    only              as in `commune_loans`
    programme, group  only loans of these, where they are told
    within            the like of a trustee, a source, an investor

    Raises PlaceNotFound, FilterUnknown.
    """
    if only not in FILTERS:
        raise FilterUnknown(only=only, filters=list(FILTERS))
    province = map_on(as_of).commune(commune).province
    wanted = {"commune": commune, "programme": programme, "group_no": group, **within}
    over = standings.axes(tx, province, as_of)
    now = standings.image(tx, province, as_of)
    return figures_of(tx, over, now, _chosen(over, now, wanted, as_of, only))


def figures_of(tx: Tx, over: Axes, now: Image, chosen: Any) -> list[LoanFigures]:
    """Return the figures of those loans of a province that a column chooses, in no order."""
    columns = {name: now[name][chosen].tolist() for name in _SHOWN}
    columns["late"] = now.late[chosen].tolist()
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    ids = over.ids[chosen].tolist()
    figures = dict(zip(ids, rows, strict=True))
    numbers = records.loans.numbers_of(tx, ids)
    return [LoanFigures(key, number, figures[key]) for number, key in numbers.items()]


def loan_lines(
    tx: Tx, policy: Policy, page: Sequence[LoanFigures], as_of: date
) -> tuple[LoanLine, ...]:
    """Return loans as lists show them at the end of a day, in the order in which they are told."""
    loans = {one.row.id: one for one in arrears.candidates(tx, [one.id for one in page], as_of)}
    holders = {loan.row.customer_id for loan in loans.values()}
    customers = records.households.customers_of(tx, holders)
    return tuple(
        _line(
            policy,
            loan.row,
            customers[loan.row.customer_id],
            figures,
            final_due_on(loan.terms, loan.booked, as_of),
        )
        for loan, figures in ((loans[one.id], one.figures) for one in page)
    )


_SHOWN = ("drawn", "in_term", "overdue", "frozen", "written_off")


def _chosen(over: Axes, now: Image, wanted: Mapping[str, str], as_of: date, only: str) -> Any:
    """Return which loans filters let through, as a column.

    wanted  the code that a loan has, by what it is of; an empty one lets every loan through
    """
    inside = (over.columns["signed_on"] <= number_of(as_of)) | (now["draws"] > 0)
    for name, code in wanted.items():
        if code:
            inside &= over.columns[name] == code
    if only == "open":
        inside &= now.outstanding > 0
    elif only == "late":
        inside &= now.late > 0
    elif only == "overdue":
        inside &= now["overdue"] > 0
    return inside


def _line(
    policy: Policy, loan: Any, customer: Any, found: Mapping[str, int], due_on: date
) -> LoanLine:
    outstanding = found["in_term"] + found["overdue"] + found["frozen"]
    return LoanLine(
        loan_no=loan.loan_no,
        customer_no=customer.customer_no,
        customer_name=customer.name,
        programme=loan.programme,
        programme_name=_programme_name(policy, loan.programme),
        group_no=loan.group_no,
        status=status_of(found["drawn"], outstanding, found["written_off"]),
        drawn=Dong(found["drawn"]),
        outstanding=Dong(outstanding),
        in_term=Dong(found["in_term"]),
        overdue=Dong(found["overdue"]),
        frozen=Dong(found["frozen"]),
        late_principal=Dong(found["late"]),
        due_on=due_on,
    )


def investors_of(tx: Tx, provinces: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of those whose capital the loans of provinces are lent from."""
    lent = (standings.axes(tx, province).by("investor").categories for province in provinces)
    return tuple(sorted({code for codes in lent for code in codes if code}))


def communes_of(tx: Tx, province: str, day: date) -> tuple[str, ...]:
    """Return the codes of the communes in which a province has loans on a day, rising."""
    return tuple(standings.axes(tx, province, day).by("commune").categories)


@dataclass(frozen=True, slots=True)
class Cover:
    """What one asks of a book before opening it; `newest` is the last day anything happened."""

    provinces: tuple[str, ...]
    newest: date | None
    last_entry: int
    demonstration: bool


def cover(tx: Tx, known: Cover | None = None) -> Cover:
    """Return the cover of the book.

    known  a cover seen before: its newest day is looked for again only after a new entry
    """
    last_entry = records.ledger.last_entry(tx)
    unchanged = known is not None and known.last_entry == last_entry
    return Cover(
        provinces=tuple(records.loans.provinces(tx)),
        newest=known.newest if known and unchanged else records.ledger.last_value_date(tx),
        last_entry=last_entry,
        demonstration=households.are_invented(tx),
    )
