"""Who is asked, in which order, who stands in, who is reminded, and what becomes of silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from actions.handing import Handing
from actions.tables import Action, Approval, AuditRecord
from actions.timers import Timers
from knowledge.model import Notice
from tests.fakes.firm import BODY, Firm

TWELVE = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}


def _told(firm: Firm, kind: str) -> list[str]:
    with firm.store.reading() as session:
        return [n.person_id for n in session.exec(select(Notice).where(Notice.kind == kind))]


def _row(firm: Firm, outcome: Outcome) -> Action:
    with firm.store.reading() as session:
        return session.get_one(Action, outcome.action_id)


@pytest.fixture
def waiting(firm: Firm) -> Outcome:
    return firm.send("w", **TWELVE)


def test_the_manager_is_asked_first_and_the_director_when_nobody_answers(
    firm: Firm, waiting: Outcome
) -> None:
    timers = Timers(firm.gate)
    assert _told(firm, "card") == ["p-zhao"]
    firm.clock.pass_(4 * 3600 + 1)
    assert timers.tick() == [waiting.action_id]
    assert timers.tick() == []
    assert _told(firm, "nudge") == ["p-zhao"]
    firm.clock.pass_(8 * 3600)
    timers.tick()
    assert _told(firm, "escalation") == ["p-zhou"]
    assert firm.approve("p-zhou", waiting.code).state is State.SCHEDULED


def test_silence_is_a_no_after_reminder_and_escalation(firm: Firm, waiting: Outcome) -> None:
    timers = Timers(firm.gate)
    for _ in range(25):
        firm.clock.pass_(3600)
        timers.tick()
        firm.performer.tick()
    assert _row(firm, waiting).state == State.EXPIRED
    assert firm.approve("p-zhao", waiting.code).status is Status.REFUSED
    assert firm.posted() == []
    with firm.store.reading() as session:
        rows = session.exec(select(AuditRecord.event).where(AuditRecord.action_id == waiting.action_id))
        assert list(rows) == ["evaluated", "nudged", "escalated", "expired"]


def test_a_director_without_a_stand_in_makes_the_asker_and_the_administrators_hear_of_it(firm: Firm) -> None:
    outcome = firm.send("d", body=BODY + "可以给到 20% 的折扣。\n", discount_bp=2000)
    firm.clock.pass_(12 * 3600 + 1)
    Timers(firm.gate).tick()
    assert "p-lina" in _told(firm, "escalation")
    assert _row(firm, outcome).state == State.PENDING


def test_the_asker_may_nudge_once_an_hour(firm: Firm, waiting: Outcome) -> None:
    timers = Timers(firm.gate)
    assert timers.nudge("p-lina", _row(firm, waiting))
    assert not timers.nudge("p-lina", _row(firm, waiting))
    firm.clock.pass_(3601)
    assert timers.nudge("p-lina", _row(firm, waiting))


def test_director_and_finance_are_both_asked_and_both_must_agree(firm: Firm) -> None:
    outcome = firm.send("df", body=BODY + "可以给到 28% 的折扣。\n", discount_bp=2800)
    assert sorted(_told(firm, "card")) == ["p-gao", "p-zhou"]
    assert firm.approve("p-gao", outcome.code).state is State.PENDING
    with firm.store.reading() as session:
        chain = card_of(session, session.get_one(Action, outcome.action_id)).chain
    assert any("高远" in line and "✓" in line for line in chain)
    assert any("周敏" in line and "等待" in line for line in chain)
    assert firm.approve("p-zhou", outcome.code).state is State.SCHEDULED


def test_at_high_risk_the_code_on_the_card_must_be_typed(firm: Firm) -> None:
    outcome = firm.send("h", body=BODY + "可以给到 20% 的折扣。\n", discount_bp=2000)
    with firm.store.reading() as session:
        card = card_of(session, session.get_one(Action, outcome.action_id))
    assert card.risk == "high"
    assert firm.approvals.approve("p-zhou", outcome.code).status is Status.REFUSED
    assert firm.approvals.approve("p-zhou", outcome.code, typed="AAAA").status is Status.REFUSED
    assert firm.approvals.approve("p-zhou", outcome.code, typed=card.confirm.lower()).state is State.SCHEDULED


def test_a_delegate_answers_in_the_place_of_the_absent_until_the_end(firm: Firm) -> None:
    handing = Handing(firm.gate)
    assert handing.delegate("p-zhao", "p-qian", firm.clock() + timedelta(hours=2)).done
    first, second = firm.send("one", **TWELVE), firm.send("two", **(TWELVE | {"subject": "另一封"}))
    assert firm.approve("p-qian", first.code).state is State.SCHEDULED
    with firm.store.reading() as session:
        vote = session.exec(select(Approval)).one()
    assert (vote.person_id, vote.delegated_from) == ("p-qian", "p-zhao")
    firm.clock.pass_(2 * 3600 + 1)
    assert firm.approve("p-qian", second.code).status is Status.REFUSED


def test_a_delegation_taken_back_between_the_click_and_the_deed_does_not_count(firm: Firm) -> None:
    handing = Handing(firm.gate)
    handing.delegate("p-zhao", "p-qian", firm.clock() + timedelta(days=2))
    outcome = firm.send("one", **TWELVE)
    assert firm.approve("p-qian", outcome.code).state is State.SCHEDULED
    handing.take_back("p-zhao")
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.posted() == []
    assert _row(firm, outcome).state == State.PENDING


@pytest.mark.parametrize(
    ("giver", "taker", "hours"),
    [
        ("p-zhao", "p-zhao", 1),
        ("p-lina", "p-qian", 1),
        ("p-zhao", "p-qian", -1),
        ("p-zhao", "p-qian", 800),
        ("p-zhao", "x", 1),
        ("p-zhao", "p-chen", 1),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(firm: Firm, giver: str, taker: str, hours: int) -> None:
    assert not Handing(firm.gate).delegate(giver, taker, firm.clock() + timedelta(hours=hours)).done


def test_handing_over_is_for_one_action_and_never_to_the_asker(firm: Firm, waiting: Outcome) -> None:
    handing = Handing(firm.gate)
    other = firm.send("o", **(TWELVE | {"subject": "另一封"}))
    assert handing.hand_over("p-zhao", waiting.code, "p-lina").status is Status.REFUSED
    assert handing.hand_over("p-chen", waiting.code, "p-qian").status is Status.REFUSED
    assert handing.hand_over("p-zhao", waiting.code, "p-qian").state is State.PENDING
    assert firm.approve("p-qian", other.code).status is Status.REFUSED
    assert handing.hand_over("p-qian", waiting.code, "p-chen").status is Status.REFUSED, "not further on"
    assert firm.approve("p-qian", waiting.code).state is State.SCHEDULED
