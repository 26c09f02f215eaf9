"""Test cards look like any other, belong to one approver, perform nothing, and are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from actions import record
from actions.action import Outcome, State
from actions.approver_figures import Decided, figures_of, measure
from actions.cards import card_of
from actions.sight import sees
from actions.tables import Action
from knowledge.model import Notice, Person
from tests.fakes.firm import BODY, Firm

TWELVE = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}


@pytest.fixture
def asked(firm: Firm) -> Outcome:
    """An action whose card surely has a twin."""
    firm.gate.rules = replace(firm.gate.rules, canary_every=1)
    return firm.send("w", **TWELVE)


def _twin(firm: Firm) -> Action:
    with firm.store.reading() as session:
        return session.exec(select(Action).where(Action.canary_of != "")).one()


def test_a_twin_shows_a_fault_that_a_reader_sees(firm: Firm, asked: Outcome) -> None:
    twin = _twin(firm)
    with firm.store.reading() as session:
        shown, true = card_of(session, twin), card_of(session, session.get_one(Action, asked.action_id))
    assert shown.recipients[0].address == "wang@account-verify.example"
    assert "⚠" in shown.recipients[0].badge
    assert true.recipients[0].address == "wang@hd.example.com"
    assert (shown.on_behalf_of, shown.subject, shown.needs) == (true.on_behalf_of, true.subject, true.needs)


def test_a_yes_to_a_twin_performs_nothing_and_is_told(firm: Firm, asked: Outcome) -> None:
    twin = _twin(firm)
    answer = firm.approve("p-zhao", twin.code)
    assert "测试卡" in answer.reason
    firm.clock.pass_(25 * 3600)
    firm.performer.tick()
    assert firm.posted() == []
    assert _twin(firm).state == State.CANCELLED
    with firm.store.reading() as session:
        assert session.get_one(Action, asked.action_id).state == State.EXPIRED, (
            "the true one had its own fate"
        )
        assert record.verify(session, firm.gate.head_file).ok
        figures = figures_of(session, "p-zhao", firm.clock().replace(year=2000), firm.clock())
    assert (figures.canaries_caught, figures.canaries) == (0, 1)


def test_a_no_to_a_twin_is_a_catch(firm: Firm, asked: Outcome) -> None:
    twin = _twin(firm)
    assert "看出来了" in firm.approvals.reject("p-zhao", twin.code, "收件人不对").reason
    assert firm.approve("p-zhao", asked.code).state is State.SCHEDULED
    with firm.store.reading() as session:
        figures = figures_of(session, "p-zhao", firm.clock().replace(year=2000), firm.clock())
    assert (figures.canaries_caught, figures.canaries) == (1, 1)


def test_a_twin_forced_into_the_queue_is_still_never_performed(firm: Firm, asked: Outcome) -> None:
    twin = _twin(firm)
    with firm.store.session() as session:
        row = session.get_one(Action, twin.id)
        row.state, row.due_at = State.SCHEDULED, firm.clock()
        session.add(row)
    firm.clock.pass_(1)
    assert not firm.performer.perform(twin.id)
    assert firm.posted() == []


def test_nobody_else_knows_of_it(firm: Firm, asked: Outcome) -> None:
    twin = _twin(firm)
    with firm.store.reading() as session:
        people = session.exec(select(Person)).all()
        assert [p.id for p in people if sees(session, p, twin, firm.clock())] == ["p-zhao"]
        assert {n.person_id for n in session.exec(select(Notice)) if n.action_id == twin.id} == {"p-zhao"}
    firm.clock.pass_(25 * 3600)
    firm.performer.tick()
    with firm.store.reading() as session:
        assert not [
            n for n in session.exec(select(Notice)) if twin.code in n.text and n.person_id == "p-lina"
        ]


def test_about_one_card_in_so_many_has_a_twin(firm: Firm) -> None:
    firm.gate.rules = replace(firm.gate.rules, canary_every=3)
    for number in range(60):
        firm.send(f"k{number}", **(TWELVE | {"subject": f"第 {number} 封"}))
    with firm.store.reading() as session:
        twins = len(session.exec(select(Action).where(Action.canary_of != "")).all())
    assert 8 <= twins <= 34, twins


def test_figures_by_hand() -> None:
    seconds = [1, 2, 2, 4, 10, 20, 30, 40, 50, 60]
    decided = [
        Decided(
            yes=n < 8,
            seconds=s,
            waited_s=s * 100.0,
            delegated=n == 9,
            day="2026-11-23" if n < 6 else "2026-11-24",
        )
        for n, s in enumerate(seconds)
    ]
    found = measure(decided, edits=2, caught=1, missed=3, escalated=1, waiting=4)
    assert (found.n, found.median_s, found.p10_s) == (10, 10, 1)
    assert found.share_hasty == 0.4
    assert found.share_unread_yes == pytest.approx(3 / 8)
    assert found.share_yes == 0.8
    assert found.edits_per_decision == 0.2
    assert found.waited_p90_s == 5000.0
    assert (found.busiest_day, found.canaries_caught, found.canaries) == (6, 1, 4)
    assert "37%" in found.alarms[0][1] or "38%" in found.alarms[0][1]


def test_too_few_decisions_say_so() -> None:
    found = measure([], edits=0, caught=0, missed=0, escalated=0, waiting=0)
    assert (found.median_s, found.share_yes, found.waited_p90_s) == (None, None, None)
