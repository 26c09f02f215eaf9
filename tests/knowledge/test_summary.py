"""Extractive summaries: verbatim, inside the budget, about what was asked, the same every time, better than LexRank."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.summary import Spoken, lexrank, rouge, summarise
from knowledge.insight.summary.rouge import tokens

TALK = (
    Spoken(
        speaker="李娜",
        text="嗯，大家好，谢谢各位。今天我们主要讨论影像平台的数据迁移方案和验收标准。",
        start=0.0,
    ),
    Spoken(speaker="王建国", text="好的好的。嗯，对对对。", start=9.0),
    Spoken(
        speaker="刘敏", text="数据迁移要分三批，老数据十二年，影像平台上线以前必须全部校验完。", start=12.0
    ),
    Spoken(speaker="李娜", text="好，那么数据迁移方案我们周五以前提供，校验报告一并附上。", start=22.0),
    Spoken(speaker="王建国", text="预算一百二十八万左右，超过这个数要财务总监同意。", start=30.0),
    Spoken(speaker="刘敏", text="今天食堂的红烧肉不错。", start=38.0),
)
said = st.lists(
    st.builds(
        Spoken,
        speaker=st.sampled_from(["A", "李娜", ""]),
        text=st.text(alphabet="数据迁移预算方案，。？！.?; abcdef{}\n12", max_size=90),
        start=st.none() | st.floats(0, 1e4),
    ),
    max_size=12,
)


@given(said, st.text(alphabet="数据预算abc ?", max_size=12), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_every_quote_is_verbatim_and_the_budget_holds(turns: list[Spoken], query: str, budget: int) -> None:
    found = summarise(turns, query, budget)
    assert len(found.text) <= budget
    for quote in found.quotes:
        assert turns[quote.turn].text[quote.start : quote.end] == quote.text
        assert quote.speaker == turns[quote.turn].speaker
        assert quote.at == turns[quote.turn].start
    places = [(quote.turn, quote.start) for quote in found.quotes]
    assert places == sorted(set(places))


def test_the_subject_of_the_talk_is_in_and_small_talk_is_not() -> None:
    found = summarise(TALK, budget_chars=50)
    assert "数据迁移" in found.text
    assert "红烧肉" not in found.text
    assert "谢谢" not in found.text
    assert found.method.startswith("extractive")


def test_a_question_is_answered_by_what_was_said_about_it() -> None:
    assert "一百二十八万" in summarise(TALK, "预算是多少", 40).text


def test_the_same_in_another_process() -> None:
    code = (
        "import json,sys\nfrom knowledge.insight.summary import Spoken, summarise\n"
        "t=[Spoken(**x) for x in json.load(sys.stdin)]\nprint(summarise(t,'',80))"
    )
    data = json.dumps([{"speaker": t.speaker, "text": t.text} for t in TALK])
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], input=data, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_nothing_said_nothing_quoted() -> None:
    assert summarise(()).quotes == ()
    assert lexrank(()) == ""
    assert summarise((Spoken(speaker="A", text="好。"),)).text == "好。"


def test_rouge_on_worked_cases() -> None:
    assert tokens("We've 3 PACS，系统。") == ["we've", "3", "pac", "系", "统"]
    same = rouge("数据迁移方案", ["数据迁移方案"])
    assert same == {"rouge1": 1.0, "rouge2": 1.0, "rougeL": 1.0}
    found = rouge("the cat sat", ["the cat was on the mat"])  # 2 of 3 and of 6 words; 1 of 2 and of 5 pairs
    assert found["rouge1"] == pytest.approx(4 / 9)
    assert found["rouge2"] == pytest.approx(2 / 7)
    assert found["rougeL"] == pytest.approx(4 / 9)
    assert rouge("", ["数据"])["rouge1"] == 0.0


@given(st.text(alphabet="数据迁移 ab", max_size=20), st.text(alphabet="数据迁移 ab", max_size=20))
@settings(max_examples=80, deadline=None)
def test_the_longest_common_subsequence_is_the_textbook_one(one: str, two: str) -> None:
    a, b = tokens(one), tokens(two)
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    want = 2 * row[-1] / (len(a) + len(b)) if row[-1] else 0.0
    assert rouge(one, [two])["rougeL"] == pytest.approx(want if two.strip() else 0.0)
