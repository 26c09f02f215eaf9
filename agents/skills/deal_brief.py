"""Skill: what is the case with one deal, every fact with its source."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from agents.briefing import SECTIONS, Brief, brief_of, history
from agents.citing import cite_deal
from agents.lookup import Unclear, not_found, the_deal
from agents.quoting import spoken_of
from agents.skill import Skill, Turn

Aspect = Literal["all", "offer", "people", "history", "risks", "next_step", "amount", "competitor"]

_SHOWN: dict[str, tuple[str, ...]] = {
    "all": tuple(SECTIONS),
    "offer": ("offer", "amount"),
    "people": ("people",),
    "risks": ("risks", "unanswered"),
    "next_step": ("next_step", "unanswered"),
    "amount": ("amount", "offer"),
    "competitor": ("competitor",),
}


class Arguments(BaseModel):
    """What deal_brief takes."""

    deal: str | None = Field(
        default=None,
        description="deal name, id, customer or contact as the user said it; omit for the current deal",
    )
    aspect: Aspect = Field(default="all", description="the part that was asked for")


def run(turn: Turn, arguments: Arguments) -> str:
    """Tell what is known about one deal: stage, amount and close date, people and roles, what happened last, open
    questions and promises, risks, offer, competitor, next step. Use it for any question about one deal or customer
    ("华东医疗怎么样了", "王总那个单子的报价", "who is the decision maker at ..."). Set `aspect` when only one part was
    asked for."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        if arguments.deal and chosen == not_found(turn, arguments.deal):
            return spoken_of(turn, arguments.deal, turn.text) or chosen.sentence
        return chosen.sentence
    brief = brief_of(turn, chosen.facts)
    deal = chosen.facts.deal
    lines = [
        f"{deal.name}({deal.id}) · {chosen.facts.account.name} {cite_deal(turn, deal)}",
        *_parts(brief, arguments.aspect),
    ]
    if chosen.note:
        lines.append(chosen.note)
    turn.focus["intent"] = "deal_brief"
    turn.suggestions.extend(_next_words(turn, brief, arguments.aspect))
    return "\n".join(lines)


def _parts(brief: Brief, aspect: Aspect) -> list[str]:
    if aspect == "history":
        return history(brief, count=6)
    return [line for name in _SHOWN[aspect] for line in SECTIONS[name](brief)]


def _next_words(turn: Turn, brief: Brief, aspect: Aspect) -> list[str]:
    if not brief.facts.deal.is_open:
        return [turn.say("有没有类似的赢单?", "Are there similar won deals?")]
    words = [turn.say("给他写一封跟进邮件", "Draft a follow-up e-mail")]
    if aspect != "risks":
        words.append(turn.say("这单有什么风险?", "What are the risks?"))
    if aspect != "history":
        words.append(turn.say("最近都聊了什么?", "What did we last talk about?"))
    return words


SKILL = Skill(name="deal_brief", arguments=Arguments, run=run)
