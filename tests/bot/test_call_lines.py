"""What people type about a call: each line means what it says, and what is about something else is left alone."""

from __future__ import annotations

import pytest

from bot.call_lines import answer, consent, correction
from speech.corrections import LABEL, NAME, SPEAKER, WORDS


@pytest.mark.parametrize(
    ("text", "kind", "old", "line", "new"),
    [
        ("把王总改成汪总", NAME, "王总", -1, "汪总"),
        ("请把“王总”都改成“汪总”。", NAME, "王总", -1, "汪总"),
        ("录音里的王总更正为汪总", NAME, "", -1, ""),
        ("文字稿里把锐影改为瑞影", NAME, "锐影", -1, "瑞影"),
        ("change Wang to Wong in the transcript", NAME, "Wang", -1, "Wong"),
        ("第12句是客户说的", SPEAKER, "", 11, "客户"),
        ("第十二句话其实是王磊讲的。", SPEAKER, "", 11, "王磊"),
        ("line 3 was said by the customer", SPEAKER, "", 2, "the customer"),
        ("说话人1是王磊", LABEL, "说话人1", -1, "王磊"),
        ("声道 2 就是客户", LABEL, "声道 2", -1, "客户"),
        ("speaker 1 is Wang Lei", LABEL, "speaker 1", -1, "Wang Lei"),
        ("第3句改成:预算一百二十八万", WORDS, "", 2, "预算一百二十八万"),
        ("第3句应该是“预算一百二十八万”", WORDS, "", 2, "预算一百二十八万"),
        ("line 2 should read: the budget is 1.2 million", WORDS, "", 1, "the budget is 1.2 million"),
    ],
)
def test_corrections(text: str, kind: str, old: str, line: int, new: str) -> None:
    found = correction(text)
    if not new:
        assert found is None
        return
    assert found is not None
    assert found.edit is not None
    assert (found.edit.kind, found.edit.old, found.edit.line, found.edit.new) == (kind, old, line, new)


@pytest.mark.parametrize("text", ["恢复第1版", "把文字稿恢复到第 1 版", "restore version 1"])
def test_an_older_version(text: str) -> None:
    found = correction(text)
    assert found is not None
    assert (found.verb, found.number) == ("restore", 1)


@pytest.mark.parametrize("text", ["文字稿历史", "谁改过这段录音?", "transcript history"])
def test_the_history(text: str) -> None:
    found = correction(text)
    assert found is not None
    assert found.verb == "history"


@pytest.mark.parametrize(
    "text",
    [
        "把阶段改成谈判",
        "把金额改成120万",
        "把主题改成新方案",
        "change the stage to negotiation",
        "这段录音里他对预算怎么说的?",
        "第二个",
        "总结一下这通电话",
        "王总是谁",
        "说话人是谁?",
        "接受",
    ],
)
def test_what_is_about_something_else(text: str) -> None:
    assert correction(text) is None
    assert answer(text) is None


@pytest.mark.parametrize(
    ("text", "state", "how"),
    [
        ("同意", "given", ""),
        ("对方同意录音了,王总电话里口头同意", "given", "王总电话里口头同意"),
        ("客户已同意", "given", ""),
        ("已同意录音:李娜开场白里问过", "given", "李娜开场白里问过"),
        ("they agreed to be recorded, asked at the start", "given", "asked at the start"),
        ("没同意", "refused", ""),
        ("客户不同意录音", "refused", ""),
        ("还没问", "asked", ""),
    ],
)
def test_consent(text: str, state: str, how: str) -> None:
    found = consent(text)
    assert found is not None
    assert (found.state, found.how) == (state, how)


@pytest.mark.parametrize("text", ["这单怎么样", "他同意降价吗", "同意书发给谁?", "批准 A7F3"])
def test_what_is_no_consent(text: str) -> None:
    assert consent(text) is None


@pytest.mark.parametrize(
    ("text", "verb", "numbers"),
    [
        ("全部接受", "accept", ()),
        ("接受全部建议", "accept", ()),
        ("接受1和3", "accept", (1, 3)),
        ("采纳 2、4", "accept", (2, 4)),
        ("accept 1 and 2", "accept", (1, 2)),
        ("不要2", "refuse", (2,)),
        ("都不要", "refuse", ()),
    ],
)
def test_answers_to_proposals(text: str, verb: str, numbers: tuple[int, ...]) -> None:
    found = answer(text)
    assert found is not None
    assert (found.verb, found.numbers) == (verb, numbers)


def test_a_task_is_given_to_somebody() -> None:
    found = answer("3归赵磊负责")
    assert found is not None
    assert (found.verb, found.numbers, found.who) == ("give", (3,), "赵磊")
