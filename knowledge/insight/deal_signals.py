"""What a deal shows at one moment, as named signals: the row a win model reads, and the reasons a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from knowledge.blueprints.process import Process
from knowledge.model import OPEN_STAGES, Deal
from knowledge.snapshot import DealFacts

from .calendar import days_between
from .sentences import is_customers
from .warnings import RULES, DealWarning, deal_warnings

RECENT, MONTH = 14, 30
"""Days that count as lately, and as this month."""
_TALK = frozenset({"mail", "call", "meeting", "chat"})

NAMES: dict[str, tuple[str, str]] = {
    "stage": ("阶段", "stage"),
    "days_in_stage": ("在本阶段的天数", "days in the stage"),
    "age_days": ("商机年龄(天)", "age of the deal in days"),
    "amount": ("金额(元)", "amount"),
    "industry": ("行业", "industry"),
    "region": ("区域", "region"),
    "tier": ("客户等级", "customer tier"),
    "heard_14d": ("近 14 天客户主动往来", "times the customer was heard in 14 days"),
    "touches_30d": ("近 30 天往来", "touches in 30 days"),
    "silent_days": ("客户沉默天数", "days since the customer was heard"),
    "voices_30d": ("近 30 天活跃的客户联系人", "customer contacts active in 30 days"),
    "meeting": ("近两周开过会或已约下次会", "met lately, or a next meeting is booked"),
    "returning": ("老客户", "existing customer"),
    "red_flag": ("客户说了危险的话", "the customer raised a red flag"),
    "overdue": ("已过预计成交日", "past the expected close date"),
    "ghosted": ("连发多次没有回应", "messages without a reply"),
    "no_activity": ("很久没有往来", "no contact for long"),
    "unopened_proposal": ("报价没有反应", "no reaction to the offer"),
    "stalled_in_stage": ("在阶段里停滞", "stalled in the stage"),
    "dead": ("客户沉默且无人可找", "silent and nobody else to reach"),
    "stalled": ("有回应但不推进", "replies without moving on"),
    "no_power": ("决策人没有出现", "no decision maker met"),
    "not_enough_contacts": ("客户联系人太少", "too few contacts"),
    "pricing_not_mentioned": ("没有谈过价格", "price has not come up"),
    "calibration": ("按本公司历史校准", "calibrated to the company's own history"),
}
"""Signal -> its name in both languages."""

LATER = frozenset({"overdue"})
"""Signals that records of closed deals no longer tell as they were: the expected close date is overwritten at the end."""


@dataclass(frozen=True, kw_only=True)
class Signals:
    """The signals of one deal at one moment as cells, the warnings behind some of them, and what is not on record."""

    cells: Mapping[str, str]
    warnings: tuple[DealWarning, ...]
    missing: tuple[str, ...]

    def with_meeting(self) -> Signals:
        """The same deal if a next meeting were booked."""
        return replace(self, cells={**self.cells, "meeting": "yes"})


def signals(facts: DealFacts, process: Process, *, booked: bool = False, returning: bool = False) -> Signals:
    """The signals of an open deal. `booked`: a meeting with the customer stands in the diary; `returning`: the customer
    has bought from us before."""
    deal, now = facts.deal, facts.now
    talk = [row for row in facts.interactions if row.kind in _TALK]
    heard = [row for row in talk if is_customers(row)]
    month, lately = now - timedelta(days=MONTH), now - timedelta(days=RECENT)
    entered = next((step.at for step in reversed(facts.stages) if step.stage == deal.stage), deal.created_at)
    found = deal_warnings(facts, process)
    fired = {one.id for one in found}
    met = booked or any(row.kind == "meeting" and row.at >= lately for row in talk)
    voices = {row.contact_id for row in heard if row.at >= month and row.contact_id}
    cells = {
        "stage": deal.stage,
        "days_in_stage": str(days_between(entered, now)),
        "age_days": str(days_between(deal.created_at, now)),
        "amount": str(deal.amount_fen // 100) if deal.amount_fen > 0 else "",
        "industry": facts.account.industry,
        "region": facts.account.region,
        "tier": facts.account.tier,
        "heard_14d": str(sum(row.at >= lately for row in heard)),
        "touches_30d": str(sum(row.at >= month for row in talk)),
        "silent_days": str(days_between(heard[0].at, now)) if heard else "",
        "voices_30d": str(len(voices)),
        "meeting": "yes" if met else "no",
        "returning": "yes" if returning else "no",
        **{name: "yes" if name in fired else "no" for name in RULES},
    }
    return Signals(cells=cells, warnings=found, missing=_missing(facts, booked=booked))


def _missing(facts: DealFacts, *, booked: bool) -> tuple[str, ...]:
    """What is not on record and would make the judgement better: names of fields."""
    deal = facts.deal
    gaps = {
        "amount": deal.amount_fen <= 0,
        "expected_close": deal.expected_close is None,
        "contacts": not facts.contacts,
        "next_step": not deal.next_step and not booked,
        "interactions": not facts.interactions,
        "influence": bool(facts.contacts) and not any(one.influence for one in facts.contacts),
    }
    return tuple(name for name, gap in gaps.items() if gap)


def as_of(facts: DealFacts, moment: datetime, known: dict[str, Deal] | None = None) -> DealFacts | None:
    """The deal as it stood then: later stages, talk and offers away, its end unknown; None when it was not open then.

    What the record of a closed deal no longer tells (next step, expected close date) is taken away. `known` keeps the deal
    by stage for who looks at it often.
    """
    stages = tuple(step for step in facts.stages if step.at <= moment)
    if not stages or stages[-1].stage not in OPEN_STAGES:
        return None
    stage, known = stages[-1].stage, {} if known is None else known
    if stage not in known:
        then = {"stage": stage, "closed_at": None, "lost_reason": "", "next_step": ""}
        fields = {**facts.deal.model_dump(), **then, "next_step_at": None, "expected_close": None}
        known[stage] = Deal(**fields)
    return replace(
        facts,
        deal=known[stage],
        stages=stages,
        interactions=tuple(row for row in facts.interactions if row.at <= moment),
        offers=tuple(one for one in facts.offers if one.created_at <= moment),
        now=moment,
    )


def moments(facts: DealFacts) -> tuple[datetime, ...]:
    """When a closed deal is looked at to learn from it: in the middle of each open stage it went through."""
    ends = [step.at for step in facts.stages[1:]] + [facts.deal.closed_at or facts.now]
    return tuple(
        step.at + (end - step.at) / 2
        for step, end in zip(facts.stages, ends, strict=True)
        if step.stage in OPEN_STAGES and end > step.at
    )
