"""The fence between workers: slow is not dead, a lost fence sends nothing, a stop reaches into the last step, and an end is
written however long the database stays away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from actions import record
from actions.action import State
from actions.performing import END_PAUSES_S, Performer
from actions.switch import Switch
from actions.tables import Action, WorkerBeat
from actions.workers import ERRAND, SENDER, Beat, senders
from knowledge.model import Deal
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


def state(firm: Firm, code: str) -> str:
    with firm.store.reading() as session:
        return session.exec(select(Action.state).where(Action.code == code)).one()


def _beat(firm: Firm, worker: str) -> None:
    with firm.store.session() as session:
        session.merge(WorkerBeat(id=worker, kind=SENDER, seen_at=firm.clock()))


def test_a_living_slow_worker_is_left_alone(firm: Firm, gateway: ToldGateway) -> None:
    """The mail server takes ten minutes; another worker looks meanwhile."""
    code, other = firm.send().code, Performer(firm.gate, worker="other")
    seen: list[str] = []

    def slow() -> None:
        for _ in range(10):
            firm.clock.pass_(60)
            _beat(firm, firm.performer.worker)
            other.tick()
            seen.append(state(firm, code))

    gateway.meanwhile = slow
    firm.clock.pass_(121)
    firm.performer.tick()
    assert set(seen) == {State.EXECUTING}
    assert state(firm, code) == State.EXECUTED
    assert len(gateway.taken) == 1


def test_a_worker_taken_for_dead_before_the_point_of_no_return_sends_nothing_when_it_wakes(
    firm: Firm, gateway: ToldGateway
) -> None:
    code, other = firm.send().code, Performer(firm.gate, worker="other")

    def asleep() -> None:
        gateway.meanwhile = lambda: None
        firm.clock.pass_(400)
        other.tick()  # gone, as far as anybody can tell: to be tried again
        assert state(firm, code) == State.SCHEDULED
        firm.clock.pass_(60)
        other.tick()  # and sent by the other one
        assert state(firm, code) == State.EXECUTED

    gateway.meanwhile = asleep
    firm.clock.pass_(121)
    firm.performer.tick()
    assert len(gateway.taken) == 1
    assert state(firm, code) == State.EXECUTED
    with firm.store.reading() as session:
        assert record.verify(session, firm.gate.head_file).ok


def test_a_stop_holds_what_is_already_at_the_server_but_for_the_last_dot(
    firm: Firm, gateway: ToldGateway
) -> None:
    code = firm.send().code

    def stop() -> None:
        assert Switch(firm.gate).stop("p-zhao", "停").done

    gateway.meanwhile = stop
    firm.clock.pass_(121)
    firm.performer.tick()
    assert gateway.taken == []
    assert state(firm, code) == State.SCHEDULED
    firm.clock.pass_(4000)
    firm.performer.tick()
    assert gateway.taken == []


def _no_actions(firm: Firm, away: bool) -> None:
    """The database goes away, as far as ends are concerned."""
    ddl = "ALTER TABLE action RENAME TO action_away" if away else "ALTER TABLE action_away RENAME TO action"
    with firm.store.engine.begin() as connection:
        connection.execute(text(ddl))


def test_an_end_is_written_when_the_database_comes_back(firm: Firm, gateway: ToldGateway) -> None:
    code = firm.send().code
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            _no_actions(firm, away=False)

    firm.performer.pause = pause
    gateway.afterwards = lambda: _no_actions(firm, away=True)
    firm.clock.pass_(121)
    firm.performer.perform(_id(firm, code))
    assert pauses == list(END_PAUSES_S[:3])
    assert state(firm, code) == State.EXECUTED
    assert len(gateway.taken) == 1


def test_an_end_that_stays_owed_is_paid_with_a_later_look(firm: Firm, gateway: ToldGateway) -> None:
    code = firm.send().code
    pauses: list[float] = []
    firm.performer.pause = pauses.append
    gateway.afterwards = lambda: _no_actions(firm, away=True)
    firm.clock.pass_(121)
    firm.performer.perform(_id(firm, code))
    assert pauses == list(END_PAUSES_S)
    _no_actions(firm, away=False)
    assert state(firm, code) == State.EXECUTING
    firm.performer.close_overdue()
    assert state(firm, code) == State.EXECUTED
    assert len(gateway.taken) == 1


def _id(firm: Firm, code: str) -> str:
    with firm.store.reading() as session:
        return session.exec(select(Action.id).where(Action.code == code)).one()


def test_a_deal_that_is_gone_stops_its_mail_and_no_other(firm: Firm, gateway: ToldGateway) -> None:
    bad = firm.send("a").code
    good = firm.send("b", subject="二").code
    with firm.store.session() as session:
        row = session.exec(select(Action).where(Action.code == bad)).one()
        row.resource_id = "D-gone"
        session.add(row)
        assert session.get(Deal, "D-gone") is None
    firm.clock.pass_(121)
    firm.performer.tick()
    assert (state(firm, bad), state(firm, good)) == (State.DENIED, State.EXECUTED)


def test_a_name_says_nothing_about_the_time(firm: Firm, gateway: ToldGateway) -> None:
    code = firm.send().code
    assert not firm.performer.perform(_id(firm, code)), "the undo window has not passed"
    assert state(firm, code) == State.SCHEDULED


def test_without_the_right_to_send_nothing_leaves(firm: Firm, gateway: ToldGateway) -> None:
    code = firm.send().code
    firm.clock.pass_(121)
    firm.performer.outward = False
    assert firm.performer.tick() == []
    assert not firm.performer.perform(_id(firm, code))
    assert firm.performer.due_elsewhere() == [_id(firm, code)]
    assert (state(firm, code), gateway.tries) == (State.SCHEDULED, 0)


def test_a_beat_says_hello_goes_on_and_says_goodbye(firm: Firm) -> None:
    told, clock = threading.Event(), firm.clock

    def counting() -> object:
        told.set()
        return clock()

    with Beat(firm.store, "w-1", SENDER, clock, every_s=0.01), Beat(firm.store, "w-2", ERRAND, clock):
        with firm.store.reading() as session:
            assert senders(session, clock()) == 1
        clock.pass_(3600)
        for _ in range(500):
            with firm.store.reading() as session:
                if senders(session, clock()):
                    break
            threading.Event().wait(0.01)
        else:
            pytest.fail("it did not go on")
    with firm.store.reading() as session:
        assert session.exec(select(WorkerBeat)).all() == []
