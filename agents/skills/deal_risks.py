"""Skill: deals at risk: each warning with the date since when it holds, its source, and what is at stake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from actions.forecast_view import AtRisk
from agents.citing import cite_deal, cite_interaction
from agents.forecast_pictures import risk_names
from agents.lookup import Unclear
from agents.scopes import whose
from agents.skill import Skill, Turn
from agents.wording import day, money, process_of, short
from knowledge.insight.warnings import DealWarning
from knowledge.insight.win import WinOdds

Warning = Literal[
    "red_flag", "overdue", "ghosted", "no_activity", "dead", "unopened_proposal", "stalled_in_stage", "stalled",
    "no_power", "not_enough_contacts", "pricing_not_mentioned",
]  # fmt: skip


class Arguments(BaseModel):
    """What deal_risks takes."""

    owner: str | None = Field(default=None, description="a colleague's name; omit for the user")
    team: bool = Field(default=False, description="true for the whole team or everything the user may see")
    team_id: str = Field(default="", max_length=80, description="one team's id; usually omitted")
    warning: Warning | None = Field(default=None, description="only deals with this warning")
    limit: int = Field(default=8, ge=1, le=50)


def run(turn: Turn, arguments: Arguments) -> str:
    """List the open deals at risk ("哪些单子有风险", "团队里快死的单子", "which deals are at risk", "who has gone silent"): every
    warning with its reason, the date since when it holds and its source, most weighted amount first."""
    scope = whose(turn, arguments.owner, arguments.team, arguments.team_id)
    if isinstance(scope, Unclear):
        return scope.sentence
    found = turn.desk.forecasts.at_risk(scope, arguments.warning or "")
    turn.focus["intent"] = "deal_risks"
    if not found:
        return turn.say("没有商机触发风险预警。", "No open deal has a warning.")
    shown = found[: arguments.limit]
    turn.focus["listed"] = [one.facts.deal.id for one in shown]
    lines = [
        turn.say(
            f"{len(found)} 个商机有预警,加权金额大的在前:",
            f"{len(found)} deals with warnings, most at stake first:",
        )
    ]
    for number, one in enumerate(shown, start=1):
        lines += _deal(turn, number, one)
    if len(found) > len(shown):
        lines.append(
            turn.say(
                f"……另有 {len(found) - len(shown)} 个未列出", f"... {len(found) - len(shown)} more not listed"
            )
        )
    lines.append(_counted(turn, found))
    turn.suggestions.append(turn.say("第一个能成吗?", "Will we win the first one?"))
    return "\n".join(lines)


def _deal(turn: Turn, number: int, one: AtRisk) -> list[str]:
    deal = one.facts.deal
    stage = process_of(turn).stage_name(deal.stage, turn.language)
    chance = f" · {100 * one.odds.chance:.0f}%" if isinstance(one.odds, WinOdds) else ""
    head = f"{number}. {deal.name}({deal.id})· {one.facts.owner.name} · {stage} · {money(deal.amount_fen, deal.currency)}"
    lines = [f"{head}{chance} {cite_deal(turn, deal)}"]
    return lines + [_warning(turn, one, found) for found in one.warnings]


def _warning(turn: Turn, one: AtRisk, found: DealWarning) -> str:
    row = next((r for r in one.facts.interactions if r.id == found.source_id), None)
    since = turn.say(f"(自 {day(found.since)})", f" (since {day(found.since)})") if found.since else ""
    quote = f" “{short(found.quote, 40)}”" if found.quote else ""
    mark = (
        cite_interaction(turn, row, found.quote, found.speaker)
        if row and found.quote
        else cite_deal(turn, one.facts.deal)
    )
    return f"   - ⚠ {turn.say(found.reason, found.reason_en)}{since}{quote} {mark}"


def _counted(turn: Turn, found: Sequence[AtRisk]) -> str:
    """How often each warning fired, over all that were found."""
    counts: dict[str, int] = {}
    for one in found:
        for kind in dict.fromkeys(warning.id for warning in one.warnings):
            counts[kind] = counts.get(kind, 0) + 1
    told = turn.say("、", ", ").join(
        f"{turn.say(*risk_names(kind))} {n}" for kind, n in sorted(counts.items())
    )
    return turn.say(f"各预警的商机数(n={len(found)}):{told}", f"Deals by warning (n={len(found)}): {told}")


SKILL = Skill(name="deal_risks", arguments=Arguments, run=run)
