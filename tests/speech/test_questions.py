"""What counts as a question, and as an open one; what counts as a dated commitment."""

from __future__ import annotations

import pytest

from speech.metrics import MetricRules
from speech.metrics.commitments import next_steps
from speech.metrics.questions import questions
from speech.metrics.turns import Conversation
from speech.transcript import Segment


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("您现在怎么管理客户的？", [True]),
        ("为什么选这个方案", [True]),
        ("您最关心哪些功能？", [True]),
        ("最大的问题是什么", [True]),
        ("请介绍一下贵司的流程。", [True]),
        ("您能介绍一下吗？", [False]),  # 吗 is closed by definitions.md D1
        ("你们有没有预算", [False]),
        ("是不是要走招标？", [False]),
        ("价格可以接受吗", [False]),
        ("有什么问题吗？", [False]),
        ("大概多少人用？", [False]),
        ("用友还是金蝶？", [False]),
        ("没什么问题", []),
        ("我知道您为什么担心。", []),
        ("不管怎么说都要做", []),
        ("我来介绍一下我们公司", []),
        ("那么，我们继续", []),
        ("您好。您是哪位？您这边怎么做？", [False, True]),
        ("报价是3.5万，可以吗", [False]),
        ("", []),
        ("？？？", []),
        ("How do you do this today?", [True]),
        ("So what is your process", [True]),
        ("Tell me about your team.", [True]),
        ("How many people use it?", [False]),
        ("Do you have a budget?", [False]),
        ("is there a deadline", [False]),
        ("What I mean is that it works.", []),
        ("what we do is simple", []),
        ("It costs 3.5 dollars, right?", [False]),
    ],
)
def test_questions(text: str, opened: list[bool]) -> None:
    assert [one.open for one in questions(text)] == opened


def steps(*texts: str) -> list[str]:
    segments = [
        Segment(speaker="RC"[n % 2], side="rep" if n % 2 == 0 else "customer", text=text)
        for n, text in enumerate(texts)
    ]
    return [one.quote for one in next_steps(Conversation.of(segments, MetricRules()))]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("我明天把方案发给您。",), 1),
        (("您12月3号之前给我们回复。",), 1),
        (("两天之内我把合同寄给您",), 1),
        (("下周三我们演示可以吗？", "可以，没问题"), 1),
        (("下周三我们演示可以吗？", "恐怕不行，下周我出差"), 0),
        (("下周三我们演示可以吗？", "好是好，但是我要问领导"), 0),
        (("下周三我们演示可以吗？",), 0),
        (("上周三我们演示过了。",), 0),
        (("我尽快把方案发给您。",), 0),
        (("明天可能给您回复。",), 0),
        (("如果下周有预算就签合同。",), 0),
        (("今天天气很好。",), 0),
        (("I'll send the proposal by Friday.",), 1),
        (("Can we meet next Tuesday?", "Sure, sounds good."), 1),
        (("Can we meet next Tuesday?", "I can't."), 0),
        (("We met last week.",), 0),
        (("I'll get back to you soon.",), 0),
    ],
)
def test_dated_commitments(texts: tuple[str, ...], found: int) -> None:
    assert len(steps(*texts)) == found
