"""What an action is about, found in the rows and inside the asker's sight: a deal, a team's report, a rule."""

from __future__ import annotations

from sqlmodel import Session

from knowledge.library.people import visible_teams
from knowledge.model import Account, Deal, Person, Team
from policies.facts import Resource

from .effect import Subject
from .people import deal_resource
from .tables import Action

RULES = "rules"
"""The one subject of kind rule: the house's own rules, autonomy and pilots."""


def find_subject(session: Session, requester: Person, kind: str, subject_id: str) -> Subject | None:
    """The subject, or None when it is unknown or out of the requester's sight: both sound alike."""
    if kind == "rule":
        return _rules(subject_id)
    if kind == "report":
        return _report(session, requester, subject_id)
    deal = session.get(Deal, subject_id)
    if deal is None or not requester.active:
        return None
    mine = deal.owner_id == requester.id or deal.team_id in visible_teams(session, requester)
    return _of_deal(session, deal) if mine else None


def subject_of(session: Session, action: Action) -> Subject:
    """The subject of a stored action, as it is now. Raises LookupError when its row is gone."""
    requester = session.get_one(Person, action.requester_id)
    if action.resource_kind == "deal":
        return _of_deal(session, session.get_one(Deal, action.resource_id))
    found = (
        _rules(action.resource_id)
        if action.resource_kind == "rule"
        else _report(session, requester, action.resource_id)
    )
    return found or Subject(resource=Resource(kind=action.resource_kind, id=action.resource_id), name="")


def _of_deal(session: Session, deal: Deal) -> Subject:
    team = session.get(Team, deal.team_id)
    account = session.get_one(Account, deal.account_id)
    resource = deal_resource(deal, team.region if team else "", account.tier)
    return Subject(resource=resource, name=deal.name, deal=deal, account=account)


def _report(session: Session, requester: Person, team_id: str) -> Subject | None:
    """A team's data as a whole; the asker stands for it, whoever's rows are in it."""
    team = session.get(Team, team_id)
    if team is None or team_id not in visible_teams(session, requester):
        return None
    resource = Resource(
        kind="report",
        id=team_id,
        owner_id=requester.id,
        team_id=team_id,
        region=team.region,
        confidential=False,
    )
    return Subject(resource=resource, name=team.name)


def _rules(subject_id: str) -> Subject | None:
    if subject_id != RULES:
        return None
    return Subject(resource=Resource(kind="rule", id=RULES), name="规则 / rules")
