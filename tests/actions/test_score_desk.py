"""Scores through the desk: row rights, the floor for those who may read it, and what a rep is never shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from actions.counter import PersonDesk
from agents.skill import Turn
from agents.skills import SKILLS
from bot.wiring import House
from knowledge.insight.win import WinOdds
from knowledge.model import Lead, LeadTouch, Meeting, Person, Product
from tests.fakes.clock import FakeClock

BY_NAME = {skill.name: skill for skill in SKILLS}


def desk(house: House, who: str) -> PersonDesk:
    with house.store.reading() as session:
        person = session.get_one(Person, who)
    return PersonDesk(house.gate, house.search, person)


def test_the_floor_is_there_for_managers_and_nowhere_for_reps(demo_house: House) -> None:
    with demo_house.store.reading() as session:
        product = session.get_one(Product, "PR-01")
        floor, cost = product.floor_price_fen, product.cost_fen
    rep = desk(demo_house, "p-lina").scores.prices("D-001")
    manager = desk(demo_house, "p-zhaolei").scores.prices("D-001")
    assert rep
    assert manager
    assert all(one.floor_fen is None for one in rep)
    assert manager[0].floor_fen == max(floor, -(-cost * 11 // 10))
    assert rep[0].target_fen is not None
    assert rep[0].target_fen > floor
    assert rep[0].n == len(rep[0].peers)
    assert rep[0].free_bp == 500
    assert rep[0].next_seats == ("manager",)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_answer_to_a_rep_holds_a_floor_or_a_cost(demo_house: House, language: str) -> None:
    rep = desk(demo_house, "p-lina")
    with demo_house.store.reading() as session:
        products = {one.id: one for one in session.exec(select(Product))}
    for deal in rep.deals():
        turn = Turn(desk=rep, text="", language=language)
        text = BY_NAME["price_range"].run(turn, BY_NAME["price_range"].arguments(deal=deal.id))
        told = set(re.findall(r"\d[\d,]{3,}", text))
        for note in rep.scores.prices(deal.id) or ():
            one = products[note.product_id]
            secrets = {f"{fen // 100:,}" for fen in (one.floor_price_fen, one.cost_fen) if fen >= 100_000}
            assert not told & secrets, (deal.id, one.id)
        assert "底价" not in text
        assert "floor" not in text.casefold()


def test_peers_and_leads_are_only_those_one_may_see(demo_house: House) -> None:
    mine = {one.lead.team_id for one in desk(demo_house, "p-lina").scores.leads()}
    assert mine == {"t-east-1"}
    other = desk(demo_house, "p-sunyue")
    assert other.scores.lead("L-001") is None
    assert other.scores.win("D-001") is None
    assert other.scores.prices("D-001") is None
    assert not other.still_sees("lead", "L-001")
    assert not other.still_sees("lead_touch", "L-001-T04")
    assert desk(demo_house, "p-lina").still_sees("lead_touch", "L-001-T04")
    seen = {deal.id for deal in desk(demo_house, "p-lina").deals()}
    notes = desk(demo_house, "p-lina").scores.prices("D-001") or ()
    assert {peer for one in notes for peer in one.peers} <= seen


def test_a_booked_meeting_moves_the_chance_by_what_was_told(demo_house: House) -> None:
    clock = demo_house.clock
    assert isinstance(clock, FakeClock)
    rep = desk(demo_house, "p-lina")
    deal = next(
        one
        for one in rep.deals()
        if one.is_open
        and isinstance(found := rep.scores.win(one.id), WinOdds)
        and found.with_meeting > found.chance
    )
    before = rep.scores.win(deal.id)
    assert isinstance(before, WinOdds)
    start = clock.now + timedelta(days=2)
    with demo_house.store.session() as session:
        session.add(
            Meeting(
                id="MT-9", deal_id=deal.id, owner_id="p-lina", title="演示", starts_at=start,
                ends_at=start + timedelta(hours=1),
            )
        )  # fmt: skip
    after = rep.scores.win(deal.id)
    assert isinstance(after, WinOdds)
    assert after.chance == before.with_meeting


def test_a_new_touch_counts_at_once(demo_house: House) -> None:
    rep = desk(demo_house, "p-lina")
    before = rep.scores.lead("L-002")
    assert before is not None
    with demo_house.store.session() as session:
        for kind in ("form", "price_page", "call"):
            session.add(
                LeadTouch(id=f"n-{kind}", lead_id="L-002", kind=kind, at=demo_house.clock(), seconds=200)
            )
        lead = session.get_one(Lead, "L-002")
        lead.extra = {**lead.extra, "title": "院长"}
        session.add(lead)
    after = rep.scores.lead("L-002")
    assert after is not None
    assert after.score.score > before.score.score + 10
    assert after.score.trend == 1
    assert replace(after.score, trend=0) != before.score
