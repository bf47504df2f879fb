"""Acts over many loans as service and pages ask for them: who may see one, and answer it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from threading import Thread
from typing import Any

from flask import Response, after_this_request

from creditdesk import applications, errands, ledger, users
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound
from creditdesk.users import Place
from creditdesk.web import edge, within

UNDER_WAY = ("queued", "running")


def ask(
    tx: Tx, kind: str, act: str, said: dict[str, Any], lies: Iterable[Place] | str | None
) -> int:
    """Write an errand down where the person may ask for it, and return its number.

    lies  where what it changes lies, as the caller has found that the person may act there; or
          the province or commune that is asked for, None: the whole book
    """
    place = None
    if lies is None or isinstance(lies, str):
        within.place(tx, act, lies)
        place = lies
    else:
        said = said | {"lies": sorted({(one.province, one.commune, one.office) for one in lies})}
    paper = (said.pop(name, None) for name in ("ground", "document_no", "document_on"))
    ground, document_no, document_on = paper
    deed = edge.deed(ground or "", document_no or "", document_on)
    plain = {name: iso(value) for name, value in said.items()}
    number = errands.ask(tx, kind=kind, said=plain | {"act": act}, deed=deed, place=place or "")
    if not errands.KINDS[kind].checked:
        after_this_request(begin_work)
    return number


def ask_transfer(tx: Tx, session: date, place: str | None) -> int:
    """Ask for what the rule moves at the sessions of a day, and return the number of the errand.

    Raises DayAhead where the sessions are still to come, and what `ask` does.
    """
    ledger.require_past("transfer", edge.deed(), [session])
    return ask(tx, "transfer", "transfer", {"session": session, "place": place}, place)


def ask_approval(tx: Tx, said: dict[str, Any]) -> int:
    """Ask for applications to be approved by two, and return the number of the errand.

    said  `day`, `lines` of an approval, `paper_no` and `paper_on`

    Raises what `applications.approvable` does: what would be refused then is refused now.
    """
    plain = {name: iso(value) for name, value in said.items()}
    lines, paper = errands.approval(plain)
    applications.approvable(tx, edge.desk().policy, lines=lines, paper=paper, deed=edge.deed())
    lies = {Place(*applications.lies(tx, line.application_no)) for line in lines}
    return ask(tx, "application-approve", "application-approve", plain, lies)


def iso(value: Any) -> Any:
    """Return a value of a form as it is written down: days as ISO text."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def begin_work(answer: Response) -> Response:
    """Let a thread do what waits: by now it is written. What it leaves the clock does."""
    desk = edge.desk()
    worker = errands.Worker(desk.database, desk.policy, edge.moment, desk.settings)
    Thread(target=worker.work, name="errands", daemon=True).start()
    return answer


def under_way(tx: Tx, jobs: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether any of some jobs is under way; what a stopped process left is gone on with.

    Who waits for a job looks at it: so it goes on after a crash also where no clock runs.
    """
    waits = any(one["state"] in UNDER_WAY for one in jobs)
    if waits and errands.forsaken(tx, edge.moment()):
        after_this_request(begin_work)
    return waits


def mine(tx: Tx, number: int) -> dict[str, Any]:
    """Return an errand that the person may see; another is not there for them."""
    found = errands.find(tx, number)
    if not may_see(tx, found):
        raise errands.ErrandNotFound(number=number)
    return found


def may_see(tx: Tx, found: dict[str, Any]) -> bool:
    """Return whether an errand is of the person's own place and act, or they audit them all."""
    own = found["by"] == edge.who().sign_in_name
    if own or users.is_open(edge.who(), "audit-read"):
        return True
    try:
        _within(tx, found["said"]["act"], found)
    except (Denied, NotFound):
        return False
    return True


def _within(tx: Tx, act: str, found: dict[str, Any], *, maker: str | None = None) -> None:
    """Refuse an act on an errand that changes something elsewhere."""
    lies = found["said"].get("lies", ())
    if not lies:
        within.place(tx, act, found["place"] or None, maker=maker)
    for one in lies:
        edge.require(act, Place(*one), maker=maker)


def _unguarded(tx: Tx, number: int) -> None:
    """Let pass: a form tells what was seen beside it."""


def answer(
    tx: Tx,
    number: int,
    *,
    yes: bool,
    ground: str = "",
    guard: Callable[[Tx, int], None] = _unguarded,
) -> None:
    """Approve or refuse an errand as another person than its maker; what is approved is done.

    guard  refuses an errand that is no longer what the caller saw
    """
    found = mine(tx, number)
    _within(tx, "check", found, maker=found["by"])
    guard(tx, number)
    errands.answer(tx, number, yes=yes, deed=edge.deed(ground))
    if yes:
        after_this_request(begin_work)
