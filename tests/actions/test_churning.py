"""Churn alerts by the clock: before the loss, a task through the gate with owner, due and script, never twice in 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from actions.journey.churning import Churning
from actions.tables import Action
from knowledge import blueprints
from knowledge.insight.churn_replay import held_out
from knowledge.model import Account, ChurnAlert, Interaction, Task
from tests.fakes.firm import Firm
from tests.fakes.journeys import RULES

DAY = timedelta(days=1)


def asks(
    firm: Firm, days_ago: list[float], account: str = "A-1", contact: str = "C-1", again: str = ""
) -> None:
    with firm.store.session() as session:
        for n, ago in enumerate(days_ago):
            session.add(
                Interaction(
                    id=f"q-{account}-{n}-{ago}{again}", kind="chat", at=firm.clock() - ago * DAY, account_id=account,
                    contact_id=contact or None, direction="inbound", text="在吗?", team_id="t-1",
                )
            )  # fmt: skip


def alerts(firm: Firm) -> list[ChurnAlert]:
    with firm.store.reading() as session:
        return list(session.exec(select(ChurnAlert).order_by(ChurnAlert.at)))  # type: ignore[arg-type]


@pytest.fixture
def silent(firm: Firm) -> Firm:
    """A-1 wrote four times in the month before, and not for 15 days."""
    assert not held_out("A-1", RULES)
    asks(firm, [15, 20, 25, 30])
    return firm


def test_a_task_with_owner_due_and_script(silent: Firm) -> None:
    (action_id,) = Churning(silent.gate).tick()
    silent.performer.tick()
    (alert,) = alerts(silent)
    assert (alert.account_id, alert.signal, alert.held_out) == ("A-1", "enquiries_gone", False)
    assert set(alert.touches) == {"q-A-1-0-15", "q-A-1-1-20", "q-A-1-2-25", "q-A-1-3-30"}
    assert alert.action_id == action_id
    with silent.store.reading() as session:
        action = session.get_one(Action, action_id)
        (task,) = session.exec(select(Task)).all()
    assert (action.action, action.state, action.drafted_by) == ("create_task", "executed", "rule:churn")
    assert task.owner_id == "p-lina"
    assert task.due_at == silent.clock() + RULES.due_days * DAY
    assert task.title.startswith("挽回 华东医疗器械有限公司:14 天没有任何咨询")
    timing = next(one for one in blueprints.default("playbook")["objections"] if one["id"] == "timing")
    assert timing["tracks"][0]["text"][:20] in task.title


def test_no_second_task_within_thirty_days_and_one_after(silent: Firm) -> None:
    churning = Churning(silent.gate)
    assert len(churning.tick()) == 1
    silent.clock.pass_(int(Churning.every.total_seconds()) + 1)
    assert churning.tick() == []
    assert churning.look() == []
    silent.clock.pass_(30 * 24 * 3600)
    asks(silent, [15, 20, 25, 30], again="later")
    assert len(churning.look()) == 1
    assert len(alerts(silent)) == 2


def test_two_workers_raise_one_alert(silent: Firm) -> None:
    assert len([*Churning(silent.gate).tick(), *Churning(silent.gate).tick()]) == 1
    assert len(alerts(silent)) == 1


def test_the_hold_out_is_noted_and_gets_no_task(silent: Firm) -> None:
    everybody = blueprints.default("churn") | {"holdout_pct": 50}
    held = next(f"A-{n}" for n in range(10, 200) if held_out(f"A-{n}", RULES))
    with silent.store.session() as session:
        session.add(Account(id=held, name="对照客户", owner_id="p-lina", team_id="t-1"))
        blueprints.publish(session, "churn", "default", everybody, None)
    asks(silent, [15, 20, 25], held, "")
    Churning(silent.gate).look()
    mine = next(one for one in alerts(silent) if one.account_id == held)
    assert mine.held_out
    assert mine.action_id == ""


def test_nobody_to_give_it_to_is_said(silent: Firm) -> None:
    with silent.store.session() as session:
        session.add(Account(id="A-9", name="无主客户"))
    asks(silent, [15, 20, 25], "A-9", "")
    Churning(silent.gate).look()
    mine = next(one for one in alerts(silent) if one.account_id == "A-9")
    if not mine.held_out:
        assert "无人可派" in mine.note


def test_whoever_is_lost_already_opens_no_task(firm: Firm) -> None:
    with firm.store.session() as session:
        for n in range(4):
            session.add(
                Interaction(id=f"o{n}", kind="order", at=firm.clock() - (300 - n * 10) * DAY, account_id="A-1", text="订单")
            )  # fmt: skip
    assert Churning(firm.gate).tick() == []
    assert alerts(firm) == []
