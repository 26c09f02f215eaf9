"""Whom to see to first today: deals and leads ranked by points for what waits, what is due and what is at stake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from knowledge.blueprints.process import Process
from knowledge.insight.leads import LeadScore
from knowledge.model import LeadTouch
from knowledge.snapshot import DealFacts

from .calendar import days_between, local_day
from .open_points import open_points
from .warnings import deal_warnings

WAITS, PROMISED, DUE, CLOSING, WARNED, STAKE = 30.0, 20.0, 25.0, 15.0, 10.0, 20.0
FRESH_DAYS, STALE_DAYS = 14, 30
"""Points: a question of the customer waits, we promised something, a next step is due, the deal should close within
CLOSING_DAYS, a warning fires (two at most), and up to so many for the share of the largest weighted amount. What has
waited longer than FRESH_DAYS counts half, longer than STALE_DAYS a quarter: it has gone cold."""
HOT, WARM, RISING, JUST_HERE = 35.0, 15.0, 10.0, 20.0
"""Points of a lead: grade A, grade B, a rising score, something done in the last two days."""
CLOSING_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason with its points and the row behind it (an interaction, a touch, or the record itself)."""

    zh: str
    en: str
    points: float
    source_id: str
    quote: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something to see to: the points of its reasons add up to `points`."""

    kind: Literal["deal", "lead"]
    id: str
    points: float
    reasons: tuple[Reason, ...]


def today_list(items: Sequence[Item], most: int = 8) -> tuple[Item, ...]:
    """What has any reason, most points first, ties by id."""
    waiting = [one for one in items if one.reasons]
    return tuple(sorted(waiting, key=lambda one: (-one.points, one.kind, one.id))[:most])


def deal_item(facts: DealFacts, process: Process, largest_fen: int) -> Item:
    """An open deal of the person who asks. `largest_fen`: the largest amount weighted by stage among their deals."""
    reasons = [*_open(facts), *_dates(facts, process), *_warned(facts, process)]
    weighted = facts.deal.amount_fen * process.prior_pct(facts.deal.stage) // 100
    if reasons and largest_fen > 0:
        points = round(STAKE * min(1.0, weighted / largest_fen), 1)
        wan = weighted / 1_000_000
        reasons.append(
            Reason(
                zh=f"加权金额 {wan:g} 万",
                en=f"weighted amount {weighted // 100:,}",
                points=points,
                source_id=facts.deal.id,
            )
        )
    return _item("deal", facts.deal.id, reasons)


def lead_item(score: LeadScore, touches: Sequence[LeadTouch], newest_days: float | None) -> Item:
    """An open lead; `newest_days` since it last did something, None when it never did."""
    reasons = []
    if score.grade in ("A", "B"):
        points = HOT if score.grade == "A" else WARM
        words = f"{score.grade} 级({score.score:.0f} 分)", f"grade {score.grade} ({score.score:.0f} points)"
        reasons.append(Reason(zh=words[0], en=words[1], points=points, source_id=score.lead_id))
        if newest_days is not None and newest_days <= 4:
            newest = next((one for one in touches if one.direction == "in"), touches[0])
            reasons.append(
                Reason(
                    zh=f"{newest_days:.0f} 天前还有动作",
                    en=f"did something {newest_days:.0f} days ago",
                    points=JUST_HERE,
                    source_id=newest.id,
                    quote=newest.text,
                )
            )
        if score.trend > 0:
            zh, en = (
                f"一周内上升 {score.score - score.before:.0f} 分",
                f"up {score.score - score.before:.0f} in a week",
            )
            reasons.append(Reason(zh=zh, en=en, points=RISING, source_id=score.lead_id))
    return _item("lead", score.lead_id, reasons)


def _item(kind: Literal["deal", "lead"], key: str, reasons: Sequence[Reason]) -> Item:
    ordered = tuple(sorted(reasons, key=lambda one: -one.points))
    return Item(kind=kind, id=key, points=sum(one.points for one in ordered), reasons=ordered)


def _open(facts: DealFacts) -> list[Reason]:
    points = open_points(facts)
    question = next((one for one in points if one.kind == "question"), None)
    promise = next((one for one in points if one.kind == "promise"), None)
    found = []
    if question:
        days = days_between(question.at, facts.now)
        found.append(
            Reason(
                zh=f"客户的问题等了 {days} 天",
                en=f"a question of theirs has waited {days} days",
                points=_faded(WAITS, days),
                source_id=question.interaction_id,
                quote=question.quote,
            )
        )
    if promise:
        found.append(
            Reason(
                zh="我方承诺还没兑现",
                en="a promise of ours is open",
                points=_faded(PROMISED, days_between(promise.at, facts.now)),
                source_id=promise.interaction_id,
                quote=promise.quote,
            )
        )
    return found


def _faded(points: float, days: int) -> float:
    return points if days <= FRESH_DAYS else points / 2 if days <= STALE_DAYS else points / 4


def _dates(facts: DealFacts, process: Process) -> list[Reason]:
    deal, found = facts.deal, []
    today = local_day(facts.now, process.utc_offset_hours)
    if deal.next_step_at and local_day(deal.next_step_at, process.utc_offset_hours) <= today:
        late = (today - local_day(deal.next_step_at, process.utc_offset_hours)).days
        zh = "下一步今天到期" if not late else f"下一步过期 {late} 天"
        en = "the next step is due today" if not late else f"the next step is {late} days late"
        found.append(Reason(zh=zh, en=en, points=DUE, source_id=deal.id))
    if deal.expected_close and timedelta(0) <= deal.expected_close - facts.now <= timedelta(
        days=CLOSING_DAYS
    ):
        days = days_between(facts.now, deal.expected_close)
        zh, en = f"{days} 天内应成交", f"should close within {days} days"
        found.append(Reason(zh=zh, en=en, points=CLOSING, source_id=deal.id))
    return found


def _warned(facts: DealFacts, process: Process) -> list[Reason]:
    return [
        Reason(zh=one.reason, en=one.reason_en, points=WARNED, source_id=one.source_id, quote=one.quote)
        for one in deal_warnings(facts, process)[:2]
    ]
