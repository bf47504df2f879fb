"""Who acts under a name that a command states."""

from datetime import date

from creditdesk import households
from creditdesk.db import Tx
from creditdesk.errors import Denied
from creditdesk.users import people
from creditdesk.users.permissions import Person


class NotAUser(Denied):
    """Nobody of this name uses the desk: in a book with people of its own only they act."""

    code = "not-a-user"


class NotInOffice(Denied):
    """This user is suspended, or the appointment does not count on the day."""

    code = "not-in-office"


def acting(tx: Tx, said: str, day: date) -> Person | None:
    """Return who acts under a name on a day; None for a stranger where strangers may act.

    They may in a book without users, and in the demonstration, which everybody may try. Raises
    NotAUser, NotInOffice.
    """
    row = people.find(tx, said)
    if row is None:
        if people.anybody(tx) and not households.are_invented(tx):
            raise NotAUser(name=said)
        return None
    if not people.in_office(row, day):
        raise NotInOffice(name=row.sign_in_name, day=day)
    return people.person_from(row)
