"""What leaves the desk as JSON or as a table: one shape for command line, web and files."""

from creditdesk.documents.applications import (
    advanced,
    dossier,
    household,
    rules,
    steps,
    steps_table,
    waiting,
)
from creditdesk.documents.cards import card, found, instalments, loans, movements
from creditdesk.documents.closings import closed, month, months, proof
from creditdesk.documents.decisions import (
    acts,
    acts_table,
    decision,
    preview,
    preview_table,
    proposal,
    schedule,
    schedule_table,
)
from creditdesk.documents.files import report
from creditdesk.documents.listings import groups, groups_table, letter, worklist, worklist_table
from creditdesk.documents.loans import differences, explanation, payoff, quotation, standing
from creditdesk.documents.measures import effect, measure
from creditdesk.documents.policies import in_force, programme, programmes
from creditdesk.documents.portfolios import (
    PORTFOLIO_FIGURES,
    bridge,
    bridge_table,
    figures,
    moved,
    portfolio,
    portfolio_table,
)
from creditdesk.documents.receipts import receipt
from creditdesk.documents.users import (
    permissions,
    permissions_table,
    session,
    token,
    user,
)
from creditdesk.documents.verdicts import issued, verdict
from creditdesk.tables import day, harmless, table

__all__ = [
    "PORTFOLIO_FIGURES",
    "acts",
    "acts_table",
    "advanced",
    "bridge",
    "bridge_table",
    "card",
    "closed",
    "day",
    "decision",
    "differences",
    "dossier",
    "effect",
    "explanation",
    "figures",
    "found",
    "groups",
    "groups_table",
    "harmless",
    "household",
    "in_force",
    "instalments",
    "issued",
    "letter",
    "loans",
    "measure",
    "month",
    "months",
    "moved",
    "movements",
    "payoff",
    "permissions",
    "permissions_table",
    "portfolio",
    "portfolio_table",
    "preview",
    "preview_table",
    "programme",
    "programmes",
    "proof",
    "proposal",
    "quotation",
    "receipt",
    "report",
    "rules",
    "schedule",
    "schedule_table",
    "session",
    "standing",
    "steps",
    "steps_table",
    "table",
    "token",
    "user",
    "verdict",
    "waiting",
    "worklist",
    "worklist_table",
]
