"""What people decide about identities: inside their rights, with a reason, in the record; a copy for whom it is about."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from actions.identities import NOBODY, Identities, Refused
from actions.record import verify
from actions.tables import AuditRecord
from bot.wiring import House
from knowledge.blueprints import default, publish
from knowledge.journey.incoming import Origin
from knowledge.journey.linking import relink
from knowledge.journey.replaying import take_again
from knowledge.journey.taking import take
from knowledge.library import journey
from knowledge.model import Person, QuarantinedEvent, TouchEvent
from tests.fakes.journey import event


@pytest.fixture
def house(demo_house: House) -> House:
    at = (demo_house.clock() - timedelta(hours=5)).isoformat()
    with demo_house.store.session() as session:
        relink(session, demo_house.identity_key, demo_house.clock())
        raw = [
            event("1", phone="139 0000 2001", anon_id="w", at=at),
            event("2", anon_id="x", at=at),
            event("3", phone="+8615900000000", at=at, name="new_thing", props={"a": "b"}),
        ]
        take(session, raw, Origin(source="web", received_at=demo_house.clock()), demo_house.identity_key)
    return demo_house


def desk(house: House, who: str) -> Identities:
    with house.store.reading() as session:
        return Identities(house.gate, house.identity_key, session.get_one(Person, who))


def test_unknown_and_forbidden_sound_alike(house: House) -> None:
    told = []
    for who, ref in (
        ("p-lina", "anon:nobody"),
        ("p-lina", "anon:x"),
        ("p-heqiang", "phone:13900002001"),
        ("p-heqiang", "jp-0"),
    ):
        with pytest.raises(Refused) as error:
            desk(house, who).show(ref)
        told.append(str(error.value))
    assert set(told) == {NOBODY}
    known = desk(house, "p-lina").show("phone:+86 139-0000-2001")
    assert (known.profile.contact_id, known.events) == ("C-001", 1)
    assert desk(house, "p-lina").show("contact:C-001").profile.id == known.profile.id


def test_merging_and_parting_are_for_managers_and_in_the_record(house: House) -> None:
    with pytest.raises(Refused, match="manager"):
        desk(house, "p-lina").merge("phone:13900002001", "anon:x", "same")
    chief = desk(house, "p-zhaolei")
    with pytest.raises(Refused, match="理由"):
        chief.merge("phone:13900002001", "anon:x", " ")
    one = chief.merge("phone:13900002001", "anon:x", "展会上扫的码")
    assert one.events == 2
    assert "展会上扫的码" in {edge["note"] for edge in one.edges}
    (edge,) = [edge for edge in one.edges if edge["kind"] == "manual"]
    parted, rest = chief.unmerge(edge["id"][:9], "认错人了")
    assert sorted(each.events for each in parted) == [1, 1]
    assert rest == []
    with pytest.raises(Refused, match="no edge"):
        chief.unmerge("ie-nothing", "why")
    with house.store.reading() as session:
        names = [row.event for row in session.exec(select(AuditRecord))]
        assert names[-2:] == ["identity_merged", "identity_unmerged"]
        assert verify(session).problems == ()


def test_consent_and_the_copy(house: House) -> None:
    with pytest.raises(Refused, match="admin"):
        desk(house, "p-zhaolei").copy("contact:C-001")
    made = desk(house, "p-admin").copy("contact:C-001")
    assert made["records"]["contact"]["name"] == "王建国"
    assert [one["id"] for one in made["events"]] == ["1"]
    assert made["records"]["interactions"]
    json.dumps(made)
    rep = desk(house, "p-lina")
    with pytest.raises(Refused, match="怎样"):
        rep.consent("contact:C-001", "identity", granted=False, how="")
    rep.consent("contact:C-001", "identity", granted=False, how="电话里说的")
    with pytest.raises(Refused):
        rep.show("contact:C-001")
    with house.store.session() as session:
        relink(session, house.identity_key, house.clock())
    with pytest.raises(Refused):
        rep.show("contact:C-001")


def test_quarantine_is_taken_in_once_the_plan_knows(house: House) -> None:
    with house.store.session() as session:
        plan = default("tracking")
        plan["events"]["new_thing"] = {
            "zh": "新",
            "en": "new",
            "owner": "市场部",
            "expires": "2030-01-01",
            "props": {"a": {}},
        }
        held = journey.quarantined(session)
        assert take_again(session, held, house.identity_key, house.clock()).new == 0
        publish(session, "tracking", "default", plan, None)
        told = take_again(session, journey.quarantined(session), house.identity_key, house.clock())
        assert told.new == 1
    with house.store.reading() as session:
        row = session.get_one(TouchEvent, "3")
        assert (row.props, row.at) == ({"a": "b"}, house.clock() - timedelta(hours=5))
        assert row.signature_id
        assert session.exec(select(QuarantinedEvent)).all() == []
