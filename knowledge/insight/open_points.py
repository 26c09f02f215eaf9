"""What is still open in a deal: customer questions nobody answered and promises of ours not yet kept, verbatim.

Extractive and deterministic: a point is a sentence of an interaction. A question counts as answered when the rep's next
turn in the same talk says something of substance, or when anything we sent or said later speaks of the same things. A
promise counts as kept when something later from our side does, or when an offer was made after a promise of an offer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from knowledge.snapshot import DealFacts
from knowledge.terms import is_cjk, query_terms

from .sentences import Utterance, utterances

LOOK_BACK = timedelta(days=120)
_LONGEST_QUOTE = 160
_SAME_SUBJECT = 0.34
"""Share of a point's telling terms that a later text must repeat to count as being about it."""

_QUESTION = re.compile(
    r"[?？]$|请问|能否|可否|能不能|可不可以|是否(?:可以|支持|能|有|包)|请(?:确认|提供|告知|说明|回复)|麻烦(?:确认|提供|发|告知)"
    r"|\b(?:could|can|would) you\b|\bplease (?:confirm|send|provide|clarify|let (?:me|us) know)\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^(?:.{0,4}[?？]|.*(?:对吧|是吧|对吗|是吗|好吗|好吧|行吗|可以吧|听得到吗|听得见吗|在吗|怎么称呼|最近怎么样|"
    r"how are you|can you hear me|right|okay|ok)[?？])$",
    re.IGNORECASE,
)
_DEFERRED = re.compile(
    r"回去(?:确认|问|查|核实)|(?:会后|稍后|回头|之后|晚点|下来)|(?:我|我们)(?:先)?(?:确认|核实|了解)(?:一下|后)|再(?:回复|答复|给您|给你)"
    r"|get back to you|\bcheck (?:with|and|on)\b|follow up|come back to you|let me (?:check|confirm)",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"(?:我|我们|我方|我司|我这边|咱们)[^,，。?？]{0,16}(?:会|将|来|去|马上|尽快|今天|明天|后天|下周|本周|这周|周[一二三四五六日]|月底|会后|稍后|回头|回去)"
    r"[^。?？]{0,24}(?:发|提供|给您|给你|给贵|回复|答复|确认|安排|整理|准备|出一|寄|反馈|更新|同步|提交|联系|补充|核实|协调|申请)"
    r"|(?:会后|稍后|回头|明天|后天|下周|本周|今天|月底前?)[^。?？]{0,12}(?:发您|发你|发给|给您|给你|回复您|答复您|提供给|提交)"
    r"|\b(?:I|we)(?:['’]ll| will| am going to| are going to)\s[^.?]{0,60}?\b(?:send|provide|get back|confirm|arrange|prepare|share|"
    r"follow up|schedule|update|check|forward|come back|introduce|set up)\b",
    re.IGNORECASE,
)
_PROMISE_WORDS = re.compile(
    r"我们?|我方|我司|这边|会后|稍后|回头|回去|之后|后再|这个|明天|后天|今天|下周|本周|这周|周[一二三四五六日]|月底|尽快|马上|一下|一份|一版|"
    r"发给|发您|给您|给你|提供|回复|答复|确认|安排|整理|准备|反馈|更新|同步|提交|联系|补充|核实|您|你|好的|"
    r"\b(?:i|we|will|ll|send|provide|get|back|confirm|arrange|prepare|share|follow|up|schedule|update|check|by|tomorrow|"
    r"today|next|week|monday|tuesday|wednesday|thursday|friday|yes|sure|okay|thanks|thank|you)\b",
    re.IGNORECASE,
)
_OFFER_WORDS = re.compile(r"报价|quot(?:e|ation)|proposal|offer", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class OpenPoint:
    """A sentence that waits for us. `quote` is verbatim text of the interaction."""

    kind: Literal["question", "promise"]
    quote: str
    interaction_id: str
    speaker: str
    at: datetime


def open_points(facts: DealFacts, limit: int = 6) -> tuple[OpenPoint, ...]:
    """The open points of a deal, newest first, at most `limit`; looks back 120 days from `facts.now`."""
    said = _said(facts)
    found: list[OpenPoint] = []
    for at, one in enumerate(said):
        later = said[at + 1 :]
        if one.side == "customer" and is_question(one.text) and not _answered(one, later):
            found.append(_point("question", one))
        elif one.side == "rep" and _PROMISE.search(one.text) and not _kept(one, later, facts):
            found.append(_point("promise", one))
    unique = {point.quote: point for point in _joined(found, facts)}
    newest = sorted(unique.values(), key=lambda point: (point.at, point.interaction_id), reverse=True)
    return tuple(newest[:limit])


def _joined(points: Sequence[OpenPoint], facts: DealFacts) -> list[OpenPoint]:
    """Questions (or promises) that directly follow one another in one text become one point, still verbatim."""
    texts = {row.id: row.text for row in facts.interactions}
    kept: list[OpenPoint] = []
    for point in points:
        last = kept[-1] if kept else None
        if last and (last.kind, last.interaction_id) == (point.kind, point.interaction_id):
            joins = (last.quote + gap + point.quote for gap in ("", " "))
            both = next((one for one in joins if one in texts[point.interaction_id]), "")
            if both and len(both) <= _LONGEST_QUOTE:
                kept[-1] = replace(last, quote=both)
                continue
        kept.append(point)
    return kept


def _said(facts: DealFacts) -> list[Utterance]:
    """Everything said in the deal, oldest first."""
    rows = [row for row in facts.interactions if row.at >= facts.now - LOOK_BACK and row.kind != "note"]
    rows.sort(key=lambda row: (row.at, row.id))
    return [sentence for row in rows for sentence in utterances(facts, row)]


def is_question(text: str) -> bool:
    """Whether a sentence asks for something, small talk apart."""
    return bool(_QUESTION.search(text)) and not _SMALL_TALK.match(text)


def is_deferral(text: str) -> bool:
    """Whether a reply only puts an answer off."""
    return bool(_DEFERRED.search(text))


def _answered(question: Utterance, later: Sequence[Utterance]) -> bool:
    same_talk = [one for one in later if one.interaction.id == question.interaction.id]
    reply = [
        one.text for one in same_talk if one.side == "rep" and one.turn == _next_rep_turn(question, same_talk)
    ]
    if reply and not _DEFERRED.search(" ".join(reply)) and len("".join(reply)) >= 6:
        return True
    return _spoken_of(
        _subject(question.text), later, lambda one: one.interaction.id != question.interaction.id
    )


def _next_rep_turn(question: Utterance, same_talk: Sequence[Utterance]) -> int:
    return next((one.turn for one in same_talk if one.side == "rep" and one.turn > question.turn), -1)


def _kept(promise: Utterance, later: Sequence[Utterance], facts: DealFacts) -> bool:
    made_since = any(offer.created_at >= promise.interaction.at for offer in facts.offers)
    if made_since and _OFFER_WORDS.search(promise.text):
        return True
    subject = _subject(_PROMISE_WORDS.sub(" ", promise.text))
    return _spoken_of(subject, later, lambda one: one.interaction.id != promise.interaction.id)


def _subject(text: str) -> frozenset[str]:
    """The telling terms of a sentence: pairs of characters in Chinese, stems in English."""
    return frozenset(term for term in query_terms(text) if not (is_cjk(term) and len(term) == 1))


def _spoken_of(
    subject: frozenset[str], later: Sequence[Utterance], counts: Callable[[Utterance], bool]
) -> bool:
    """Whether some later turn from our side repeats enough of the subject; an empty subject cannot be followed up."""
    if not subject:
        return True
    turns: dict[tuple[str, int], list[str]] = {}
    for one in later:
        if one.side == "rep" and counts(one) and not _DEFERRED.search(one.text):
            turns.setdefault((one.interaction.id, one.turn), []).append(one.text)
    need = max(2, round(_SAME_SUBJECT * len(subject))) if len(subject) > 1 else 1
    return any(len(subject & _subject(" ".join(texts))) >= need for texts in turns.values())


def _point(kind: Literal["question", "promise"], one: Utterance) -> OpenPoint:
    row = one.interaction
    return OpenPoint(kind=kind, quote=one.text, interaction_id=row.id, speaker=one.speaker, at=row.at)
