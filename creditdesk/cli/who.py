"""Who does what a command writes: whoever is a user is held to the table of permissions."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from creditdesk.cli import frame
from creditdesk.db import Tx
from creditdesk.ledger import Deed
from creditdesk.reach import Asker
from creditdesk.users.acting import NotAUser, acting

Question = Callable[..., object]
CHECK = "check"


def permitted(tx: Tx, deed: Deed, act: str, question: Question, of: Any) -> Deed:
    """Return a deed whose maker may do it where it lies and whose checker may check it there.

    question  one of `reach`, asked of both: for the maker about the act, for the checker about
              checking what the maker did; names stand in the deed as people sign in

    Raises NotAUser, NotInOffice, and what the question refuses.
    """
    by = _held(tx, deed.by, question, act, of)
    checker = _held(tx, deed.checked_by, question, CHECK, of, maker=by)
    return replace(deed, by=by, checked_by=checker)


def sitting(tx: Tx) -> Asker | None:
    """Return who sits at this machine where that is a user; whoever else runs it is not asked.

    Raises NotInOffice.
    """
    with suppress(NotAUser):
        person = acting(tx, frame.operator(), frame.today())
        return Asker(person, frame.today()) if person else None
    return None


def _held(
    tx: Tx, name: str, question: Question, act: str, of: Any, *, maker: str | None = None
) -> str:
    """Return a name as it is kept, its bearer held to the table; a stranger's stays as it is."""
    person = acting(tx, name, frame.today()) if name.strip() else None
    if person is None:
        return name
    question(tx, Asker(person, frame.today()), act, of, maker=maker)
    return person.sign_in_name
