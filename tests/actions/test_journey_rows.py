"""Whose journey exists for whom: unknown and forbidden sound alike, nobody known is for marketing and managers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from actions.rows import Rows
from bot.wiring import House
from knowledge.journey.incoming import Origin
from knowledge.journey.linking import relink
from knowledge.journey.taking import take
from knowledge.library import identity
from knowledge.library import journey as events
from knowledge.model import Lead, Person, Role
from tests.fakes.journey import event, without_events


@pytest.fixture
def demo_house(demo_house: House) -> House:
    return without_events(demo_house)


@pytest.fixture
def house(demo_house: House) -> House:
    """C-001 (李娜's customer), a lead, somebody nobody knows, and an event that names a customer."""
    at = (demo_house.clock() - timedelta(hours=5)).isoformat()
    with demo_house.store.session() as session:
        lead = session.exec(select(Lead).where(Lead.owner_id == "p-lina")).first()
        assert lead is not None
        lead.email = "lead@lead.example.com"
        session.add(lead)
        session.add(Person(id="p-market", name="马可", roles=[Role.MARKETING], team_id=None))
        session.flush()
        relink(session, demo_house.identity_key, demo_house.clock())
        raw = [
            event("known", phone="13900002001", at=at),
            event("lead", email="LEAD@lead.example.com", at=at),
            event("nobody", anon_id="x", at=at),
            event("named", anon_id="y", account_id="A-001", at=at),
            event("bare", at=at),
        ]
        take(session, raw, Origin(source="web", received_at=demo_house.clock()), demo_house.identity_key)
    return demo_house


def rows(house: House, session: Session, who: str) -> Rows:
    return Rows(session, house.gate.judge_for(session), session.get_one(Person, who))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("p-lina", {"known", "lead", "named"}),
        ("p-zhaolei", {"known", "lead", "named", "nobody", "bare"}),
        ("p-heqiang", {"nobody", "bare"}),
        ("p-market", {"nobody", "bare"}),
        ("p-admin", {"known", "lead", "named"}),
    ],
)
def test_who_sees_which_touch(house: House, who: str, seen: set[str]) -> None:
    with house.store.reading() as session:
        mine = rows(house, session, who)
        every = ("known", "lead", "nobody", "named", "bare")
        assert {one for one in every if mine.sees_source("touch", one)} == seen
        profiles = {
            one: profile for event, profile, _ in events.placed(session) for one in [event.id] if profile
        }
        assert {one for one, profile in profiles.items() if mine.sees_source("profile", profile)} - {
            "named"
        } == (seen & set(profiles)) - {"named"}


def test_unknown_and_forbidden_sound_alike(house: House) -> None:
    with house.store.reading() as session:
        mine = rows(house, session, "p-lina")
        assert mine.sees_source("touch", "no-such") is mine.sees_source("touch", "nobody") is False
        assert mine.sees_source("profile", "no-such") is False
        assert mine.sees_source("lead_touch", "no-such") is False
        assert mine.sees_source("lead_touch", "lead") is True


def test_a_shared_phone_is_nobodys(house: House) -> None:
    at = (house.clock() - timedelta(hours=1)).isoformat()
    with house.store.session() as session:
        raw = [
            event("alice", phone="13900002001", user_id="alice", at=at),
            event("bob", phone="13900002001", user_id="bob", at=at),
            event("later", phone="13900002001", at=(house.clock() - timedelta(minutes=5)).isoformat()),
        ]
        take(session, raw, Origin(source="web", received_at=house.clock()), house.identity_key)
    with house.store.reading() as session:
        profile = {event.id: one for event, one, _ in events.placed(session)}["later"]
        row = identity.profile(session, profile)
        assert row is not None
        assert (row.kind, row.account_id, row.contact_id) == ("shared", "", "")
        assert not rows(house, session, "p-lina").sees_source("touch", "later")
        assert rows(house, session, "p-zhaolei").sees_source("touch", "later")


def test_somebody_who_has_left_sees_nothing(house: House) -> None:
    with house.store.session() as session:
        person = session.get_one(Person, "p-zhaolei")
        person.active = False
        session.add(person)
    with house.store.reading() as session:
        mine = rows(house, session, "p-zhaolei")
        assert not any(mine.sees_source("touch", one) for one in ("known", "lead", "nobody", "named", "bare"))
