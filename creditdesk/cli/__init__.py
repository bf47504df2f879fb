"""Commands for operators: each opens one transaction, calls one act and tells what came of it."""

# Importing them is what adds their commands.
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
    letters,
    measures,
    months,
    moves,
    packing,
    paper,
    quoting,
    receipts,
    users,
    verifying,
)
from creditdesk.cli.frame import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line."""
    cli(prog_name="creditdesk")
