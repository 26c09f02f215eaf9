"""What the assistant may do alone, told in the asker's words; and that no skill has a hand on it."""

from __future__ import annotations

import pytest

from actions.levels import CEILING, Power
from agents.skill import Turn
from agents.skills import SKILLS
from agents.skills.my_authority import Arguments, run
from tests.fakes import company

FOREVER_PEOPLES = ("change_rule", "erase_data", "approve")


def _turn(*powers: Power, language: str = "zh") -> Turn:
    desk = company.desk()
    desk.able = list(powers)
    return Turn(desk=desk, text="", language=language)


def _power(verb: str, level: int, in_pilot: bool = True) -> Power:
    return Power(verb=verb, level=level, scope="region:华东", in_pilot=in_pilot)


def test_each_verb_stands_where_its_level_puts_it() -> None:
    turn = _turn(
        _power("send_email", 5),
        _power("create_task", 6),
        _power("send_contract", 4),
        _power("message_customer", 3),
        _power("book_meeting", 1),
        _power("export_data", 0),
        _power("update_deal", 5, in_pilot=False),
    )
    lines = run(turn, Arguments()).splitlines()
    alone, asked, drafted, off, more = lines
    assert "发送邮件" in alone
    assert "新建任务" in alone
    assert "发送合同" in asked
    assert "给客户发消息" in drafted
    assert "预约会议(影子运行)" in drafted
    assert "更新商机(试点外)" in drafted
    assert "导出数据" in off
    assert "两个人" in more
    assert all("[" in line for line in lines[:4]), "each line has its source"


def test_it_speaks_english_and_has_nothing_to_say_without_a_ladder() -> None:
    assert "I may do by myself" in run(_turn(_power("send_email", 5), language="en"), Arguments())
    assert "还没有" in run(_turn(), Arguments())


@pytest.mark.parametrize("verb", FOREVER_PEOPLES)
def test_no_skill_asks_for_what_is_peoples_alone(verb: str) -> None:
    assert verb not in {skill.name for skill in SKILLS}
    assert verb not in CEILING
