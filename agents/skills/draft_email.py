"""Skill: draft an e-mail from an approved template, records and the asker's points; it is stored, not sent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, Field

from agents.addressee import Addressee, addressee, from_payload
from agents.citing import cite_contact, cite_deal, cite_interaction, cite_offer
from agents.lookup import Unclear, the_contact, the_deal
from agents.mail_draft import Basis, Written, payload_of
from agents.mail_text import MailText, Wish, compose
from agents.provenance import remember
from agents.skill import Skill, Turn
from agents.wording import day, short
from knowledge.model import Suggestion
from knowledge.snapshot import DealFacts

Purpose = Literal["follow_up", "quote_cover", "meeting_confirm", "thanks", "win_back"]
_ADDITION = re.compile(
    r"^(?:请)?(?:再|另外|顺便)?(?:加上?(?:一句|一条)?|补充(?:一句|一点)?|写上|add(?: that)?|mention(?: that)?)[:：,，\s]*",
    re.I,
)


BEYOND_A_TEMPLATE = frozenset({"longer", "informal", "friendly", "polite", "rewrite", "subject"})
"""Changes that need somebody who writes."""


class Arguments(BaseModel):
    """What draft_email takes."""

    deal: str | None = Field(default=None, description="the deal it is about; omit for the current deal")
    to: str | None = Field(
        default=None, description="recipient's name or e-mail address exactly as the user gave it"
    )
    purpose: Purpose = "follow_up"
    points: list[str] = Field(
        default_factory=list, max_length=12, description="what must be said, in the user's words"
    )
    discount_pct: float | None = Field(
        default=None, ge=0, le=100, description="discount in percent if one was given"
    )
    language: Literal["zh", "en"] | None = None
    based_on: str | None = Field(
        default=None, description="id of the draft to change; with change also the last one"
    )
    change: str | None = Field(default=None, description="english, chinese, shorter, formal, or words to add")
    subject: str | None = Field(
        default=None, max_length=300, description="a subject you wrote; omit for the template's"
    )
    body: str | None = Field(
        default=None, max_length=20_000, description="a body you wrote; omit for the template's"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Draft an e-mail to a customer about a deal and show it; nothing is sent. For a new mail give recipient, purpose
    and points; to change the last draft ("换成英文", "再短一点", "加上 12% 的折扣", "make it formal") give `change`,
    `discount_pct`, `language` or `to` with `based_on`."""
    basis = _basis(turn, arguments)
    if isinstance(basis, Unclear):
        return basis.sentence
    if (arguments.change or "").lower() in BEYOND_A_TEMPLATE and not (arguments.body or arguments.subject):
        return turn.say(
            "这封信出自审定的模板,我改不了语气,也不能展开写。可以说:再短一点、正式一点、换成英文、加一句:…、主题改成:…;"
            "要逐字改,发出后用 /edit 编号 body=…",
            "This mail comes from an approved template, so I cannot rewrite its tone. Say: shorter, formal, make it Chinese, "
            "add a line: …, change the subject to …; to change the words themselves use /edit CODE body=… once it is sent.",
        )
    chosen = the_deal(turn, arguments.deal or basis.payload.get("deal_id") or _deal_of(turn, arguments.to))
    if isinstance(chosen, Unclear):
        return chosen.sentence
    if basis.payload and not arguments.deal:
        chosen = replace(chosen, labels=frozenset(basis.labels("deal")) or chosen.labels)
    kept = None if arguments.to else from_payload(turn, basis.payload)
    to = kept or addressee(turn, arguments.to, chosen.facts)
    if isinstance(to, Unclear):
        return to.sentence
    wish = _wish(arguments, basis, to)
    text = compose(turn, chosen.facts, to, wish)
    payload = payload_of(turn, chosen, to, wish, text, _written(arguments, basis), basis)
    draft = turn.desk.save_draft("email", chosen.facts.deal.id, payload)
    remember(turn, "draft", draft.id, payload["labels"]["tool"])
    turn.focus["intent"] = "draft_email"
    _suggest(turn, wish)
    preview = _preview(turn, draft, to, chosen.facts, text)
    turn.previews[draft.id] = (payload["body"], preview)
    turn.advised.append(draft.id)
    if basis.draft_id and basis.draft_id != draft.id:
        turn.desk.advice.revised(basis.draft_id, draft.id)
    return "\n".join(part for part in (preview, chosen.note) if part)


def _basis(turn: Turn, arguments: Arguments) -> Basis | Unclear:
    wanted = arguments.based_on or (str(turn.focus.get("draft_id") or "") if arguments.change else "")
    if not wanted:
        return Basis(payload={})
    found = turn.desk.draft(wanted)
    if found is None or found.kind != "email":
        return Unclear(turn.say(f"没有找到草稿“{wanted[:40]}”。", f"I found no draft “{wanted[:40]}”."))
    return Basis(payload=found.payload, draft_id=found.id)


def _written(arguments: Arguments, basis: Basis) -> Written:
    """What a model wrote now, or wrote before when the words themselves are not to change."""
    before = (
        {} if arguments.change or arguments.language or arguments.points else basis.payload.get("written", {})
    )
    return Written(
        subject=arguments.subject or before.get("subject") or None,
        body=arguments.body or before.get("body") or None,
        discount_pct=arguments.discount_pct,
    )


def _deal_of(turn: Turn, to: str | None) -> str | None:
    """Without a deal in question a contact's name may still say which one is meant."""
    if turn.focus.get("deal_id") or turn.focus.get("account_id") or not to:
        return None
    return to if the_contact(turn, to, None) else None


def _wish(arguments: Arguments, basis: Basis, to: Addressee) -> Wish:
    before = basis.payload
    change = (arguments.change or "").strip()
    points = [*before.get("points", []), *arguments.points]
    tone = {"shorter": "shorter", "formal": "formal"}.get(change.lower(), "")
    if (
        change
        and change.lower() not in {"shorter", "formal", "english", "chinese", "add"}
        and _ADDITION.match(change)
    ):
        points.append(_ADDITION.sub("", change))
    spoken = {"english": "en", "chinese": "zh"}.get(change.lower())
    asked_anew = "purpose" in arguments.model_fields_set
    discount = (
        before.get("discount_bp", 0)
        if arguments.discount_pct is None
        else round(arguments.discount_pct * 100)
    )
    language = (
        arguments.language
        or spoken
        or before.get("language")
        or (to.contact.language if to.contact else "zh")
    )
    return Wish(
        purpose=arguments.purpose
        if asked_anew or not before
        else str(before.get("purpose", arguments.purpose)),
        language="en" if language == "en" else "zh",
        points=tuple(dict.fromkeys(points)),
        discount_bp=int(discount),
        tone=tone or str(before.get("tone", "")),
    )


def _suggest(turn: Turn, wish: Wish) -> None:
    other = (
        turn.say("换成英文", "Make it English")
        if wish.language == "zh"
        else turn.say("换成中文", "Make it Chinese")
    )
    turn.suggestions.extend((turn.say("发出去", "Send it"), other, turn.say("再短一点", "Make it shorter")))


def _preview(turn: Turn, draft: Suggestion, to: Addressee, facts: DealFacts, text: MailText) -> str:
    payload = draft.payload
    known = cite_contact(turn, to.contact) if to.contact else ""
    who = f"{to.name} <{to.address}>" if to.name else to.address
    stranger = "" if to.contact else turn.say("(不在客户档案里)", " (not in the CRM)")
    basis = [f"{facts.deal.name} {cite_deal(turn, facts.deal)}"]
    if text.uses_offer:
        offer = next(one for one in facts.offers if one.status in ("approved", "sent", "accepted"))
        basis.append(f"{offer.id} {cite_offer(turn, offer)}")
    if text.last is not None:
        basis.append(f"{day(text.last.at)} {cite_interaction(turn, text.last, short(text.last.text))}")
    return "\n".join(
        [
            turn.say(f"邮件草稿 {draft.id}(还没有发送)", f"Draft {draft.id} (not sent)"),
            turn.say("收件人:", "To: ") + f"{who}{stranger} {known}".rstrip(),
            turn.say("主题:", "Subject: ") + payload["subject"],
            "",
            payload["body"],
            "",
            turn.say("依据:", "Based on: ") + turn.say("、", ", ").join(basis),
        ]
    )


SKILL = Skill(name="draft_email", arguments=Arguments, run=run)
