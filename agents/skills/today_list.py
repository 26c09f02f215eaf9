"""Skill: whom to see to first today, deals and leads in one list, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel, Field

from actions.score_view import ScoredLead
from agents.advising import Piece, advise
from agents.citing import cite_deal, cite_interaction
from agents.score_text import cite_lead, cite_touch
from agents.skill import Skill, Turn
from agents.wording import process_of, short
from knowledge.insight.advice import HELD_OUT
from knowledge.insight.today import Item, Reason, deal_item, lead_item, today_list
from knowledge.snapshot import DealFacts

EXAMINED = 60
"""At most so many of one's own deals, by amount, are looked at."""


class Arguments(BaseModel):
    """What today_list takes."""

    limit: int = Field(default=6, ge=1, le=20)


def run(turn: Turn, arguments: Arguments) -> str:
    """List whom the user should see to first today ("今天先跟谁", "who should I call first"): their own open deals and leads,
    ranked by what waits, what is due and what is at stake, each with its reasons and sources. Keep the order."""
    process = process_of(turn)
    me = turn.desk.person.id
    mine = [deal for deal in turn.desk.deals() if deal.is_open and deal.owner_id == me]
    mine.sort(key=lambda deal: (-deal.amount_fen, deal.id))
    largest = max((deal.amount_fen * process.prior_pct(deal.stage) // 100 for deal in mine), default=0)
    deals = {facts.deal.id: facts for deal in mine[:EXAMINED] if (facts := turn.desk.deal(deal.id))}
    leads = {one.lead.id: one for one in turn.desk.scores.leads() if one.lead.owner_id == me}
    items = [deal_item(facts, process, largest) for facts in deals.values()]
    items += [lead_item(one.score, one.touches, _age(turn, one)) for one in leads.values()]
    arms = turn.desk.advice.arms("next_step", list(deals))
    held = [one for one in items if arms.get(one.id) == HELD_OUT and one.reasons]
    chosen = today_list([one for one in items if arms.get(one.id) != HELD_OUT], arguments.limit)
    turn.focus["intent"] = "today_list"
    _noted(turn, chosen, held, arms)
    if not chosen and not held:
        return turn.say("今天没有等您的单子和线索。", "Nothing of yours waits today.")
    turn.focus["listed"] = [one.id for one in chosen if one.kind == "deal"]
    lines = [turn.say("今天建议按这个顺序:", "Today, in this order:")]
    for one in chosen:
        if one.kind == "deal":
            lines += _deal(turn, turn.focus["listed"].index(one.id) + 1, one, deals[one.id])
        else:
            lines += _lead(turn, one, leads[one.id])
    lines += _held(turn, [deals[one.id] for one in held])
    counted = turn.say(
        f"看了您名下 {len(deals)} 个进行中的商机和 {len(leads)} 条线索;分数 = 各理由分值之和",
        f"Looked at {len(deals)} open deals and {len(leads)} leads of yours; points are the sum of the reasons",
    )
    turn.suggestions.append(turn.say("第一个怎么样了?", "How is the first one doing?"))
    return "\n".join([*lines, counted])


def _held(turn: Turn, held: Sequence[DealFacts]) -> list[str]:
    """Deals of the control group are named, so that nobody forgets them, and nothing more."""
    if not held:
        return []
    names = turn.say("、", ", ").join(
        f"{one.deal.name}({one.deal.id}) {cite_deal(turn, one.deal)}" for one in held
    )
    return [
        turn.say(
            f"对照组,不排序也不给建议(用来衡量建议值多少):{names}",
            f"Held out for comparison, neither ranked nor advised on: {names}",
        )
    ]


def _noted(turn: Turn, chosen: Sequence[Item], held: Sequence[Item], arms: Mapping[str, str]) -> None:
    """Each item is advice; of those held out it is on record that they were, and that nothing was said."""

    def piece(one: Item) -> Piece:
        deal_id, lead_id = (one.id, "") if one.kind == "deal" else ("", one.id)
        arm = {"arm": arms[one.id]} if one.id in arms else {}
        return Piece(kind="next_step", deal_id=deal_id, lead_id=lead_id, said=arm)

    advise(turn, [piece(one) for one in chosen])
    if held:
        turn.desk.advice.give([piece(one) for one in held])


def _age(turn: Turn, one: ScoredLead) -> float | None:
    theirs = [touch for touch in one.touches if touch.direction == "in"]
    return (turn.desk.now - theirs[0].at) / timedelta(days=1) if theirs else None


def _deal(turn: Turn, n: int, item: Item, facts: DealFacts) -> list[str]:
    deal = facts.deal
    stage = process_of(turn).stage_name(deal.stage, turn.language)
    head = f"{n}. {deal.name}({deal.id})· {stage} · {item.points:.0f} {cite_deal(turn, deal)}"
    rows = {row.id: row for row in facts.interactions}
    lines = [head]
    for why in item.reasons[:4]:
        row = rows.get(why.source_id)
        mark = cite_interaction(turn, row, why.quote) if row and why.quote else cite_deal(turn, deal)
        lines.append(_reason(turn, why, mark))
    return lines


def _lead(turn: Turn, item: Item, one: ScoredLead) -> list[str]:
    """Without a number: "the first one" means the first deal; a lead is called by its id or its company."""
    lead = one.lead
    turn.focus["lead_id"] = turn.focus.get("lead_id") or lead.id
    kind, name = turn.say("线索", "Lead"), f"{lead.company} {lead.name}({lead.id})"
    lines = [f"▸ {kind} · {name}· {item.points:.0f} {cite_lead(turn, lead)}"]
    touches = {touch.id: touch for touch in one.touches}
    for why in item.reasons:
        touch = touches.get(why.source_id)
        lines.append(_reason(turn, why, cite_touch(turn, touch) if touch else cite_lead(turn, lead)))
    return lines


def _reason(turn: Turn, why: Reason, mark: str) -> str:
    quote = f"“{short(why.quote, 40)}”" if why.quote else ""
    return f"   - {turn.say(why.zh, why.en)} +{why.points:g} {quote}{mark}"


SKILL = Skill(name="today_list", arguments=Arguments, run=run)
