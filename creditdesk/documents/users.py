"""People, their sessions and tokens, and the table of permissions: JSON, or a table to read."""

from collections.abc import Sequence
from typing import Any

from creditdesk import words
from creditdesk.users.people import Admitted
from creditdesk.users.permissions import Cell, Reach, Role, Rule, Table, table
from creditdesk.users.sessions import Kept
from creditdesk.users.tokens import Token


def user(found: Admitted) -> dict[str, Any]:
    """Return somebody who uses the desk."""
    appointed = found.appointment
    return {
        "name": found.sign_in_name,
        "display_name": appointed.display_name,
        "role": appointed.role.value,
        "scope": appointed.scope.kind,
        "codes": list(appointed.scope.codes),
        "since": appointed.since.isoformat(),
        "until": appointed.until.isoformat() if appointed.until else None,
        "language": appointed.language,
        "suspended": appointed.suspended,
        "password": found.has_password,
        "second_factor": found.has_second_factor,
        "linked": found.is_linked,
    }


def session(found: Kept) -> dict[str, Any]:
    """Return a session; its number opens nothing."""
    return found._asdict()


def token(found: Token) -> dict[str, Any]:
    """Return a token without its secret."""
    return found._asdict() | {"acts": list(found.acts)}


def permissions() -> dict[str, Any]:
    """Return the table of permissions as data."""
    known = table()
    return {
        "roles": {
            role.value: {"scopes": list(one.scopes), "second_factor": one.second_factor}
            for role, one in known.roles.items()
        },
        "acts": [_act(name, rule) for name, rule in known.acts.items()],
        "open": {"commands": list(known.open_commands), "routes": list(known.open_routes)},
    }


def _act(name: str, rule: Rule) -> dict[str, Any]:
    cells = {role: rule.cell(role) for role in Role}
    return {
        "act": name,
        "theme": rule.theme,
        "checks": rule.checks,
        "commands": list(rule.commands),
        "routes": list(rule.routes),
        "roles": {
            role.value: {"reach": cell.reach.value, "masked": cell.masked, "need": cell.need}
            for role, cell in cells.items()
        },
    }


def permissions_table(language: str) -> str:
    """Return acts and roles, a Markdown table for each theme."""
    known = table()
    themes = dict.fromkeys(rule.theme for rule in known.acts.values())
    return "\n\n".join(_theme(language, known, theme) for theme in themes)


def _theme(language: str, known: Table, theme: str) -> str:
    head = [words.say(language, "permission.act")]
    head += [words.say(language, f"role.{role.value}") for role in Role]
    rows = [
        [_said(language, name, rule), *(_cell(language, known, rule, role) for role in Role)]
        for name, rule in known.acts.items()
        if rule.theme == theme
    ]
    lines: list[Sequence[str]] = [head, ["---"] * len(head), *rows]
    told = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"### {words.say(language, f'theme.{theme}')}\n\n{told}"


def _said(language: str, name: str, rule: Rule) -> str:
    said = f"{words.say(language, f'act.{name}')} (`{name}`)"
    return f"{said}, {words.say(language, 'permission.checks')}" if rule.checks else said


def _cell(language: str, known: Table, rule: Rule, role: Role) -> str:
    cell = rule.cell(role)
    scopes = [scope for scope in known.roles[role].scopes if scope != "all"]
    reach = cell.reach if scopes or cell.reach is Reach.NONE else Reach.ALL
    named = " / ".join(words.say(language, f"scope.{scope}") for scope in scopes)
    said = words.say(language, f"permission.{reach}", scopes=named)
    conditions = [words.say(language, f"permission.{name}") for name in _conditions(cell)]
    return ", ".join([said, *conditions])


def _conditions(cell: Cell) -> list[str]:
    return [name for name in ("masked", "need") if getattr(cell, name)]
