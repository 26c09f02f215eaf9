"""Writing the ladder and the pilots: every change goes into the record, with a hash over all of them as they stand then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from actions import record
from actions.action import canonical, digest
from actions.tables import Action, Autonomy, Pilot

STANDING = "standing"
"""Key of a record's detail: the hash over every level and pilot after the change."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One verb's way from one level to another in one scope."""

    verb: str
    scope: str
    before: int
    after: int


def set_level(session: Session, step: Step, reason: str, by_id: str, now: datetime) -> Autonomy:
    """The row of this verb and scope says this level from now on; what was measured counts anew."""
    query = select(Autonomy).where(Autonomy.action == step.verb, Autonomy.scope == step.scope)
    row = session.exec(query).first() or Autonomy(action=step.verb, scope=step.scope)
    row.level, row.reason, row.by_id, row.at = step.after, reason, by_id, now
    session.add(row)
    session.flush()
    return row


def set_pilot(session: Session, verb: str, scopes: tuple[str, ...], by_id: str, now: datetime) -> None:
    """Exactly these scopes are in the pilot; those that were keep their start."""
    rows = {row.scope: row for row in session.exec(select(Pilot).where(Pilot.action == verb))}
    for scope in set(rows) - set(scopes):
        session.delete(rows[scope])
    for scope in scopes:
        if scope not in rows:
            session.add(Pilot(action=verb, scope=scope, by_id=by_id, at=now))
    session.flush()


def note(
    session: Session, name: str, actor: str, detail: dict[str, Any], now: datetime, action: Action | None
) -> None:
    """Chain a change of how the house stands."""
    entry = record.Event(
        name=name, action=action, actor=actor, detail=detail | {STANDING: standing_hash(session)}
    )
    record.append(session, entry, now)


def standing_hash(session: Session) -> str:
    """SHA-256 over all levels and pilots: what nobody may change past the record."""
    levels = session.exec(select(Autonomy).order_by(col(Autonomy.action), col(Autonomy.scope)))
    pilots = session.exec(select(Pilot).order_by(col(Pilot.action), col(Pilot.scope)))
    rows = [[row.action, row.scope, row.level, row.by_id, row.at.isoformat()] for row in levels]
    areas = [[row.action, row.scope, row.by_id, row.at.isoformat()] for row in pilots]
    return digest(canonical({"levels": rows, "pilots": areas}))
