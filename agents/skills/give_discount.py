"""Skill: ask for a discount on a deal's offer; the band decides who must agree."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.citing import cite_offer
from agents.discounts import says_discount
from agents.lookup import Unclear, the_deal
from agents.proposing import Wording
from agents.skill import Skill, Turn
from agents.wishing import do, label


class Arguments(BaseModel):
    """What give_discount takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")
    discount_pct: float = Field(
        ge=0, le=100, description="discount against list price in percent, as the user said it"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Give a discount on the offer of a deal (a new version of the offer, not a mail), only when the user asked for it
    ("给他 8% 折扣", "knock 5% off"). Who must agree depends on how much. Report exactly what this returns."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    facts, pct = chosen.facts, arguments.discount_pct
    for offer in facts.offers[:1]:
        cite_offer(turn, offer)
    told = do(
        turn,
        "give_discount",
        {"discount_bp": round(pct * 100)},
        facts.deal.id,
        {"discount_bp": label(turn, says_discount(turn.text, pct))},
        Wording(
            noun=(f"{facts.deal.name} 的 {pct:g}% 折扣", f"The {pct:g}% discount on {facts.deal.name}"),
            verb=("生效", "take effect"),
            done=("已写入新报价", "stands in a new version of the offer"),
            not_done=("没有给折扣", "No discount was given"),
            kept=("没有执行", "nothing was changed"),
            title=facts.deal.name,
        ),
    )
    return "\n".join(part for part in (told, chosen.note) if part)


SKILL = Skill(name="give_discount", arguments=Arguments, run=run)
