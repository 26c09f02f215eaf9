"""Forecasts as they were made: a day is written once, whole, and read for comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from knowledge.model import ForecastDay, ForecastRow

from .upserts import insert_into

BATCH = 500


def has_day(session: Session, day: str) -> bool:
    """Whether this day's forecast is on record."""
    return session.get(ForecastDay, day) is not None


def days(session: Session) -> Sequence[ForecastDay]:
    """The days on record, oldest first."""
    return session.exec(select(ForecastDay).order_by(col(ForecastDay.day))).all()


def add_day(
    session: Session,
    day: str,
    at: datetime,
    licensed: Mapping[str, Sequence[str]],
    rows: Sequence[ForecastRow],
) -> bool:
    """Write a day within the caller's transaction; of several processes one does. False when it is there already."""
    values: dict[str, Any] = {"day": day, "at": at, "licensed": {k: list(v) for k, v in licensed.items()}}
    made = insert_into(session, ForecastDay).values(**values).on_conflict_do_nothing()
    if not session.connection().execute(made).rowcount:
        return False
    for start in range(0, len(rows), BATCH):
        session.add_all(rows[start : start + BATCH])
        session.flush()
    return True


def of_days(
    session: Session, wanted: Sequence[str], teams: frozenset[str] | None = None, or_owner: str = ""
) -> Sequence[ForecastRow]:
    """The rows of these days about deals of these teams or of one owner, by day and deal; `teams` None means all."""
    query = select(ForecastRow).where(col(ForecastRow.day).in_(wanted))
    if teams is not None:
        mine = col(ForecastRow.owner_id) == (or_owner or "-")
        query = query.where(or_(col(ForecastRow.team_id).in_(teams), mine))
    return session.exec(query.order_by(col(ForecastRow.day), col(ForecastRow.deal_id))).all()


def first_of_each(session: Session, deal_ids: Sequence[str]) -> dict[str, ForecastRow]:
    """Deal id -> the first forecast of it on record."""
    found: dict[str, ForecastRow] = {}
    for start in range(0, len(deal_ids), BATCH):
        part = deal_ids[start : start + BATCH]
        query = select(ForecastRow).where(col(ForecastRow.deal_id).in_(part))
        for row in session.exec(query.order_by(col(ForecastRow.day).desc())):
            found[row.deal_id] = row
    return found


def closes_of(session: Session, deal_ids: Sequence[str]) -> dict[str, list[tuple[str, datetime]]]:
    """Deal id -> (day, expected close) as it stood on each day on record, oldest first."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for start in range(0, len(deal_ids), BATCH):
        part = deal_ids[start : start + BATCH]
        query = select(ForecastRow.deal_id, ForecastRow.day, ForecastRow.expected_close)
        query = query.where(col(ForecastRow.deal_id).in_(part), col(ForecastRow.expected_close).is_not(None))
        for deal_id, day, close in session.exec(query.order_by(col(ForecastRow.day))):
            if close is not None:
                found.setdefault(deal_id, []).append((day, close))
    return found
