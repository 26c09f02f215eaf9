"""Whose place in a quota comes after one's own: a reservation is kept, whatever was granted beyond it since."""

from __future__ import annotations

from sqlmodel import Session, col, select

from .action import State
from .tables import Action, AuditRecord

_GRANTED = ("evaluated", "approved")
"""Events with which a place in a quota is taken, in the order of the chain."""


def after(session: Session, action_id: str) -> frozenset[str]:
    """Ids of the actions judged after this one got its place; none for one that has no place yet.

    Places are given out one at a time (the chain's lock), each counting all before it. So what is performed counts those
    before it alone: a fourth mail that a manager allows must not turn the third one back.
    """
    action = session.get(Action, action_id) if action_id else None
    if action is None or action.state != State.SCHEDULED:
        return frozenset()
    judged = col(AuditRecord.event).in_(_GRANTED)
    mine = select(AuditRecord.seq).where(AuditRecord.action_id == action_id, judged)
    place = session.exec(mine.order_by(col(AuditRecord.seq).desc()).limit(1)).first()
    if place is None:
        return frozenset()
    later = select(AuditRecord.action_id).where(col(AuditRecord.seq) > place, judged).distinct()
    return frozenset(session.exec(later)) - {action_id}
