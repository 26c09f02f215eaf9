"""Corrections of a transcript: a name, the words of an utterance, who said it. Pure: segments in, segments out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .sides import folded
from .transcript import Side

Segments = Sequence[Mapping[str, Any]]

NAME, WORDS, SPEAKER, LABEL = "name", "words", "speaker", "label"
_LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`kind` NAME: `old` is called `new` everywhere, in what was said and among the speakers; WORDS: utterance number
    `line` (from 0) says `new`; SPEAKER: utterance `line` was said by `new`; LABEL: whoever stands there as `old` is
    `new`. `side` is set with SPEAKER and LABEL where it is known ("": it stays as it is)."""

    kind: str
    new: str
    old: str = ""
    line: int = -1
    side: Side | str = ""


def corrected(segments: Segments, one: Correction) -> list[dict[str, Any]]:
    """The segments after the correction; equal to before when nothing matched. Their number never changes, so that
    "utterance 12" means the same in every version."""
    made = [dict(each) for each in segments]
    for number in touched(segments, one):
        made[number] = _changed(made[number], one)
    return made


def touched(segments: Segments, one: Correction) -> list[int]:
    """Numbers (from 0) of the utterances that the correction would change."""
    return [
        number
        for number, each in enumerate(segments)
        if (one.line in (-1, number)) and _changed(dict(each), one) != dict(each)
    ]


def text_of(old_text: str, before: Segments, after: Segments) -> str:
    """The interaction's text after its segments changed: `speaker: words` a line where it was that, else each
    utterance's words replaced where they stand, so that what stands around them stays."""
    if old_text == _lines(before) or not before:
        return _lines(after)
    parts: list[str] = []
    at = 0
    for was, now in zip(before, after, strict=True):
        for name in ("speaker", "text"):
            said, new = str(was.get(name) or "").strip(), str(now.get(name) or "").strip()
            start = old_text.find(said, at) if said else -1
            if start >= 0:
                parts += [old_text[at:start], new]
                at = start + len(said)
            elif name == "text" and said != new:
                return _lines(after)
    return "".join([*parts, old_text[at:]])


def _lines(segments: Segments) -> str:
    return "\n".join(f"{one.get('speaker') or ''}: {one.get('text') or ''}" for one in segments)


def _changed(segment: dict[str, Any], one: Correction) -> dict[str, Any]:
    said, speaker = str(segment.get("text") or ""), str(segment.get("speaker") or "")
    if one.kind == NAME:
        new_speaker = one.new if folded(speaker) == folded(one.old) else speaker
        return segment | {"text": _renamed(said, one.old, one.new), "speaker": new_speaker}
    if one.kind == WORDS:
        return segment | {"text": one.new}
    if one.kind == SPEAKER or folded(speaker) == folded(one.old):
        return segment | {"speaker": one.new or speaker} | ({"side": one.side} if one.side else {})
    return segment


def _renamed(text: str, old: str, new: str) -> str:
    """Every place; a Latin name only as a whole word (Ann is not in Announce)."""
    if not old.strip():
        return text
    before = r"(?<![A-Za-z0-9])" if _LATIN.match(old[0]) else ""
    after = r"(?![A-Za-z0-9])" if _LATIN.match(old[-1]) else ""
    return re.sub(before + re.escape(old) + after, lambda _: new, text)
