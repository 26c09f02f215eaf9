"""A round of the clock that any number of processes may try, and that one of them makes, once in so long."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions import record
from knowledge.model import ClockRound
from knowledge.store import Store


def claim(store: Store, name: str, now: datetime, every: timedelta) -> datetime | None:
    """When the round was last begun (`now` minus `every` the first time), claimed for the caller; None when it is not due or
    another process has just claimed it. What breaks off after the claim is made up for by the next round."""
    with store.reading() as session:
        row = session.get(ClockRound, name)
        if row is not None and now - row.at < every:
            return None
    with store.session() as session:
        record.lock_system(session)
        row = session.get(ClockRound, name)
        if row is not None and now - row.at < every:
            return None
        last = row.at if row is not None else now - every
        if row is None:
            row = ClockRound(name=name, at=now)
        row.at = now
        session.add(row)
        return last
