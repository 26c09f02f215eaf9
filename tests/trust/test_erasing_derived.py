"""What was worked out about somebody goes with them: no table names the erased but those that say why, and no round of the
clock works anything out about them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from actions.advice import ledger
from actions.advice.ledger import Piece
from actions.erasing.found import find_everything
from actions.erasing.whom import find_whom
from actions.erasing.writing import write
from actions.journey.churning import Churning
from actions.journey.interventions import Journeying
from actions.proofs import prove
from bot.wiring import House
from knowledge.journey.incoming import Origin
from knowledge.journey.linking import relink
from knowledge.journey.taking import take
from knowledge.library import identity
from knowledge.model import (
    ChurnAlert,
    InterventionRun,
    Lead,
    LeadTouch,
    Person,
    ScoreEntry,
    ScoreMark,
    StageMove,
    Suggestion,
    SuggestionEvent,
)
from knowledge.touched import touch
from tests.fakes.journey import event, without_events

HIM, HIS_LEAD, HIS_FIRM, HIS_DEAL = "C-001", "L-his", "A-001", "D-001"
PHONE, EMAIL = "13900002001", "wang.jianguo@huadongmed.example.com"
KEPT = {
    "contact.id": "the emptied row itself",
    "lead.id": "the emptied row itself",
    "erased.row_id": "so that no import brings them back",
}
"""Where an erased one's id may stand besides references to the emptied row, and why."""


@pytest.fixture
def house(demo_house: House) -> House:
    """王建国 wrote as a lead before, came by the site, was scored, placed in stages, intervened for and advised about."""
    house = without_events(demo_house)
    now = house.clock()
    with house.store.session() as session:
        whose: dict[str, Any] = {"account_id": HIS_FIRM, "owner_id": "p-lina", "team_id": "t-east-1"}
        session.add(Lead(id=HIS_LEAD, name="王建国", email=EMAIL, phone=PHONE, created_at=now, **whose))
        session.flush()
        session.add(LeadTouch(id="LT-his", lead_id=HIS_LEAD, kind="price_page", at=now - timedelta(days=2)))
        lina = session.get_one(Person, "p-lina")
        piece = Piece(kind="score", lead_id=HIS_LEAD, content={"lead": HIS_LEAD}, said={"grade": "A", "chance": 0.5})  # fmt: skip
        (row,) = ledger.give(session, lina, [piece], now, conversation_id="", channel="terminal")
        ledger.take(session, row, now, 0.0, actor=lina.id)
    house.rescorer.drain()
    _visits(house, now)
    Journeying(house.gate).look()
    with house.store.session() as session:
        touch(session, "contact", HIM, "by hand")
        touch(session, "lead", HIS_LEAD, "by hand")
        session.add(InterventionRun(id="IR-his", intervention="x", person=f"contact:{HIM}", account_id=HIS_FIRM, at=now))  # fmt: skip
        behind = ["w1", "other"]
        session.add(ChurnAlert(id="CA-his", account_id=HIS_FIRM, signal="quiet", zh="王总不来了", touches=behind, at=now))  # fmt: skip
    return house


def _visits(house: House, now: datetime) -> None:
    """Two visits of his, told by his telephone number."""
    at = [(now - timedelta(days=3, minutes=n)).isoformat() for n in range(2)]
    events = [
        event("w1", name="page_view", anon_id="w", at=at[1], page="https://a.example/price"),
        event("w2", name="form_submit", anon_id="w", phone=PHONE, email=EMAIL, at=at[0], props={"form": "d"}),
    ]
    with house.store.session() as session:
        relink(session, house.identity_key, now)
        take(session, events, Origin(source="web", received_at=now), house.identity_key)


def _erase(house: House, kind: str, id_: str) -> None:
    with house.store.session() as session:
        whom = find_whom(session, kind, id_)
        write(session, whom, find_everything(session, whom), "a-erasure", "p-admin", house.clock())


def _named(session: Session, ids: Iterable[str]) -> set[str]:
    """Every `table.column` of the database, but references to a row, in which one of the ids stands."""
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in ids))
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for row in session.execute(table.select()).mappings()
        for column in table.columns
        if not column.foreign_keys and pattern.search(str(row[column.name]))
    }


def _keys(session: Session) -> list[str]:
    """What he is called by: his records, and the profile and identifiers of his visits."""
    (profile,) = identity.profiles_of(session, "contact_id", HIM)
    return [HIM, HIS_LEAD, profile.id, *identity.members_of(session, [profile.id])]


def test_no_table_names_them_by_id_and_no_round_does_again(house: House) -> None:
    with house.store.reading() as session:
        keys = _keys(session)
        before = _named(session, keys)
    derived = {
        "score_entry.subject_id", "score_mark.subject_id", "journey_move.person", "intervention_run.person",
        "suggestion_event.detail", "suggestion.payload", "identity_link.record_id", "journey_profile.lead_id",
    }  # fmt: skip
    assert derived <= before, derived - before
    _erase(house, "contact", HIM)
    with house.store.reading() as session:
        assert _named(session, keys) <= set(KEPT), _named(session, keys) - set(KEPT)
        assert prove(session, house.clock(), house.head_file).problems == ()
    house.clock.pass_(3 * 86_400)  # type: ignore[attr-defined]
    house.rescorer.drain()
    Journeying(house.gate).look()
    Churning(house.gate).look()
    with house.store.reading() as session:
        assert _named(session, keys) <= set(KEPT), _named(session, keys) - set(KEPT)


def test_what_tells_of_others_or_of_us_stays(house: House) -> None:
    _erase(house, "contact", HIM)
    with house.store.reading() as session:
        alert = session.get_one(ChurnAlert, "CA-his")
        assert alert.touches == ["other"]
        assert "王总" not in alert.zh
        advice = session.exec(select(Suggestion).where(Suggestion.lead_id == HIS_LEAD)).one()
        lines = session.exec(select(SuggestionEvent).where(SuggestionEvent.suggestion_id == advice.id)).all()
        assert {line.event: line.detail for line in lines} == {
            "suggested": {},
            "accepted": {"mode": "as_is", "edit_ratio": 0.0},
        }
        assert session.exec(select(ScoreEntry).where(ScoreEntry.subject_id == HIS_DEAL)).first() is not None


def test_a_whole_customer_takes_the_history_of_its_deals_along(house: House) -> None:
    with house.store.reading() as session:
        assert session.exec(select(StageMove).where(StageMove.account_id == HIS_FIRM)).first() is not None
    _erase(house, "account", HIS_FIRM)
    with house.store.reading() as session:
        for table in (StageMove, InterventionRun, ChurnAlert):
            assert session.exec(select(table).where(table.account_id == HIS_FIRM)).all() == []
        assert session.exec(select(ScoreEntry).where(ScoreEntry.subject_id == HIS_DEAL)).all() == []
        marked = set(session.exec(select(ScoreMark.subject_id)))
        assert marked & {HIS_FIRM, HIM, HIS_LEAD} == set()
        assert HIS_DEAL in marked, "the deal is still ours: it is scored by what is left"
    Journeying(house.gate).look()
    Churning(house.gate).look()
    with house.store.reading() as session:
        for table in (StageMove, InterventionRun, ChurnAlert):
            assert session.exec(select(table).where(table.account_id == HIS_FIRM)).all() == []
