"""Approval flows through the gate: a contract-like chain, a quorum and an either-of, with real people and cards."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from actions.tables import Action
from knowledge.model import Notice, Person
from policies.engine import Judge
from tests.fakes.firm import BODY, Firm
from tests.fakes.flows import with_mail_rule

TEXT = {"body": BODY + "可以给到 12% 的折扣。\n", "discount_bp": 1200}
CHAIN = (
    ("manager", "", 'context.approvals.roles.containsAny(["manager", "director"])'),
    ("legal,finance", '@step("2")', 'context.approvals.roles.containsAll(["legal", "finance"])'),
)


def _chain(firm: Firm, outcome: Outcome) -> tuple[str, ...]:
    with firm.store.reading() as session:
        return card_of(session, session.get_one(Action, outcome.action_id)).chain


def _cards(firm: Firm) -> list[str]:
    with firm.store.reading() as session:
        return [n.person_id for n in session.exec(select(Notice).where(Notice.kind == "card"))]


@pytest.fixture
def chained(firm: Firm, tmp_path: Path) -> Firm:
    firm.gate.judge = Judge.load(with_mail_rule(tmp_path / "p", *CHAIN))
    return firm


def test_the_second_step_is_asked_when_the_first_has_agreed(chained: Firm) -> None:
    outcome = chained.send("c", **TEXT)
    assert _cards(chained) == ["p-zhao"]
    assert [line[:2] for line in _chain(chained, outcome)] == ["1.", "2.", "2."]
    early = chained.approve("p-lin", outcome.code)
    assert early.status is Status.REFUSED
    assert "还没轮到" in early.reason
    assert chained.approve("p-zhao", outcome.code).state is State.PENDING
    assert sorted(_cards(chained)) == ["p-gao", "p-lin", "p-zhao"]
    assert chained.approve("p-lin", outcome.code).state is State.PENDING
    assert any("林芳" in line and "✓" in line for line in _chain(chained, outcome))
    assert chained.approve("p-gao", outcome.code).state is State.SCHEDULED


def test_a_no_may_come_before_ones_turn(chained: Firm) -> None:
    outcome = chained.send("c", **TEXT)
    assert chained.approvals.reject("p-lin", outcome.code, "条款不行").state is State.REJECTED


def test_the_next_step_has_its_own_patience(chained: Firm) -> None:
    from actions.timers import Timers

    outcome = chained.send("c", **TEXT)
    chained.clock.pass_(3 * 3600)
    chained.approve("p-zhao", outcome.code)
    chained.clock.pass_(2 * 3600)
    assert Timers(chained.gate).tick() == [], "two hours into the second step nobody is slow"
    chained.clock.pass_(2 * 3600 + 1)
    assert Timers(chained.gate).tick() == [outcome.action_id]


def test_a_quorum_needs_two_different_people(firm: Firm, tmp_path: Path) -> None:
    firm.gate.judge = Judge.load(
        with_mail_rule(tmp_path / "p", ("finance*2", "", "context.approvals.votes.finance >= 2"))
    )
    with firm.store.session() as session:
        session.add(Person(id="p-gao2", name="高二", email="gao2@us.example.cn", roles=["finance"]))
    outcome = firm.send("q", **TEXT)
    assert firm.approve("p-gao", outcome.code).state is State.PENDING
    assert firm.approve("p-gao", outcome.code).status is Status.REFUSED, "the same person twice is one"
    assert any("1/2" in line for line in _chain(firm, outcome))
    assert firm.approve("p-gao2", outcome.code).state is State.SCHEDULED


def test_either_of_two_is_enough(firm: Firm, tmp_path: Path) -> None:
    rule = ("legal|finance", "", 'context.approvals.roles.containsAny(["legal", "finance"])')
    firm.gate.judge = Judge.load(with_mail_rule(tmp_path / "p", rule))
    outcome = firm.send("e", **TEXT)
    assert set(_cards(firm)) == {"p-lin", "p-gao"}
    assert firm.approve("p-gao", outcome.code).state is State.SCHEDULED


def test_a_batch_gives_each_action_its_own_fate(firm: Firm) -> None:
    codes = [
        firm.send(
            f"b{n}", **(TEXT | {"subject": f"第 {n} 封", "to": [{"address": "liu@hd.example.com"}]})
        ).code
        for n in range(5)
    ]
    for code in codes[:3]:
        firm.approve("p-zhao", code)
    for code in codes[3:]:
        firm.approvals.reject("p-zhao", code, "不行")
    firm.clock.pass_(121)
    firm.performer.tick()
    assert len(firm.posted()) == 3
    with firm.store.reading() as session:
        states = [session.exec(select(Action.state).where(Action.code == code)).one() for code in codes]
    assert states == [State.EXECUTED] * 3 + [State.REJECTED] * 2
