"""Decisions in mid-life on one loan: looked at before, taken, proposed and answered."""

from creditdesk.decisions.deciding import (
    Decided,
    Preview,
    Version,
    View,
    decide,
    preview,
    versions,
)
from creditdesk.decisions.kinds import KINDS, PARAMETERS, Decision, decision_of
from creditdesk.decisions.proposals import (
    Proposal,
    ProposalNotFound,
    approve,
    inbox,
    propose,
    refuse,
    subject,
    withdraw,
)

__all__ = [
    "KINDS",
    "PARAMETERS",
    "Decided",
    "Decision",
    "Preview",
    "Proposal",
    "ProposalNotFound",
    "Version",
    "View",
    "approve",
    "decide",
    "decision_of",
    "inbox",
    "preview",
    "propose",
    "refuse",
    "subject",
    "versions",
    "withdraw",
]
