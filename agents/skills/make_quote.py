"""Skill: make a quote from won offers of like customers or the deal's own last offer; nothing is sent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from actions.action import ActionRequest, Status, canonical, digest
from actions.paper_view import Declined, Prepared, QuoteAsk
from agents.discounts import says_discount
from agents.lookup import Unclear, the_deal
from agents.paper_text import described, hand_over
from agents.proposing import Wording, propose
from agents.skill import Skill, Turn
from knowledge.snapshot import DealFacts

_FIRST = ("decision_maker", "economic_buyer", "champion")


class Arguments(BaseModel):
    """What make_quote takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")
    discount_pct: float | None = Field(
        default=None, ge=0, le=100, description="discount in percent, only if the user gave one"
    )
    valid_days: int = Field(default=30, ge=1, le=30, description="days of validity, at most 30")
    language: Literal["zh", "en"] | None = None


def run(turn: Turn, arguments: Arguments) -> str:
    """Make a quote for a deal as a real paper, valid for at most 30 days ("出一份报价", "quote them"). Prices come from won
    deals of like customers when there are enough, else from the deal's own last offer or the list; each line says which,
    and who must approve its discount. Nothing is sent. Report exactly what this returns."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    deal = chosen.facts.deal
    ask = _ask(turn, arguments, chosen.facts)
    paper = turn.desk.papers.quote(deal.id, ask)
    turn.focus["intent"] = "make_quote"
    if isinstance(paper, Declined):
        return turn.say(paper.zh, paper.en)
    turn.focus.update(paper_id=paper.paper_id, deal_id=deal.id)
    shown = described(turn, paper)
    told = propose(turn, _request(turn, paper, deal.id, ask), _words(paper))
    if turn.outcomes[-1].status == Status.REFUSED:
        return told
    hand_over(turn, paper)
    turn.suggestions.append(turn.say("发给客户", "Send it to the customer"))
    return "\n".join(part for part in (shown, told, chosen.note) if part)


def _ask(turn: Turn, arguments: Arguments, facts: DealFacts) -> QuoteAsk:
    pct = arguments.discount_pct
    typed = pct is not None and says_discount(turn.text, pct)
    return QuoteAsk(
        discount_bp=None if pct is None else round(pct * 100),
        label="rep_input" if typed else "llm_inferred",
        valid_days=arguments.valid_days,
        language=arguments.language or _language(facts),
    )


def _language(facts: DealFacts) -> Literal["zh", "en"]:
    """The language of the person whose name will stand on it."""
    ranked = sorted(
        facts.contacts,
        key=lambda one: (_FIRST.index(one.influence) if one.influence in _FIRST else 9, one.id),
    )
    return "en" if ranked and ranked[0].language == "en" else "zh"


def _request(turn: Turn, paper: Prepared, deal_id: str, ask: QuoteAsk) -> ActionRequest:
    labels = {} if ask.discount_bp is None else {"discount_bp": frozenset({ask.label})}
    return ActionRequest(
        action=paper.action,
        args=paper.args,
        resource_id=deal_id,
        on_behalf_of=turn.desk.person.id,
        labels=labels,
        idempotency_key=f"{paper.action}:{paper.paper_id}:{digest(canonical(paper.args))}",
        drafted_by=turn.drafted_by,
    )


def _words(paper: Prepared) -> Wording:
    return Wording(
        noun=(f"报价 {paper.paper_id} ", f"The quote {paper.paper_id}"),
        verb=("生成", "be made"),
        done=("已存为草稿，没有发给任何人", "is kept as a draft and has gone to nobody"),
        not_done=("没有生成报价", "No quote was made"),
        title=paper.title,
    )


SKILL = Skill(name="make_quote", arguments=Arguments, run=run)
