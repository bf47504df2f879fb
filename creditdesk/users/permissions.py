"""Who may do what, and where: `config/permissions.toml`, and the one place that asks it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from creditdesk import settings
from creditdesk.errors import Denied, Malformed, Refused


class Role(StrEnum):
    """What somebody is at the desk."""

    OFFICER = "officer"
    GROUP_HEAD = "group-head"
    COMMITTEE = "committee"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Reach(StrEnum):
    """How far an act reaches for a role: nowhere, within the person's scope, or everywhere."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


ALL = "all"
KINDS = ("group", "commune", "office", "province", ALL)
"""Kinds of scope, the narrowest first."""


class NotAllowed(Denied):
    """This role does not perform this act."""

    code = "not-allowed"


class NotYours(Denied):
    """This lies outside of the person's scope."""

    code = "not-yours"


class OwnDeed(Denied):
    """Nobody checks what they did themselves."""

    code = "own-deed"


class NeedMissing(Denied):
    """Persons are shown to this role only on a stated need."""

    code = "need-missing"


class ActUnknown(Refused):
    """The table of permissions has no such act."""

    code = "act-unknown"


class ScopeUnfit(Refused):
    """A role's scope is of certain kinds, and names its codes unless it is everything."""

    code = "scope-unfit"


class Place(NamedTuple):
    """Where something lies; an empty code: in more than one, or in none.

    A place without any code is the whole book.
    """

    province: str = ""
    commune: str = ""
    office: str = ""
    group: str = ""


class Scope(NamedTuple):
    """The codes of one kind within which somebody acts; no codes where the kind is `all`."""

    kind: str
    codes: tuple[str, ...] = ()

    def holds(self, place: Place) -> bool:
        """Return whether a place lies within."""
        return self.kind == ALL or getattr(place, self.kind) in self.codes


EVERYTHING = Scope(ALL)


class Cell(NamedTuple):
    """What the table says of an act and a role.

    masked  whether numbers of persons are shown masked
    need    whether a stated need is asked for
    """

    reach: Reach = Reach.NONE
    masked: bool = False
    need: bool = False


class Rule(NamedTuple):
    """An act: its cells by role, its commands and routes.

    theme   what it stands among in the printed table
    checks  whether it passes judgement on another's deed
    """

    theme: str
    cells: Mapping[Role, Cell]
    commands: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    checks: bool = False

    def cell(self, role: Role) -> Cell:
        """Return what the table says of a role; of one it does not name: nothing is allowed."""
        return self.cells.get(role, Cell())


class Appointed(NamedTuple):
    """What a role is.

    scopes         kinds of scope it may be given
    second_factor  whether it signs in with a second factor
    """

    scopes: tuple[str, ...]
    second_factor: bool


class Table(NamedTuple):
    """The table of permissions; `open_commands` and `open_routes` need nobody."""

    roles: Mapping[Role, Appointed]
    acts: Mapping[str, Rule]
    open_commands: tuple[str, ...]
    open_routes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the desk, as the newest appointment has them.

    only  the acts that a token is limited to; None: whatever the role performs
    """

    id: int
    sign_in_name: str
    display_name: str
    role: Role
    scope: Scope
    language: str
    only: frozenset[str] | None = None


SYSTEM = Person(0, "system", "", Role.SYSTEM, EVERYTHING, "vi")
"""The clock."""


class Grant(NamedTuple):
    """What was granted: whether numbers of persons are to be masked."""

    masked: bool


def may(
    person: Person, act: str, place: Place, *, maker: str | None = None, need: str = ""
) -> Grant:
    """Return the grant of an act at a place to a person.

    maker  the sign-in name of whoever did what an act of checking judges
    need   why persons are to be seen, in the words of who asks

    Raises ActUnknown, NotAllowed, NotYours, OwnDeed, NeedMissing.
    """
    rule, cell = _cell(person, act)
    if cell.reach is Reach.OWN and not person.scope.holds(place):
        raise NotYours(act=act)
    if rule.checks and maker is not None and maker.casefold() == person.sign_in_name:
        raise OwnDeed(act=act)
    if cell.need and not need.strip():
        raise NeedMissing(act=act)
    return Grant(cell.masked)


def scope_of(person: Person, act: str) -> Scope:
    """Return within what an act lists for a person; raises ActUnknown, NotAllowed."""
    _, cell = _cell(person, act)
    return EVERYTHING if cell.reach is Reach.ALL else person.scope


def is_open(person: Person, act: str) -> bool:
    """Return whether a person performs an act anywhere at all: for what is offered on a page."""
    spared = person.only is None or act in person.only
    return spared and _rule(act).cell(person.role).reach is not Reach.NONE


def needs(person: Person, act: str) -> bool:
    """Return whether an act shows persons to somebody only on a stated need; see `may`."""
    return _rule(act).cell(person.role).need


@cache
def rules_of(endpoint: str) -> Mapping[str, Rule]:
    """Return the acts that a route names, each with its rule."""
    return {name: rule for name, rule in table().acts.items() if endpoint in rule.routes}


def fit(role: Role, scope: Scope) -> None:
    """Refuse a scope that does not go with a role; raises ScopeUnfit."""
    kinds = table().roles[role].scopes
    named = all(code.strip() and "," not in code for code in scope.codes)
    if scope.kind not in kinds or (scope.kind == ALL) == bool(scope.codes) or not named:
        raise ScopeUnfit(role=role.value, scopes=list(kinds))


def _cell(person: Person, act: str) -> tuple[Rule, Cell]:
    rule = _rule(act)
    cell = rule.cell(person.role)
    if not is_open(person, act):
        raise NotAllowed(act=act, role=person.role.value)
    return rule, cell


def _rule(act: str) -> Rule:
    found = table().acts.get(act)
    if found is None:
        raise ActUnknown(act=act)
    return found


@cache
def table() -> Table:
    """Return the table of `config/permissions.toml`."""
    return read(tomllib.loads((settings.CONFIG / "permissions.toml").read_text("utf-8")))


def read(told: Mapping[str, Any]) -> Table:
    """Return the table that a document tells; raises Malformed where it cannot be read."""
    try:
        roles = {Role(name): _appointed(said) for name, said in told["roles"].items()}
        acts = {
            name: _read_rule(theme, dict(said))
            for theme, rules in told["acts"].items()
            for name, said in rules.items()
        }
        spared = told["open"]
        found = Table(roles, acts, tuple(spared["commands"]), tuple(spared["routes"]))
    except (KeyError, TypeError, ValueError) as trouble:
        raise Malformed(file="permissions.toml", why=str(trouble)) from trouble
    if set(roles) != set(Role) or len(acts) != sum(map(len, told["acts"].values())):
        raise Malformed(file="permissions.toml", why="roles")
    return found


def _appointed(said: Mapping[str, Any]) -> Appointed:
    unknown = set(said["scopes"]) - set(KINDS)
    if unknown or set(said) != {"scopes", "second_factor"}:
        raise ValueError(sorted(said))
    return Appointed(tuple(said["scopes"]), bool(said["second_factor"]))


def _read_rule(theme: str, said: dict[str, Any]) -> Rule:
    commands, routes = said.pop("commands", []), said.pop("routes", [])
    checks = said.pop("checks", False)
    cells = {Role(name): _read_cell(cell) for name, cell in said.items()}
    return Rule(theme, cells, tuple(commands), tuple(routes), bool(checks))


def _read_cell(said: str) -> Cell:
    reach, *conditions = said.split()
    if set(conditions) - {"masked", "need"}:
        raise ValueError(said)
    return Cell(Reach(reach), "masked" in conditions, "need" in conditions)
