"""Scores follow events: at once, only where something happened, by one worker, and everything once a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from actions.counter import PersonDesk
from actions.rescoring import BATCH, DAY, SILENT, Rescorer
from bot.keeping import keep
from bot.settings import Settings
from bot.wiring import House, open_house
from knowledge import blueprints
from knowledge.feeds import ingest
from knowledge.library import score_log as log
from knowledge.model import (
    Contact,
    Deal,
    Interaction,
    Lead,
    LeadTouch,
    Meeting,
    Person,
    ScoreEntry,
    ScoreMark,
    StageChange,
    Team,
)
from tests.fakes.clock import FakeClock

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo" / "import.yaml"


@pytest.fixture
def house(demo_house: House) -> House:
    """The demo company with every score stored and no mark left."""
    return demo_house


def later(house: House, span: timedelta) -> None:
    assert isinstance(house.clock, FakeClock)
    house.clock.now += span


def touched(house: House, *rows: object) -> list[str]:
    """What is scored after these rows were written."""
    later(house, timedelta(seconds=5))
    with house.store.session() as session:
        session.add_all(rows)
    return Rescorer(house.gate).drain()


def entry(house: House, kind: str, subject: str) -> ScoreEntry:
    with house.store.reading() as session:
        found = log.latest(session, kind, subject)
    assert found is not None
    return found


def open_deal(house: House) -> Deal:
    with house.store.reading() as session:
        return session.get_one(Deal, "D-001")


def test_a_touch_scores_its_lead_and_leaves_the_others_alone(house: House) -> None:
    with house.store.reading() as session:
        before = {row.subject_id: row for row in session.exec(select(ScoreEntry))}
    form = LeadTouch(id="n-1", lead_id="L-002", kind="form", at=house.clock())
    assert touched(house, form) == ["lead:L-002"]
    fresh = entry(house, "lead", "L-002")
    assert (fresh.turn, fresh.why) == (2, "lead_touch form")
    assert fresh.value > before["L-002"].value
    with house.store.reading() as session:
        others = session.exec(select(ScoreEntry).where(ScoreEntry.subject_id != "L-002")).all()
    assert {row.id: row.checked_at for row in others} == {
        row.id: row.checked_at for row in before.values() if row.subject_id != "L-002"
    }


def test_mails_calls_stages_meetings_and_edits_score_their_deal(house: House) -> None:
    deal, now = open_deal(house), house.clock()
    events: list[tuple[object, str]] = [
        (Interaction(id="n-2", kind="mail", at=now, deal_id=deal.id, account_id=deal.account_id, direction="in",
                     text="价格太高,先暂缓"), "interaction mail"),
        (StageChange(id="n-3", deal_id=deal.id, stage="negotiation", at=now), "stage_change negotiation"),
        (Meeting(id="n-4", title="演示", deal_id=deal.id, owner_id=deal.owner_id, starts_at=now + timedelta(days=2),
                 ends_at=now + timedelta(days=2, hours=1)), "meeting"),
    ]  # fmt: skip
    for row, why in events:
        assert touched(house, row) == [f"deal:{deal.id}"], why
    later(house, timedelta(seconds=5))
    with house.store.session() as session:
        call = session.exec(select(Interaction).where(Interaction.deal_id == deal.id)).first()
        assert call is not None
        call.text += "\n客户: 预算批了"
        session.add(call)
    assert Rescorer(house.gate).drain() == [f"deal:{deal.id}"]
    with house.store.reading() as session:
        kept = log.history(session, "deal", deal.id)
    assert [one.turn for one in reversed(kept)] == list(range(1, len(kept) + 1))
    assert {one.why for one in kept} <= {"record", *(why for _, why in events)}


def test_talk_with_the_same_person_scores_the_lead(house: House) -> None:
    with house.store.reading() as session:
        lead = session.get_one(Lead, "L-002")
        contact = session.exec(select(Contact)).first()
    assert contact is not None
    person = Contact(
        id="n-c", account_id=contact.account_id, name=lead.name, email=lead.email, phone=lead.phone
    )
    with house.store.session() as session:
        session.add(person)
    before = entry(house, "lead", "L-002").value
    call = Interaction(
        id="n-5", kind="call", at=house.clock(), account_id=contact.account_id, contact_id="n-c", team_id="t-east-1",
        segments=[
            {"speaker": "李娜", "side": "rep", "text": "您好,我们聊聊预算。", "start": 0.0, "end": 30.0},
            {"speaker": lead.name, "side": "customer", "text": "预算有,月底前要上线。", "start": 30.0, "end": 80.0},
        ],
    )  # fmt: skip
    assert "lead:L-002" in touched(house, call)
    fresh = entry(house, "lead", "L-002")
    assert fresh.value > before
    assert {"calls", "bant"} <= {name for name, _, _ in fresh.reasons}
    with house.store.reading() as session:
        owner = session.get_one(Person, "p-lina")
    found = PersonDesk(house.gate, house.search, owner).scores.lead("L-002")
    assert found is not None
    parts = {one.feature: one for one in found.score.parts}
    assert parts["talk_ratio"].value == f"{30 / 80:g}"
    assert parts["calls"].touch_id == "n-5"


def test_nothing_happened_nothing_is_scored_and_a_day_later_everything_is_looked_at(house: House) -> None:
    assert Rescorer(house.gate).drain() == []
    with house.store.reading() as session:
        still = len(log.open_ids(session, "lead")) + len(log.open_ids(session, "deal"))
        stored = len(session.exec(select(ScoreEntry)).all())
    later(house, DAY + timedelta(minutes=1))
    looked = Rescorer(house.gate).drain()
    assert len(looked) == len(set(looked)) >= stored
    assert len(looked) <= still
    assert Rescorer(house.gate).drain() == []


def test_new_cut_offs_score_everything_anew(house: House) -> None:
    rules = blueprints.default("scores")
    rules["lead"]["grades"] = {"A": 99, "B": 98, "C": 97}
    with house.store.session() as session:
        blueprints.publish(session, "scores", "default", rules, "p-zhaolei", now=house.clock())
    assert len(Rescorer(house.gate).drain()) > 50
    fresh = entry(house, "lead", "L-002")
    assert (fresh.grade, fresh.why) == ("D", "rules")


def test_a_score_that_did_not_change_is_no_new_entry(house: House) -> None:
    later(house, timedelta(seconds=-5))  # the same moment: nothing fades
    with house.store.session() as session:
        lead = session.get_one(Lead, "L-002")
        lead.extra = {**lead.extra, "note": "x"}
        session.add(lead)
    later(house, timedelta(seconds=5))
    assert Rescorer(house.gate).drain() == ["lead:L-002"]
    assert entry(house, "lead", "L-002").turn == 1


def test_two_workers_share_the_marks_and_none_is_done_twice(house: House) -> None:
    with house.store.session() as session:
        leads = log.open_ids(session, "lead")
        for n, lead in enumerate(leads):
            session.add(LeadTouch(id=f"n-{n}", lead_id=lead, kind="visit", at=house.clock()))
    with ThreadPoolExecutor(4) as pool:
        found = [one for part in pool.map(lambda _: Rescorer(house.gate).drain(), range(4)) for one in part]
    assert sorted(found) == sorted(f"lead:{one}" for one in leads)


def test_what_a_dead_worker_took_is_done_by_another(house: House) -> None:
    with house.store.session() as session:
        session.add(LeadTouch(id="n-9", lead_id="L-002", kind="visit", at=house.clock()))
    with house.store.session() as session:
        now = house.clock()
        assert len(log.take(session, "dead", ("lead",), now, now - SILENT, BATCH)) == 1
    assert Rescorer(house.gate).drain() == []
    with house.store.session() as session:  # the subject is in a worker's hand: not even a new mark is taken
        session.add(LeadTouch(id="n-10", lead_id="L-002", kind="visit", at=house.clock()))
    assert Rescorer(house.gate).drain() == []
    later(house, SILENT + timedelta(seconds=1))
    assert Rescorer(house.gate).drain() == ["lead:L-002"]
    with house.store.reading() as session:
        assert not log.anything_marked(session)


def test_the_same_file_again_marks_nothing(house: House) -> None:
    ingest(house.store, DEMO, now=house.clock(), key=house.identity_key)
    assert Rescorer(house.gate).drain() == []


def test_the_clock_does_it(house: House) -> None:
    form = LeadTouch(id="n-11", lead_id="L-002", kind="form", at=house.clock())
    with house.store.session() as session:
        session.add(form)
    keep(house)
    assert entry(house, "lead", "L-002").why == "lead_touch form"


def test_the_trend_is_told_against_the_score_that_was_stored(house: House) -> None:
    with house.store.session() as session:
        kept = log.latest(session, "lead", "L-002")
        assert kept is not None
        kept.value, kept.at = 90.0, house.clock() - timedelta(days=8)
        session.add(kept)
    with house.store.reading() as session:
        owner = session.get_one(Person, "p-lina")
    found = PersonDesk(house.gate, house.search, owner).scores.lead("L-002")
    assert found is not None
    assert (found.score.before, found.score.trend) == (90.0, -1)


def test_a_rolled_back_event_leaves_no_mark(house: House) -> None:
    with suppress(RuntimeError), house.store.session() as session:
        session.add(LeadTouch(id="n-12", lead_id="L-002", kind="visit", at=house.clock()))
        session.flush()
        raise RuntimeError
    with house.store.reading() as session:
        assert not log.anything_marked(session)


def _small(session: Session, now: FakeClock) -> None:
    session.add(Team(id="t", name="华东"))
    session.flush()
    session.add(Person(id="p", name="李娜", team_id="t", roles=["rep"]))
    session.flush()
    for n in range(40):
        session.add(Lead(id=f"L-{n:02}", name="a", owner_id="p", team_id="t", created_at=now()))


def test_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    clock = FakeClock()
    house = open_house(Settings(var_dir=tmp_path, database_url=postgres_url, _env_file=None), clock)
    with house.store.session() as session:
        _small(session, clock)
    with ThreadPoolExecutor(4) as pool:
        found = [one for part in pool.map(lambda _: Rescorer(house.gate).drain(), range(4)) for one in part]
    assert sorted(found) == sorted(f"lead:L-{n:02}" for n in range(40))
    with house.store.reading() as session:
        assert session.exec(select(ScoreMark)).all() == []
    house.close()
