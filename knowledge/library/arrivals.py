"""What came in from the street: stored once, answered in order, claimed by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as lite_insert
from sqlmodel import Session, col, select

from knowledge.model import ArrivalRow

OPEN = ("waiting", "working")

CLICK_WAITS = timedelta(seconds=10)
"""A click is decided by whoever took it in; only one that was left lying for so long is anybody's."""


def add_arrival(session: Session, row: ArrivalRow) -> tuple[int, bool]:
    """(id, fresh): stored now, or the id of the one that had the same external id before."""
    values = row.model_dump(exclude={"id"})
    insert = lite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert
    statement = insert(ArrivalRow).values(**values).on_conflict_do_nothing().returning(col(ArrivalRow.id))
    fresh = session.execute(statement).scalar_one_or_none()
    if fresh is not None:
        return fresh, True
    query = select(ArrivalRow.id).where(
        ArrivalRow.channel == row.channel, ArrivalRow.external_id == row.external_id
    )
    return session.exec(query).one() or 0, False


def waiting_lanes(session: Session, alive: Collection[str], now: datetime, limit: int = 500) -> list[str]:
    """Lanes in which something waits and nobody is at work, the longest waiting first."""
    busy = select(ArrivalRow.lane).where(
        ArrivalRow.state == "working", col(ArrivalRow.claimed_by).in_(tuple(alive))
    )
    query = (
        select(ArrivalRow.lane, func.min(ArrivalRow.id))
        .where(col(ArrivalRow.state).in_(OPEN), col(ArrivalRow.lane).not_in(busy), _left_lying(now))
        .group_by(col(ArrivalRow.lane))
        .order_by(func.min(ArrivalRow.id))
        .limit(limit)
    )
    return [lane for lane, _ in session.execute(query).all()]


def _left_lying(now: datetime) -> ColumnElement[bool]:
    return or_(col(ArrivalRow.kind) != "click", col(ArrivalRow.at) <= now - CLICK_WAITS)


def claim_next(
    session: Session, lane: str, worker: str, alive: Collection[str], now: datetime
) -> ArrivalRow | None:
    """The oldest unanswered arrival of this lane, now this worker's; None when there is none or another one is at it."""
    query = select(ArrivalRow).where(
        ArrivalRow.lane == lane, col(ArrivalRow.state).in_(OPEN), _left_lying(now)
    )
    row = session.exec(query.order_by(col(ArrivalRow.id)).limit(1).with_for_update()).first()
    if row is None or (row.state == "working" and row.claimed_by in alive):
        return None
    row.state, row.claimed_by, row.claimed_at, row.tries = "working", worker, now, row.tries + 1
    session.add(row)
    return row


def claim_one(
    session: Session, arrival_id: int, worker: str, alive: Collection[str], now: datetime
) -> ArrivalRow | None:
    """This arrival, out of its lane's order (a click does not wait behind talk); None when somebody has it."""
    row = session.exec(select(ArrivalRow).where(ArrivalRow.id == arrival_id).with_for_update()).first()
    if row is None or row.state not in OPEN or (row.state == "working" and row.claimed_by in alive):
        return None
    row.state, row.claimed_by, row.claimed_at, row.tries = "working", worker, now, row.tries + 1
    session.add(row)
    return row


def put_back(session: Session, arrival_id: int) -> None:
    """It could not be answered now: it waits again."""
    session.execute(
        update(ArrivalRow)
        .where(col(ArrivalRow.id) == arrival_id, col(ArrivalRow.state) == "working")
        .values(state="waiting", claimed_by="")
    )


def finish_arrival(session: Session, arrival_id: int, state: str, now: datetime) -> None:
    """It is over: what it said is in the conversation, so nothing of it stays here."""
    session.execute(
        update(ArrivalRow)
        .where(col(ArrivalRow.id) == arrival_id)
        .values(state=state, done_at=now, payload={}, claimed_by="")
    )


def waiting_in(session: Session, lane: str) -> int:
    """How many of this lane wait."""
    query = select(func.count()).where(ArrivalRow.lane == lane, ArrivalRow.state == "waiting")
    return int(session.execute(query).scalar_one())


def waiting_count(session: Session) -> int:
    """How many wait in all."""
    return int(session.execute(select(func.count()).where(ArrivalRow.state == "waiting")).scalar_one())


def counts(session: Session) -> dict[str, int]:
    """Arrivals by state."""
    rows: Sequence[tuple[str, int]] = session.execute(
        select(ArrivalRow.state, func.count()).group_by(col(ArrivalRow.state))
    ).all()
    return dict(rows)


def forget_before(session: Session, moment: datetime) -> int:
    """Delete the empty shells of what was over before this moment; returns how many."""
    query = select(ArrivalRow).where(col(ArrivalRow.state).not_in(OPEN), col(ArrivalRow.done_at) < moment)
    rows = session.exec(query.limit(5000)).all()
    for row in rows:
        session.delete(row)
    return len(rows)
