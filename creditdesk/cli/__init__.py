"""Commands for operators: each opens one transaction, calls one act and tells what came of it."""

from creditdesk.cli import book, desk, files, months, moves, paper, quoting
from creditdesk.cli.frame import cli

__all__ = ["cli", "main"]

_ = (book, desk, files, months, moves, paper, quoting)  # naming them is what adds their commands


def main() -> None:
    """Run the command line."""
    cli(prog_name="creditdesk")
