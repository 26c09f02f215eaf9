"""Tasks: made at once, told to whoever gets them, gone again within ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from actions.action import Outcome, State, Status
from actions.cards import card_of
from knowledge.model import Task
from tests.fakes.deeds import GUESSED, TYPED, row, told, wish
from tests.fakes.firm import Firm

LABELS = {"title": TYPED, "tool": TYPED}


def task(firm: Firm, key: str = "k1", labels: Any = LABELS, **args: Any) -> Outcome:
    return wish(firm, "create_task", {"title": "给王总打电话"} | args, key=key, labels=labels)


def tasks(firm: Firm) -> list[Task]:
    with firm.store.reading() as session:
        return list(session.exec(select(Task)))


def test_a_task_is_there_at_once(firm: Firm) -> None:
    outcome = task(firm, due_at="2026-11-27")
    assert (outcome.state, outcome.at_once) == (State.SCHEDULED, True)
    firm.performer.tick()
    (made,) = tasks(firm)
    assert made.id == f"T-{outcome.code}"
    assert (made.title, made.owner_id, made.deal_id, made.team_id) == ("给王总打电话", "p-lina", "D-1", "t-1")
    assert made.due_at == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert told(firm, "p-lina") == []


def test_a_colleague_is_told_and_told_again_when_it_is_taken_back(firm: Firm) -> None:
    outcome = task(firm, owner_id="p-chen", due_at="2026-11-24T09:30")
    firm.performer.tick()
    assert f"李娜 给你派了任务 T-{outcome.code}: 给王总打电话(截止 2026-11-24 09:30)" in told(firm, "p-chen")
    firm.clock.pass_(599)
    assert firm.approvals.undo("p-lina", outcome.code).state is State.UNDONE
    assert tasks(firm) == []
    assert any("已撤回" in notice for notice in told(firm, "p-chen"))


def test_after_ten_minutes_it_stays(firm: Firm) -> None:
    outcome = task(firm)
    firm.performer.tick()
    firm.clock.pass_(601)
    assert firm.approvals.undo("p-lina", outcome.code).status is Status.REFUSED
    assert len(tasks(firm)) == 1


def test_what_is_done_is_not_undone_away(firm: Firm) -> None:
    outcome = task(firm)
    firm.performer.tick()
    with firm.store.session() as session:
        session.get_one(Task, f"T-{outcome.code}").status = "done"
    assert "已经完成" in firm.approvals.undo("p-lina", outcome.code).reason


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"title": ""}, "title"),
        ({"title": " \u200b\n "}, "没有内容"),
        ({"due_at": "2026-11-20"}, "已经过去"),
        ({"due_at": "soon"}, "看不懂"),
        ({"owner_id": "p-wu"}, "看不到这个商机"),
        ({"owner_id": "p-nobody"}, "同事"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(firm: Firm, args: dict[str, Any], words: str) -> None:
    outcome = task(firm, **args)
    assert (outcome.action_id, outcome.status) == ("", Status.REFUSED)
    assert words in outcome.reason


def test_a_mates_deal_is_not_ones_own(firm: Firm) -> None:
    assert wish(firm, "create_task", {"title": "x"}, about="D-2").state is State.DENIED


def test_a_title_out_of_a_call_is_fine_but_a_task_nobody_asked_for_is_not(firm: Firm) -> None:
    heard = task(firm, "a", {"title": frozenset({"call_transcript"}), "tool": TYPED})
    assert heard.state is State.SCHEDULED
    planted = task(firm, "b", {"title": GUESSED, "tool": GUESSED})
    assert planted.approvers == ("p-lina",)


def test_at_level_four_the_person_confirms(firm: Firm) -> None:
    from dataclasses import replace

    firm.gate.rules = replace(firm.gate.rules, autonomy={"create_task": 4})
    outcome = task(firm)
    assert outcome.approvers == ("p-lina",)
    assert firm.approve("p-lina", outcome.code).state is State.SCHEDULED
    firm.performer.tick()
    assert len(tasks(firm)) == 1


def test_twice_is_once_and_the_card_says_what(firm: Firm) -> None:
    first = task(firm, due_at="2026-11-27T15:00")
    assert task(firm, due_at="2026-11-27T15:00").action_id == first.action_id
    firm.performer.tick()
    firm.performer.tick()
    assert len(tasks(firm)) == 1
    with firm.store.reading() as session:
        card = card_of(session, row(firm, first), "en")
    assert card.headline == "New task for 李娜: 给王总打电话"
    assert [line.value for line in card.lines] == ["给王总打电话", "李娜", "2026-11-27 15:00"]
