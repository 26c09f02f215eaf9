"""The log of who moved into which stage by which event; what no longer holds is marked, never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from actions.action import digest
from knowledge.insight.journey.placing import Move
from knowledge.model import StageMove


def log_moves(session: Session, account_id: str, found: Iterable[Move], version: str, now: datetime) -> int:
    """Bring the log of a customer's people to these moves; returns how many lines changed. Twice changes nothing."""
    wanted = {_id(move, version): move for move in found}
    query = select(StageMove).where(StageMove.account_id == account_id)
    known = {row.id: row for row in session.exec(query.order_by(col(StageMove.id)))}
    changed = 0
    for row in known.values():
        if row.id not in wanted and row.superseded_at is None:
            row.superseded_at = now
            session.add(row)
            changed += 1
    for move_id, move in sorted(wanted.items()):
        before = known.get(move_id)
        if before is not None and before.superseded_at is None:
            continue
        changed += 1
        if before is not None:
            before.superseded_at = None
            session.add(before)
            continue
        session.add(
            StageMove(
                id=move_id,
                person=move.person,
                account_id=account_id,
                stage=move.stage,
                before=move.before,
                at=move.at,
                touch_id=move.touch_id,
                version=version,
                logged_at=now,
            )
        )
    session.flush()
    return changed


def _id(move: Move, version: str) -> str:
    key = "\n".join((move.person, move.stage, move.before, move.touch_id, move.at.isoformat(), version))
    return f"mv-{digest(key)[:20]}"
