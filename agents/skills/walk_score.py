"""Skill: one deal's win probability walked through step by step, so that a colleague can check each and knows what it cannot know."""

from __future__ import annotations

import math

from pydantic import BaseModel, Field

from agents.citing import cite_deal, cite_interaction
from agents.forecast_text import past
from agents.lookup import Chosen, Unclear, the_deal
from agents.scopes import whose
from agents.score_text import missing, rests_on, signal
from agents.skill import Skill, Turn
from agents.wording import day, process_of, short
from knowledge.insight.scoring.model import chance_of
from knowledge.insight.shares import wilson
from knowledge.insight.win import NoScore, WinOdds
from knowledge.snapshot import DealFacts


class Arguments(BaseModel):
    """What walk_score takes."""

    deal: str | None = Field(
        default=None, description="the deal or customer; omit for the current deal, or one's own largest"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Walk through how a deal's win probability is made, step by step, to learn to read it ("走一遍这个分数怎么来的",
    "explain score", "walk me through the score", "教我看成交概率"): the rows looked at, the base rate with its arithmetic, each
    signal with its odds and the running chance, how uncertain it is, what would change it, how good past ones were, and what
    to check oneself. Report the numbers exactly as returned."""
    chosen = _deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    facts = chosen.facts
    found = turn.desk.scores.win(facts.deal.id)
    turn.focus["intent"] = "walk_score"
    mark = cite_deal(turn, facts.deal)
    name = f"{facts.deal.name}({facts.deal.id})"
    if found is None or isinstance(found, NoScore):
        why = turn.say(found.zh, found.en) if found else ""
        return f"{name}: {why} {mark}"
    steps = [
        *_rows(turn, facts, mark),
        *_start(turn, facts, found),
        *_signals(turn, facts, found),
        *_uncertain(turn, found),
        *_change(turn, found),
        *_record(turn),
        *_check(turn, found),
    ]
    head = turn.say(
        f"走一遍:{name} 的成交概率 {_pct(found.chance)} 是怎么来的 {mark}",
        f"Step by step: how the chance of {_pct(found.chance)} for {name} is made {mark}",
    )
    turn.suggestions.append(turn.say("这单有什么风险?", "What are the risks?"))
    return "\n".join([head, *steps])


def _deal(turn: Turn, said: str | None) -> Chosen | Unclear:
    """The deal that is meant; with none in question one's own largest open one."""
    if said or turn.focus.get("deal_id"):
        return the_deal(turn, said)
    mine = [one for one in turn.desk.deals() if one.is_open and one.owner_id == turn.desk.person.id]
    mine.sort(key=lambda one: (-one.amount_fen, one.id))
    return the_deal(turn, mine[0].id) if mine else the_deal(turn, None)


def _pct(chance: float) -> str:
    return f"{100 * chance:.1f}%"


def _rows(turn: Turn, facts: DealFacts, mark: str) -> list[str]:
    newest = facts.interactions[0] if facts.interactions else None
    last = (
        turn.say("最近一条 ", "the newest of ")
        + f"{day(newest.at)} {cite_interaction(turn, newest, short(newest.text))}"
        if newest
        else turn.say("没有往来", "none")
    )
    return [
        turn.say(
            f"1. 看的是记录,不是感觉:商机 {mark},阶段变化 {len(facts.stages)} 次,联系人 {len(facts.contacts)} 位,往来 "
            f"{len(facts.interactions)} 条,{last}",
            f"1. It looks at records, not at feelings: the deal {mark}, {len(facts.stages)} stage changes, "
            f"{len(facts.contacts)} contacts, {len(facts.interactions)} interactions, {last}",
        )
    ]


def _start(turn: Turn, facts: DealFacts, found: WinOdds) -> list[str]:
    base = chance_of(found.scored.intercept)
    if found.method == "model":
        return [
            turn.say(
                f"2. 起点:自有模型 {found.version[:8]} 在 n={found.n} 行历史上学到的基准 {_pct(base)}",
                f"2. Where it starts: {_pct(base)}, learned by the own model {found.version[:8]} from n={found.n} rows",
            )
        ]
    stage = process_of(turn).stage_name(facts.deal.stage, turn.language)
    sum_ = f"({found.stage_won} + {found.prior_rows:g} × {found.stage_prior:g}) / ({found.stage_n} + {found.prior_rows:g})"
    return [
        turn.say(
            f"2. 起点:走过“{stage}”的已关闭商机 {found.stage_n} 个,赢 {found.stage_won} 个;先验 {found.stage_prior:.0%} 算 "
            f"{found.prior_rows:g} 个:{sum_} = {_pct(base)}",
            f"2. Where it starts: {found.stage_n} closed deals went through {stage}, {found.stage_won} were won; the prior of "
            f"{found.stage_prior:.0%} counts as {found.prior_rows:g}: {sum_} = {_pct(base)}",
        )
    ]


def _signals(turn: Turn, facts: DealFacts, found: WinOdds) -> list[str]:
    lines = [
        turn.say(
            "3. 每个信号把赔率(赢比输)乘一个数,一步一步:",
            "3. Each signal multiplies the odds (won against lost), one after another:",
        )
    ]
    logit = found.scored.intercept
    for part in found.scored.parts:
        before, logit = logit, logit + part.points
        told = signal(turn, part.name, part.value) + rests_on(turn, found, part.name)
        lines.append(
            f"   - {told}: × {math.exp(part.points):.2f}, {_pct(chance_of(before))} → "
            f"{_pct(chance_of(logit))} {cite_deal(turn, facts.deal)}"
        )
    if not found.scored.parts:
        lines.append(turn.say("   - 没有信号:停在起点", "   - none: it stays where it started"))
    lines.append(
        turn.say(
            f"   合计 {_pct(chance_of(logit))},就是上面那个数",
            f"   Together {_pct(chance_of(logit))}: the number above",
        )
    )
    return lines


def _uncertain(turn: Turn, found: WinOdds) -> list[str]:
    low, high = wilson(found.stage_won, found.stage_n)
    return [
        turn.say(
            f"4. 有多不确定:单看这个阶段的历史,赢单率的 95% 区间是 {_pct(low)} 到 {_pct(high)}(n={found.stage_n});"
            "一单只会赢或输,60% 的意思是十单里大约六单",
            f"4. How uncertain: the history of this stage alone puts the win rate between {_pct(low)} and {_pct(high)} (95%, "
            f"n={found.stage_n}); one deal is won or lost, 60% means about six in ten",
        )
    ]


def _change(turn: Turn, found: WinOdds) -> list[str]:
    gain = 100 * (found.with_meeting - found.chance)
    if abs(gain) < 0.05:
        told = turn.say(
            "下一次会已约好或近期开过会,约会不再改变它",
            "a next meeting is booked or was held lately; booking one changes nothing",
        )
    else:
        told = turn.say(
            f"约好下一次会:{gain:+.1f} 个百分点(重新计算)",
            f"booking a next meeting: {gain:+.1f} points (recomputed)",
        )
    return [turn.say(f"5. 什么会改变它:{told}", f"5. What would change it: {told}")]


def _record(turn: Turn) -> list[str]:
    scope = whose(turn, None, True)
    assert not isinstance(scope, Unclear)
    record = turn.desk.forecasts.made(scope).record
    return [turn.say("6. 这种数以前准不准:", "6. How good such numbers were: ") + past(turn, record)[0]]


def _check(turn: Turn, found: WinOdds) -> list[str]:
    gaps = missing(turn, found.missing) if found.missing else turn.say("没有", "nothing")
    return [
        turn.say(
            f"7. 请您核对:用 /source 打开每个来源;记录不对就改记录,概率当场重算。它不知道的:{gaps},还有您没有记下来的话",
            f"7. Your turn: open each source with /source; where a record is wrong change it, and the chance is made anew at "
            f"once. It does not know: {gaps}, nor what you have not written down",
        )
    ]


SKILL = Skill(name="walk_score", arguments=Arguments, run=run)
