"""The emergency stop: one person stops, two resume, nothing runs meanwhile, and a restart changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from actions import record
from actions.action import State
from actions.switch import NEW_WINDOW_S, Switch
from actions.tables import Action, AuditRecord, SystemState
from knowledge.model import Notice
from knowledge.store import Store
from tests.fakes.firm import Firm


def _state(firm: Firm) -> str:
    with firm.store.reading() as session:
        return session.get_one(SystemState, 1).state


def _action(firm: Firm, code: str) -> Action:
    with firm.store.reading() as session:
        return session.exec(select(Action).where(Action.code == code)).one()


def test_nothing_runs_after_a_stop_and_what_fell_due_gets_a_new_window(firm: Firm) -> None:
    sent = firm.send("a")
    switch = Switch(firm.gate)
    assert switch.stop("p-zhao", "客户投诉").done
    firm.clock.pass_(500)
    firm.performer.tick()
    assert firm.posted() == []
    assert _action(firm, sent.code).state == State.SCHEDULED
    assert switch.resume("p-zhao").done
    firm.clock.pass_(5)
    firm.performer.tick()
    assert _state(firm) == "stopped", "one person is not two"
    assert switch.resume("p-zhao").done
    assert _state(firm) == "stopped", "the same person twice is one person"
    switch.resume("p-zhou")
    assert _state(firm) == "normal"
    firm.performer.tick()
    assert firm.posted() == [], "it can be undone for a while first"
    assert _action(firm, sent.code).undo_until == firm.clock() + timedelta(seconds=NEW_WINDOW_S)
    firm.clock.pass_(NEW_WINDOW_S + 1)
    firm.performer.tick()
    assert len(firm.posted()) == 1
    with firm.store.reading() as session:
        events = list(session.exec(select(AuditRecord.event).order_by(AuditRecord.seq)))  # type: ignore[arg-type]
        assert record.verify(session, firm.gate.head_file).ok
    assert [e for e in events if e in ("stopped", "resume_asked", "resumed", "rescheduled")] == [
        "stopped", "resume_asked", "resume_asked", "resumed", "rescheduled",
    ]  # fmt: skip


def test_the_stop_outlives_a_restart(firm: Firm, tmp_path: Path) -> None:
    Switch(firm.gate).stop("p-lin", "")
    other = Store(f"sqlite:///{tmp_path / 'firm.db'}")
    with other.reading() as session:
        assert session.get_one(SystemState, 1).state == "stopped"
    other.close()


def test_the_first_wish_to_resume_lapses_after_an_hour(firm: Firm) -> None:
    switch = Switch(firm.gate)
    switch.stop("p-zhao", "x")
    switch.resume("p-zhao")
    firm.clock.pass_(3601)
    switch.resume("p-zhou")
    assert _state(firm) == "stopped"
    switch.resume("p-lin")
    assert _state(firm) == "normal"


@pytest.mark.parametrize("who", ["p-lina", "p-audit", "nobody"])
def test_only_approvers_turn_the_switch(firm: Firm, who: str) -> None:
    switch = Switch(firm.gate)
    assert not switch.stop(who, "").done
    switch.stop("p-gao", "")
    assert not switch.resume(who).done
    assert _state(firm) == "stopped"


def test_in_the_middle_of_a_batch_the_rest_stays(firm: Firm) -> None:
    for number in range(4):
        firm.send(f"k{number}", subject=f"第 {number} 封", to=[{"address": "liu@hd.example.com"}])
    with firm.store.reading() as session:
        ids = list(session.exec(select(Action.id).where(Action.state == State.SCHEDULED)))
    firm.clock.pass_(121)
    assert firm.performer.perform(ids[0])
    Switch(firm.gate).stop("p-zhao", "停")
    assert not any(firm.performer.perform(one) for one in ids[1:])
    assert len(firm.posted()) == 1


def test_the_other_approvers_are_told_and_the_reason_stays_out_of_the_chain(firm: Firm) -> None:
    Switch(firm.gate).stop("p-zhao", "王建国投诉")
    with firm.store.reading() as session:
        told = {n.person_id for n in session.exec(select(Notice)) if "王建国投诉" in n.text}
        rows = [str(record.as_json(row)) for row in record.records(session)]
    assert {"p-zhou", "p-lin", "p-gao", "p-qian"} <= told
    assert not any("王建国" in row for row in rows)
