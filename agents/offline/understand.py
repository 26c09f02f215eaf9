"""Understanding without a language model: a message becomes readings, each a skill call, a question or a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from knowledge.names import Mention, NameIndex

from . import slots
from .arguments import build
from .classifier import classifier
from .context import PAPERS, SURE, in_context, which_to_send
from .dates import hide_dates
from .features import tokens
from .focus import near, target
from .quantities import hide_quantities
from .reading import DEEDS, SKILLS, Reading
from .replies import between, say
from .said import Said

LONGEST = 2000
"""Characters that are read; what follows a request this long is pasted material."""
CLOSE, FAINT, BLIND, SURE_DEED = 0.12, 0.45, 0.3, 0.5
"""Two readings nearer than CLOSE are asked about; below SURE_DEED nothing is done without asking; below BLIND nothing
is understood, nor below FAINT where nothing was said before and nobody is named."""
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye"})
_SPLIT = re.compile(
    r"[。;;!!??\n]+"
    r"|[,,、\s]*(?:然后|接着|顺便|另外|之后再|再(?=帮|给我|给[\u4e00-\u9fff]{1,3}(?:写|发)|写|看|发出|查|列))"
    r"|[,\s]*\b(?:and then|after that|and also|then)\b|,\s*and\b",
    re.IGNORECASE,
)
_SUBJECTS = (
    ("contract", re.compile(r"合同|协议|contract|agreement|\bnda\b", re.I)),
    ("recording", re.compile(r"录音|转写|转录|音频|transcri|recording|audio", re.I)),
    (
        "edit",
        re.compile(
            r"新建|新增|录入|删除|修改|改成|delete|create a|add a new|mark .* as|change the|move .* to", re.I
        ),
    ),
)


def understand(
    text: str, names: NameIndex, focus: Mapping[str, Any], now: datetime, language: str = "zh"
) -> Reading:
    """The one reading of a message that asks for one thing; `language` is used when the words show none."""
    text = text.strip()[:LONGEST]
    spoken = slots.language_of(text, language)
    if not re.search(r"\w", text):
        return _talk("empty", "empty", spoken)
    decided = _decision(text, focus, spoken)
    if decided is not None:
        return decided
    mentions = tuple(names.spot(text, near(focus)))
    spoken = slots.language_of(_unnamed(text, mentions), spoken)
    aim = target(text, mentions, focus, names)
    ranked = classifier().predict(_abstract(text, mentions, aim.stranger, now))
    intent, confidence = in_context(text, mentions, ranked, focus)
    others = tuple((name, round(p, 3)) for name, p in ranked[:3] if name != intent)
    if intent not in SKILLS:
        return _without_skill(text, intent, confidence, spoken, others)
    said = Said(text, spoken, mentions, aim, focus, names, now)
    arguments, question = build(intent, said)
    return Reading(
        intent=intent,
        arguments=arguments,
        confidence=round(confidence, 3),
        alternatives=others,
        question=which_to_send(intent, text, focus, spoken)
        or _doubt(intent, confidence, ranked, spoken, blank=not mentions and not focus)
        or question,
        language=spoken,
    )


def understand_all(
    text: str, names: NameIndex, focus: Mapping[str, Any], now: datetime, language: str = "zh"
) -> list[Reading]:
    """Every request of a message, in order; a later one knows what an earlier one was about."""
    text = text.strip()[:LONGEST]
    whole = understand(text, names, focus, now, language)
    parts = [part.strip(slots.ENDS) for part in _SPLIT.split(text)] if _may_split(text) else []
    parts = [part for part in parts if re.search(r"\w", part)]
    if len(parts) < 2 or len(parts) > 5 or whole.intent == "decide":
        return [whole]
    readings: list[Reading] = []
    carried = dict(focus)
    for part in parts:
        reading = understand(part, names, carried, now, whole.language)
        if reading.intent in _SMALL_TALK:
            continue
        if reading.intent not in SKILLS or reading.confidence < SURE:
            return [whole]
        readings.append(reading)
        _carry(carried, reading, names)
    different = len({(r.intent, r.arguments.get("deal"), r.arguments.get("to")) for r in readings}) == len(
        readings
    )
    return readings if readings and different else [whole]


def _may_split(text: str) -> bool:
    """Long pastes and quoted speech stay whole."""
    return len(text) <= 300 and slots.quoted(text) is None and _SPLIT.search(text) is not None


def _carry(focus: dict[str, Any], reading: Reading, names: NameIndex) -> None:
    deal = reading.arguments.get("deal")
    if deal and deal in names.by_id:
        if deal != focus.get("deal_id"):
            focus.pop("contact_id", None)
        focus["deal_id"] = deal
        focus["account_id"] = next(iter(names.by_id[deal].parents), None)
    focus["intent"] = reading.intent
    if reading.intent == "draft_email":
        focus.pop("draft_id", None)
    if reading.intent in PAPERS:
        focus.pop("paper_id", None)


def _unnamed(text: str, mentions: tuple[Mention, ...]) -> str:
    """The words beside the names: a Chinese name in an English question does not make it Chinese."""
    return "".join(char for i, char in enumerate(text) if not any(m.start <= i < m.end for m in mentions))


def _abstract(text: str, mentions: tuple[Mention, ...], stranger: str | None, now: datetime) -> str:
    """The sentence as the phrases are written: names, dates, amounts, addresses and codes as placeholders."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        if text[mention.start : mention.end] and not text[mention.start :].startswith("{"):
            text = f"{text[: mention.start]} {{{mention.kind}}} {text[mention.end :]}"
            text = re.sub(r"(\{[a-z]+\}) \{[a-z]+\}  ", r"\1 ", text)
    if stranger:
        text = re.sub(re.escape(stranger), " {deal} ", text, count=1, flags=re.IGNORECASE)
    text = slots.QUOTED.sub(" {quote} ", slots.EMAIL.sub(" {email} ", text))
    text = slots.CODE.sub(" {code} ", slots.ACTION_ID.sub(" {code} ", text))
    return hide_dates(hide_quantities(text), now)


def _decision(text: str, focus: Mapping[str, Any], language: str) -> Reading | None:
    """An approval in words is never carried out: it needs the person's own command."""
    if slots.UNDO.match(text) and len(tokens(text)) <= 12:
        given = slots.code(text) or focus.get("action_id") or ("编号" if language == "zh" else "CODE")
        return Reading(
            intent="decide", language=language, confidence=1.0, reply=say("undo", language, code=str(given))
        )
    match = slots.DECIDE.match(text)
    if match is None or re.search(r"发|\bsend\b|[??]|吗|了没|\b(?:it|was|is) approved", text, re.IGNORECASE):
        return None
    code = slots.code(text) or focus.get("action_id")
    if slots.code(text) is None and len(tokens(text)) > 12:
        return None
    reply = say("decide", language, code=str(code or ("编号" if language == "zh" else "CODE")))
    return Reading(intent="decide", language=language, confidence=1.0, reply=reply)


def _doubt(
    intent: str, confidence: float, ranked: list[tuple[str, float]], language: str, *, blank: bool
) -> str | None:
    """A question when two readings are close; sending is only done when that is clearly what was said."""
    rival = next(pair for pair in ranked if pair[0] != intent)
    if confidence < (FAINT if blank else BLIND) and rival[1] < BLIND:
        return between(intent, rival[0], language) or say("unsure", language)
    if intent in DEEDS and confidence < SURE_DEED:
        return between(intent, rival[0], language) or between(intent, None, language)
    limit = 0.25 if intent in ("send_email", "send_document", "message_customer") else CLOSE
    if confidence < SURE and confidence - rival[1] < limit:
        return between(intent, rival[0], language)
    return None


def _without_skill(
    text: str, intent: str, confidence: float, language: str, others: tuple[tuple[str, float], ...]
) -> Reading:
    name = intent
    if intent == "out_of_scope":
        name = next((subject for subject, pattern in _SUBJECTS if pattern.search(text)), "out_of_scope")
        if name == "out_of_scope" and confidence < 0.45:
            name = "unsure"
    sentence = say(name, language)
    return Reading(
        intent=intent,
        language=language,
        confidence=round(confidence, 3),
        alternatives=others,
        unsupported=sentence if intent == "out_of_scope" else None,
        reply=None if intent == "out_of_scope" else sentence,
    )


def _talk(intent: str, name: str, language: str) -> Reading:
    return Reading(intent=intent, language=language, confidence=1.0, reply=say(name, language))
