"""Skill: which customers are about to leave, by which signal, and the win-back task that it opened."""

from __future__ import annotations

from pydantic import BaseModel, Field

from actions.journey_view import AtRisk
from agents.journey_text import cite_touch
from agents.skill import Skill, Turn
from agents.wording import day, money
from knowledge.insight.churn_signals import Signal
from knowledge.insight.rfm import SEGMENTS

MARKS = 3


class Arguments(BaseModel):
    """What churn_list takes."""

    mine: bool = Field(default=False, description="true for the user's own customers only")
    limit: int = Field(default=8, ge=1, le=30)


def run(turn: Turn, arguments: Arguments) -> str:
    """List the customers that are about to leave ("哪些客户要流失", "谁可能不再买了", "which customers are at risk of churn"):
    each with the signals that fire now and their rows, its segment, and the win-back task or why there is none. Only what
    is on record; never guess a reason."""
    found = turn.desk.journeys.at_risk()
    if arguments.mine:
        found = [one for one in found if one.account.owner_id == turn.desk.person.id]
    turn.focus["intent"] = "churn_list"
    warned = [one for one in found if one.lost_since is None]
    lost = [one for one in found if one.lost_since is not None]
    if not found:
        return turn.say(
            "您能看到的客户里,现在没有流失信号。", "No churn signal fires at a customer you may see."
        )
    lines = [
        turn.say(
            f"有流失信号的客户 {len(warned)} 个,已算流失 {len(lost)} 个:",
            f"Customers with a churn signal: {len(warned)}; lost already: {len(lost)}:",
        )
    ]
    shown = [*warned, *lost][: arguments.limit]
    for n, one in enumerate(shown, start=1):
        lines += _customer(turn, n, one)
    more = len(found) - len(shown)
    if more:
        lines.append(turn.say(f"……另有 {more} 个未列出", f"... {more} more not listed"))
    turn.suggestions.append(turn.say(f"{shown[0].account.name}的旅程", f"Journey of {shown[0].account.name}"))
    return "\n".join(lines)


def _customer(turn: Turn, n: int, one: AtRisk) -> list[str]:
    account = one.account
    owner = turn.desk.colleague(account.owner_id or "")
    parts = [f"{n}. {account.name}({account.id})", owner.name if owner else turn.say("无负责人", "no owner")]
    if one.rfm is not None:
        rank = one.rfm
        name = turn.say(*SEGMENTS[rank.segment])
        orders = turn.say(
            f"RFM {rank.r}{rank.f}{rank.m} {name}:{rank.days} 天前最近一单,一年 {rank.orders} 单 {money(rank.money_fen)}",
            f"RFM {rank.r}{rank.f}{rank.m} {name}: last order {rank.days} days ago, {rank.orders} a year, {money(rank.money_fen)}",
        )
        parts.append(orders)
    if one.lost_since is not None:
        parts.append(turn.say(f"{day(one.lost_since)} 起算流失", f"lost since {day(one.lost_since)}"))
    return [
        " · ".join(parts),
        *(_signal(turn, one, signal) for signal in one.signals),
        f"   - {_task(turn, one)}",
    ]


def _signal(turn: Turn, one: AtRisk, signal: Signal) -> str:
    rows = [one.touches[row] for row in signal.rows if row in one.touches]
    marks = "".join(cite_touch(turn, touch) for touch in rows[-MARKS:])
    return f"   - ⚠ {turn.say(signal.zh, signal.en)} {marks}".rstrip()


def _task(turn: Turn, one: AtRisk) -> str:
    alert = one.alert
    if alert is None:
        return turn.say("还没有挽回任务(每天检查一次)", "no win-back task yet (checked once a day)")
    raised = day(alert.at)
    if alert.held_out:
        return turn.say(
            f"{raised} 已记录,属于对照组(10 %),不派任务",
            f"noted on {raised}; in the hold-out (10 %), so no task",
        )
    card = turn.desk.card(alert.action_id) if alert.action_id else None
    if card is None:
        return turn.say(f"{raised} 已预警", f"warned on {raised}") + (f":{alert.note}" if alert.note else "")
    owner = turn.desk.colleague(alert.owner_id)
    mark = turn.cite(id=alert.action_id, kind="action", title=card.headline, date=raised, quote=card.headline)
    who = owner.name if owner else alert.owner_id
    return turn.say(
        f"挽回任务 {card.code} 给 {who},{raised} 建立 [{mark}]",
        f"win-back task {card.code} for {who}, made on {raised} [{mark}]",
    )


SKILL = Skill(name="churn_list", arguments=Arguments, run=run)
