"""What somebody asks a document for: days, a place, and what it is narrowed to."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from creditdesk import arrears, reach, standings, statements
from creditdesk.communes import PlaceNotFound, map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.errors import DeskError, Malformed
from creditdesk.evidence import Evidence
from creditdesk.ledger import LoanNotFound
from creditdesk.reach import Asker
from creditdesk.statements import Question
from creditdesk.users import Place, places
from creditdesk.users.permissions import NotYours

_LEAST = timedelta(microseconds=1)


class LoanUnsaid(Malformed):
    """This document is of one loan, and no loan was named."""

    code = "paper-loan-unsaid"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a document is asked for.

    since    the first day of the period; None: as the form has it
    by       the axis of the rows, where the form leaves it open
    within   axes and the one key of each: of an office, of a group, of a programme
    made_at  when it is made
    known_on the books as they were known at the end of this day; None: as they are
    known_before  the earlier such day of a comparison; None: two days are compared
    """

    as_of: date
    made_at: datetime
    since: date | None = None
    place: str | None = None
    map_of: date | None = None
    by: str = "commune"
    within: tuple[tuple[str, str], ...] = ()
    known_on: date | None = None
    known_before: date | None = None

    @property
    def month(self) -> date:
        """Return the first day of the month in which the figures end."""
        return self.as_of.replace(day=1)

    @property
    def year(self) -> date:
        """Return the first day of the year in which the figures end."""
        return date(self.as_of.year, 1, 1)

    @property
    def loan(self) -> str:
        """Return the number of the one loan that is asked for; raises LoanUnsaid."""
        found = dict(self.within).get("loan")
        if not found:
            raise LoanUnsaid()
        return found

    @property
    def is_placed(self) -> bool:
        """Return whether it says where: a place, or what lies in one."""
        return bool(self.place or {"loan", "group", "office"} & dict(self.within).keys())

    @property
    def absent(self) -> DeskError:
        """Return how what is asked for is refused where it is not there, or not to be seen."""
        keys = dict(self.within)
        if "loan" in keys:
            return LoanNotFound(loan_no=keys["loan"])
        return PlaceNotFound(place=self.place or next(iter(keys.values()), ""))

    def question(self, since: date, axes: tuple[str, ...]) -> Question:
        """Return the question for a book from a day on by some axes."""
        return Question(
            since,
            self.as_of,
            axes,
            self.place,
            map_of=self.map_of,
            within=self.within,
            known_on=self.known_on,
        )

    def opened(
        self, tx: Tx, policy: Policy, kind: str, since: date, axes: tuple[str, ...]
    ) -> tuple[Question, Evidence]:
        """Return the question for a book from a day on by some axes, and the evidence it opens.

        Raises NothingInScope and what `statements.portfolio` refuses.
        """
        question = self.question(since, axes)
        return statements.heading(tx, policy, question, kind=kind, made_at=self.made_at)

    @property
    def before(self) -> str | None:
        """Return the moment of which, and later, nothing recorded counts; None: all counts."""
        return None if self.known_on is None else standings.recorded_after(self.known_on)

    @property
    def known_at(self) -> datetime | None:
        """Return the last moment of which what was recorded counts; None: all counts."""
        return datetime.fromisoformat(self.before) - _LEAST if self.before else None

    def where(self, question: Question) -> arrears.Place:
        """Return where a question's loans are looked for one by one, as they are known."""
        return arrears.with_keys(question.place, self.as_of, question.within, self.known_on)

    def near(self, tx: Tx, asker: Asker, act: str) -> "Asked":
        """Return what is asked for where somebody may do an act; no place said is their scope.

        What lies elsewhere is refused as what is not there. Raises NotAllowed, NeedMissing,
        PlaceNotFound, LoanNotFound; NotYours where a scope is too wide for one document.
        """
        asker.require(act)
        if not self.is_placed:
            area = reach.area(tx, asker, act, None, as_of=self.as_of)
            return replace(
                self,
                place=area.commune or reach.province_of(tx, area),
                within=(*self.within, *area.keys),
            )
        try:
            asker.require(act, self.lies(tx))
        except NotYours:
            raise self.absent from None
        return self

    def lies(self, tx: Tx) -> Place:
        """Return where all of it lies, as scopes know it; raises PlaceNotFound, LoanNotFound."""
        keys = dict(self.within)
        if "loan" in keys:
            near = places.of_loan(tx, keys["loan"], self.as_of)
            if near is None:
                raise self.absent
            return near
        if "group" in keys:
            return places.of_group(tx, keys["group"])
        if "office" in keys:
            return places.of_office(tx, keys["office"])
        return places.of_place(tx, map_on(self.as_of), self.place or "")
