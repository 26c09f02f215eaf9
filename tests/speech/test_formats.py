"""Transcripts of every format come in, go out, and complain about the right line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.formats import FormatError, read, read_file, read_text, write
from speech.transcript import Segment, Transcript

VTT = """WEBVTT - 通话

NOTE 这一段不算

1
00:00:01.500 --> 00:00:04.000 align:start
<v 李娜>王总您好，<b>打扰</b>了

00:04.200 --> 00:06.000
<v.loud 王建国>价格 &lt;100万 才行</v>
再谈
"""

SRT = """1
00:00:01,500 --> 00:00:04,000
李娜: 王总您好

2
00:00:04,200 --> 00:00:06,000
王建国：太贵了
我们预算只有 80 万
"""


def test_vtt_has_voices_times_and_no_markup() -> None:
    first, second = read(VTT, "vtt").segments
    assert first == Segment(speaker="李娜", text="王总您好，打扰了", start=1.5, end=4.0)
    assert (second.speaker, second.text, second.start) == ("王建国", "价格 <100万 才行 再谈", 4.2)


def test_srt_names_speakers_and_keeps_what_follows() -> None:
    first, second = read(SRT, "srt").segments
    assert (first.speaker, first.text, first.end) == ("李娜", "王总您好", 4.0)
    assert (second.speaker, second.text) == ("王建国", "太贵了 我们预算只有 80 万")


def test_srt_of_windows_without_blank_lines_between_cues() -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,000\r\nA: one\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\nB: two\r\n"
    assert [(s.speaker, s.text) for s in read(text, "srt").segments] == [("A", "one"), ("B", "two")]


@pytest.mark.parametrize(
    ("line", "speaker", "words", "start"),
    [
        ("李娜: 您好", "李娜", "您好", None),
        ("李娜：您好", "李娜", "您好", None),
        ("[00:01:02] Grace Huang: the price: too high", "Grace Huang", "the price: too high", 62.0),
        ("00:01:02 王总：12:30 见", "王总", "12:30 见", 62.0),
        ("【01:02】王总：好", "王总", "好", 62.0),
        ("(1:02:03.5) 王总(采购)：好", "王总(采购)", "好", 3723.5),
    ],
)
def test_plain_lines(line: str, speaker: str, words: str, start: float | None) -> None:
    (segment,) = read_text(line).segments
    assert (segment.speaker, segment.text, segment.start) == (speaker, words, start)


def test_lines_without_a_name_continue_the_one_before() -> None:
    (segment,) = read_text("王总: 看这里\nhttps://example.com/a\n12:30 再说").segments
    assert segment.text == "看这里 https://example.com/a 12:30 再说"


@pytest.mark.parametrize(
    ("text", "source_format", "line"),
    [
        ("没有名字的一行", "txt", 1),
        ("\n\nnobody speaks here", "txt", 3),
        ("", "txt", 1),
        ("1\n00:00:01 --> later\nA: x\n", "srt", 2),
        ("1\n00:00:09,000 --> 00:00:01,000\nA: x\n", "srt", 2),
        ("hello", "vtt", 1),
        ("WEBVTT\n\nno times", "vtt", 1),
        ('{"segments":\n [}', "json", 2),
        ('{"segments": [{"speaker": "A", "text": "x"}, {"speaker": "B"}]}', "json", 2),
        ('[{"text": "x", "side": "nobody"}]', "json", 1),
        ('[{"text": "x", "start": NaN}]', "json", 1),
        ("x", "docx", 1),
    ],
)
def test_complaints_name_the_line_in_both_languages(text: str, source_format: str, line: int) -> None:
    with pytest.raises(FormatError, match=rf"第 {line} 行.*\(line {line}") as caught:
        read(text, source_format)
    assert caught.value.line == line


def test_files_in_gbk_and_utf16_are_read(tmp_path: Path) -> None:
    for name, encoding in (("a.txt", "gb18030"), ("b.txt", "utf-16"), ("c.txt", "utf-8-sig")):
        (tmp_path / name).write_text("王总：价格太贵", encoding=encoding)
        assert read_file(tmp_path / name).text == "王总: 价格太贵"


def test_vtt_without_times_is_refused() -> None:
    with pytest.raises(FormatError, match="没有时间"):
        write(Transcript(segments=(Segment(speaker="A", text="x"),), source_format="txt"), "vtt")


NAMES = st.sampled_from(["李娜", "王建国", "Grace Huang", "客户"])
WORDS = (
    st.text(st.sampled_from("价格太贵了 abc，。<>&!？1"), min_size=1, max_size=30).map(str.strip).filter(bool)
)


@given(
    st.lists(st.tuples(NAMES, WORDS, st.integers(0, 10**7), st.integers(0, 10**5)), min_size=1, max_size=6),
    st.sampled_from(["vtt", "json", "srt"]),
)
def test_written_and_read_again_is_the_same(lines: list[tuple[str, str, int, int]], target: str) -> None:
    segments = tuple(
        Segment(speaker=name, text=" ".join(words.split()), start=at / 1000, end=(at + length) / 1000)
        for name, words, at, length in lines
    )
    if target == "srt" and any("<" in s.text for s in segments):
        return  # SubRip has no escape for angle brackets
    again = read(write(Transcript(segments=segments, source_format="x"), target), target)
    assert [(s.speaker, s.text, s.start, s.end) for s in again.segments] == [
        (s.speaker, s.text, s.start, s.end) for s in segments
    ]


def test_text_form_survives_a_round_trip() -> None:
    text = "[00:01:02.500] 李娜: 您好\n[00:01:04.000] 王总: 贵\n"
    assert write(read(text, "txt"), "txt") == text
