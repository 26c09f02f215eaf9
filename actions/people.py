"""Who may approve: eligible colleagues for a role, with separation of duties and delegation, as of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.library.people import visible_teams
from knowledge.model import Deal, Delegation, Person, Role, Team
from policies.facts import ApprovalFacts, Principal, Resource
from policies.seats import roles_in

from .basis import basis_of
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


def eligible(session: Session, action: Action, seat: str, now: datetime) -> list[Person]:
    """People who may say yes in `seat` (policies.seats) for this action now, delegates included, ordered by id.

    The requester and whoever drafted it are left out of every seat but `requester` (authority.md I4). A director of
    the team's region stands in for its manager.
    """
    people = {person.id: person for person in session.exec(select(Person)) if person.active}
    if action.canary_of:  # a test card exists for one person
        return [people[one] for one in [str(action.decision.get("canary_for"))] if one in people]
    if seat == REQUESTER:
        return [people[action.requester_id]] if action.requester_id in people else []
    holders = set(_holders(session, action, seat, people.values()))
    holders |= {d.to_id for d in _delegations(session, action, now) if d.from_id in holders} & set(people)
    holders -= {action.requester_id, *_drafters(session, action)}
    return [people[person_id] for person_id in sorted(holders)]


def asked_first(session: Session, action: Action, seat: str, now: datetime) -> list[Person]:
    """Of those eligible the ones a card goes to at once: who holds the seat themselves, and their delegates. A
    manager's stand-in (the director) is asked when the manager cannot be, or does not answer in time."""
    everybody = eligible(session, action, seat, now)
    if roles_in(seat) != (Role.MANAGER,):
        return everybody
    own = {p.id for p in everybody if Role.MANAGER in p.roles and p.team_id == action.team_id}
    delegates = {d.to_id for d in _delegations(session, action, now) if d.from_id in own}
    first = [person for person in everybody if person.id in own | delegates]
    return first or everybody


def _holders(session: Session, action: Action, seat: str, people: Iterable[Person]) -> list[str]:
    team = session.get(Team, action.team_id)
    region = team.region if team else ""
    everywhere = action.resource_kind == "rule"  # the rules are the whole house's: any director's yes counts
    return [
        person.id
        for person in people
        if any(
            role in person.roles if everywhere else _holds(person, role, action.team_id, region)
            for role in roles_in(seat)
        )
    ]


def delegated_from(session: Session, action: Action, person: Person, role: str, now: datetime) -> str:
    """In whose place this person speaks; "" when the seat is their own."""
    everybody = [one for one in session.exec(select(Person)) if one.active]
    holders = set(_holders(session, action, role, everybody))
    if role == REQUESTER or person.id in holders:
        return ""
    mine = [d for d in _delegations(session, action, now) if d.to_id == person.id and d.from_id in holders]
    return min((d.from_id for d in mine), default="")


def _delegations(session: Session, action: Action, now: datetime) -> list[Delegation]:
    """The delegations that count for this action now."""
    rows = session.exec(select(Delegation).where(col(Delegation.ends_at) > now))
    return [row for row in rows if row.action_id in ("", action.id)]


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
    """Which roles of the wanted seats this person may fill for this action now."""
    roles = dict.fromkeys(role for seat in wanted for role in roles_in(seat))
    return [role for role in roles if any(p.id == person.id for p in eligible(session, action, role, now))]


def best_role(session: Session, action: Action, person: Person, wanted: Iterable[str], now: datetime) -> str:
    """The role a person's answer counts for: of those they may fill the one that fewest others can."""
    fillable = roles_of(session, action, person, wanted, now)
    return min(fillable, key=lambda role: (len(eligible(session, action, role, now)), role))


def approval_facts(session: Session, action: Action, now: datetime) -> ApprovalFacts:
    """The yes votes that count now: same payload hash, same basis, still eligible at this moment (I9), distinct people."""
    votes: Counter[str] = Counter()
    people: set[str] = set()
    basis = basis_of(session, action)
    rows = select(Approval).where(Approval.action_id == action.id, Approval.verdict == "yes")
    for vote in session.exec(rows):
        if vote.payload_hash != action.payload_hash or vote.basis_hash != basis:
            continue
        person = session.get(Person, vote.person_id)
        if person and roles_of(session, action, person, [vote.role], now):
            votes[vote.role] += 1
            people.add(vote.person_id)
    return ApprovalFacts(roles=frozenset(votes), count=len(people), votes=dict(sorted(votes.items())))
