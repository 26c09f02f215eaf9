"""Transcripts and notes with a YAML front matter block become Papers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from speech.formats import FormatError, decode, read
from speech.transcript import Side

from .papers import Paper, PaperError, language_of
from .values import CellError, as_moment

ZONE = "Asia/Shanghai"
KEYS = (
    "id",
    "kind",
    "deal",
    "account",
    "at",
    "person",
    "contact",
    "title",
    "language",
    "sides",
    "author",
    "direction",
)
_FRONT = re.compile(r"\s*---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", re.DOTALL)


def read_note(path: Path) -> Paper:
    """A .md note: front matter and text."""
    front, text = _split(decode(path.read_bytes()))
    if not text.strip():
        raise PaperError("text", "没有内容 (nothing is written in it)")
    return _paper(path, front, text.strip(), "note")


def read_transcript(path: Path) -> Paper:
    """A .vtt, .srt, .txt or .json transcript below its front matter; `sides` says whose words are whose."""
    front, text = _split(decode(path.read_bytes()))
    sides = front.get("sides") or {}
    if not isinstance(sides, dict) or any(side not in get_args(Side) for side in sides.values()):
        raise PaperError("sides", "sides 写成 {姓名: rep 或 customer} (sides: {name: rep or customer})")
    try:
        transcript = read(text, path.suffix.lstrip(".").lower())
    except FormatError as error:
        raise PaperError("text", str(error)) from None
    named = {str(name): side for name, side in sides.items()}
    segments = tuple(replace(one, side=named.get(one.speaker, one.side)) for one in transcript.segments)
    paper = _paper(path, front, transcript.text, "call")
    return replace(paper, segments=tuple(asdict(segment) for segment in segments))


def _paper(path: Path, front: dict[str, Any], text: str, kind: str) -> Paper:
    words = {key: "" if front.get(key) is None else str(front[key]).strip() for key in KEYS}
    if front.get("at") is None:
        raise PaperError("at", "文件开头的 --- 块里要写 at（时间） (the front matter needs `at`)")
    try:
        at = as_moment(front["at"], ZONE)
    except CellError as error:
        raise PaperError("at", str(error)) from None
    content = hashlib.sha256(f"{path.name}\n{text}".encode()).hexdigest()[:16]
    return Paper(
        id=words["id"] or f"paper-{content}",
        kind=words["kind"] or kind,
        at=at,
        text=text,
        subject=words["title"],
        language=words["language"] or language_of(text),
        direction=words["direction"],
        deal=words["deal"],
        account=words["account"],
        person=words["person"],
        contact=words["contact"],
        author=words["author"],
    )


def _split(text: str) -> tuple[dict[str, Any], str]:
    clean = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = _FRONT.match(clean)
    if found is None:
        raise PaperError("---", "文件开头缺少 --- 之间的说明块 (no front matter between --- lines)")
    try:
        front = yaml.safe_load(found[1]) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PaperError("---", f"第 {mark.line + 2 if mark else 1} 行的 YAML 有误 (YAML error)") from None
    if not isinstance(front, dict):
        raise PaperError("---", "说明块要写成“键: 值” (the front matter is `key: value`)")
    unknown = [str(key) for key in front if key not in KEYS]
    if unknown:
        raise PaperError(unknown[0], f"说明块不认识 {'、'.join(unknown)}；可用 (allowed): {', '.join(KEYS)}")
    return front, clean[found.end() :]
