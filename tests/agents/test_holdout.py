"""The control group in the day's list: named, neither ranked nor advised on, and on record; and coaching that is followed."""

from __future__ import annotations

from agents.skill import Turn
from agents.skills import SKILLS
from tests.fakes.company import desk

BY_NAME = {skill.name: skill for skill in SKILLS}


def today(drawn: dict[str, str], language: str = "zh") -> tuple[str, Turn]:
    at = desk()
    at.advice.drawn = drawn
    turn = Turn(desk=at, text="", language=language)
    return BY_NAME["today_list"].run(turn, BY_NAME["today_list"].arguments()), turn


def test_without_a_comparison_every_item_is_advice() -> None:
    text, turn = today({})
    assert "1. 华东医疗" in text
    given = turn.desk.advice.given  # type: ignore[attr-defined]
    assert [(one.kind, one.deal_id, dict(one.said)) for one in given] == [("next_step", "D-001", {})]
    assert len(turn.advised) == 1


def test_a_deal_that_is_held_out_is_named_and_nothing_more() -> None:
    text, turn = today({"D-001": "held_out"})
    assert "1. 华东医疗" not in text
    assert "对照组" in text
    assert "D-001" in text
    assert "客户的问题等了" not in text
    given = turn.desk.advice.given  # type: ignore[attr-defined]
    assert [dict(one.said) for one in given] == [{"arm": "held_out"}]
    assert turn.advised == []
    assert "Held out" in today({"D-001": "held_out"}, "en")[0]


def test_a_treated_deal_says_so_in_the_log_alone() -> None:
    text, turn = today({"D-001": "treated"})
    assert "对照组" not in text
    given = turn.desk.advice.given  # type: ignore[attr-defined]
    assert [dict(one.said) for one in given] == [{"arm": "treated"}]
