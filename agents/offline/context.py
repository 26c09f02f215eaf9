"""The likeliest reading of a sentence given what the talk was about: the draft, the paper or the deal in hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from knowledge.names import Mention

from . import slots
from .features import tokens
from .quantities import discount_pct
from .reading import DEEDS, SKILLS
from .replies import between

SURE = 0.6
"""Above it a part of a message is a request of its own."""

PAPERS = ("prepare_contract", "make_quote", "send_document")
JUDGED = ("win_odds", "price_range")
"""What can be asked of any deal, the second of a list as well."""
_MAILS = ("draft_email", "send_email")
_PAPER = re.compile(
    r"合同|协议|报价|文件|pdf|contract|agreement|quot|document|paperwork|proposal document", re.I
)
_CONTRACT = re.compile(r"合同|协议|contract|agreement", re.I)
_LETTER = re.compile(
    r"邮件|封信|草稿|这封|\be?-?mails?\b(?! (?:the|them|him|her))|\bdraft\b|\bletter\b", re.I
)
_WRITE = re.compile(r"写|起草|拟|\b(?:write|draft|compose)\b", re.I)
_SENDING = re.compile(r"发|寄|送|邮|\b(?:send|mail|e-mail|forward|ship|deliver|get)\b", re.I)
_CHANGE = re.compile(
    r"改成|改为|改到|换成|调整|延长|缩短|增加|加一?条|加上|删[掉除]?|去掉|\b(?:change|extend|set|make|add|remove|delete|replace)\b",
    re.I,
)
_FIELD = re.compile(
    r"阶段|金额|成交|负责人|下一?步|对手|竞品|备注|stage|amount|close date|owner|next step|competitor|note",
    re.I,
)
_OFFER = re.compile(r"报价|商机|单子|这单|\b(?:the|this|on) (?:offer|deal|quote)", re.I)
_BY_MAIL = re.compile(r"邮件|写封|写信|发信|\be-?mail\b|\bmail\b", re.I)
_INVITATION = re.compile(r"邀请|日历|\binvit|\bcalendar\b", re.I)
_LISTS = re.compile(r"待办|任务|提醒|备注|\b(?:task|to-?do|reminder|note)\b", re.I)
_ASKING = re.compile(
    r"什么|啥|干嘛|怎么|如何|吗|呢$|谁|哪|多少|[??]|\b(?:what|who|how|when|which|where)\b", re.I
)

Ranked = list[tuple[str, float]]


def in_context(
    text: str, mentions: tuple[Mention, ...], ranked: Ranked, focus: Mapping[str, Any]
) -> tuple[str, float]:
    """Intent and confidence."""
    return (
        _on_paper(text, mentions, ranked, focus)
        or _on_draft(text, mentions, ranked, focus)
        or _on_deal(text, mentions, ranked, focus)
        or ranked[0]
    )


def which_to_send(intent: str, text: str, focus: Mapping[str, Any], language: str) -> str | None:
    """A question when both a mail and a paper could be meant by "send it", and nothing says which."""
    if intent not in ("send_email", "send_document") or not (focus.get("draft_id") and focus.get("paper_id")):
        return None
    if _PAPER.search(text) or _LETTER.search(text) or focus.get("intent") in (*PAPERS, *_MAILS):
        return None
    return between("send_email", "send_document", language)


def _on_paper(
    text: str, mentions: tuple[Mention, ...], ranked: Ranked, focus: Mapping[str, Any]
) -> tuple[str, float] | None:
    """ "Send it" right after a contract or a quote is about that paper; so is a changed clause."""
    intent, confidence = ranked[0]
    last = focus.get("intent")
    paper = bool(focus.get("paper_id")) or last in PAPERS
    if (
        last == "prepare_contract"
        and _CHANGE.search(text)
        and not _FIELD.search(text)
        and intent not in ("recall", "deal_brief", "draft_email")
        and len(tokens(text)) <= 25
    ):
        return "prepare_contract", max(confidence, 0.9)
    if last == "make_quote" and intent == "give_discount" and not mentions:
        return "make_quote", max(confidence, SURE)
    if intent not in ("send_email", "send_document", "draft_email") or not _SENDING.search(text):
        return None
    named, letter = bool(_PAPER.search(text)), bool(_LETTER.search(text))
    if intent == "draft_email" and (not named or _WRITE.search(text)):
        return None
    if named and not letter and (paper or (_CONTRACT.search(text) and intent == "send_document")):
        return "send_document", max(confidence, 0.9)
    if named and not paper and mentions and not _CONTRACT.search(text):
        return "draft_email", max(
            dict(ranked)["draft_email"], SURE
        )  # a quote nobody made goes with a cover letter
    if intent == "draft_email" or letter:
        return None if intent == "draft_email" else ("send_email", max(confidence, SURE))
    if paper and (last in PAPERS or not focus.get("draft_id")):
        return "send_document", max(confidence, 0.9)
    return (
        ("send_email", max(confidence, SURE)) if focus.get("draft_id") and intent == "send_document" else None
    )


def _on_draft(
    text: str, mentions: tuple[Mention, ...], ranked: Ranked, focus: Mapping[str, Any]
) -> tuple[str, float] | None:
    """Changes and sending speak of the draft in hand; without one, sending a quote or thanks is writing it first."""
    intent, confidence = ranked[0]
    chances, words, draft = dict(ranked), tokens(text), focus.get("draft_id")
    if draft and _edits_draft(text, intent, confidence, focus) and len(words) <= 20:
        return "draft_email", max(confidence, 0.9)
    if (
        intent in ("book_meeting", "message_customer")
        and _BY_MAIL.search(text)
        and not _INVITATION.search(text)
    ):
        return "draft_email", max(chances["draft_email"], SURE)
    if (
        slots.email(text)
        and re.search(r"发|寄|\bsend\b|\bforward\b|\bmail\b", text, re.I)
        and (draft or chances["send_email"] > chances["draft_email"])
    ):
        return "send_email", max(confidence, 0.9)
    if (
        intent == "send_email"
        and not draft
        and mentions
        and slots.first_of(slots.PURPOSES, text) != "follow_up"
    ):
        return "draft_email", max(chances["draft_email"], SURE)
    if slots.YES.match(text) and draft and focus.get("intent") == "draft_email":
        return "send_email", 0.5
    return None


def _edits_draft(text: str, intent: str, confidence: float, focus: Mapping[str, Any]) -> bool:
    """Whether a change or a discount is meant for the draft in hand rather than for a deal."""
    if intent in ("recall", "talk_track", "explain_action"):
        return False
    if discount_pct(text) is not None and intent in ("give_discount", "draft_email", "make_quote"):
        return focus.get("intent") in _MAILS and not (intent == "give_discount" and _OFFER.search(text))
    change = slots.first_of(slots.CHANGES, text)
    if change == "add" and focus.get("intent") in _MAILS and not _LISTS.search(text):
        return True
    if intent in DEEDS and confidence >= SURE:
        return False
    return change is not None or discount_pct(text) is not None


def _on_deal(
    text: str, mentions: tuple[Mention, ...], ranked: Ranked, focus: Mapping[str, Any]
) -> tuple[str, float] | None:
    """ "The second one", a bare name or an aspect speak of a deal."""
    intent, confidence = ranked[0]
    chances, words = dict(ranked), tokens(text)
    if focus.get("listed") and slots.ordinal(text) and len(words) <= 10 and intent not in JUDGED:
        return "deal_brief", max(confidence, 0.9)
    bare = [word for word in words if word not in _FILLERS]
    if mentions and sum(m.end - m.start for m in mentions[:1]) * 2 >= len("".join(bare)):
        earlier = focus.get("intent")
        follow = earlier if earlier in ("recall", "deal_brief", *JUDGED) and intent not in SKILLS else intent
        return (follow, confidence) if follow in SKILLS else ("deal_brief", max(confidence, 0.7))
    asked = slots.first_of(slots.ASPECTS, text)
    if intent == "update_deal" and asked and _ASKING.search(text) and not _CHANGE.search(text):
        return "deal_brief", max(chances["deal_brief"], SURE)
    if (
        asked
        and focus.get("deal_id")
        and intent not in DEEDS
        and confidence < SURE
        and len(words) <= 12
        and chances["deal_brief"] > 0.05
    ):
        return "deal_brief", max(chances["deal_brief"], SURE)
    return None


_FILLERS = frozenset(["那", "呢", "的", "吧", "啊", "and", "what", "about", "how", "the", "please", "ok"])
