"""Call metrics: hand-computed examples, the refuse rules, and what must not matter."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.metrics import NAMES, MetricRules, call_metrics, judged, over_calls
from speech.metrics.words import is_backchannel, tokens
from speech.transcript import Segment, Side


def said(start: float, end: float, who: str, text: str) -> Segment:
    side: Side = "rep" if who.startswith("R") else "customer" if who.startswith("C") else "unknown"
    return Segment(speaker=who, text=text, side=side, start=start, end=end)


CALL = (
    said(0, 20, "R", "您好，我们公司成立于2010年。您现在最大的问题是什么？"),
    said(21, 61, "C", "我们主要是价格的问题，太贵了。"),
    said(40, 41, "R", "嗯，对。"),
    said(64, 84, "R", "那个，我明天把报价发给您。然后您这边有没有预算？"),
    said(83, 103, "C", "有预算，明年再说。"),
    said(103.5, 120, "R", "好的，那下周三我们开会过一遍方案可以吗？"),
    said(120, 121, "C", "可以。"),
)
"""Speech: rep 0-20, 40-41, 64-84, 103.5-120 = 57.5 s; customer 21-61, 83-103, 120-121 = 61 s."""


def value(name: str) -> float:
    found = call_metrics(CALL)[name]
    assert found.value is not None, found
    return found.value


def test_hand_computed_times() -> None:
    assert value("talk_ratio") == pytest.approx(57.5 / 118.5, abs=1e-6)
    assert value("talk_share_rep") == pytest.approx(57.5 / 121, abs=1e-6)
    assert value("talk_share_customer") == pytest.approx(61 / 121, abs=1e-6)
    assert value("longest_monologue") == 20
    assert value("longest_customer_story") == 40
    assert value("company_overview") == 20
    # turns: R C R C R C; the back-channel at 40 parts nothing
    assert value("interactivity") == pytest.approx(5 / (121 / 60), abs=1e-6)
    # customer -> rep: 61 -> 64 is 3 s, 103 -> 103.5 is 0.5 s; the median is 1.75
    assert value("patience") == 1.75
    # silences: 20-21, 61-64, 103-103.5
    assert value("silence_share") == pytest.approx(4.5 / 121, abs=1e-6)
    assert (value("pause_p50"), value("pause_max")) == (1.0, 3.0)
    assert value("pause_p90") == pytest.approx(1 + 0.8 * 2)
    assert call_metrics(CALL)["pause_p50"].n == 3
    # one switch in which the customer begins 1 s before the rep ends: overlap 83-84, they go on for 20 s
    assert value("interruption_rate") == pytest.approx(1 / 6, abs=1e-6)
    assert value("interruption_rate_customer") == pytest.approx(1 / 6, abs=1e-6)
    assert value("interruption_rate_rep") == 0
    assert value("turn_entropy") == 1.0


def test_hand_computed_words() -> None:
    assert value("question_count") == 3
    assert value("questions_per_30min") == pytest.approx(3 * 30 / (121 / 60), abs=1e-5)
    assert value("open_question_share") == pytest.approx(
        1 / 3, abs=1e-6
    )  # 什么 is open; 有没有, 可以吗 are not
    assert value("filler_rate") == pytest.approx(
        2 / (57.5 / 60), abs=1e-5
    )  # 那个, 然后; 嗯 is a back-channel
    # both customer turns with an objection (太贵, 明年再): 3 s and 0.5 s
    assert value("post_objection_pause") == 1.75
    assert value("post_objection_ratio") == 1.0
    rep = [len(tokens(CALL[n].text)) * 60 / (CALL[n].end - CALL[n].start) for n in (0, 3, 5)]  # type: ignore[operator]
    assert value("pace_rep") == pytest.approx(sorted(rep)[1], abs=1e-5)
    assert call_metrics(CALL)["pace_rep"].unit == "chars/min"
    step = call_metrics(CALL)["next_step_set"]
    assert (step.value, step.n) == (1.0, 2)
    assert [one.quote for one in step.evidence] == [
        "那个，我明天把报价发给您。",
        "好的，那下周三我们开会过一遍方案可以吗？",
    ]
    assert step.evidence[1].start == 103.5


def test_competitor_early_needs_names_and_is_counted_by_time() -> None:
    call = (*CALL[:1], replace(CALL[1], text="我们也在看用友，太贵了。"), *CALL[2:])
    assert call_metrics(call)["competitor_early"].reason.code == "no_names"  # type: ignore[union-attr]
    rules = MetricRules(competitors=("用友", "SAP"))
    early = call_metrics(call, rules)["competitor_early"]
    assert (early.value, early.n, early.evidence[0].speaker) == (1.0, 1, "C")
    late = (*CALL[:5], replace(CALL[5], text="和sap比呢？"), CALL[6])
    assert call_metrics(late, rules)["competitor_early"].value == 0.0
    assert (
        call_metrics((replace(CALL[0], text="SAPPHIRE"), *CALL[1:]), rules)["competitor_early"].value is None
    )


def test_english_call() -> None:
    call = (
        said(
            0,
            30,
            "R",
            "Hi. We were founded in 2010. What are your biggest problems today? Do you have a budget?",
        ),
        said(31, 61, "C", "It's too expensive, um, you know."),
        said(
            62,
            80,
            "R",
            "I see. I'll send you the proposal by Friday. Tell me about your process. You like it.",
        ),
    )
    found = call_metrics(call)
    assert found["question_count"].value == 3
    assert found["open_question_share"].value == pytest.approx(2 / 3, abs=1e-6)
    assert found["pace_rep"].unit == "words/min"
    assert [one.quote for one in found["next_step_set"].evidence] == ["I'll send you the proposal by Friday."]
    assert found["filler_rate"].value == 0.0
    assert found["post_objection_pause"].value == 1.0


def test_style_matching_of_the_same_style_is_one() -> None:
    words = "我们现在的系统不太好用，因为数据都在表格里，然后每次要找人的话就很慢。" * 4
    call = (said(0, 40, "R", words), said(41, 80, "C", words))
    assert call_metrics(call)["style_matching"].value == 1.0
    short = call_metrics((CALL[0], *CALL[1:]))["style_matching"]
    assert short.reason is not None
    assert short.reason.code == "few_words"


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("嗯", True), ("好的，好的。", True), ("对对对", True), ("是的呢", True), ("OK", True), ("yeah, right", True), ("…", True),
        ("嗯嗯好的明白对", True), ("嗯嗯嗯嗯嗯嗯", False), ("好，明天", False), ("太贵了", False), ("行不行", False), ("贵啊", False),
        ("yes we can do", False), ("I see", True), ("book", False),
    ],
)  # fmt: skip
def test_backchannels(text: str, yes: bool) -> None:
    assert is_backchannel(text) is yes


# refuse rules ------------------------------------------------------------------------------------------------------


def reasons(found: object) -> dict[str, str]:
    metrics = found.metrics  # type: ignore[attr-defined]
    return {name: one.reason.code for name, one in metrics.items() if one.reason}


def test_under_a_minute_nothing_is_measured() -> None:
    found = call_metrics((said(0, 30, "R", "您好"), said(30, 59.9, "C", "你好，太贵了")))
    assert set(reasons(found)) == set(NAMES)
    assert (
        found["talk_ratio"].reason.zh == "有声部分只有 60 秒,不足 60 秒"
        or "60 s" in found["talk_ratio"].reason.en
    )  # type: ignore[union-attr]
    assert (
        call_metrics((said(0, 30, "R", "您好"), said(30, 60, "C", "你好，太贵了")))["talk_ratio"].value == 0.5
    )


def test_a_side_with_under_five_percent_is_refused_with_its_share() -> None:
    found = call_metrics(
        (said(0, 96, "R", "我来介绍一下我们公司的产品"), said(97, 100, "C", "太贵了我们不要"))
    )
    assert reasons(found)["talk_ratio"] == "one_sided"
    assert "3.0%" in found["talk_ratio"].reason.zh  # type: ignore[union-attr]
    assert found["silence_share"].value == 0.01
    assert found["interactivity"].value is not None
    even = (said(0, 95, "R", "我来介绍一下我们公司的产品"), said(95, 100, "C", "太贵了我们不要"))
    assert call_metrics(even)["talk_ratio"].value == 0.95


def test_uncertain_speakers() -> None:
    assert reasons(call_metrics(CALL, speaker_confidence=0.69))["talk_ratio"] == "speaker_unsure"
    assert call_metrics(CALL, speaker_confidence=0.69)["silence_share"].value is not None
    assert call_metrics(CALL, speaker_confidence=0.7)["talk_ratio"].value is not None
    unnamed = tuple(replace(one, speaker="?", side="unknown") for one in CALL)
    assert reasons(call_metrics(unnamed))["interactivity"] == "speaker_unknown"
    no_sides = tuple(replace(one, side="unknown") for one in CALL)
    assert reasons(call_metrics(no_sides))["talk_ratio"] == "no_sides"
    assert call_metrics(no_sides)["interactivity"].value is not None


def test_transcripts_without_times_answer_what_words_can() -> None:
    long = tuple(replace(one, start=None, end=None, text=one.text * 3) for one in CALL)
    found = call_metrics(long)
    assert found["question_count"].value is not None
    assert reasons(found)["talk_ratio"] == "no_times"
    short = tuple(replace(one, start=None, end=None) for one in CALL)
    assert reasons(call_metrics(short))["question_count"] == "too_short"


def test_starts_alone_give_no_pauses() -> None:
    found = call_metrics(tuple(replace(one, end=None) for one in CALL))
    assert reasons(found)["patience"] == "no_end_times"
    assert reasons(found)["silence_share"] == "no_end_times"
    assert found["talk_ratio"].value is not None


def test_an_empty_call_has_reasons_in_both_languages() -> None:
    for one in call_metrics(()).metrics.values():
        assert one.value is None
        assert one.reason is not None
        assert one.reason.zh
        assert one.reason.en


def test_rules_from_a_blueprint() -> None:
    assert MetricRules.of({"min_speech_s": 30, "competitors": ["用友"]}).competitors == ("用友",)
    with pytest.raises(ValueError, match="unknown key"):
        MetricRules.of({"min_speach_s": 30})
    with pytest.raises(ValueError, match="must be a number"):
        MetricRules.of({"min_speech_s": float("nan")})


# over calls --------------------------------------------------------------------------------------------------------


def test_mean_of_calls_and_pooled_differ_and_both_have_n() -> None:
    one = (said(0, 30, "R", "我们看一下方案"), said(30, 60, "C", "价格是多少我想知道"))
    other = (said(0, 270, "R", "我们看一下方案"), said(270, 300, "C", "价格是多少我想知道"))
    third = (said(0, 3, "R", "喂您好在吗"), said(3, 5, "C", "打错了再见"))
    found = over_calls([call_metrics(call) for call in (one, other, third)])["talk_ratio"]
    assert found.mean_of_calls == pytest.approx((0.5 + 0.9) / 2)
    assert found.pooled == pytest.approx(300 / 360, abs=1e-6)
    assert (found.n, found.refused) == (2, {"too_short": 1})
    assert over_calls([])["talk_ratio"].n == 0


def test_calls_in_two_languages_are_not_averaged() -> None:
    english = (said(0, 40, "R", "we look at the plan"), said(41, 80, "C", "what is the price of it"))
    chinese = (said(0, 40, "R", "我们看一下方案"), said(41, 80, "C", "价格是多少我想知道"))
    found = over_calls([call_metrics(call) for call in (english, chinese, chinese)])["pace_rep"]
    assert (found.unit, found.n, found.refused) == ("chars/min", 2, {"other_unit": 1})


def test_a_value_lies_to_the_range_of_its_call_type() -> None:
    ratio = call_metrics(CALL)["talk_ratio"]
    assert judged(ratio, "demo")[0] == "within"  # type: ignore[index]
    assert judged(ratio, "negotiation")[0] == "above"  # type: ignore[index]
    assert judged(call_metrics(())["talk_ratio"], "demo") is None
    assert judged(call_metrics(CALL)["turn_entropy"]) is None


# properties --------------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from([
    "嗯", "好的", "对对", "太贵了，预算不够", "您现在怎么做？", "有没有预算？", "我明天把方案发给您", "那个，就是这样",
    "我们公司成立于2010年", "可以吗？", "行",
    "What is the plan?", "ok", "I'll send it by Friday", "um", "竞品是用友",
])  # fmt: skip
SEGMENTS = st.lists(
    st.tuples(st.integers(0, 400_000), st.integers(0, 60_000), st.sampled_from("RSCDU"), TEXTS), max_size=25
)
SIDES: dict[str, Side] = {"R": "rep", "S": "rep", "C": "customer", "D": "customer", "U": "unknown"}


def built(rows: list[tuple[int, int, str, str]], shift: int = 0) -> list[Segment]:
    return [
        Segment(
            speaker=who, side=SIDES[who], text=text, start=(at + shift) / 1000, end=(at + long + shift) / 1000
        )
        for at, long, who, text in rows
    ]


RULES = MetricRules(competitors=("用友",))


def values(segments: list[Segment]) -> dict[str, float | None]:
    return {name: one.value for name, one in call_metrics(segments, RULES).metrics.items()}


@settings(max_examples=60, deadline=None)
@given(SEGMENTS, st.integers(0, 10**8))
def test_a_shift_in_time_changes_nothing(rows: list[tuple[int, int, str, str]], shift: int) -> None:
    assert values(built(rows, shift)) == values(built(rows))


@settings(max_examples=60, deadline=None)
@given(SEGMENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_segments_does_not_matter(
    rows: list[tuple[int, int, str, str]], random: object
) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = call_metrics(built(rows), RULES), call_metrics(built(mixed), RULES)
    assert json.dumps(first.as_json()) == json.dumps(second.as_json())


@settings(max_examples=60, deadline=None)
@given(SEGMENTS)
def test_no_value_is_nan_and_each_is_in_its_range(rows: list[tuple[int, int, str, str]]) -> None:
    found = call_metrics(built(rows), RULES)
    for name, one in found.metrics.items():
        assert (one.value is None) == (one.reason is not None), name
        assert one.value is None or (math.isfinite(one.value) and one.value >= 0), name
        if one.value is not None and (one.unit == "share" or name == "style_matching"):
            assert one.value <= 1
    for name, over in over_calls([found, found]).items():
        assert over.mean_of_calls == pytest.approx(found[name].value)
        if name != "pause_p90":  # twice the same values lie closer together
            assert over.pooled == pytest.approx(found[name].value, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(SEGMENTS)
def test_swapping_the_sides_swaps(rows: list[tuple[int, int, str, str]]) -> None:
    pair = [(at, long, {"S": "R", "D": "C", "U": "C"}.get(who, who), text) for at, long, who, text in rows]
    swapped: list[Segment] = [
        replace(one, side="customer" if one.side == "rep" else "rep") for one in built(pair)
    ]
    first, second = values(built(pair)), values(swapped)
    for name in (
        "interactivity",
        "silence_share",
        "pause_p90",
        "turn_entropy",
        "interruption_rate",
        "style_matching",
    ):
        assert first[name] == second[name], name
    for name in ("talk_share", "pace", "interruption_rate"):
        assert first[f"{name}_rep"] == second[f"{name}_customer"], name
    ratio, other = first["talk_ratio"], second["talk_ratio"]
    assert (ratio is None and other is None) or ratio + other == pytest.approx(1, abs=1e-5)  # type: ignore[operator]
