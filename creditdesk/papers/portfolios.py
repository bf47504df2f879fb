"""The portfolio statement, and its figures as tables."""

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import PortfolioStatement
from creditdesk.papers.asked import Asked
from creditdesk.sheets import Sheet


def statement(tx: Tx, policy: Policy, asked: Asked) -> PortfolioStatement:
    """Return the portfolio statement; raises what `statements.portfolio_statement` does."""
    question = asked.question(asked.since or asked.year, (asked.by,))
    return statements.portfolio_statement(tx, policy, question, made_at=asked.made_at)


def tables(found: PortfolioStatement) -> Sheet:
    """Return a portfolio statement as tables."""
    return Sheet("portfolio", found.evidence, statements.tables(found))
