"""Decisions in mid-life: which may be taken when, looked at before, taken, proposed, answered."""

import click

from creditdesk import decision_documents
from creditdesk.cli.frame import Desk, as_json, command, tell


@command("acts")
@as_json
def acts(desk: Desk, json_: bool) -> None:
    """Show which acts are taken on a loan in which state."""
    if json_:
        tell({"acts": decision_documents.acts()})
    else:
        click.echo(decision_documents.acts_table(desk.language))
