"""The people of the demonstration: one of each role, in its own book and nowhere else."""

from datetime import datetime

from creditdesk import households, ledger, records
from creditdesk.db import Tx
from creditdesk.errors import Refused
from creditdesk.settings import Settings
from creditdesk.users import held, passwords, people
from creditdesk.users.permissions import EVERYTHING, Person, Role, Scope

PASSWORD = "giay-trang-muc-den"
"""What opens the demonstration to everybody: it is announced, and worth nothing elsewhere."""

_NAMES = {
    Role.OFFICER: ("can-bo", "Cán bộ tín dụng"),
    Role.GROUP_HEAD: ("to-truong", "Tổ trưởng tổ tiết kiệm và vay vốn"),
    Role.COMMITTEE: ("xa", "Ủy ban nhân dân xã"),
    Role.SUPERVISOR: ("kiem-soat", "Kiểm soát"),
    Role.REVIEWER: ("tai-chinh", "Cơ quan tài chính"),
    Role.ADMINISTRATOR: ("quan-tri", "Quản trị viên"),
    Role.AUDITOR: ("kiem-toan", "Kiểm toán"),
}


class NotTheDemonstration(Refused):
    """Invented users belong to the demonstration book only."""

    code = "users-in-book"


def invite(tx: Tx, configured: Settings, *, at: datetime, deed: ledger.Deed) -> tuple[Person, ...]:
    """Admit the demonstration's people, each once, and return them.

    Raises NotTheDemonstration.
    """
    place = records.applications.liveliest_group(tx)
    if place is None or not households.are_invented(tx):
        raise NotTheDemonstration
    scopes = {
        Role.OFFICER: Scope("office", (place.office,)),
        Role.SUPERVISOR: Scope("office", (place.office,)),
        Role.GROUP_HEAD: Scope("group", (place.group_no,)),
        Role.COMMITTEE: Scope("commune", (place.commune,)),
        Role.REVIEWER: Scope("province", (place.province,)),
    }
    found = []
    for role, (name, title) in _NAMES.items():
        if people.find(tx, name) is None:
            appointment = people.Appointment(
                f"{title} {households.MARK}",
                role,
                scopes.get(role, EVERYTHING),
                held.day_of(at),
                language=configured.language,
            )
            people.add(tx, sign_in_name=name, appointment=appointment, deed=deed)
            hashed = passwords.hash_of(configured, PASSWORD)
            records.users.set_credential(tx, people.person(tx, name).id, hashed, held.kept(at))
        found.append(people.person(tx, name))
    return tuple(found)
