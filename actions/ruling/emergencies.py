"""An emergency ends by itself: the rules two people agreed on decide again, and people hear of it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from actions import notices, record
from actions.tables import Action, EmergencyRules
from knowledge.library.people import people_with_role
from knowledge.model import Role

from .published import as_detail, in_force, shown

ENDED = "emergency_ended"


def over(session: Session, now: datetime) -> bool:
    """Whether an emergency has run out that nobody has written the end of yet."""
    query = select(EmergencyRules.action_id).where(
        col(EmergencyRules.ended_at).is_(None), EmergencyRules.ends_at <= now
    )
    return session.exec(query.limit(1)).first() is not None


def end_what_is_over(session: Session, now: datetime) -> list[str]:
    """Write the end of every emergency that has run out; its rules have decided nothing since then anyway."""
    record.lock_system(session)
    query = select(EmergencyRules).where(
        col(EmergencyRules.ended_at).is_(None), EmergencyRules.ends_at <= now
    )
    rows = list(session.exec(query))
    for row in rows:
        end(session, row, "system", now)
        version = shown(in_force(session, now))
        words = (
            f"⏱ 紧急规则 {shown(row.version)} 已到 24 小时,自动失效;现在生效的是 {version}",
            f"⏱ The emergency rules {shown(row.version)} ended after 24 hours; {version} are in force now",
        )
        for person_id in who_hears(session):
            notices.tell(session, person_id, words, row.action_id, now, kind="rules")
    return [row.action_id for row in rows]


def end(session: Session, row: EmergencyRules, actor: str, now: datetime) -> None:
    """Close one emergency and chain it."""
    row.ended_at = now
    session.add(row)
    session.flush()
    action, detail = session.get_one(Action, row.action_id), as_detail(session, now)
    entry = record.Event(name=ENDED, action=action, actor=actor, detail=detail)
    record.append(session, entry, now)


def who_hears(session: Session) -> list[str]:
    """Whom a change of the rules is told: administrators and directors."""
    found = [*people_with_role(session, Role.ADMIN), *people_with_role(session, Role.DIRECTOR)]
    return list(dict.fromkeys(person.id for person in found))
