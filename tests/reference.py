"""What a loan comes to, reckoned day by day and apart from the product, for comparison."""

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
PLACES = ("in_term", "overdue", "frozen")
# What is lent comes first, then what is received, then what is decided.
ORDER = (
    *("draw", "unfreeze", "principal", "interest", "rebook", "rate", "leave", "redate"),
    *("extend", "carry-over", "shorten", "overdue", "freeze", "write-off"),
)
TAKES_FROM = {
    "principal": ("overdue", "in_term", "frozen"),
    "rebook": ("in_term", "overdue"),
    "overdue": ("in_term",),
    "freeze": ("overdue", "in_term"),
    "unfreeze": ("frozen",),
    "write-off": ("frozen", "overdue", "in_term"),
}
GOES_TO = {"overdue": "overdue", "freeze": "frozen"}
LENDS = {"draw": 1, "rebook": -1}
MOVES_THE_END = ("extend", "carry-over", "leave", "shorten")


def month_later(first, months):
    month = first.month - 1 + months
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def due_dates(contract):
    dates, day = [], contract.first_principal_on
    while day is not None and day < contract.due_on:
        dates.append(day)
        day = month_later(contract.first_principal_on, contract.every_months * len(dates))
    return [*dates, contract.due_on]


def split(total, parts):
    share = total // parts
    unit = next((unit for unit in (100_000, 1_000, 1) if share >= unit), 1)
    part = share // unit * unit
    return [part] * (parts - 1) + [total - part * (parts - 1)]


def study_ends(contract):
    """Return the day on which a learner's grace is over: twelve months after the course."""
    return contract.course_end_on and month_later(contract.course_end_on, 12)


def plan(contract, events):
    """Return {due date: principal} as the events, in their order, make it."""
    held = dict.fromkeys(due_dates(contract), 0)
    shared, lent, grace = dict(held), 0, study_ends(contract)
    for event in events:
        sign, days = LENDS.get(event.kind, 0), sorted(held)
        if sign and event.value_date <= days[0]:
            lent += sign * event.amount
            new = dict(zip(days, split(lent, len(days)), strict=True))
            held = filled({day: held[day] + new[day] - shared[day] for day in days})
            shared = new
        elif sign:
            days = [day for day in days if day > event.value_date] or days[-1:]
            parts = dict(zip(days, split(event.amount, len(days)), strict=True))
            held = filled({day: held[day] + sign * parts.get(day, 0) for day in held})
        goes = new_days(event, held, grace)
        held, shared = carried(held, goes), carried(shared, goes)
        grace = event.of if event.kind == "leave" else grace
    return held


def filled(wished):
    """Return instalments none of which is negative: the last that hold something make up."""
    held, lacking = dict(wished), 0
    for day in sorted(held):
        if held[day] < 0:
            lacking -= held[day]
            held[day] = 0
    while lacking:
        last = max(day for day in held if held[day])
        lacking, held[last] = max(0, lacking - held[last]), max(0, held[last] - lacking)
    return held


def new_days(event, days, grace):
    """Return {due date: the day to which an event moves it} of those it moves."""
    if event.kind in ("extend", "carry-over"):
        return {max(days): event.until}
    if event.kind == "redate":
        return {event.of: event.until}
    if event.kind == "shorten":
        return {day: event.until for day in days if day > event.until}
    if event.kind != "leave":
        return {}
    months = 0
    while month_later(grace, months + 1) <= event.of:
        months += 1
    later = {day: month_later(day, months) for day in days if day >= event.value_date}
    return {day: min(new, event.until) for day, new in later.items()} | {max(days): event.until}


def carried(amounts, goes):
    found = {}
    for day, amount in amounts.items():
        found[goes.get(day, day)] = found.get(goes.get(day, day), 0) + amount
    return found


def move(held, event, final):
    if event.kind == "draw":
        held["in_term"] += event.amount
    rest = event.amount
    for place in TAKES_FROM.get(event.kind, ()):
        part = min(rest, held[place])
        held[place] -= part
        rest -= part
    home = GOES_TO.get(event.kind)
    if event.kind == "unfreeze":
        home = "overdue" if final < event.value_date else "in_term"
    if home:
        held[home] += event.amount


def half_up(exact):
    return int((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))


def stand(contract, events, day):
    """Return what a loan comes to at the end of a day, as a dictionary."""
    past = sorted(
        (e for e in events if e.value_date <= day),
        key=lambda e: (e.value_date, ORDER.index(e.kind), e.receipt_no),
    )
    held = dict.fromkeys(PLACES, 0)
    earned = dict.fromkeys(("in_term", "overdue", "grace"), Fraction(0))
    rates = (Fraction(contract.rate), Fraction(contract.rate) * 13 / 10)
    final, grace, since = contract.due_on, study_ends(contract), None
    for event in [*past, None]:
        until = event.value_date if event else day
        for at in range((until - since).days if since and sum(held.values()) else 0):
            graced = grace is not None and since + at * DAY < grace
            earned["grace" if graced else "in_term"] += held["in_term"] * rates[0] / 365
            earned["overdue"] += held["overdue"] * rates[1] / 365
        since = until
        if event:
            move(held, event, final)
            final = event.until if event.kind in MOVES_THE_END else final
            grace = event.of if event.kind == "leave" else grace
        if event and event.kind == "rate":
            rates = (Fraction(event.rate_e8, 10**8), Fraction(event.overdue_rate_e8, 10**8))
    return told(contract, past, day, held, earned) | {"final": final}


def told(contract, past, day, held, earned):
    sums = {kind: sum(e.amount for e in past if e.kind == kind) for kind in ORDER}
    owed = sum(held.values())
    due, oldest, unpaid_to = 0, None, sums["principal"]
    planned = plan(contract, past)
    for due_on in sorted(planned):
        if due_on < day:
            due += planned[due_on]
            oldest = due_on if oldest is None and due > unpaid_to else oldest
    late = max(0, min(owed, due - sums["principal"]))
    interest = {kind: half_up(exact) for kind, exact in earned.items()}
    return held | {
        "drawn": sums["draw"] - sums["rebook"],
        "draws": sum(e.kind == "draw" for e in past),
        "principal_repaid": sums["principal"],
        "written_off": sums["write-off"],
        "interest_collected": sums["interest"],
        "interest_earned": interest,
        "outstanding": owed,
        "late_principal": late,
        "oldest_late_due_on": oldest if late else None,
        "days_late": (day - oldest).days if late and oldest else 0,
        "planned": planned,
    }


def last_session(session_day, day):
    month = day if day.day >= session_day else day.replace(day=1) - DAY
    return month.replace(day=session_day)


def to_transfer(contract, events, day):
    """Return what the rule moves at the last session on or before a day, not moved before."""
    session = last_session(contract.session_day, day)
    now = stand(contract, events, day)
    if now["final"] < session:
        unpaid = now["outstanding"]
    elif contract.trustee != "99" and contract.signed_on >= date(2026, 3, 1):
        dates = sorted(now["planned"])
        due = sum(now["planned"][d] for d in dates[: bisect_right(dates, session - DAY)])
        unpaid = min(now["outstanding"], due - now["principal_repaid"])
    else:
        unpaid = 0
    return max(0, min(unpaid - now["overdue"] - now["frozen"], now["in_term"]))


def row(loans, since, day):
    """Return the figures of some loans, each (contract, events), over a period."""
    figures = dict.fromkeys(FIGURES, 0)
    households = set()
    for contract, events in loans:
        now = stand(contract, events, day)
        before = stand(contract, events, since - DAY)
        gone = {name: now[name] - before[name] for name in now if isinstance(now[name], int)}
        figures["loans"] += now["outstanding"] > 0
        figures["loans_drawn"] += gone["draws"] > 0
        figures["loans_late"] += now["late_principal"] > 0
        figures["drawn_to_date"] += now["drawn"]
        figures["principal_collected"] += gone["principal_repaid"]
        for name in ("drawn", "interest_collected", "written_off"):
            figures[name] += gone[name]
        for name in ("outstanding", *PLACES, "late_principal"):
            figures[name] += now[name]
        figures["interest_unpaid"] += sum(now["interest_earned"].values())
        figures["interest_unpaid"] -= now["interest_collected"]
        if now["outstanding"]:
            households.add(contract.household_no or contract.customer_no)
    return figures | {"households": len(households)}


FIGURES = (
    *("loans", "households", "drawn", "drawn_to_date", "loans_drawn", "principal_collected"),
    *("interest_collected", "written_off", "outstanding", "in_term", "overdue", "frozen"),
    *("late_principal", "loans_late", "interest_unpaid"),
)
