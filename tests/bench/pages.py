"""Pages of the desk on the province: a list beside the plain way, and how soon each answers."""

import re
import time
from datetime import date, timedelta
from statistics import median

import jinja2
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from creditdesk import cards, collecting
from creditdesk.app import create_app
from creditdesk.engine.journal import KIND_CODE, Account, Kind
from creditdesk.settings import load
from creditdesk.users import Client, people, sessions
from creditdesk.users.sessions import Stage as Step
from creditdesk.web.edge import moment
from tests.bench.measure import Finding, demand, interleaved
from tests.bench.measure import seconds as written
from tests.keys import DATA_KEY

PAGE_LIMIT, POST_LIMIT = 0.3, 0.5
LISTED = 100
FIELD = re.compile(r'name="([\w-]+)" value="([^"]*)"')
LINE = re.compile(r"lines-\d+-(principal|interest)")
ASKED = {
    "can-bo": ("/today", "/worklists", "/worklists/late", "/search?q=nguyen+thi+lan", "/sheets"),
    "xa": ("/my-commune",),
    "kiem-toan": ("/worklists", "/?place=44", "/pictures?place=44", "/search?q=thi+nguyen"),
}
SHEETS = 5


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Posting(Base):
    __tablename__ = "posting"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    debit: Mapped[int]
    credit: Mapped[int]
    amount: Mapped[int]
    sign: Mapped[int]
    kind: Mapped[int]


class PlanChange(Base):
    __tablename__ = "plan_change"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[int]


class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(sa.ForeignKey("loan.id"))
    value_date: Mapped[date]
    postings: Mapped[list[Posting]] = relationship()
    plans: Mapped[list[PlanChange]] = relationship()


class Loan(Base):
    __tablename__ = "loan"
    id: Mapped[int] = mapped_column(primary_key=True)
    loan_no: Mapped[str]
    commune: Mapped[str]
    signed_on: Mapped[date]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship()
    entries: Mapped[list[Entry]] = relationship()

    def standing(self, day):
        """Return what is owed and what is late of it on a day [dong]."""
        owed = repaid = due = 0
        for entry in self.entries:
            if entry.value_date > day:
                continue
            for one in entry.postings:
                owed += one.amount * ((one.debit in PRINCIPAL) - (one.credit in PRINCIPAL))
                repaid += one.amount * one.sign * (one.kind == REPAID)
            due += sum(plan.amount for plan in entry.plans if plan.due_on < day)
        return owed, min(owed, max(0, due - repaid))


PRINCIPAL = (Account.IN_TERM.value, Account.OVERDUE.value, Account.FROZEN.value)
REPAID = KIND_CODE[Kind.PRINCIPAL]
TABLE = jinja2.Environment(autoescape=True).from_string(
    "<table>{% for loan, (owed, late) in rows %}<tr><td>{{ loan.loan_no }}"
    "<td>{{ loan.customer.name }}<td>{{ owed }}<td>{{ late }}{% endfor %}</table>"
)


class Desk:
    """A desk over a copy of the book, with people of the demonstration signed in."""

    def __init__(self, stage):
        """Open the application over a copy: whoever looks at persons is written down."""
        self.stage, self.database = stage, stage.copy(stage.book)
        url = self.database.url.render_as_string(hide_password=False)
        said = {"CREDITDESK_DATABASE_URL": url, "CREDITDESK_DATA_KEY": DATA_KEY}
        self.app = create_app(load(said))
        self.own = self.app.extensions["creditdesk"]

    def end(self):
        """Throw the copy away."""
        self.own.database.close()
        self.stage.drop(self.database)

    def client(self, name):
        """Return a client in which somebody is signed in."""
        with self.own.database.begin() as tx:
            person, at = people.person(tx, name), moment()
            told = {"person": person, "stage": Step.FULL, "client": Client("127.0.0.1")}
            token = sessions.begin(tx, self.own.settings, **told, at=at).token
        found = self.app.test_client()
        found.set_cookie("session", token)
        return found


def e1(stage):
    """The loans of a commune: entities and a template / the page of the desk."""
    desk = Desk(stage)
    with desk.own.database.read() as tx:
        (commune,) = people.person(tx, "xa").scope.codes
        day = cards.cover(tx).newest
        shown = cards.commune_loans(tx, stage.policy, commune, day, limit=LISTED)
    rows = _plain(desk, commune, day)[0]
    said = [(one.loan_no, one.outstanding, one.late_principal) for one in shown]
    demand([(loan.loan_no, *figures) for loan, figures in rows] == said, "both lists say the same")
    client, address = desk.client("can-bo"), f"/communes/{commune}?as_of={day}"
    demand(said[-1][0] in client.get(address).text, "the page shows the last of them")
    timed = interleaved(
        {"plain": lambda _: _plain(desk, commune, day), "ours": lambda _: client.get(address)},
        rounds=7,
    )
    desk.end()
    ratio = timed["plain"].over(timed["ours"])
    return [
        Finding(
            "e1",
            f"{LISTED} loans of a commune: entities and a template / the page of the desk",
            str(ratio),
            ">= 2x",
            ratio.times >= 2,
            f"entities {timed['plain']}: the table alone; ours {timed['ours']} with who may see "
            "it, who is noted to have, filters and the whole page; not over HTTP",
        )
    ]


def _plain(desk, commune, day):
    with Session(desk.own.database.engine) as session:
        chosen = (
            sa.select(Loan)
            .where(Loan.commune == commune, Loan.signed_on <= day)
            .order_by(Loan.loan_no)
            .limit(LISTED)
        )
        rows = [(loan, loan.standing(day)) for loan in session.scalars(chosen)]
        return rows, TABLE.render(rows=rows)


def e3(stage):
    """How soon pages answer that somebody has opened before, and the post of a sheet."""
    desk = Desk(stage)
    found = [
        _page(desk.client(name), name, address)
        for name, addresses in ASKED.items()
        for address in addresses
    ]
    found.append(_post(desk))
    desk.end()
    return found


def _page(client, name, address):
    answer = client.get(address)
    demand(answer.status_code == 200 and "</html>" in answer.text, f"{address} is shown")
    timed, used = _timed(lambda _: client.get(address), 7)
    limit = f"<= {written(PAGE_LIMIT)}"
    met = timed.seconds <= PAGE_LIMIT
    return Finding("e3", f"{address} for {name}", str(timed), limit, met, f"{used} of processor")


def _timed(way, rounds):
    """Return what a way took, and the median of what it took of the processor."""
    used = []

    def measured(number):
        start = time.process_time()
        way(number)
        used.append(time.process_time() - start)

    timed = interleaved({"way": measured}, rounds=rounds)["way"]
    return timed, written(median(used))


def _post(desk):
    """Book sheets of the largest groups, as they are asked for."""
    client, day = desk.client("can-bo"), moment().date() - timedelta(days=1)
    groups, taken, lines = _largest(desk), [], []

    def post(number):
        answer = client.post(f"/sheets/{groups[number]}/{day}", data=forms[number])
        demand(answer.status_code == 303, f"the sheet of {groups[number]} is booked")

    forms = [_filled(client, f"/sheets/{group}/{day}") for group in groups]
    timed, used = _timed(post, SHEETS)
    with desk.own.database.read() as tx:
        for group, form in zip(groups, forms, strict=True):
            taken.append(collecting.sheet(tx, desk.stage.policy, group, day).given)
            lines.append(_paying(form))
    demand(taken == lines, "every line that pays has its receipt")
    return Finding(
        "e3",
        f"the post of a sheet of {min(lines)} to {max(lines)} loans that pay",
        str(timed),
        f"<= {written(POST_LIMIT)}",
        timed.seconds <= POST_LIMIT,
        f"{used} of processor: booked, chained and numbered",
    )


def _largest(desk):
    with desk.own.database.read() as tx:
        (office,) = people.person(tx, "can-bo").scope.codes
    chosen = sa.select(sa.column("group_no")).select_from(sa.table("loan"))
    chosen = chosen.where(sa.column("office") == office, sa.column("group_no") != "")
    chosen = chosen.group_by(sa.column("group_no")).order_by(sa.func.count().desc())
    with desk.own.database.read() as tx:
        return list(tx.execute(chosen.limit(SHEETS)).scalars())


def _filled(client, address):
    html = client.get(address).text
    form = dict(FIELD.findall(html[html.index('id="sheet"') :])) | {"book": ""}
    total = sum(_amount(said) for name, said in form.items() if LINE.fullmatch(name))
    return form | {"cash": str(total)}


def _amount(said):
    return int(said.replace(".", "") or 0)


def _paying(form):
    return len(
        {name.split("-")[1] for name in form if LINE.fullmatch(name) and _amount(form[name])}
    )
