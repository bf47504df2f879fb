"""Commands for operators: each opens one transaction, calls one act and tells what came of it."""

from creditdesk.cli import (
    accesses,
    applications,
    book,
    decisions,
    desk,
    explaining,
    files,
    households,
    keys,
    measures,
    months,
    moves,
    paper,
    quoting,
    receipts,
    users,
)
from creditdesk.cli.frame import cli

__all__ = ["cli", "main"]

# Naming them is what adds their commands.
_ = (
    accesses,
    applications,
    book,
    decisions,
    desk,
    explaining,
    files,
    households,
    keys,
    measures,
    months,
    moves,
    paper,
    quoting,
    receipts,
    users,
)


def main() -> None:
    """Run the command line."""
    cli(prog_name="creditdesk")
