"""Exports of 飞书妙记, 钉钉听记 and 腾讯会议 come in and go out; sides come from those who took part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.attachments.talks import is_talk
from speech.formats import FormatError, read, write
from speech.sides import Participants
from speech.transcript import Segment, Transcript

FEISHU = """华东医疗影像平台沟通
2026年8月5日 下午 2:30|1分钟 12秒

关键词:
影像、样片、预算

文字记录:

李娜 00:02
王总您好，今天用的是你们自己的样片。

王建国 00:12
好，我们约明天 10:30
再看预算。

李娜 01:05
没问题。
"""

DINGTALK = """影像平台沟通
2026-08-05 14:30:12
发言人 1 00:00:02
王总您好。
发言人 2 00:00:12
价格太贵了，
明天下午 10:30 再谈。
发言人 1 01:00:05
好的。
"""

TENCENT = """会议名称：影像平台沟通

李娜(00:00:02): 王总您好。

王建国（00:00:12）：
价格(含税)太贵了。
比例是 3:2

李娜(00:01:05): 好的: 我明白
"""


def rows(text: str, source_format: str = "txt") -> list[tuple[str, float | None, str]]:
    return [(s.speaker, s.start, s.text) for s in read(text, source_format).segments]


@pytest.mark.parametrize("source_format", ["txt", "feishu"])
def test_feishu(source_format: str) -> None:
    assert rows(FEISHU, source_format) == [
        ("李娜", 2.0, "王总您好，今天用的是你们自己的样片。"),
        ("王建国", 12.0, "好，我们约明天 10:30 再看预算。"),
        ("李娜", 65.0, "没问题。"),
    ]
    assert read(FEISHU, "txt").source_format == "feishu"


@pytest.mark.parametrize("source_format", ["txt", "dingtalk"])
def test_dingtalk(source_format: str) -> None:
    assert rows(DINGTALK, source_format) == [
        ("发言人 1", 2.0, "王总您好。"),
        ("发言人 2", 12.0, "价格太贵了， 明天下午 10:30 再谈。"),
        ("发言人 1", 3605.0, "好的。"),
    ]
    assert read(DINGTALK, "txt").source_format == "dingtalk"


@pytest.mark.parametrize("source_format", ["txt", "tencent"])
def test_tencent(source_format: str) -> None:
    assert rows(TENCENT, source_format) == [
        ("李娜", 2.0, "王总您好。"),
        ("王建国", 12.0, "价格(含税)太贵了。 比例是 3:2"),
        ("李娜", 65.0, "好的: 我明白"),
    ]
    assert read(TENCENT, "txt").source_format == "tencent"


def test_markdown_of_a_converted_export() -> None:
    text = "**发言人 1 00:00:01**\\\n你好。\\\n\n**发言人 2 00:00:03**\\\n在的。\\\n"
    assert rows(text) == [("发言人 1", 1.0, "你好。"), ("发言人 2", 3.0, "在的。")]


def test_plain_lines_stay_plain() -> None:
    text = "李娜: 我们约明天 10:30\n王总: 好，周三 09:00 也行\n"
    assert rows(text) == [("李娜", None, "我们约明天 10:30"), ("王总", None, "好，周三 09:00 也行")]


def test_exports_are_known_as_talks_when_they_come_by_chat() -> None:
    assert is_talk(FEISHU.replace("没问题。\n", "没问题。\n\n王建国 01:09\n再见。\n"))
    assert not is_talk("采购清单\n\n显示器 10:30\n\n主机 11:30\n")


@pytest.mark.parametrize(
    ("text", "source_format", "line"),
    [
        ("\n这是一段没有人名的话", "feishu", 2),
        ("", "dingtalk", 1),
        ("李娜: 没有时间", "tencent", 1),
        ("文字记录:\n\n李娜 00:02\n\n", "feishu", 3),
    ],
)
def test_what_is_no_export_is_answered_with_the_line(text: str, source_format: str, line: int) -> None:
    with pytest.raises(FormatError, match=rf"第 {line} 行.*\(line {line}"):
        read(text, source_format)


@pytest.mark.parametrize("target", ["feishu", "dingtalk", "tencent"])
def test_without_times_there_is_no_such_export(target: str) -> None:
    with pytest.raises(FormatError, match="没有时间"):
        write(Transcript(segments=(Segment(speaker="A", text="x"),), source_format="txt"), target)


NAMES = st.sampled_from(["李娜", "王建国", "Grace Huang", "说话人 1", "发言人 2", "王总（采购）"])
WORDS = st.text(st.sampled_from("价格太贵了 abc，。<>&!？1:"), min_size=1, max_size=30).map(
    lambda text: "我" + " ".join(text.split())
)


@given(
    st.lists(st.tuples(NAMES, WORDS, st.integers(0, 10**5)), min_size=2, max_size=8),
    st.sampled_from(["feishu", "dingtalk", "tencent"]),
)
def test_written_and_read_again_is_the_same(lines: list[tuple[str, str, int]], target: str) -> None:
    at, segments = 0, []
    for name, words, gap in lines:
        at += gap
        segments.append(Segment(speaker=name, text=words.strip(), start=at / 1000))
    again = read(write(Transcript(segments=tuple(segments), source_format="x"), target), target)
    assert list(again.segments) == segments


@given(st.text(st.sampled_from("李娜 :：()（）0123456789\n文字记录-->*#\\.,，。[]"), max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    for source_format in ("txt", "feishu", "tencent"):
        try:
            found = read(text, source_format)
        except FormatError:
            continue
        assert found.segments
        assert source_format == "txt" or all(one.text for one in found.segments)


def test_sides_from_participants() -> None:
    people = Participants(
        reps=("李娜", "赵敏"),
        customers=("王建国", "Grace Huang", "刘敏"),
        named={"说话人 1": "李娜", "说话人2": "王建国"},
    )
    said = [
        Segment(speaker=name, text="x")
        for name in (
            "发言人 1",
            "Speaker 2",
            "李娜(成单)",
            "王总",
            "grace huang",
            "赵总",
            "客户",
            "谁",
            "说话人 3",
        )
    ]
    assert [(one.speaker, one.side) for one in people.sided(said)] == [
        ("李娜", "rep"), ("王建国", "customer"), ("李娜(成单)", "rep"), ("王总", "customer"), ("grace huang", "customer"),
        ("赵总", "unknown"), ("客户", "customer"), ("谁", "unknown"), ("说话人 3", "unknown"),
    ]  # fmt: skip


def test_a_side_that_the_source_gave_stays_and_a_name_on_both_sides_is_unknown() -> None:
    people = Participants(reps=("王伟",), customers=("王伟",))
    said = [Segment(speaker="王伟", text="x"), Segment(speaker="王伟", text="x", side="customer")]
    assert [one.side for one in people.sided(said)] == ["unknown", "customer"]
