"""A yes rests on the offers and prices it was given on: when those change before the deed, people are asked again."""

from __future__ import annotations

from sqlmodel import select

from actions.action import State
from actions.tables import Action, Approval
from knowledge.model import Notice, Offer, Product
from tests.fakes.firm import BODY, Firm

TWELVE = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}


def _state(firm: Firm, code: str) -> str:
    with firm.store.reading() as session:
        return session.exec(select(Action.state).where(Action.code == code)).one()


def test_an_offer_changed_after_the_yes_is_asked_again(firm: Firm) -> None:
    outcome = firm.send("w", **TWELVE)
    assert firm.approve("p-zhao", outcome.code).state is State.SCHEDULED
    with firm.store.session() as session:
        session.add(
            Offer(
                id="O-2", deal_id="D-1", version=2, status="approved", total_fen=120_000_000, discount_bp=1400
            )
        )
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _state(firm, outcome.code) == State.PENDING
    with firm.store.reading() as session:
        cards = [n for n in session.exec(select(Notice)) if n.person_id == "p-zhao" and n.kind == "card"]
    assert len(cards) == 2, "the manager is asked again"
    assert firm.approve("p-zhao", outcome.code).state is State.SCHEDULED, "and may answer again"
    firm.clock.pass_(121)
    firm.performer.tick()
    assert len(firm.posted()) == 1
    with firm.store.reading() as session:
        assert len(session.exec(select(Approval)).all()) == 1


def test_a_changed_list_price_counts_too(firm: Firm) -> None:
    outcome = firm.send("w", **TWELVE)
    firm.approve("p-zhao", outcome.code)
    with firm.store.session() as session:
        product = session.get_one(Product, "P-1")
        product.list_price_fen += 100
        session.add(product)
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []


def test_a_draft_offer_or_another_deals_offer_changes_nothing(firm: Firm) -> None:
    outcome = firm.send("w", **TWELVE)
    firm.approve("p-zhao", outcome.code)
    with firm.store.session() as session:
        session.add(Offer(id="O-8", deal_id="D-1", version=2, status="draft", total_fen=1))
        session.add(Offer(id="O-9", deal_id="D-2", version=1, status="approved", total_fen=1))
    firm.clock.pass_(121)
    firm.performer.tick()
    assert len(firm.posted()) == 1
