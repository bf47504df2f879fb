"""Who uses the desk, what they may do and where, and how they show who they are.

`permissions.may` is the one place that says whether somebody may do something: `users.may`.
"""

from creditdesk.users import places
from creditdesk.users.permissions import (
    EVERYTHING,
    SYSTEM,
    Grant,
    Person,
    Place,
    Role,
    Scope,
    is_open,
    may,
    needs,
    scope_of,
)
from creditdesk.users.sessions import Client

__all__ = [
    "EVERYTHING",
    "SYSTEM",
    "Client",
    "Grant",
    "Person",
    "Place",
    "Role",
    "Scope",
    "is_open",
    "may",
    "needs",
    "places",
    "scope_of",
]
