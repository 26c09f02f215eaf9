"""What surely was not sent is tried again, with pauses; what may have been sent never is; a gateway that fails is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from actions import breakers, record
from actions.action import State
from actions.gateways.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S, PROBE_LEASE, THRESHOLD, Breaker
from actions.retrying import Retries
from actions.tables import Action, AuditRecord, GatewayState
from actions.wording import sentence
from knowledge.model import Notice, Person
from tests.fakes.clock import WORKING_MORNING
from tests.fakes.firm import Firm, founded
from tests.fakes.gateways import ToldGateway


@pytest.fixture
def gateway() -> ToldGateway:
    return ToldGateway()


@pytest.fixture
def firm(tmp_path: Path, gateway: ToldGateway) -> Iterator[Firm]:
    found = founded(tmp_path, gateway=gateway)
    yield found
    found.store.close()


def action_of(firm: Firm, code: str) -> Action:
    with firm.store.reading() as session:
        return session.exec(select(Action).where(Action.code == code)).one()


def told(firm: Firm, who: str = "p-lina") -> list[str]:
    with firm.store.reading() as session:
        return [row.text for row in session.exec(select(Notice).where(Notice.person_id == who))]


def test_pauses_double_up_to_the_longest_and_never_agree_between_two_actions() -> None:
    retries = Retries(attempts=8, first_s=30, longest_s=3600)
    for attempt in range(1, 20):
        whole = min(3600, 30 * 2 ** (attempt - 1))
        pauses = [retries.pause_s(f"act-{i}", attempt) for i in range(200)]
        assert all(whole / 2 <= pause <= whole for pause in pauses)
        assert len(set(pauses)) == 200
        assert max(pauses) - min(pauses) > whole * 0.4
    assert retries.pause_s("act-1", 3) == retries.pause_s("act-1", 3)


def test_a_failure_is_tried_again_and_then_succeeds_once(firm: Firm, gateway: ToldGateway) -> None:
    outcome = firm.send()
    gateway.way = "failed"
    firm.clock.pass_(121)
    firm.performer.tick()
    waiting = action_of(firm, outcome.code)
    assert (waiting.state, waiting.attempts) == (State.SCHEDULED, 1)
    assert waiting.due_at is not None
    pause = (waiting.due_at - firm.clock()).total_seconds()
    assert 15 <= pause <= 30
    assert "再试" in sentence(waiting, "zh")
    assert "next try" in sentence(waiting, "en")
    assert any("自动再试" in text for text in told(firm))
    firm.performer.tick()
    assert gateway.tries == 1, "not before its time"
    gateway.way = "sent"
    firm.clock.pass_(31)
    firm.performer.tick()
    assert action_of(firm, outcome.code).state == State.EXECUTED
    assert len(gateway.taken) == 1
    with firm.store.reading() as session:
        events = [row.event for row in record.history(session, waiting.id)]
        assert record.verify(session, firm.gate.head_file).ok
    assert events == ["evaluated", "executing", "retried", "executing", "text_sent", "executed"]


def test_after_the_last_try_it_has_failed_and_the_asker_is_told(firm: Firm, gateway: ToldGateway) -> None:
    outcome = firm.send()
    gateway.way = "later"
    for _ in range(20):
        firm.clock.pass_(3700)
        firm.performer.tick()
    ended = action_of(firm, outcome.code)
    assert (ended.state, ended.attempts, gateway.tries) == (State.FAILED, 8, 8)
    assert any("试了 8 次" in text for text in told(firm))
    assert sum("自动再试" in text for text in told(firm)) == 1, "the asker is not told of every try"


@pytest.mark.parametrize("way", ["unknown", "breaks_after"])
def test_what_may_have_gone_out_is_never_tried_again(firm: Firm, gateway: ToldGateway, way: str) -> None:
    outcome = firm.send()
    gateway.way = way  # type: ignore[assignment]
    firm.clock.pass_(121)
    if way == "breaks_after":
        with pytest.raises(RuntimeError):
            firm.performer.tick()
    for _ in range(20):
        firm.clock.pass_(3700)
        firm.performer.tick()
    assert (action_of(firm, outcome.code).state, gateway.tries) == (State.UNKNOWN, 1)


def test_an_effect_that_breaks_before_anything_was_sent_is_tried_again(
    firm: Firm, gateway: ToldGateway
) -> None:
    outcome = firm.send()
    gateway.way = "breaks_before"
    firm.clock.pass_(121)
    with pytest.raises(RuntimeError):
        firm.performer.tick()
    assert action_of(firm, outcome.code).state == State.SCHEDULED
    gateway.way = "sent"
    firm.clock.pass_(60)
    firm.performer.tick()
    assert action_of(firm, outcome.code).state == State.EXECUTED


def test_it_can_be_undone_while_it_waits_for_the_next_try(firm: Firm, gateway: ToldGateway) -> None:
    outcome = firm.send()
    gateway.way = "failed"
    firm.clock.pass_(121)
    firm.performer.tick()
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    gateway.way = "sent"
    firm.clock.pass_(4000)
    firm.performer.tick()
    assert gateway.taken == []


def test_the_breaker_as_logic() -> None:
    now, breaker = WORKING_MORNING, Breaker()
    for i in range(THRESHOLD - 1):
        breaker = breaker.failed(now + timedelta(seconds=i * 10))
    assert breaker.failed(now + timedelta(seconds=90)).state == "closed", (
        "the first ones are too old to count"
    )
    shut = breaker.failed(now + timedelta(seconds=50))
    assert shut.state == "open"
    then = now + timedelta(seconds=50)
    assert not shut.admits(then + timedelta(seconds=FIRST_PAUSE_S - 1))
    probe_at = then + timedelta(seconds=FIRST_PAUSE_S)
    assert shut.admits(probe_at)
    half = shut.entered(probe_at)
    assert (half.state, half.admits(probe_at)) == ("half_open", False), "one try, not two"
    assert half.admits(probe_at + PROBE_LEASE), "a try that never came back does not shut it for ever"
    assert half.succeeded() == Breaker()
    pauses = []
    for _ in range(8):
        shut = shut.entered(probe_at).failed(probe_at)
        pauses.append(shut.pause_s)
    assert pauses == sorted(pauses)
    assert pauses[0] == 2 * FIRST_PAUSE_S
    assert pauses[-1] == LONGEST_PAUSE_S


def _many(firm: Firm, n: int) -> list[str]:
    """Colleagues as recipients: no quota of a customer stands in the way."""
    with firm.store.session() as session:
        for i in range(n):
            session.add(Person(id=f"p-x{i}", name=f"同事{i}", email=f"x{i}@us.example.cn", roles=["rep"]))
    return [
        firm.send(f"m{i}", to=[{"address": f"x{i}@us.example.cn"}], subject=f"{i}").code for i in range(n)
    ]


def test_five_failures_shut_the_way_out_and_one_success_opens_it(firm: Firm, gateway: ToldGateway) -> None:
    with firm.store.session() as session:
        session.add(Person(id="p-adm", name="管", email="adm@us.example.cn", roles=["admin"]))
    codes = _many(firm, 8)
    assert {action_of(firm, code).state for code in codes} == {State.SCHEDULED}
    gateway.way = "failed"
    firm.clock.pass_(121)
    firm.performer.tick()
    assert gateway.tries == THRESHOLD
    spared = [code for code in codes if action_of(firm, code).attempts == 0]
    assert len(spared) == 8 - THRESHOLD, "what is held burns no attempt"
    firm.performer.tick()
    firm.performer.tick()
    held = [text for text in told(firm) if "通道暂时不通" in text]
    assert len(held) == len(spared), "each asker hears of it once"
    assert any("通道暂停" in text for text in told(firm, "p-adm"))
    assert firm.performer.due() == []
    firm.clock.pass_(FIRST_PAUSE_S + 1)
    firm.performer.tick()
    assert gateway.tries == THRESHOLD + 1, "one try"
    gateway.way = "sent"
    firm.clock.pass_(2 * FIRST_PAUSE_S + 1)
    firm.performer.tick()
    firm.clock.pass_(200)
    firm.performer.tick()
    assert {action_of(firm, code).state for code in codes} == {State.EXECUTED}
    assert len(gateway.taken) == 8 == len(set(gateway.taken))
    assert any("已恢复" in text for text in told(firm, "p-adm"))


def test_a_mail_that_a_working_server_turns_away_shuts_nothing(firm: Firm, gateway: ToldGateway) -> None:
    _many(firm, 8)
    gateway.way = "later"
    firm.clock.pass_(121)
    firm.performer.tick()
    assert gateway.tries == 8
    with firm.store.reading() as session:
        assert breakers.shut(session, firm.clock()) == {}


def test_another_process_finds_the_way_shut(firm: Firm, gateway: ToldGateway, tmp_path: Path) -> None:
    codes = _many(firm, 6)
    gateway.way = "failed"
    firm.clock.pass_(121)
    firm.performer.tick()
    other = ToldGateway()
    from dataclasses import replace

    from actions.performing import Performer

    gate = replace(firm.gate, hands=replace(firm.gate.hands, mail=other))
    assert Performer(gate).tick() == [] or other.tries == 0
    assert not Performer(gate).perform(action_of(firm, codes[-1]).id)
    assert other.tries == 0


def test_a_gateway_that_cannot_be_built_is_shut_for_longer_each_time(firm: Firm) -> None:
    pauses = []
    for _ in range(3):
        with firm.store.session() as session:
            record.lock_system(session)
            breakers.trip(session, "mail", "SMTP_URL 读不懂 / unreadable", firm.clock())
            row = session.get_one(GatewayState, "mail")
            pauses.append(row.pause_s)
            assert row.last_error.startswith("SMTP_URL")
        firm.clock.pass_(pauses[-1])
    assert pauses == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]


def test_every_try_is_in_the_chain(firm: Firm, gateway: ToldGateway) -> None:
    firm.send()
    gateway.way = "later"
    for _ in range(12):
        firm.clock.pass_(3700)
        firm.performer.tick()
    with firm.store.reading() as session:
        rows = session.exec(select(AuditRecord).where(AuditRecord.event == "retried")).all()
        assert [row.detail["attempt"] for row in rows] == list(range(1, 8))
        assert record.verify(session, firm.gate.head_file).ok
