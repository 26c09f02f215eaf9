"""Transcripts as meeting tools export them: 飞书妙记, 钉钉听记 (and 通义听悟), 腾讯会议. Read by their own shape, written in it.

飞书妙记 and 钉钉听记 put `name 00:01:02` on a line of its own above what was said, after a head with title, date and key
words; 腾讯会议 writes `name(00:01:02): words`, the words perhaps on the next lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .transcript import Segment, Transcript
from .written import FormatError, seconds

_TIME = r"(\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)"
_ABOVE = re.compile(
    rf"(?:[-*#>@]+\s*)?(?:\*\*)?\s*(\S.{{0,38}}?)[ \t\u3000]+[\[(【（]?{_TIME}[\])】）]?\s*(?:\*\*)?\s*\\?"
)
_BESIDE = re.compile(
    rf"(?:\*\*)?\s*(\S.{{0,38}}?)\s*(?:\*\*)?\s*[(（【\[]\s*{_TIME}\s*[)）】\]]\s*[:：]\s*(.*)"
)
_HEAD = re.compile(
    r"\s*(?:文字记录|转写内容|原文|会议原文|逐字稿|录音转写|Transcript)\s*[:：]?\s*", re.IGNORECASE
)
_ENDS_SENTENCE = re.compile(r"[。！？!?，,；;]")
_DATED = re.compile(r"\d{4}\s*[-/年.]\s*\d{1,2}\s*[-/月.]\s*\d{1,2}")
_OF_DAY = re.compile(
    r"(?:上午|下午|晚上|中午|早上|凌晨|[今明后昨]天|(?:周|星期)[一二三四五六日天]|[号日点到是在约])$"
)
_LEAST = 2
"""Blocks that make a text an export of this kind; one alone may be anything that ends in a time."""


@dataclass(frozen=True)
class _Block:
    line: int
    speaker: str
    start: float
    words: str
    apart: bool


def minutes_format(text: str) -> str | None:
    """`feishu`, `dingtalk` or `tencent` when a text has the shape of such an export, else None."""
    lines = text.split("\n")
    beside, above = list(_beside(lines)), list(_above(lines))
    if len(beside) >= _LEAST and len(beside) >= len(above):
        return "tencent"
    if len(above) >= _LEAST or (above and any(_HEAD.fullmatch(line) for line in lines)):
        return "dingtalk" if any("发言人" in block.speaker for block in above) else "feishu"
    return None


def read_minutes(text: str, source_format: str) -> Transcript:
    """The transcript of an export. Raises FormatError with the line where there is no block, or one without words."""
    lines = text.split("\n")
    blocks = list(_beside(lines) if source_format == "tencent" else _above(lines))
    if not blocks:
        at = next((n for n, line in enumerate(lines, 1) if line.strip()), 1)
        shape = "姓名(00:01:02): 内容" if source_format == "tencent" else "姓名 00:01:02"
        raise FormatError(at, f"没有“{shape}”这样的行", f"no line like `{shape}`")
    segments: list[Segment] = []
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        body = lines[block.line + 1 : after.line if after else len(lines)]
        words = " ".join(
            " ".join(one.rstrip("\\").split()) for one in (block.words, *body) if one.strip(" \\")
        )
        if words:
            segments.append(Segment(speaker=block.speaker, text=words, start=block.start))
    if not segments:
        raise FormatError(blocks[0].line + 1, "后面没有内容", "nothing is said after it")
    return Transcript(segments=tuple(segments), source_format=source_format)


def _beside(lines: Sequence[str]) -> Iterator[_Block]:
    for at, line in enumerate(lines):
        found = _BESIDE.fullmatch(line.strip())
        start = seconds(found[2]) if found else None
        if found and start is not None:
            yield _Block(at, found[1].strip("* "), start, found[3].strip().rstrip("\\"), apart=True)


def _above(lines: Sequence[str]) -> Iterator[_Block]:
    """Names with times, each on a line of its own. A sentence that ends in a time of day ("我们约明天 10:30") is none:
    where most names stand after an empty line all must, times never go back, and a name holds no comma or full stop."""
    heads = [at for at, line in enumerate(lines) if _HEAD.fullmatch(line)]
    found = [
        block for at in range((heads[0] + 1) if heads else 0, len(lines)) if (block := _named(lines, at))
    ]
    apart = sum(1 for block in found if block.apart) * 2 > len(found)
    last = -1.0
    for block in found:
        if (apart and not block.apart) or block.start < last:
            continue
        last = block.start
        yield block


def _named(lines: Sequence[str], at: int) -> _Block | None:
    found = _ABOVE.fullmatch(lines[at].strip())
    start = seconds(found[2]) if found else None
    if not found or start is None or _ENDS_SENTENCE.search(found[1]) or _DATED.search(found[1]):
        return None
    if found[1].endswith((":", "：")) or _OF_DAY.search(found[1]) or "-->" in lines[at]:
        return None
    apart = at == 0 or not lines[at - 1].strip() or bool(_HEAD.fullmatch(lines[at - 1]))
    return _Block(at, found[1].strip("*@ "), start, "", apart)
