"""Rows as the judge sees them: who owns each, and whose team's it is."""

from __future__ import annotations

from knowledge.chunks import group_of
from knowledge.model import Account, Deal, Interaction, Lead
from knowledge.passages import PUBLIC_GROUP, Passage
from policies.facts import Resource

NOBODY = "-"
"""The team of a row that no team owns: nobody's by accident, not everybody's."""


def account_resource(account: Account) -> Resource:
    """The judge's view of a customer."""
    return Resource(
        kind="account",
        id=account.id,
        owner_id=account.owner_id or "",
        team_id=account.team_id or NOBODY,
        tier=account.tier,
    )


def lead_resource(row: Lead) -> Resource:
    """The judge's view of a lead."""
    return Resource(kind="lead", id=row.id, owner_id=row.owner_id or "", team_id=row.team_id or NOBODY)


def talk_resource(row: Interaction, deal: Deal | None, account: Account | None) -> Resource:
    """The judge's view of something that was said: the group's, and the deal's owner's."""
    group = group_of(row, deal, account) or NOBODY
    return Resource(kind="passage", id=row.id, team_id=group, owner_id=deal.owner_id if deal else "")


def passage_resource(passage: Passage, owner_id: str = "") -> Resource:
    """The judge's view of a found passage; only playbooks are public. `owner_id` owns the deal it is about."""
    group = "" if passage.group == PUBLIC_GROUP else passage.group or NOBODY
    return Resource(kind="passage", id=passage.id, team_id=group, owner_id=owner_id)
