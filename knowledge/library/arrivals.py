"""What came in from the street: stored once, answered in order, claimed by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, tuple_, update
from sqlmodel import Session, col, select

from knowledge.model import ArrivalRow

from .upserts import insert_into

OPEN = ("waiting", "working")

CLICK_WAITS = timedelta(seconds=10)
"""A click is decided by whoever took it in; only one that was left lying for so long is anybody's."""


def add_arrivals(session: Session, rows: Sequence[ArrivalRow]) -> list[tuple[int, bool]]:
    """(id, fresh) of each: stored now, or the id of the one that had the same external id before. Two statements for all of
    them: each further one would be another wait for the interpreter while turns run beside it."""
    values = [row.model_dump(exclude={"id"}) for row in rows]
    table = ArrivalRow.metadata.tables["arrival"]
    statement = (
        insert_into(session, table)
        .on_conflict_do_nothing()
        .returning(table.c.channel, table.c.external_id, table.c.id)
    )
    added = {(one[0], one[1]): int(one[2]) for one in session.connection().execute(statement, values)}
    wanted = {(row.channel, row.external_id) for row in rows} - set(added)
    known = _known(session, wanted) if wanted else {}
    found = []
    for row in rows:
        key = (row.channel, row.external_id)
        found.append((known[key], False) if key in known else (added[key], True))
        known[key] = found[-1][0]  # twice in one batch: the second one is no news
    return found


def _known(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    query = select(ArrivalRow.channel, ArrivalRow.external_id, ArrivalRow.id).where(
        tuple_(col(ArrivalRow.channel), col(ArrivalRow.external_id)).in_(keys)
    )
    return {(channel, external): found or 0 for channel, external, found in session.execute(query).all()}


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


def waiting_in(session: Session, lanes: Collection[str]) -> dict[str, int]:
    """How many of each of these lanes wait; a lane where none does is not in it."""
    query = select(ArrivalRow.lane, func.count()).where(
        col(ArrivalRow.lane).in_(lanes), ArrivalRow.state == "waiting"
    )
    return {lane: count for lane, count in session.execute(query.group_by(col(ArrivalRow.lane))).all()}


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
