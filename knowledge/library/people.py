"""Colleagues, teams, platform identities and delegations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.model import Delegation, Identity, Person, Role, Team

_SEES_ALL = frozenset({Role.LEGAL, Role.FINANCE, Role.ADMIN, Role.AUDITOR})


def person(session: Session, person_id: str) -> Person | None:
    """The colleague with this id."""
    return session.get(Person, person_id)


def people(session: Session, *, active_only: bool = True) -> Sequence[Person]:
    """All colleagues by id."""
    query = select(Person).order_by(col(Person.id))
    if active_only:
        query = query.where(col(Person.active).is_(True))
    return session.exec(query).all()


def people_with_role(session: Session, role: str, *, team_id: str = "", region: str = "") -> Sequence[Person]:
    """Active colleagues with `role`, narrowed to a team or a region where one is given."""
    found = [one for one in people(session) if role in one.roles]
    if team_id:
        found = [one for one in found if one.team_id == team_id]
    return [one for one in found if not region or region_of(session, one) == region]


def find_person(session: Session, who: str) -> list[Person]:
    """Active colleagues meant by `who`: an id, an e-mail, or a name (which may name several)."""
    wanted = who.strip().casefold()
    if not wanted:
        return []
    everyone = people(session)
    for key in ("id", "email"):
        exact = [one for one in everyone if getattr(one, key).casefold() == wanted]
        if exact:
            return exact
    return [one for one in everyone if one.name.strip().casefold() == wanted]


def person_by_identity(session: Session, platform: str, external_id: str) -> Person | None:
    """The active colleague behind a platform account; None when the account is unknown."""
    query = select(Identity).where(Identity.platform == platform, Identity.external_id == external_id)
    identity = session.exec(query).first()
    found = session.get(Person, identity.person_id) if identity else None
    return found if found is not None and found.active else None


def identities(session: Session, person_id: str) -> Sequence[Identity]:
    """The platform accounts of one colleague."""
    query = select(Identity).where(Identity.person_id == person_id).order_by(col(Identity.id))
    return session.exec(query).all()


def team(session: Session, team_id: str) -> Team | None:
    """The team with this id."""
    return session.get(Team, team_id)


def teams(session: Session) -> Sequence[Team]:
    """All teams by id."""
    return session.exec(select(Team).order_by(col(Team.id))).all()


def region_of(session: Session, who: Person) -> str:
    """The region a colleague works in: their own, else their team's."""
    if who.region:
        return who.region
    own = session.get(Team, who.team_id) if who.team_id else None
    return own.region if own else ""


def visible_teams(session: Session, who: Person) -> frozenset[str]:
    """The teams whose rows this colleague may read; empty for one who has left.

    Rep and manager: their own team. Director: all teams of their region. Legal, finance, admin, auditor: all.
    """
    if not who.active:
        return frozenset()
    if _SEES_ALL & set(who.roles):
        return frozenset(one.id for one in teams(session))
    own = frozenset({who.team_id}) if who.team_id else frozenset[str]()
    if Role.DIRECTOR not in who.roles:
        return own
    region = region_of(session, who)
    return own | frozenset(one.id for one in teams(session) if region and one.region == region)


def delegations_to(session: Session, person_id: str, now: datetime) -> Sequence[Delegation]:
    """Who lets this colleague approve in their place at `now`."""
    query = select(Delegation).where(Delegation.to_id == person_id, col(Delegation.ends_at) > now)
    return session.exec(query.order_by(col(Delegation.id))).all()
