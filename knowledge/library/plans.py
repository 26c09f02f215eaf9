"""What lies ahead for deals, and who has bought before: asked for many deals at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.model import Deal, Meeting

PART = 500


def booked(session: Session, deal_ids: Sequence[str], now: datetime) -> set[str]:
    """Those of these deals for which a meeting stands in the diary."""
    found: set[str] = set()
    for start in range(0, len(deal_ids), PART):
        query = select(Meeting.deal_id).where(
            col(Meeting.deal_id).in_(deal_ids[start : start + PART]),
            Meeting.status == "booked",
            col(Meeting.starts_at) >= now,
        )
        found.update(one for one in session.exec(query) if one)
    return found


def bought_before(session: Session, now: datetime) -> set[str]:
    """The customers who have bought by now."""
    query = select(Deal.account_id).where(Deal.stage == "won", col(Deal.closed_at) <= now)
    return set(session.exec(query.distinct()))
