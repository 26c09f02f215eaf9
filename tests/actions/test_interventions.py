"""Interventions through the gate: the three rows that ship, once each however many workers look, tried on history first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from actions.journey.churning import Churning
from actions.journey.interventions import Journeying
from actions.journey_trial import simulate
from actions.tables import Action
from knowledge import blueprints, journeys
from knowledge.blueprints.journey import Journey
from knowledge.model import Contact, Deal, DealContact, Interaction, InterventionRun, Offer, StageMove
from tests.fakes.firm import Firm, founded

HOUR = timedelta(hours=1)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = founded(tmp_path)
    with firm.store.session() as session:  # the journey begins anew: nobody has a deal that has got anywhere
        for link in session.exec(select(DealContact)):
            session.delete(link)
        session.add(DealContact(deal_id="D-1", contact_id="C-1"))
        contact = session.get_one(Contact, "C-1")
        contact.marketing_consent = True
        line = {"product_id": "P-1", "name": "影像平台", "quantity": 1, "list_price_fen": 140_000_000,
                "unit_price_fen": 128_800_000}  # fmt: skip
        offer = session.get_one(Offer, "O-1")
        offer.lines = [line]
        session.add_all([contact, offer])
    yield firm
    firm.store.close()


def happened(firm: Firm, id: str, hours_ago: float, **more: Any) -> None:
    fields = {"kind": "web", "text": "访问产品页", "direction": "inbound"} | more
    with firm.store.session() as session:
        session.add(
            Interaction(
                id=id, at=firm.clock() - hours_ago * HOUR, account_id="A-1", contact_id="C-1", deal_id="D-1",
                team_id="t-1", person_id="p-lina", **fields,
            )
        )  # fmt: skip


def asked(firm: Firm) -> list[Action]:
    with firm.store.reading() as session:
        return list(session.exec(select(Action).order_by(Action.created_at, Action.id)))  # type: ignore[arg-type]


def runs(firm: Firm) -> list[InterventionRun]:
    with firm.store.reading() as session:
        return list(session.exec(select(InterventionRun).order_by(InterventionRun.at)))  # type: ignore[arg-type]


def test_story_video_is_a_message_that_waits_for_the_owner(firm: Firm) -> None:
    happened(firm, "w1", 30)
    happened(firm, "w2", 3)
    assert len(Journeying(firm.gate).tick()) == 1
    (action,) = asked(firm)
    assert (action.action, action.requester_id, action.drafted_by) == (
        "message_customer",
        "p-lina",
        "rule:story_video",
    )
    assert action.labels["body"] == ["approved_template"]
    assert action.state == "pending", "a message nobody has read through does not leave"
    assert "王建国您好，我是李娜" in action.payload
    (run,) = runs(firm)
    assert (run.intervention, run.person, run.stage, run.touch_id) == (
        "story_video",
        "contact:C-1",
        "awareness",
        "w2",
    )
    assert run.action_id == action.id


def test_without_consent_no_marketing_and_the_reason_is_kept(firm: Firm) -> None:
    with firm.store.session() as session:
        contact = session.get_one(Contact, "C-1")
        contact.marketing_consent = False
        session.add(contact)
    happened(firm, "w1", 30)
    happened(firm, "w2", 3)
    assert Journeying(firm.gate).tick() == []
    (run,) = runs(firm)
    assert run.action_id == ""
    assert "没有同意营销" in run.note


def test_a_question_is_answered_from_approved_answers_and_else_given_to_a_person(firm: Firm) -> None:
    happened(firm, "q1", 5, kind="chat", text="请问安装要多久?")
    happened(firm, "q2", 4, kind="chat", text="能不能便宜到一折?")
    Journeying(firm.gate).tick()
    (action,) = asked(firm)
    assert action.action == "message_customer"
    assert "实施周期" in action.payload
    firm.clock.pass_(8 * 24 * 3600)
    happened(firm, "q3", 1, kind="chat", text="你们会不会倒闭,有没有保证?")
    Journeying(firm.gate).tick()
    last = asked(firm)[-1]
    assert last.action == "create_task"
    assert "王建国" in last.payload


def test_a_coupon_is_a_discount_and_the_band_decides(firm: Firm) -> None:
    happened(firm, "p1", 20, text="打开价格页", subject="价格")
    happened(firm, "p2", 2, text="第二次打开价格页", subject="价格")
    Journeying(firm.gate).tick()
    coupons = [one for one in asked(firm) if one.action == "give_discount"]
    assert len(coupons) == 1
    assert '"discount_bp":300' in coupons[0].payload
    assert coupons[0].decision["rules"]


def test_two_workers_and_a_restart_ask_once(firm: Firm) -> None:
    happened(firm, "w1", 30)
    happened(firm, "w2", 3)
    first, second = Journeying(firm.gate), Journeying(firm.gate)
    assert len(first.tick()) == 1
    assert second.tick() == [], "the round is claimed"
    firm.clock.pass_(int(Journeying.every.total_seconds()) + 1)
    assert second.tick() == [], "the row that it was begun is there"
    assert first.look() == []
    assert len(asked(firm)) == 1


def test_a_round_is_claimed_once_in_its_time(firm: Firm) -> None:
    now, first, second = firm.clock(), Journeying(firm.gate), Journeying(firm.gate)
    assert first.claimed(now)
    assert not first.claimed(now)
    assert not second.claimed(now + Journeying.every - timedelta(seconds=1))
    assert second.claimed(now + Journeying.every)
    assert Churning(firm.gate).claimed(now), "another round has a time of its own"


def test_moves_are_logged_with_their_event_and_corrected_when_a_late_event_comes(firm: Firm) -> None:
    happened(firm, "w1", 30)
    happened(firm, "m1", 10, kind="chat", text="你好")
    Journeying(firm.gate).look()
    with firm.store.reading() as session:
        found = [(m.stage, m.touch_id) for m in journeys.moves_on_record(session, "contact:C-1")]
    assert found == [("awareness", "w1"), ("consideration", "m1")]
    happened(firm, "m0", 20, kind="chat", text="早上好")
    Journeying(firm.gate).look()
    with firm.store.reading() as session:
        found = [(m.stage, m.touch_id) for m in journeys.moves_on_record(session, "contact:C-1")]
        every = list(session.exec(select(StageMove)))
    assert found == [("awareness", "w1"), ("consideration", "m0")]
    assert [m.touch_id for m in every if m.superseded_at is not None] == ["m1"]
    Journeying(firm.gate).look()
    with firm.store.reading() as session:
        assert len(list(session.exec(select(StageMove)))) == len(every)


def test_simulation_says_who_would_be_asked_and_writes_nothing(firm: Firm) -> None:
    happened(firm, "w1", 30)
    happened(firm, "w2", 3)
    book = Journey.model_validate(blueprints.default("journey"))
    with firm.store.reading() as session:
        rows = journeys.intervention_book(session)
        found = list(simulate(session, rows, book, firm.clock() - timedelta(days=9), firm.clock()))
    assert [(one.trigger.intervention, one.action, one.account_id) for one in found] == [
        ("story_video", "message_customer", "A-1")
    ]
    assert asked(firm) == []
    assert runs(firm) == []


def test_without_a_deal_nobody_is_written_to(firm: Firm) -> None:
    with firm.store.session() as session:
        for deal in session.exec(select(Deal).where(Deal.account_id == "A-1")):
            deal.stage = "lost"
            session.add(deal)
    happened(firm, "w1", 30)
    happened(firm, "w2", 3)
    assert Journeying(firm.gate).tick() == []
    assert [one.note[:7] for one in runs(firm)] == ["没有进行中的商"]
