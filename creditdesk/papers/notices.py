"""Letters to borrowers: principal that falls due, and its transfer to overdue (14/TD)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from creditdesk import arrears, narration, worklists
from creditdesk.arrears import Candidate
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.ageing import stand
from creditdesk.engine.explaining import plan_lines
from creditdesk.engine.journal import Kind
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import WorklistRow
from creditdesk.held import Held
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened
from creditdesk.sheets import Addressee, Cell, Column, Leaf, Line, Part, Sheet

_SENT = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("group", "code"),
    Column("due_on", "day"),
    Column("owed"),
    Column("announced"),
    Column("interest_unpaid"),
)
_DUE = (
    Column("no", "no"),
    Column("instalment", "text"),
    Column("due_on", "day"),
    Column("due"),
    Column("paid"),
    Column("unpaid"),
)
_MOVED = (
    Column("no", "no"),
    Column("what", "text"),
    Column("day", "day"),
    Column("moved_amount"),
)


def due(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return a letter to each borrower of principal due in the month after the day's.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "due-notice")
    asks = worklists.worklist(tx, policy, "collect-next-month", asked.as_of, list_.place)
    interest = {row.loan_no: int(row.why["interest"]) for row in asks}
    found = worklists.worklist(tx, policy, "due-next-month", asked.as_of, list_.place)
    letters = _letters(list_, found, interest)
    return _sent(list_, letters, _DUE, _instalments)


def moved(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 14/TD to each borrower of whom debt was moved to overdue in the month of the day.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "14-td", asked.month)
    boxes = worklists.worklist(tx, policy, "transfer-boxes", asked.as_of, list_.place)
    found = (row for row in boxes if row.why["box"] == 2)
    letters = _letters(list_, found)
    return _sent(list_, letters, _MOVED, _transfers)


def _letters(
    list_: Opened, rows: Iterable[WorklistRow], interest: Mapping[str, int] | None = None
) -> list["_Letter"]:
    """Return the letters to the loans of a worklist, whose books are read together."""
    found, as_of = list_.loans_of(rows), list_.asked.as_of
    ids = [loan.loan_id for _, loan in found]
    read = arrears.candidates(list_.tx, ids, as_of, before=list_.place.before)
    books = {book.row.id: book for book in read}
    return [
        _Letter(list_, row, loan, books[loan.loan_id], interest[row.loan_no] if interest else None)
        for row, loan in found
    ]


class _Letter:
    """A letter: what a worklist says of a loan, and what is booked on it."""

    def __init__(
        self, list_: Opened, row: WorklistRow, loan: Held, book: Candidate, interest: int | None
    ) -> None:
        self.list, self.row, self.loan, self.booked = list_, row, loan, book.booked
        self.standing = stand(book.terms, self.booked, list_.asked.as_of)
        unpaid = self.standing.interest_unpaid
        self.interest = max(0, unpaid) if interest is None else interest

    @property
    def cells(self) -> tuple[Cell, ...]:
        loan, row = self.loan, self.row
        told = (loan.customer_name, loan.loan_no, loan.group_no, row.due_on, loan.outstanding)
        return *told, row.amount, self.interest

    @property
    def to(self) -> Addressee:
        """Return to whom the letter goes."""
        loan, province = self.loan, self.list.evidence.scope.province_code
        return Addressee(province, loan.commune, loan.group_no, loan.customer_no, loan.loan_no)

    def facts(self) -> dict[str, Cell]:
        """Return what the sentences of the letter say."""
        loan, as_of = self.loan, self.list.asked.as_of
        found = self.list.facts(loan.commune, loan.group_no, loan.session_day)
        group = f"tổ tiết kiệm và vay vốn {loan.group_no}, " if loan.group_no else ""
        late = f"{loan.late:,}".replace(",", ".")
        return {
            **found,
            "office": loan.office,
            "to_head": f"Tổ trưởng {found['head']}" if loan.group_no else "",
            "borrower": loan.customer_name,
            "address": f"{group}{found['commune']}",
            "loan_no": loan.loan_no,
            "signed_on": loan.signed_on,
            "programme": loan.programme_name,
            "as_of": as_of,
            "owed": loan.outstanding,
            "overdue": loan.overdue,
            "overdue_rate": f"{narration.percent(loan.overdue_rate):f}".replace(".", ","),
            "interest": self.interest,
            "also": f"Ngoài ra, {late} đồng tiền gốc đã qua ngày đến hạn mà chưa trả."
            if loan.late
            else "",
        }


def _sent(
    list_: Opened,
    letters: Sequence[_Letter],
    columns: tuple[Column, ...],
    lines: Callable[[_Letter], Iterable[tuple[Cell, ...]]],
) -> Sheet:
    """Return letters, each with its table, and the list of those to whom they go."""
    leaves_, rows = [], []
    for at, letter in enumerate(letters, 1):
        inside = [Line((str(no), *cells)) for no, cells in enumerate(lines(letter), 1)]
        total = Line(leaves.added(columns, inside), "total", label="total")
        part = Part("announced", columns, (*inside, total))
        leaves_.append(Leaf(letter.facts(), (part,), letter.row.amount, letter.to))
        rows.append(Line((str(at), *letter.cells)))
    sent = Part("sent", _SENT, (*rows, Line(leaves.added(_SENT, rows), "total", label="total")))
    said = sum(leaves.total(leaf.parts[0], columns[-1].code) for leaf in leaves_)
    return sheet(
        list_.evidence,
        sent,
        checked=[Identity("letters-make-list", said, leaves.total(sent, "announced"))],
        notes=("letters-by-rule", "letters-number"),
        leaves=leaves_,
        seen={letter.loan.customer_no for letter in letters},
    )


def _instalments(letter: _Letter) -> Iterator[tuple[Cell, ...]]:
    """Yield the instalments of the month after, until what is announced is reached."""
    as_of = letter.list.asked.as_of
    last, until = days.month_end(as_of), days.next_month_end(as_of)
    left = int(letter.row.amount)
    for one in plan_lines(letter.booked, letter.standing):
        if last < one.due_on <= until and one.principal > one.paid:
            unpaid = min(left, one.principal - one.paid)
            left -= unpaid
            yield f"Kỳ trả nợ gốc thứ {one.no}", one.due_on, one.principal, one.paid, unpaid


def _transfers(letter: _Letter) -> Iterator[tuple[Cell, ...]]:
    """Yield what was moved to overdue within the month."""
    asked = letter.list.asked
    for one in (booked.event for booked in letter.booked):
        if one.kind is Kind.OVERDUE and asked.month <= one.value_date <= asked.as_of:
            yield f"Chuyển nợ quá hạn, chứng từ {one.receipt_no}", one.value_date, one.amount
