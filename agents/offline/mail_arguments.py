"""The arguments of draft_email: to whom, what for, with which discount, new or a change of the draft in hand."""

from __future__ import annotations

import re
from typing import Any

from . import slots
from .dates import clock_time, moment
from .quantities import discount_pct
from .replies import say
from .said import Built, Said, ask_deal, ask_person


def draft(said: Said) -> Built:
    text = said.text
    based_on = said.focus.get("draft_id") if _leans_on_draft(said) else None
    change = slots.first_of(slots.CHANGES, text) if based_on else None
    purpose = slots.first_of(slots.PURPOSES, text) or "follow_up"
    deal = said.aim.deal or (said.focus.get("deal_id") if not said.aim.people else None)
    made: dict[str, Any] = {
        "deal": None if said.aim.stranger else deal,
        "to": _recipient(said),
        "purpose": purpose,
        "points": _points(said, purpose),
        "discount_pct": discount_pct(text),
        "language": _wanted_language(text),
        "based_on": based_on,
        "change": change,
        "subject": _subject(text) if change == "subject" else None,
    }
    if based_on and purpose == "follow_up":
        del made["purpose"]  # not said: a changed draft keeps the purpose it had
    if len(said.aim.people) > 1:
        return made, ask_person(said)
    if said.aim.choices and not said.aim.contact:
        return made, ask_deal(said)
    if not (made["deal"] or made["to"] or based_on):
        return made, say("need_recipient", said.language)
    return made, None


def _leans_on_draft(said: Said) -> bool:
    """A change, an addition or "for her as well" is about the draft in hand; a new mail is not."""
    if not said.focus.get("draft_id"):
        return False
    new = re.search(r"写(?:封|一封|个)|起草|拟|新(?:写|建)|\b(?:write|draft|compose)\b", said.text, re.I)
    also = re.search(r"也|同样|再.{0,4}[发来]一[封份]|\b(?:same|also|too|as well)\b", said.text, re.I)
    changed = slots.first_of(slots.CHANGES, said.text) or discount_pct(said.text) is not None
    return bool(also or not new or (changed and not said.aim.said and not said.aim.people))


def _recipient(said: Said) -> str | None:
    address = slots.email(said.text)
    if address:
        return address
    if said.aim.people:
        return said.aim.people[0].name
    match = re.search(
        r"(?:给|跟|向|回复?|替我回|感谢|挽回|约)\s*([\u4e00-\u9fff](?:总监|总|主任|经理|院长|处长|科长|工|老师|先生|女士))"
        r"|\b(?:to|for|email|thank)\s+((?:Mr|Mrs|Ms|Dr)\.?\s+[A-Z][a-z]+)",
        said.text,
    )
    if match:
        return match[1] or match[2]
    if said.aim.stranger:
        return said.aim.stranger
    him = re.search(r"[他她](?!们)|\b(?:him|her)\b", said.text)
    return said.aim.contact.name if him and said.aim.contact else None


def _points(said: Said, purpose: str) -> list[str]:
    found: list[str] = []
    for match in re.finditer(
        r"(?:加(?:上)?一[句条段点]|补充(?:一[句条段点])?|写上)\s*[:：,，]\s*([^。;;]{2,120})"
        r"|(?:提到|提一?下|说明|告诉[他她]|强调|关于|加一?[句段]|补充|问一?下|催一?下)\s*([^,,。;;:：]{2,60})"
        r"|\badd (?:a |another )?(?:line|sentence|note)?\s*[:,]\s*([^;\n]{2,160})"
        r"|\b(?:mention|about|regarding|add a (?:line|sentence) (?:on|about)|include|ask (?:him|her|them) (?:for|about))\s+([^,.;]{2,80})",
        said.text,
        re.I,
    ):
        found.append(next(group for group in match.groups() if group).strip())
    day = moment(said.text, said.now)
    if day is not None and purpose == "meeting_confirm":
        when = f"{day:%Y-%m-%d %H:%M}" if clock_time(said.text) else f"{day:%Y-%m-%d}"
        found.append(f"Meeting: {when}" if said.language == "en" else f"会议时间:{when}")
    return found


def _subject(text: str) -> str | None:
    """标题改成周四演示安排 / change the subject to Thursday's demo."""
    match = re.search(
        r"(?:标题|主题)(?:改[成为]|换成|写成|用)?[:：\s]*[“\"]?([^“”\"\n]{2,120})|\bsubject (?:to|is|:)\s*[\"“]?([^\"”\n]{2,120})",
        text,
        re.I,
    )
    return (match[1] or match[2]).strip(" 。.") if match else None


def _wanted_language(text: str) -> str | None:
    if re.search(r"英文|英语|\benglish\b", text, re.I):
        return "en"
    return "zh" if re.search(r"中文|汉语|\b(?:chinese|mandarin)\b", text, re.I) else None
