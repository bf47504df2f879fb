"""The keys that seal identity numbers and files: shown by id, made, changed, proved."""

import sys
from dataclasses import asdict

import click

from creditdesk import sealing, secrecy, settings, words
from creditdesk.cli import frame
from creditdesk.cli.frame import Desk, as_json, cli, command, tell


@cli.group("keys")
def group() -> None:
    """Show, make, change and prove the keys that seal identity numbers and files."""


@command("show", group)
@as_json
def show(desk: Desk, json_: bool) -> None:
    """Show the ids of keys and what each seals; never a key."""
    with desk.read() as tx:
        found = sealing.uses(tx)
    if json_:
        tell({"keys": [asdict(use) for use in found]})
        return
    for use in found:
        told = asdict(use) | {
            "given": "✓" if use.given else "–",
            "seals": "✓" if use.seals else "–",
        }
        click.echo(f"{use.id} · {words.say(desk.language, 'told.key', **told)}")


@command("new", group)
def new(desk: Desk) -> None:
    """Put a new key first in the key file; where the environment holds the keys, print it."""
    if desk.settings.data_key:
        click.echo(secrecy.new_key())
        return
    path = settings.add_key(desk.settings)
    frame.note(words.say(desk.language, "done.key-made", path=str(path)))


@command("rotate", group)
@as_json
def rotate(desk: Desk, json_: bool) -> None:
    """Seal everything anew with the first key; broken off, the next call goes on."""
    with desk.begin() as tx:
        waiting = sealing.begin_rotation(tx)
    done = 0
    with frame.progress(words.say(desk.language, "doing.seal")) as shown:
        while count := _seal_some(desk):
            done += count
            shown(done, max(waiting, done))
    if json_:
        tell({"sealed": done})
    else:
        click.echo(words.say(desk.language, "done.sealed", count=done))


def _seal_some(desk: Desk) -> int:
    with desk.database.begin() as tx:
        return sealing.seal_anew(tx)


@command("check", group)
@as_json
def check(desk: Desk, json_: bool) -> None:
    """Open everything that is sealed; exit 3 when something was altered or moved."""
    with desk.read() as tx:
        found = list(sealing.faults(tx))
    if json_:
        tell({"faults": found})
    elif not found:
        click.echo(words.say(desk.language, "done.seals-hold"))
    for fault in found[:20]:
        frame.note(words.contradiction(desk.language, fault | {"place": _place(desk, fault)}))
    if found:
        sys.exit(frame.BROKEN)


def _place(desk: Desk, fault: dict[str, str]) -> str:
    """Return where something is sealed, in words: a customer, a file or a person of the desk."""
    [(kind, number)] = [one for one in fault.items() if one[0] != "why"]
    return words.say(desk.language, f"told.sealed-{kind}", number=number)
