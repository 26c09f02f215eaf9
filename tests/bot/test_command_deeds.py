"""Bare words as commands: only the whole message is one, and it takes back the last deed of this conversation alone."""

from __future__ import annotations

import pytest

from bot import commands
from bot.inbox import Inbox
from bot.messages import Inbound, Reply
from bot.wiring import House


@pytest.mark.parametrize(
    "text",
    [
        "撤回", "撤销", "撤回吧", "撤回。", " 撤销! ", "请撤回", "帮我撤销", "撤回刚才的", "把刚才的撤回", "撤销上一步", "收回",
        "undo", "Undo.", "undo that", "undo it please", "take it back", "take that back", "please undo", "Undo this", "unsend it",
    ],
)  # fmt: skip
def test_bare_words_are_the_command(text: str) -> None:
    assert commands.parse(text) == ("undo", "")


@pytest.mark.parametrize(
    "text",
    [
        "怎么撤回", "撤回要审批吗", "客户要我们撤回报价", "我说要撤回的话你会怎么做", "能撤销吗", "不要撤回", "撤回上周的邮件并重写",
        "how do I undo that", "don't take it back", "undo is possible?", "he wants to take it back", "the undo window",
        "把华东医疗的折扣撤回然后改成5%", "别撤回",
    ],
)  # fmt: skip
def test_inside_a_sentence_they_are_talk(text: str) -> None:
    assert commands.parse(text) is None


def test_codes_are_still_codes() -> None:
    assert commands.parse("撤回 A7F3") == ("undo", "A7F3")
    assert commands.parse("undo B2C9") == ("undo", "B2C9")


def _say(house: House, who: str, text: str, thread: str = "t") -> Reply:
    _say.count = getattr(_say, "count", 0) + 1  # type: ignore[attr-defined]
    inbound = Inbound(channel="c", person_id=who, thread=thread, text=text, external_id=f"m{_say.count}")  # type: ignore[attr-defined]
    return Inbox(house).handle(inbound)


def test_it_is_the_last_of_this_conversation_and_of_this_person(demo_house: House) -> None:
    first = _say(demo_house, "p-lina", "备注华东医疗:先试用").answer
    _say(demo_house, "p-lina", "华东医疗什么情况", thread="other")
    other = _say(demo_house, "p-lina", "提醒我周五给王总打电话", thread="other").answer
    second = _say(demo_house, "p-lina", "提醒我周四给王总打电话").answer
    assert first is not None
    assert other is not None
    assert second is not None
    codes = [answer.outcomes[-1].code for answer in (first, other, second) if answer.outcomes]
    assert codes[-1] in _say(demo_house, "p-lina", "撤回").text
    assert codes[-2] in _say(demo_house, "p-lina", "撤回", thread="other").text
    assert "还没有可以撤回的动作" in _say(demo_house, "p-chenhao", "撤回").text
    assert "nothing in this conversation" in _say(demo_house, "p-lina", "undo that", thread="new").text


def test_tasks_and_done(demo_house: House) -> None:
    _say(demo_house, "p-lina", "华东医疗什么情况")
    made = _say(demo_house, "p-lina", "提醒我周五给王总打电话").answer
    assert made is not None
    task = f"T-{made.outcomes[-1].code}"
    assert task in _say(demo_house, "p-lina", "/tasks").text
    assert "用法" in _say(demo_house, "p-lina", "/done").text
    assert "✓" in _say(demo_house, "p-lina", f"/done {task}").text
    assert "没有未完成的任务" in _say(demo_house, "p-lina", "/tasks").text


def test_a_meeting_is_edited_by_its_own_words(demo_house: House) -> None:
    _say(demo_house, "p-lina", "华东医疗什么情况")
    made = _say(demo_house, "p-lina", "和赵磊下周二上午十点开会").answer
    assert made is not None
    edited = _say(
        demo_house, "p-lina", f"/edit {made.outcomes[-1].code} start=2026-12-01 14:00 title=方案评审"
    )
    code = edited.text.split()[0]
    card = _say(demo_house, "p-lina", f"/show {code}").text
    assert "方案评审" in card
    assert "14:00-15:00" in card
