"""Erasing a person takes their journey with it, brings nothing back at the next import, and leaves others as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, SQLModel, select

from actions.erasing.found import find_everything
from actions.erasing.whom import find_whom
from actions.erasing.writing import write
from bot.wiring import House
from knowledge.journey.incoming import Origin
from knowledge.journey.linking import relink
from knowledge.journey.reading import Events
from knowledge.journey.taking import Taken, take
from knowledge.library import identity
from knowledge.model import Contact, IdentityEdge, IdentityLink, QuarantinedEvent, TouchEvent
from tests.fakes.journey import event, without_events

PHONE, EMAIL = "13900002001", "wang.jianguo@huadongmed.example.com"


@pytest.fixture
def demo_house(demo_house: House) -> House:
    return without_events(demo_house)


@pytest.fixture
def house(demo_house: House) -> House:
    """王建国 came by the site, from a shared computer too; somebody else used that computer."""
    with demo_house.store.session() as session:
        relink(session, demo_house.identity_key, demo_house.clock())
    taken(demo_house)
    return demo_house


def taken(house: House) -> Taken:
    early = house.clock() - timedelta(days=3)
    at = [(early + timedelta(minutes=n)).isoformat() for n in range(9)]
    events = [
        event("w1", name="page_view", anon_id="w", at=at[0], page="https://a.example/price"),
        event(
            "w2", name="form_submit", anon_id="w", phone=PHONE, email=EMAIL, at=at[1], props={"form": "demo"}
        ),
        event("w3", device_id="kiosk", anon_id="w", at=at[2]),
        event("o1", device_id="kiosk", anon_id="o", user_id="other", at=at[3]),
        event("k1", name="page_view", device_id="kiosk", at=at[4]),
        event("q1", name="no_such_event", anon_id="w", at=at[5]),
    ]
    with house.store.session() as session:
        origin = Origin(source="web", received_at=house.clock())
        return take(session, events, origin, house.identity_key)


def contact(session: Session) -> Contact:
    return session.exec(select(Contact).where(Contact.email == EMAIL)).one()


def test_nothing_of_theirs_stays_and_nothing_comes_back(house: House) -> None:
    with house.store.reading() as session:
        him = contact(session)
        mine = Events(session).of_contact(him.id)
        assert [one.id for one in mine] == ["w1", "w2", "w3"]
        assert {one.account_id for one in mine} == {him.account_id}
        ids = {row.id for row in identity.members_of(session, [_profile(session, him.id)]).values()}
        assert sorted(one.partition(":")[0] for one in ids) == ["anon", "device", "email", "phone"]
        ids = {one for one in ids if not one.startswith("device")}
        other = [one.id for one in Events(session).everything() if one.id in ("o1", "k1")]
        assert other == ["o1", "k1"]
    with house.store.session() as session:
        whom = find_whom(session, "contact", him.id)
        found = find_everything(session, whom)
        counted = {one.table for one in found if one.how == "removed"}
        assert {"touch_event", "identifier", "identity_edge", "journey_profile", "identity_link"} <= counted
        write(session, whom, found, "a-1", "p-admin", house.clock())
    with house.store.reading() as session:
        assert sorted(session.exec(select(TouchEvent.id))) == ["k1", "o1"]
        (kiosk,) = identity.identifiers(session, [house.identity_key.identifier("device", "kiosk")]).values()
        assert kiosk.shared_since is None
        assert len({one.person for one in Events(session).everything()}) == 1
        assert session.exec(select(QuarantinedEvent)).all() == []
        assert session.exec(select(IdentityLink).where(IdentityLink.record_id == him.id)).all() == []
        assert not [edge for edge in session.exec(select(IdentityEdge)) if {edge.a, edge.b} & ids]
        held = "".join(
            str([tuple(row) for row in session.execute(table.select())])
            for table in SQLModel.metadata.sorted_tables
            if table.name.startswith(("touch", "identi", "journey", "quarantined"))
        )
        assert not [one for one in ids if one in held]
    told = taken(house)
    assert (told.new, told.unchanged) == (0, 5)
    assert told.count("quarantined") == 1


def _profile(session: Session, contact_id: str) -> str:
    (row,) = identity.profiles_of(session, "contact_id", contact_id)
    return row.id
