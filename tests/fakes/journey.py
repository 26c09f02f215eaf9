"""Events as a site or a desk hands them in, and a look at whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, SQLModel, select

from bot.wiring import House
from knowledge.journey.incoming import Origin
from knowledge.journey.keys import HouseKey
from knowledge.journey.taking import Taken, take
from knowledge.library import journey
from knowledge.model import Identifier
from knowledge.model import journey as journey_tables
from knowledge.store import Store

KEY = HouseKey(b"k" * 32)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DESK = Origin(source="order", received_at=NOON + timedelta(days=2))


def without_events(house: House) -> House:
    """The same house before anybody's events came in: those of the demo company would be counted among a test's own."""
    names = {
        cls.__tablename__
        for cls in vars(journey_tables).values()
        if isinstance(cls, type) and hasattr(cls, "__table__")
    }
    with house.store.session() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name in names:
                session.execute(delete(table))
    return house


def event(id_: str, minute: int = 0, name: str = "login", **more: Any) -> dict[str, Any]:
    """One raw event with consent to everything."""
    consent = {"analytics": True, "identity": True}
    at = (NOON + timedelta(minutes=minute)).isoformat()
    return {"id": id_, "name": name, "at": at, "source": "web", "consent": consent} | more


def take_in(store: Store, events: Iterable[Mapping[str, Any]], origin: Origin = DESK) -> Taken:
    """One batch, committed."""
    with store.session() as session:
        return take(session, list(events), origin, KEY)


def whose(session: Session) -> dict[str, str]:
    """Event -> profile."""
    return {row.id: profile for row, profile, _ in journey.placed(session)}


def people(store: Store) -> set[frozenset[str]]:
    """Sets of events that are one person's."""
    with store.reading() as session:
        found: dict[str, set[str]] = {}
        for one, profile in whose(session).items():
            found.setdefault(profile or one, set()).add(one)
    return {frozenset(events) for events in found.values()}


def state(store: Store) -> tuple[dict[str, str], dict[str, Any]]:
    """Everything that stitching decides."""
    with store.reading() as session:
        known = {row.id: (row.profile_id, row.shared_since) for row in session.exec(select(Identifier))}
        return whose(session), known


IDS = {
    "user_id": ["u1", "u2", "u3"],
    "phone": ["13712345671", "13712345672"],
    "email": ["a@example.com", "b@example.com"],
    "anon_id": ["x1", "x2", "x3", "x4"],
    "device_id": ["d1", "d2"],
}


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to 14 events with one to three identifiers each, out of a small pool."""
    found = []
    for number in range(draw(st.integers(1, 14))):
        kinds = draw(st.lists(st.sampled_from(sorted(IDS)), min_size=1, max_size=3, unique=True))
        ids = {kind: draw(st.sampled_from(IDS[kind])) for kind in kinds}
        found.append(event(f"e{number}", draw(st.integers(0, 30)), **ids))
    return found


def empty(store: Store) -> None:
    """Every table of the journey without rows."""
    with store.session() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name.startswith(("touch", "identi", "journey", "quarantined")):
                session.execute(table.delete())
