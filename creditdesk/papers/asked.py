"""What somebody asks a document for: days, a place, and what it is narrowed to."""

from dataclasses import dataclass
from datetime import date, datetime

from creditdesk import statements
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Evidence
from creditdesk.statements import Question
from creditdesk.users import Place, places


@dataclass(frozen=True, slots=True)
class Asked:
    """What a document is asked for.

    since    the first day of the period; None: as the form has it
    by       the axis of the rows, where the form leaves it open
    within   axes and the one key of each: of an office, of a group, of a programme
    made_at  when it is made
    known_on the books as they were known at the end of this day; None: as they are
    """

    as_of: date
    made_at: datetime
    since: date | None = None
    place: str | None = None
    map_of: date | None = None
    by: str = "commune"
    within: tuple[tuple[str, str], ...] = ()
    known_on: date | None = None

    @property
    def month(self) -> date:
        """Return the first day of the month in which the figures end."""
        return self.as_of.replace(day=1)

    @property
    def year(self) -> date:
        """Return the first day of the year in which the figures end."""
        return date(self.as_of.year, 1, 1)

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

    def lies(self, tx: Tx) -> Place:
        """Return where all of it lies, as scopes know it; raises PlaceNotFound."""
        keys = dict(self.within)
        if "group" in keys:
            return places.of_group(tx, keys["group"])
        if "office" in keys:
            return places.of_office(tx, keys["office"])
        return places.of_place(tx, map_on(self.as_of), self.place or "")
