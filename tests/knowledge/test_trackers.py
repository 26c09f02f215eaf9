"""Trackers: words, phrases, patterns of one side; every hit verbatim; no pattern that runs away; one broken book silences none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import blueprints
from knowledge.blueprints.patterns import PatternError, compiled
from knowledge.blueprints.trackers import Tracker, in_force
from knowledge.insight.summary import Spoken
from knowledge.insight.tracking import first_hit, hits

TALK = (
    Spoken(speaker="李娜", text="我们的价格是三十万。", side="rep", start=1.0, end=4.0),
    Spoken(speaker="王建国", text="太贵了。今年预算被砍了一半，只能明年再说。", side="customer", start=5.0, end=9.0),
    Spoken(speaker="李娜", text="The price list is attached, unpriced items too.", side="rep", start=10.0),
)  # fmt: skip


def tracker(**changes: object) -> Tracker:
    return Tracker.model_validate({"id": "t", "name": "测试"} | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"keywords": ["价格"]}, [(0, "价格")]),
        ({"keywords": ["price"]}, [(2, "price")]),
        ({"keywords": ["priced"]}, []),
        ({"keywords": ["价格", "贵"], "side": "customer"}, [(1, "贵")]),
        ({"phrases": ["预算…砍"]}, [(1, "预算被砍")]),
        ({"phrases": ["砍…预算"]}, []),
        ({"phrases": ["price list"]}, [(2, "price list")]),
        ({"patterns": ["预算.{0,4}(砍|削减)"]}, [(1, "预算被砍")]),
        ({"patterns": ["[三四]十万?"]}, [(0, "三十万")]),
        ({"keywords": ["PRICE"]}, [(2, "price")]),
        ({"keywords": ["价格"], "off": True}, []),
    ],
)
def test_what_hits_and_where(changes: dict[str, object], expected: list[tuple[int, str]]) -> None:
    found = hits(TALK, [tracker(**changes)])
    assert [(one.line, one.matched) for one in found] == expected
    for one in found:
        assert one.quote in TALK[one.line].text
        assert one.matched in one.quote
        assert (one.speaker, one.t) == (TALK[one.line].speaker, TALK[one.line].start)


def test_of_nobody_knows_whom_a_tracker_of_one_side_says_nothing() -> None:
    anybody = (Spoken(speaker="", text="太贵了"),)
    assert not hits(anybody, [tracker(keywords=["贵"], side="customer")])
    assert hits(anybody, [tracker(keywords=["贵"])])
    assert first_hit("上次说太贵了。", tracker(keywords=["贵"], side="customer")) == "贵"


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(?=a)b", "(?P<x>a)", r"(a)\1", "a{0,99}", "a**", "[", "(a", "a)", "*a", "a*", "", "x" * 201,
     "a{1,30}b{1,30}c{1,30}", r"\b+", "((((((((a))))))))", "(?i)a", "a{3,2}"],
)  # fmt: skip
def test_what_could_run_away_or_is_no_pattern_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(PatternError, match="/"):
        compiled(pattern)


@given(st.text(alphabet="ab(|)?*+.{1,3}[]^$\\", max_size=14), st.text(alphabet="ab", max_size=200))
def test_whatever_is_accepted_is_searched_in_bounded_time(pattern: str, text: str) -> None:
    try:
        found = compiled(pattern)
    except PatternError:
        return
    found.search(text)


def test_the_worst_that_is_accepted_stays_quick() -> None:
    found = compiled("a{0,30}a{0,30}b")
    assert found.search("a" * 5000) is None


def test_books_add_up_a_named_one_wins_and_a_broken_one_is_left_out() -> None:
    default = blueprints.default("trackers")
    more = {"trackers": [{"id": "pricing", "name": "价钱", "keywords": ["价钱"]}]}
    off = {"trackers": [{"id": "decision", "name": "决策", "off": True}]}
    found = {one.id: one for one in in_force({"default": default, "b": more, "c": off, "d": {"trackers": 3}})}
    assert found["pricing"].name == "价钱"
    assert "decision" not in found
    assert "competitor" in found


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x", "name": "空"},
        {"id": "x", "name": "a", "keywords": ["a"]},
        {"id": "x", "name": "a", "keywords": ["词"], "feeds": "nothing"},
        {"id": "x", "name": "a", "patterns": ["(a+)+"]},
        {"id": "大写", "name": "a", "keywords": ["词"]},
    ],
)
def test_faults_are_said(wrong: dict[str, object]) -> None:
    assert blueprints.lint("trackers", {"trackers": [wrong]})


def test_the_ones_that_ship_hit_what_they_are_for() -> None:
    found = {one.id: one for one in in_force({"default": blueprints.default("trackers")})}
    for tracker_id, text in (
        ("pricing", "给我们报价吧"), ("competitor", "我们也在看别家"), ("decision", "这要上会"), ("next_step", "那我下周三过来跟您演示"),
        ("stall", "预算被领导砍掉了"), ("stall", "the budget was cut"), ("stall", "it is not really a priority"),
    ):  # fmt: skip
        assert first_hit(text, found[tracker_id]), (tracker_id, text)
