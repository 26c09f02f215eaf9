"""Skill: a list of deals with their sum and the sum weighted by stage priors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from agents.citing import cite_deal
from agents.lookup import Unclear, not_found, the_colleague_id
from agents.skill import Skill, Turn
from agents.wording import day, money, process_of
from knowledge.blueprints.process import Process
from knowledge.insight.warnings import deal_warnings
from knowledge.model import STAGES, Deal

EXAMINED = 60
"""At most so many deals, by amount, are looked at in depth for sorting by risk or by last contact."""


class Arguments(BaseModel):
    """What pipeline takes. Dates are ISO days, both included."""

    stage: str | None = Field(default=None, description=f"one of {', '.join(STAGES)}, or its name as said")
    owner: str | None = Field(default=None, description="a colleague's name; omit for the user")
    team: bool = Field(default=False, description="true for the whole team or everything the user may see")
    sort: Literal["amount", "close", "risk", "recent"] = "amount"
    period_start: date | None = Field(default=None, description="closing from this day on, YYYY-MM-DD")
    period_end: date | None = Field(default=None, description="closing up to this day, YYYY-MM-DD")
    status: Literal["open", "won", "lost", "all"] = "open"
    limit: int = Field(default=10, ge=1, le=50)


def run(turn: Turn, arguments: Arguments) -> str:
    """List deals with stage, amount, close date and owner, with totals and the total weighted by stage priors. Use it
    for "我的商机", "本月能成交多少", "团队里风险最大的单子", "deals closing this quarter": filters for stage, owner,
    team, period and status; sorted by amount, close date, risk or last contact."""
    process = process_of(turn)
    chosen = _selected(turn, arguments, process)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    turn.focus["intent"] = "pipeline"
    if not chosen:
        return turn.say("没有找到符合条件的商机。", "I found no deals that fit.")
    reasons: dict[str, str] = {}
    ordered = _sorted(turn, chosen, arguments.sort, process, reasons)
    shown = ordered[: arguments.limit]
    turn.focus["listed"] = [deal.id for deal in shown]
    lines = [_line(turn, n, deal, process, reasons) for n, deal in enumerate(shown, start=1)]
    more = len(ordered) - len(shown)
    if more:
        lines.append(turn.say(f"……另有 {more} 个未列出", f"... {more} more not listed"))
    turn.suggestions.append(turn.say("第一个怎么样了?", "How is the first one doing?"))
    return "\n".join([*lines, *_totals(turn, ordered, process)])


def _selected(turn: Turn, arguments: Arguments, process: Process) -> list[Deal] | Unclear:
    owner_id = _owner(turn, arguments)
    stage = _stage(arguments.stage, process)
    if owner_id is None:
        return not_found(turn, arguments.owner or "")
    if stage is None:
        return not_found(turn, arguments.stage or "")
    return [
        deal
        for deal in turn.desk.deals()
        if (not owner_id or deal.owner_id == owner_id)
        and (not stage or deal.stage == stage)
        and (stage or _has_status(deal, arguments.status))
        and _in_period(deal, arguments)
    ]


def _owner(turn: Turn, arguments: Arguments) -> str | None:
    """Whose deals: a colleague's id, "" for everyone the asker may see, None for a name nobody has."""
    if arguments.owner:
        return the_colleague_id(turn, arguments.owner) or None
    if arguments.team or "rep" not in turn.desk.person.roles:
        return ""
    return turn.desk.person.id


def _stage(said: str | None, process: Process) -> str | None:
    """A stage id, "" for any, None for a stage the process does not have."""
    wanted = (said or "").strip().casefold()
    if not wanted:
        return ""
    for stage in process.stages:
        names = {stage.id, stage.name.casefold(), stage.name_en.casefold(), *stage.name.casefold().split("/")}
        if wanted.removesuffix("阶段") in names or wanted.removesuffix(" stage") in names:
            return stage.id
    return None


def _has_status(deal: Deal, status: str) -> bool:
    return status == "all" or (deal.is_open if status == "open" else deal.stage == status)


def _in_period(deal: Deal, arguments: Arguments) -> bool:
    if arguments.period_start is None and arguments.period_end is None:
        return True
    moment = deal.closed_at or deal.expected_close
    if moment is None:
        return False
    when = date.fromisoformat(day(moment))
    after = arguments.period_start is None or when >= arguments.period_start
    return after and (arguments.period_end is None or when <= arguments.period_end)


def _sorted(
    turn: Turn, deals: Sequence[Deal], sort: str, process: Process, reasons: dict[str, str]
) -> list[Deal]:
    by_amount = sorted(deals, key=lambda deal: (-deal.amount_fen, deal.id))
    if sort == "close":
        return sorted(
            by_amount, key=lambda deal: (day(deal.closed_at or deal.expected_close or turn.desk.now), deal.id)
        )
    if sort == "amount":
        return by_amount
    weights: dict[str, float] = {}
    for deal in by_amount[:EXAMINED]:
        facts = turn.desk.deal(deal.id)
        if facts is None:
            continue
        if sort == "recent":
            weights[deal.id] = facts.interactions[0].at.timestamp() if facts.interactions else 0.0
            continue
        warnings = deal_warnings(facts, process)
        weights[deal.id] = len(warnings)
        reasons[deal.id] = turn.say("、", ", ").join(
            turn.say(one.reason, one.reason_en) for one in warnings[:2]
        )
    return sorted(by_amount, key=lambda deal: -weights.get(deal.id, -1.0))


def _line(turn: Turn, n: int, deal: Deal, process: Process, reasons: dict[str, str]) -> str:
    owner = turn.desk.colleague(deal.owner_id)
    moment = deal.closed_at or deal.expected_close
    parts = [
        f"{n}. {deal.name}({deal.id})",
        process.stage_name(deal.stage, turn.language),
        money(deal.amount_fen, deal.currency),
        day(moment) if moment else turn.say("无日期", "no date"),
        owner.name if owner else deal.owner_id,
    ]
    risk = f" ⚠ {reasons[deal.id]}" if reasons.get(deal.id) else ""
    return " · ".join(parts) + f"{risk} {cite_deal(turn, deal)}"


def _totals(turn: Turn, deals: Sequence[Deal], process: Process) -> list[str]:
    """Sum and weighted sum by currency, over everything found, with n and where the weights come from."""
    total: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for deal in deals:
        total[deal.currency] += deal.amount_fen
        weighted[deal.currency] += deal.amount_fen * process.prior_pct(deal.stage) // 10_000 * 100
    sums = " + ".join(money(total[one], one) for one in sorted(total))
    lines = [turn.say(f"合计 {len(deals)} 个,{sums}", f"Total: {len(deals)} deals, {sums}")]
    still_open = [deal for deal in deals if deal.is_open]
    if still_open:
        stages = [one for one in process.stages if any(deal.stage == one.id for deal in still_open)]
        priors = ", ".join(f"{process.stage_name(one.id, turn.language)} {one.prior_pct}%" for one in stages)
        sums = " + ".join(money(weighted[one], one) for one in sorted(weighted))
        lines.append(
            turn.say(
                f"按阶段先验加权 {sums}(先验法,n={len(still_open)}:{priors};不是预测)",
                f"Weighted by stage priors {sums} (prior, n={len(still_open)}: {priors}; not a forecast)",
            )
        )
    return lines


SKILL = Skill(name="pipeline", arguments=Arguments, run=run)
