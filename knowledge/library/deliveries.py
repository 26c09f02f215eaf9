"""What goes out to the street: in order within a chat, behind a fence, never twice by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, update
from sqlmodel import Session, col, select

from knowledge.model import DeliveryRow

from .upserts import insert_into


def put(session: Session, row: DeliveryRow) -> bool:
    """Queue it; False when something with its key was queued before."""
    values = row.model_dump(exclude={"id"})
    statement = insert_into(session, DeliveryRow).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(col(DeliveryRow.id))).scalar_one_or_none() is not None


def put_draft(session: Session, row: DeliveryRow) -> None:
    """Queue the text of a running answer in place of what was queued before under the same key."""
    values = row.model_dump(exclude={"id"})
    sending = col(DeliveryRow.state) == "sending"
    changed: dict[str, Any] = {
        "payload": row.payload,
        "again": sending,
        "state": case((sending, "sending"), else_="waiting"),
    }
    statement = insert_into(session, DeliveryRow).values(**values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_=changed, where=col(DeliveryRow.state) != "replaced"
        )
    )


def drop_draft(session: Session, key: str) -> None:
    """The answer is there: its drafts need not be shown any more."""
    session.execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.key) == key, col(DeliveryRow.state).in_(("waiting", "sent", "unknown", "never"))
        )
        .values(state="replaced", payload={})
    )
    session.execute(update(DeliveryRow).where(col(DeliveryRow.key) == key).values(again=False))


def due(session: Session, channel: str, now: datetime, limit: int = 50) -> list[DeliveryRow]:
    """The first waiting row of each lane that is due; a lane with a row on its way, or whose first must wait, waits."""
    first = (
        select(func.min(DeliveryRow.id))
        .where(DeliveryRow.channel == channel, col(DeliveryRow.state).in_(("waiting", "sending")))
        .group_by(col(DeliveryRow.lane))
    )
    query = select(DeliveryRow).where(
        col(DeliveryRow.id).in_(first), DeliveryRow.state == "waiting", col(DeliveryRow.due_at) <= now
    )
    return list(session.exec(query.order_by(col(DeliveryRow.id)).limit(limit)))


def claim(session: Session, rows: Sequence[DeliveryRow], worker: str, now: datetime) -> list[DeliveryRow]:
    """Raise the fence for these rows; returns those that are this worker's now."""
    mine = []
    for row in rows:
        taken = session.execute(
            update(DeliveryRow)
            .where(col(DeliveryRow.id) == row.id, col(DeliveryRow.state) == "waiting")
            .values(
                state="sending", claimed_by=worker, claimed_at=now, tries=DeliveryRow.tries + 1, again=False
            )
            .returning(col(DeliveryRow.payload), col(DeliveryRow.tries))
        ).first()
        if taken is not None:
            row.payload, row.tries = taken
            mine.append(row)
    return mine


def settle(session: Session, row_id: int, **end: Any) -> None:
    """Write the end of a try; a draft that changed meanwhile waits again."""
    session.execute(update(DeliveryRow).where(col(DeliveryRow.id) == row_id).values(**end))
    session.execute(
        update(DeliveryRow)
        .where(col(DeliveryRow.id) == row_id, col(DeliveryRow.again))
        .values(state="waiting", again=False)
    )


def abandoned(session: Session, channel: str, alive: Collection[str]) -> Sequence[DeliveryRow]:
    """Rows behind the fence whose worker is gone."""
    query = select(DeliveryRow).where(DeliveryRow.channel == channel, DeliveryRow.state == "sending")
    return [row for row in session.exec(query) if row.claimed_by not in alive]


def sent_since(session: Session, lane: str, moment: datetime) -> int:
    """How many messages this lane has been sent since then (drafts and updates of cards are not new messages)."""
    query = select(func.count()).where(
        DeliveryRow.lane == lane,
        col(DeliveryRow.sent_at) > moment,
        col(DeliveryRow.load).in_(("text", "card", "file", "image")),
    )
    return int(session.execute(query).scalar_one())


def counts(session: Session) -> dict[str, int]:
    """Deliveries by state."""
    rows = session.execute(select(DeliveryRow.state, func.count()).group_by(col(DeliveryRow.state)))
    return dict(rows.all())
