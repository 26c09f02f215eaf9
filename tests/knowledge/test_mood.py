"""The customer's mood: words with negation and intensifiers, pace and interruptions, the turn at which it broke, nobody of ours."""

from __future__ import annotations

import random
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.mood import Moment, Text, change_point, mood_of_call, mood_of_texts, polarity, turns_of
from speech.transcript import Segment, Side
from tests.fakes.mood_talks import planted


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("很满意", "满意"), ("满意", "不太满意"), ("非常专业", "有点专业"), ("不专业", "很不专业"), ("不贵", "贵"), ("太好了", "太贵了"),
        ("没问题", "问题很多"), ("贵公司的方案不错", "贵公司的方案太贵"), ("麻烦您发一下资料", "这个太麻烦了"), ("有风险吗?", "有风险。"),
        ("价格高,但是质量很好", "质量很好,但是价格太高"), ("如果出故障怎么办", "又出故障了"), ("I'm very happy", "I'm happy"),
        ("I'm happy", "I'm not happy"),
        ("not bad", "bad"), ("no problem", "a problem"), ("not very good", "terrible"),
        ("It's slow but reliable", "It's reliable but slow"),
        ("nothing at all", "nothing but problems"), ("Is it expensive?", "It is expensive."), ("👍", "😡"), ("yes please", "no, not today"),
    ],
)  # fmt: skip
def test_this_sounds_better_than_that(better: str, worse: str) -> None:
    assert polarity(better) > polarity(worse)


@pytest.mark.parametrize(
    "neutral",
    [
        "我们有三个院区。",
        "周三下午在单位。",
        "差不多二十个用户。",
        "我下周出差。",
        "We have three sites.",
        "12345",
        "",
    ],
)
def test_what_sounds_neither_way_is_zero(neutral: str) -> None:
    assert polarity(neutral) == 0


@given(st.text(max_size=300))
def test_any_text_has_a_value_within_bounds_and_always_the_same(text: str) -> None:
    assert -1 < polarity(text) < 1
    assert polarity(text) == polarity(text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_planted_drop_is_found_at_its_turn(language: str) -> None:
    """capabilities.md C2.4: within one turn of the customer in 90 % of what is found. Of all planted it is 88 to 90 % over 400
    other seeds (tests/bench/bench_mood.py counts 200 of them), so these sixty are not asked for more."""
    found, near, shown = 0, 0, 0
    for seed in range(60):
        turns, at = planted(seed, language)
        mood = mood_of_call(turns)
        if mood.change is not None:
            assert mood.turn is not None
            assert mood.turn.quote in next(one.text for one in turns if one.line == mood.turn.line)
            found += mood.change.down
            near += abs(mood.change.at - at) <= 1
            shown += abs(mood.change.shown - at) <= 1
    assert found >= 0.93 * 60
    assert near >= 0.9 * found
    assert near >= 0.88 * 60
    assert shown >= 0.87 * 60


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_drop_it_seldom_cries_wolf(language: str) -> None:
    alarms = sum(
        mood_of_call(planted(seed, language, drop=False)[0]).change is not None for seed in range(60)
    )
    assert alarms <= 6, "5 % by design, and what 60 talks may stray from it"


@pytest.mark.parametrize("ill", [0.1, 0.5])
def test_a_mixed_customer_is_no_alarm_either(ill: float) -> None:
    """A permutation test holds its level whatever share of turns is meant ill."""
    dice, alarms = random.Random(9), 0
    for _ in range(80):
        row = [dice.choice((0.0, -0.45 if dice.random() < ill else 0.45)) for _ in range(24)]
        alarms += change_point(row) is not None
    assert alarms <= 8


def test_the_place_is_a_turn_that_sounds_new_and_the_means_can_be_counted_again() -> None:
    found = change_point(
        [0.45, 0.0, 0.3, 0.45, 0.24, 0.45, 0.0, 0.45, 0.0, -0.45, -0.6, 0.0, -0.45, -0.24, -0.6]
    )
    assert found is not None
    assert (found.shown, found.down, found.n_before + found.n_after) == (9, True, 15)
    assert abs(found.at - 9) <= 1
    assert found.before > 0.25 > -0.25 > found.after
    assert found.p <= 0.04


def test_one_loud_word_is_no_change_and_silence_is_none() -> None:
    assert change_point([0.24] * 8 + [-0.9] + [0.24] * 8) is None
    assert change_point([0.0] * 30) is None
    assert change_point([0.0] * 12 + [-0.45] + [0.0] * 12) is None


def test_a_rise_needs_more_than_a_fall() -> None:
    row = [0.45] * 8 + [-0.45] * 8
    rise = change_point([-one for one in row])
    assert rise is not None
    assert not rise.down
    assert rise.p <= 0.01
    assert rise.at == 8


def test_the_same_talk_has_the_same_line_and_too_little_is_no_line() -> None:
    turns, _ = planted(3, "zh")
    assert mood_of_call(turns).as_json() == mood_of_call(turns).as_json()
    few = mood_of_call(turns[:8])
    assert few.change is None
    assert "数据不足" in few.reason
    assert mood_of_texts([]).mean is None


def test_nothing_of_ours_is_in_it() -> None:
    """capabilities.md C1.5: no value, no quote and no field of a colleague's mood."""
    angry = [
        Text(text="气死我了,滚,骗子", customer=False, line=0),
        Text(text="好的谢谢", customer=True, line=1),
    ]
    mood = mood_of_call(angry)
    assert [one.line for one in mood.moments] == [1]
    assert "气死" not in str(mood.as_json())
    assert not [one.name for one in fields(Moment) if "rep" in one.name]


def _segments(*parts: tuple[Side, str, float, float]) -> list[Segment]:
    names = {"rep": "李娜", "customer": "王建国", "unknown": "?"}
    return [
        Segment(speaker=names[side], side=side, text=text, start=start, end=end)
        for side, text, start, end in parts
    ]


def test_pace_and_interruptions_pull_the_line_down_and_are_shown_apart() -> None:
    slow = "我们一共有三个院区和二十个用户"
    calm = [
        ("customer", slow, 10.0 * n, 10.0 * n + 5) if n % 2 else ("rep", "我们接着看下一项好吗各位", 10.0 * n, 10.0 * n + 5)
        for n in range(8)
    ]  # fmt: skip
    fast = [("rep", "那我再给您介绍一下我们公司的情况", 90.0, 96.0), ("customer", slow, 94.0, 96.5)]
    moments = mood_of_call(turns_of(_segments(*calm, *fast))).moments  # type: ignore[arg-type]
    assert [one.value for one in moments[:4]] == [0, 0, 0, 0]
    assert moments[-1].cut_in == -0.1
    assert moments[-1].hurry < 0
    assert moments[-1].value == pytest.approx(moments[-1].words + moments[-1].hurry + moments[-1].cut_in)
    assert moments[-1].line == 9
    assert moments[-1].start == 94.0


def test_without_times_there_are_only_words_and_the_lines_are_right() -> None:
    said = [Segment(speaker="王建国", side="customer", text="好的，可以"), Segment(speaker="李娜", side="rep", text="那我发您资料"),
            Segment(speaker="王建国", side="customer", text="好的，可以")]  # fmt: skip
    turns = turns_of(said)
    assert [one.line for one in turns] == [0, 1, 2]
    assert {(one.seconds, one.cut_in, one.start) for one in turns} == {(0.0, 0, None)}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1), max_size=30))
def test_a_change_lies_inside_and_is_the_same_each_time(values: list[float]) -> None:
    found = change_point(values)
    assert found == change_point(values)
    if found is not None:
        assert 2 <= found.at <= len(values) - 2
        assert 0 <= found.shown < len(values)
        assert abs(found.after - found.before) >= 0.25
        assert 0 < found.p <= 0.05
