"""An unknown end says what is known; a person who has looked closes it; late reports and gateways that can be asked count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from sqlmodel import select

from actions import endings, record
from actions.action import Outcome, State, Status
from actions.claiming import claim, mark
from actions.effects import EFFECTS
from actions.effects.send_email import SendEmail
from actions.gate import effect_named
from actions.gateways.letter import Delivery
from actions.gateways.steps import TEXT_SENT
from actions.proofs import prove
from actions.settling import Settling
from actions.tables import Action
from actions.wording import sentence
from knowledge.model import Interaction, Notice
from tests.fakes.firm import Firm, founded
from tests.fakes.gateways import ToldGateway


class Asked(ToldGateway):
    """A gateway that can be asked afterwards."""

    answer: Literal["seen", "not_seen", "unknown"] = "unknown"
    questions = 0

    def seen(self, message_id: str) -> Literal["seen", "not_seen", "unknown"]:
        self.questions += 1
        return self.answer


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    found = founded(tmp_path, gateway=ToldGateway("unknown"))
    yield found
    found.store.close()


def unknown(firm: Firm) -> Action:
    code = firm.send().code
    firm.clock.pass_(121)
    firm.performer.tick()
    return row(firm, code)


def row(firm: Firm, code: str) -> Action:
    with firm.store.reading() as session:
        return session.exec(select(Action).where(Action.code == code)).one()


def settle(firm: Firm, who: str, code: str, answer: str) -> Outcome:
    return Settling(firm.gate, effect_named).settle(who, code, answer, channel="t")


def history(firm: Firm) -> list[Interaction]:
    with firm.store.reading() as session:
        return list(session.exec(select(Interaction)))


def test_an_unknown_end_says_when_how_far_where_to_look_and_how_to_answer(firm: Firm) -> None:
    action = unknown(firm)
    assert action.state == State.UNKNOWN
    zh, en = sentence(action, "zh"), sentence(action, "en")
    for text in (zh, en):
        assert action.message_id in text
        assert "10:02:01" in text
        assert f"/settle {action.code} sent" in text
        assert f"/settle {action.code} not_sent" in text
    assert "没有等到回音" in zh
    assert "no reply came" in en
    with firm.store.reading() as session:
        notice = session.exec(select(Notice).where(Notice.action_id == action.id)).one()
    assert action.message_id in notice.text


def test_sent_counts_as_done_with_what_follows(firm: Firm) -> None:
    action = unknown(firm)
    began = firm.clock()
    firm.clock.pass_(3600)
    outcome = settle(firm, "p-lina", action.code, "sent")
    assert (outcome.state, outcome.status) == (State.EXECUTED, Status.DONE)
    (mail,) = history(firm)
    assert (mail.at, mail.thread_key) == (began, action.message_id)
    with firm.store.reading() as session:
        last = record.history(session, action.id)[-1]
        assert (last.event, last.actor, last.channel) == ("settled", "p-lina", "t")
        assert last.detail["answer"] == "sent"
        assert record.verify(session, firm.gate.head_file).ok
    assert settle(firm, "p-lina", action.code, "not_sent").state is State.EXECUTED, "answered once"
    assert len(history(firm)) == 1


def test_not_sent_has_failed_and_may_be_asked_anew(firm: Firm) -> None:
    action = unknown(firm)
    assert settle(firm, "p-zhao", action.code, "not_sent").state is State.FAILED
    assert history(firm) == []
    with firm.store.reading() as session:
        texts = [one.text for one in session.exec(select(Notice).where(Notice.person_id == "p-lina"))]
    assert any("赵磊核实: 没有发出" in text for text in texts)
    firm.clock.pass_(9999)
    firm.performer.tick()
    assert row(firm, action.code).state == State.FAILED
    assert firm.send("k2", subject="再来").state is State.SCHEDULED


@pytest.mark.parametrize("who", ["p-wu", "p-chen", "p-audit"])
def test_who_has_nothing_to_do_with_it_may_not_say(firm: Firm, who: str) -> None:
    action = unknown(firm)
    settle(firm, who, action.code, "sent")
    assert row(firm, action.code).state == State.UNKNOWN
    assert history(firm) == []


def test_only_an_unknown_end_can_be_settled(firm: Firm) -> None:
    code = firm.send().code
    assert settle(firm, "p-lina", code, "sent").state is State.SCHEDULED
    assert history(firm) == []
    action = unknown(firm)
    assert settle(firm, "p-lina", action.code, "perhaps").state is State.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "state", "asked"),
    [("seen", "executed", 1), ("not_seen", "scheduled", 1), ("unknown", "unknown", 4)],
)
def test_a_gateway_that_can_be_asked_is_asked(
    tmp_path: Path, answer: Literal["seen", "not_seen", "unknown"], state: str, asked: int
) -> None:
    gateway = Asked("unknown")
    gateway.answer = answer
    firm = founded(tmp_path, gateway=gateway)
    action = unknown(firm)
    assert action.state == State.UNKNOWN
    for _ in range(6):
        firm.performer.close_overdue()
        firm.clock.pass_(3600)
    assert row(firm, action.code).state == state
    assert gateway.questions == asked
    assert len(history(firm)) == (answer == "seen")
    firm.store.close()


def _late(firm: Firm, status: Literal["sent", "failed"]) -> tuple[str, str]:
    """A worker held up behind the fence, declared gone by another, reports after all."""
    code = firm.send().code
    firm.clock.pass_(121)
    effect = EFFECTS["send_email"]
    assert isinstance(effect, SendEmail)
    with firm.store.session() as session:
        held = claim(
            firm.gate, session, row(firm, code).id, "slow", firm.clock(), gateway="mail", watched=True
        )
    assert held is not None
    mark(firm.gate, held, TEXT_SENT)
    with firm.store.reading() as session:
        assert prove(session, firm.clock()).problems == (), (
            "what stands behind the fence agrees with the chain"
        )
    firm.clock.pass_(400)
    firm.performer.tick()
    assert row(firm, code).state == State.UNKNOWN
    if status == "failed":
        settle(firm, "p-lina", code, "not_sent")
    with firm.store.session() as session:
        endings.finish(
            firm.gate, session, held, effect, Delivery(status="sent", detail="", step="replied"), firm.clock()
        )
    with firm.store.reading() as session:
        return row(firm, code).state, record.history(session, held.order.action_id)[-1].event


def test_a_late_report_counts_where_nobody_has_answered(firm: Firm) -> None:
    assert _late(firm, "sent") == (State.EXECUTED, "executed")
    assert len(history(firm)) == 1


def test_a_late_report_against_a_persons_word_is_put_on_record(firm: Firm) -> None:
    assert _late(firm, "failed") == (State.FAILED, "late_report")
