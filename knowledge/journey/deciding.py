"""What people decide about who is who: two are one, they are not, and what somebody agrees to no longer. All with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from knowledge.insight.journey.identifiers import strongest_first
from knowledge.library import identity as rows
from knowledge.model import (
    LINKED,
    UNDONE,
    Consent,
    Identifier,
    IdentityEdge,
    IdentityLink,
    IdentitySpan,
    Profile,
    Signature,
    SignatureMember,
    TouchEvent,
)

from .affected import Affected
from .consenting import IDENTITY, consent_row
from .evidence import edge_id, signature_of
from .rules import Eras, alone, eras
from .stitching import stitch


class Impossible(ValueError):
    """What was wanted cannot be; the sentence says why, Chinese first."""


@dataclass(frozen=True)
class Decided:
    """What a decision came to. `rest` are edges by which the two are one person still."""

    edge: IdentityEdge
    affected: Affected
    rest: tuple[IdentityEdge, ...] = ()


def merge(session: Session, first: Profile, second: Profile, by_id: str, note: str, now: datetime) -> Decided:
    """Make two profiles one person, until somebody takes it back. Raises Impossible."""
    if first.id == second.id:
        raise Impossible("已经是同一个人 / they are one person already")
    if not first.primary_id or not second.primary_id:
        raise Impossible(
            "设备或多人共用的标识不能合并 / a device, or an identifier of several people, merges with nobody"
        )
    if not note.strip():
        raise Impossible("请写明理由 / give a reason")
    alone(session)
    era = eras(session, now)
    a, b = strongest_first([first.primary_id, second.primary_id])
    one = edge_id(a, b, "manual")
    edge = session.get(IdentityEdge, one) or IdentityEdge(id=one, kind="manual", a=a, b=b, at=now)
    edge.state, edge.why, edge.at, edge.era, edge.rule = LINKED, "", now, era.now, era.version
    edge.by_id, edge.note, edge.undone_at, edge.undone_by = by_id, note.strip(), None, ""
    session.add(edge)
    session.flush()
    affected = stitch(session, {a, b}, era)
    if edge.why:
        raise Impossible(
            f"规则不允许:{edge.why}(不同的登录账号永远不合并) / the rules forbid it: {edge.why} (two logins never merge)"
        )
    affected.mark(session, "identity")
    return Decided(edge, affected)


def unmerge(session: Session, edge: IdentityEdge, by_id: str, note: str, now: datetime) -> Decided:
    """Take back one edge, found or decided: it joins no more, also when it is seen again. Raises Impossible."""
    if edge.state == UNDONE:
        raise Impossible("这条关联已经撤销 / that edge was taken back before")
    if not note.strip():
        raise Impossible("请写明理由 / give a reason")
    alone(session)
    edge.state, edge.note = UNDONE, f"{edge.note} | {note.strip()}" if edge.note else note.strip()
    edge.undone_at, edge.undone_by = now, by_id
    session.add(edge)
    session.flush()
    affected = stitch(session, {edge.a, edge.b}, eras(session, now))
    affected.mark(session, "identity")
    return Decided(edge, affected, _still(session, edge))


def _still(session: Session, edge: IdentityEdge) -> tuple[IdentityEdge, ...]:
    """The other edges of a person whom an undone edge no longer holds together, and who is one all the same."""
    ends = rows.identifiers(session, (edge.a, edge.b))
    if len({row.profile_id for row in ends.values()}) != 1:
        return ()
    mates = rows.members_of(session, {row.profile_id for row in ends.values()})
    return tuple(sorted(_linked(session, mates), key=lambda one: (one.at, one.id)))


def edges_of(session: Session, profile_id: str) -> list[IdentityEdge]:
    """Every edge at the identifiers of a profile, the earliest first: why they are one person, and what was refused. For who is
    several people's, the edges at what they share."""
    ids = set(rows.members_of(session, [profile_id]))
    if not ids:
        spans = rows.rows_by(session, IdentitySpan, "profile_id", [profile_id])
        known = rows.rows_by(session, Signature, "id", {span.signature_id for span in spans})
        ids = {one for row in known for one in row.members}
    return sorted(rows.edges_at(session, ids).values(), key=lambda one: (one.at, one.id))


def _linked(session: Session, ids: Iterable[str]) -> list[IdentityEdge]:
    return [edge for edge in rows.edges_at(session, ids).values() if edge.state == LINKED]


def consent(
    session: Session, profile: Profile, purpose: str, *, granted: bool, how: str, now: datetime
) -> Affected:
    """What a person agrees to, or no longer: it holds for every identifier of theirs. A withdrawn identity removes, in this very
    transaction, each trace that they belong together: edges, sets of identifiers on events, links to records."""
    alone(session)
    mates = set(rows.members_of(session, [profile.id]))
    rows.add_new(
        session,
        Consent,
        [consent_row(one, purpose, granted=granted, at=now, how=how) for one in sorted(mates)],
    )
    if granted or purpose != IDENTITY:
        return Affected(profile_ids={profile.id})
    told = Affected()
    told.add_rows([profile])
    _unlink(session, mates)
    told.add(stitch(session, mates, eras(session, now)))
    told.mark(session, "consent")
    return told


def withdraw_at(session: Session, identifier: str, now: Eras) -> Affected:
    """What a person took back on their own page, under one identifier: it holds for all they are known by."""
    known = rows.identifiers(session, [identifier])
    told = Affected()
    if identifier not in known:
        return told
    mates = set(rows.members_of(session, [known[identifier].profile_id]))
    latest = rows.consents(session, [identifier])[-1]
    rows.add_new(
        session,
        Consent,
        [consent_row(one, IDENTITY, granted=False, at=latest.at, how=latest.how) for one in sorted(mates)],
    )
    profile = rows.profile(session, known[identifier].profile_id)
    told.add_rows([profile] if profile else [])
    _unlink(session, mates)
    told.add(stitch(session, mates, now))
    return told


def _unlink(session: Session, ids: set[str]) -> None:
    """No row says any more that these identifiers belong together, or to a record."""
    for part in rows.in_chunks(ids):
        session.execute(
            delete(IdentityEdge).where(or_(col(IdentityEdge.a).in_(part), col(IdentityEdge.b).in_(part)))
        )
        session.execute(delete(IdentityLink).where(col(IdentityLink.identifier_id).in_(part)))
    for row in rows.signatures_with(session, ids).values():
        if len(row.members) > 1:
            _narrow(session, row)
    session.flush()


def _narrow(session: Session, row: Signature) -> None:
    """Events of a set of identifiers keep the strongest of them alone."""
    first = strongest_first(row.members)[0]
    alone_id = signature_of([first])
    rows.add_new(session, Signature, [{"id": alone_id, "members": [first]}])
    rows.add_new(session, SignatureMember, [{"identifier_id": first, "signature_id": alone_id}])
    moved = update(TouchEvent).where(col(TouchEvent.signature_id) == row.id).values(signature_id=alone_id)
    session.execute(moved)
    session.execute(delete(SignatureMember).where(col(SignatureMember.signature_id) == row.id))
    session.execute(delete(IdentitySpan).where(col(IdentitySpan.signature_id) == row.id))
    session.delete(row)


def allows(session: Session, profile_id: str, purpose: str) -> bool | None:
    """What the person last said on a purpose: True, False, or None when they never said anything."""
    mates = rows.members_of(session, [profile_id])
    said = [row for row in rows.consents(session, mates) if row.purpose == purpose]
    return said[-1].granted if said else None


def person_allows(session: Session, person: str, purpose: str) -> bool | None:
    """The same for the `person` of a touch (`contact:`, `lead:`, else a profile): one no among their profiles is a no."""
    kind, _, record = person.partition(":")
    if kind in ("contact", "lead"):
        ids = [row.id for row in rows.profiles_of(session, f"{kind}_id", record)]
    else:
        found = rows.profile(session, person)
        ids = [found.id] if found else []
    said = {allows(session, one, purpose) for one in ids}
    return False if False in said else True if True in said else None


def identifiers_of(session: Session, profile_id: str) -> list[Identifier]:
    """The identifiers of a profile, the strongest first."""
    mates = rows.members_of(session, [profile_id])
    return [mates[one] for one in strongest_first(list(mates))]


def find_edge(session: Session, ref: str) -> IdentityEdge | None:
    """An edge by its id or the beginning of it; None where none or several begin so."""
    if len(ref) < 6:
        return None
    found = session.exec(
        select(IdentityEdge).where(col(IdentityEdge.id).startswith(ref, autoescape=True)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
