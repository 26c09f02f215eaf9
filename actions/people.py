"""Who may approve: eligible colleagues for a role, with separation of duties and delegation, as of now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, select

from knowledge.library.people import visible_teams
from knowledge.model import Deal, Delegation, Person, Role, Team
from policies.facts import ApprovalFacts, Principal, Resource

from .tables import Action, Approval

REQUESTER = "requester"


def principal_of(session: Session, person: Person) -> Principal:
    """The judge's view of a colleague."""
    return Principal(
        id=person.id,
        roles=frozenset(person.roles),
        team_id=person.team_id or "",
        region=person.region,
        teams=visible_teams(session, person),
        active=person.active,
    )


def deal_resource(deal: Deal, region: str = "", tier: str = "") -> Resource:
    """The judge's view of a deal."""
    return Resource(
        kind="deal",
        id=deal.id,
        owner_id=deal.owner_id,
        team_id=deal.team_id,
        region=region,
        stage=deal.stage,
        tier=tier,
        amount_fen=deal.amount_fen,
    )


def eligible(session: Session, action: Action, role: str, now: datetime) -> list[Person]:
    """People who may say yes in `role` for this action now, delegates included, ordered by id.

    The requester and whoever drafted it are left out of every role but `requester` (authority.md I4). A director of
    the team's region stands in for its manager.
    """
    people = {person.id: person for person in session.exec(select(Person)) if person.active}
    if role == REQUESTER:
        return [people[action.requester_id]] if action.requester_id in people else []
    team = session.get(Team, action.team_id)
    holders = {p.id for p in people.values() if _holds(p, role, action.team_id, team.region if team else "")}
    for delegation in session.exec(select(Delegation)):
        if delegation.from_id in holders and delegation.ends_at > now and delegation.to_id in people:
            holders.add(delegation.to_id)
    holders -= {action.requester_id, *_drafters(session, action)}
    return [people[person_id] for person_id in sorted(holders)]


def _drafters(session: Session, action: Action) -> set[str]:
    """Everybody who wrote on it: this draft and all it replaced."""
    found = {action.drafted_by}
    earlier = action
    while earlier.supersedes and (before := session.get(Action, earlier.supersedes)) is not None:
        found.add(before.drafted_by)
        earlier = before
    return found


def _holds(person: Person, role: str, team_id: str, region: str) -> bool:
    roles = set(person.roles)
    directs = Role.DIRECTOR in roles and bool(region) and person.region == region
    if role == Role.MANAGER:
        return directs or (Role.MANAGER in roles and person.team_id == team_id)
    if role == Role.DIRECTOR:
        return directs
    return role in roles


def roles_of(
    session: Session, action: Action, person: Person, wanted: Iterable[str], now: datetime
) -> list[str]:
    """Which of the wanted roles this person may fill for this action now."""
    return [role for role in wanted if any(p.id == person.id for p in eligible(session, action, role, now))]


def best_role(session: Session, action: Action, person: Person, wanted: Iterable[str], now: datetime) -> str:
    """The role a person's answer counts for: of those they may fill the one that fewest others can."""
    fillable = roles_of(session, action, person, wanted, now)
    return min(fillable, key=lambda role: (len(eligible(session, action, role, now)), role))


def approval_facts(session: Session, action: Action, now: datetime) -> ApprovalFacts:
    """The yes votes that count now: same payload hash, still eligible at this moment (I9), distinct people."""
    roles: set[str] = set()
    people: set[str] = set()
    votes = select(Approval).where(Approval.action_id == action.id, Approval.verdict == "yes")
    for vote in session.exec(votes):
        if vote.payload_hash != action.payload_hash:
            continue
        person = session.get(Person, vote.person_id)
        if person and roles_of(session, action, person, [vote.role], now):
            roles.add(vote.role)
            people.add(vote.person_id)
    return ApprovalFacts(roles=frozenset(roles), count=len(people))
