"""The register of letters: which numbers went out, when, and to whom."""

from typing import Any

import click

from creditdesk import arrears, documents, letters, words
from creditdesk.accesses import LIST, View
from creditdesk.cli import frame
from creditdesk.cli.frame import WHOLE, Desk, as_json, command, place, tell

_MOST = 10_000


@command("letters")
@click.option("--year", type=WHOLE, help="Of this year alone.")
@place
@click.option("--find", default="", help="A number of a letter, loan, customer, group; a name.")
@as_json
def register(desk: Desk, **said: Any) -> None:
    """List the numbers that letters went out under, the newest first."""
    code = said["place"]
    with desk.read() as tx:
        near = arrears.place_of(code, frame.today()).columns
        asked = {"year": said["year"], "text": said["find"]}
        found, _ = letters.register(tx, near, **asked, limit=_MOST)
    seen = {one.seen for one in found if one.seen}
    desk.note(View("letters", LIST, code or "", customers=seen))
    if said["json_"]:
        tell({"rows": [documents.letter(one) for one in found]})
        return
    for one in found:
        kind = words.say(desk.language, f"paper.{one.kind}")
        number = f"{one.number:02d}/{one.year}"
        to = (one.name, one.loan_no or one.group_no, one.commune)
        click.echo(" · ".join(filter(None, [one.office, number, str(one.dated), kind, *to])))
