"""Transcripts in and out: WebVTT, SubRip, plain `name: words` lines and JSON."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, get_args

from .minutes import minutes_format, read_minutes
from .transcript import Segment, Side, Transcript
from .written import FORMATS, MINUTES, FormatError, seconds, write

__all__ = [
    "FORMATS",
    "UNNAMED",
    "FormatError",
    "decode",
    "read",
    "read_file",
    "read_json",
    "read_srt",
    "read_text",
    "read_vtt",
    "write",
]

UNNAMED = "?"
"""Speaker of words whose source names nobody."""

_ARROW = re.compile(r"\s*(\S+)\s*-->\s*(\S+)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^>]*>")
_SPOKEN = re.compile(r"([^\s:：<>\[\]【】(（][^:：<>\[\]【】\n]{0,39}?)\s*[:：](?!//)\s*(.*)")
_STAMP = re.compile(r"[\[(【（]?\s*(\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,3})?)\s*[\])】）]?\s+(?=\S)|"
                    r"[\[(【（]\s*(\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,3})?)\s*[\])】）]\s*")  # fmt: skip


def read_file(path: Path) -> Transcript:
    """The transcript in a .vtt, .srt, .txt or .json file (UTF-8, UTF-16 with a mark, or GB 18030)."""
    return read(decode(path.read_bytes()), path.suffix.lstrip(".").lower() or "txt")


def read(text: str, source_format: str) -> Transcript:
    """Read `text` as one of FORMATS (`md` counts as txt, and txt knows the exports of meeting tools by their shape).
    Raises FormatError with the line."""
    if source_format in MINUTES:
        return read_minutes(_clean(text), source_format)
    readers = {"vtt": read_vtt, "srt": read_srt, "txt": read_text, "md": read_text, "json": read_json}
    if source_format not in readers:
        raise FormatError(
            1, f"不认识格式 {source_format}，可用 {'、'.join(FORMATS)}", f"unknown format {source_format}"
        )
    return readers[source_format](_clean(text))


def decode(data: bytes) -> str:
    """Bytes to text: byte order marks first, then strict UTF-8, then GB 18030."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    for name in ("utf-8", "gb18030"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def read_vtt(text: str) -> Transcript:
    """WebVTT: the speaker is the voice tag or a leading `name:`; NOTE, STYLE and REGION blocks are skipped."""
    lines = _clean(text).split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None or not lines[first].startswith("WEBVTT"):
        raise FormatError((first or 0) + 1, "应以 WEBVTT 开头", "a WebVTT file begins with WEBVTT")
    return Transcript(segments=_cues(lines, first + 1), source_format="vtt")


def read_srt(text: str) -> Transcript:
    """SubRip: number, times, words; the number may be missing."""
    return Transcript(segments=_cues(_clean(text).split("\n"), 0), source_format="srt")


def read_text(text: str) -> Transcript:
    """Lines of `name: words`, perhaps after `[00:01:02]`; other lines continue the one before. An export of 飞书妙记, 钉钉听记
    or 腾讯会议 is read by its own shape.

    Raises FormatError when the first line that says anything names nobody.
    """
    clean = _clean(text)
    exported = minutes_format(clean)
    if exported:
        return read_minutes(clean, exported)
    segments: list[Segment] = []
    for number, line in enumerate(clean.split("\n"), start=1):
        if not line.strip():
            continue
        segment = _spoken(line.strip())
        if segment is not None:
            segments.append(segment)
        elif segments:
            segments[-1] = _longer(segments[-1], line.strip())
        else:
            raise FormatError(number, "应写成“姓名：内容”", "expected `name: words`")
    if not segments:
        raise FormatError(1, "没有内容", "nothing is said")
    return Transcript(segments=tuple(segments), source_format="txt")


def read_json(text: str) -> Transcript:
    """`{"segments": [{speaker, text, side?, start?, end?}]}` or the bare list."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(error.lineno, f"不是 JSON：{error.msg}", f"not JSON: {error.msg}") from None
    items = data.get("segments") if isinstance(data, dict) else data
    if not isinstance(items, list) or not items:
        raise FormatError(1, "缺少 segments 列表", "expected a list of segments")
    return Transcript(segments=tuple(_item(item, n) for n, item in enumerate(items, 1)), source_format="json")


def _clean(text: str) -> str:
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _cues(lines: list[str], start: int) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    at = start
    while at < len(lines):
        if "-->" not in lines[at]:
            at += 1
            continue
        begin, end = _times(lines[at], at + 1)
        body: list[str] = []
        at += 1
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            body.append(lines[at].strip())
            at += 1
        if at < len(lines) and "-->" in lines[at] and body and body[-1].isdigit():
            body.pop()  # the number of a cue that no blank line parts from this one
        segments.extend(_voices(body, begin, end, segments[-1].speaker if segments else UNNAMED))
    if not segments:
        raise FormatError(max(start, 1), "没有“00:00:01 --> 00:00:04”这样的时间行", "no cue with times")
    return tuple(segments)


def _voices(body: list[str], begin: float, end: float, before: str) -> list[Segment]:
    """The utterances of one cue: a line with a voice or a name begins a new one."""
    found: list[Segment] = []
    for line in body:
        voice = _VOICE.search(line)
        plain = " ".join(_TAG.sub("", _VOICE.sub("", line)).split())
        named = None if voice else _SPOKEN.fullmatch(plain)
        if voice or named or not found:
            who = voice[1].strip() if voice else named[1].strip() if named else before
            words = named[2].strip() if named else plain
            found.append(Segment(speaker=who, text=_unescape(words), start=begin, end=end))
        else:
            found[-1] = _longer(found[-1], _unescape(plain))
    return [segment for segment in found if segment.text]


def _times(line: str, number: int) -> tuple[float, float]:
    found = _ARROW.fullmatch(line)
    begin, end = (seconds(found[1]), seconds(found[2])) if found else (None, None)
    if begin is None or end is None:
        raise FormatError(
            number, "时间应写成 00:00:01.000 --> 00:00:04.000", "times look like 00:00:01.000 --> ..."
        )
    if end < begin:
        raise FormatError(number, "结束时间早于开始时间", "the cue ends before it begins")
    return begin, end


def _spoken(line: str) -> Segment | None:
    stamp = _STAMP.match(line)
    rest = line[stamp.end() :] if stamp else line
    start = seconds(stamp[1] or stamp[2]) if stamp else None
    found = _SPOKEN.fullmatch(rest)
    if found is None or found[1].strip().replace(".", "").isdigit():
        return None
    return Segment(speaker=found[1].strip(), text=found[2].strip(), start=start)


def _longer(segment: Segment, words: str) -> Segment:
    text = f"{segment.text} {words}".strip()
    return Segment(
        speaker=segment.speaker, text=text, side=segment.side, start=segment.start, end=segment.end
    )


def _item(item: Any, number: int) -> Segment:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise FormatError(number, f"第 {number} 段缺少 text", f"segment {number} has no text")
    side: Side = item.get("side", "unknown")
    start, end = item.get("start"), item.get("end")
    if side not in get_args(Side):
        raise FormatError(
            number, f"第 {number} 段 side 只能是 rep、customer、unknown", f"segment {number}: bad side"
        )
    if not all(t is None or _is_time(t) for t in (start, end)):
        raise FormatError(number, f"第 {number} 段时间应是秒数", f"segment {number}: times are seconds")
    return Segment(
        speaker=str(item.get("speaker") or UNNAMED), text=item["text"], side=side, start=start, end=end
    )


def _is_time(value: Any) -> bool:
    """A number of seconds; neither true nor Infinity, which JSON of this language may hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
