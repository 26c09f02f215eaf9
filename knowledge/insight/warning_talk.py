"""Warnings read from what was said and done with the customer: silence, red flags, offers without an answer (D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from knowledge.blueprints.process import at_least
from knowledge.model import OUTBOUND, Interaction

from .calendar import working_days
from .sentences import is_customers, utterances
from .tracking import first_hit, tracked_in
from .warning_view import DealWarning, View, opening


def no_activity(view: View) -> Iterator[DealWarning]:
    last = view.touches[0] if view.touches else None
    days = view.days_since(last.at if last else view.facts.deal.created_at)
    if days >= view.limits.no_activity_days:
        yield DealWarning(
            id="no_activity",
            reason=f"已 {days} 天没有任何往来",
            reason_en=f"no contact either way for {days} days",
            source_id=last.id if last else view.facts.deal.id,
            quote=opening(last),
            since=(last.at if last else view.facts.deal.created_at)
            + timedelta(days=view.limits.no_activity_days),
        )


def ghosted(view: View) -> Iterator[DealWarning]:
    ours: list[Interaction] = []
    heard: Interaction | None = None
    for row in view.touches:
        if is_customers(row):
            heard = row
            break
        if row.direction in OUTBOUND:
            ours.append(row)
    if len(ours) < view.limits.ghosted_outbound:
        return
    since = heard.at if heard else ours[-1].at
    late = at_least(view.facts.deal.stage, view.limits.ghosted_late_stage)
    if late:
        days = working_days(since, view.facts.now, view.offset)
        over = days >= view.limits.ghosted_late_working_days
        began = view.after_working_days(since, view.limits.ghosted_late_working_days)
    else:
        days = view.days_since(since)
        over = days >= view.limits.ghosted_days
        began = since + timedelta(days=view.limits.ghosted_days)
    if over:
        yield DealWarning(
            id="ghosted",
            reason=f"我方连发 {len(ours)} 次,对方已 {days} 个{'工作日' if late else '自然日'}没有回应",
            reason_en=f"{len(ours)} messages from us, no reply for {days} {'working ' if late else ''}days",
            source_id=ours[0].id,
            quote=opening(ours[0]),
            since=began,
        )


def pricing_not_mentioned(view: View) -> Iterator[DealWarning]:
    if not at_least(view.facts.deal.stage, view.limits.pricing_from_stage) or not view.limits.price_words:
        return
    texts = [f"{row.subject}\n{row.text}".casefold() for row in view.rows]
    feeding = [one for one in view.limits.trackers if one.feeds == "pricing_not_mentioned"]
    tracked = any(tracked_in(view.facts, row, one) for row in view.rows for one in feeding)
    if not tracked and not any(word.casefold() in text for text in texts for word in view.limits.price_words):
        yield DealWarning(
            id="pricing_not_mentioned",
            reason="已到报价阶段,往来中还没有谈过价格",
            reason_en="at this stage price has not come up in any interaction",
            source_id=view.facts.deal.id,
            since=view.reached(view.limits.pricing_from_stage),
        )


@lru_cache(maxsize=16_384)
def _flag_in(sentence: str, flags: tuple[str, ...]) -> str:
    """The first of these words that the sentence holds; "" for none. Kept, as a deal is looked at in many moments of its life."""
    folded = sentence.casefold()
    return next((flag for flag in flags if flag.casefold() in folded), "")


def red_flag(view: View) -> Iterator[DealWarning]:
    feeding = [one for one in view.limits.trackers if one.feeds == "red_flag"]
    flags = tuple(view.limits.red_flags)
    for row in view.rows:
        for said in utterances(view.facts, row):
            if said.side != "customer":
                continue
            hit = _flag_in(said.text, flags)
            hit = hit or next((found for one in feeding if (found := first_hit(said.text, one))), "")
            if hit:
                yield DealWarning(
                    id="red_flag",
                    reason=f"客户提到“{hit}”",
                    reason_en=f"the customer said “{hit}”",
                    source_id=row.id,
                    quote=said.text,
                    speaker=said.speaker,
                    since=row.at,
                )
                return


def unopened(view: View) -> Iterator[DealWarning]:
    offer = next((one for one in view.facts.offers if one.status == "sent"), None)
    if offer is None or any(
        row.at >= offer.created_at and (is_customers(row) or row.kind == "web") for row in view.rows
    ):
        return
    days = working_days(offer.created_at, view.facts.now, view.offset)
    if days >= view.limits.unopened_working_days:
        yield DealWarning(
            id="unopened_proposal",
            reason=f"报价发出 {days} 个工作日,客户没有任何反应",
            reason_en=f"the offer went out {days} working days ago without any sign from the customer",
            source_id=offer.id,
            since=view.after_working_days(offer.created_at, view.limits.unopened_working_days),
        )


def dead(view: View) -> Iterator[DealWarning]:
    """The customer is silent and there is nobody else there to turn to (D4: dead, not merely stalled)."""
    facts, heard = view.facts, view.heard
    limit = view.limits.dead_days_of_tier.get(facts.account.tier, view.limits.dead_days)
    since = heard.at if heard else facts.deal.created_at
    days = view.days_since(since)
    reachable = [one for one in facts.contacts if one.email or one.phone]
    if days >= limit and len(reachable) < 2:
        yield DealWarning(
            id="dead",
            reason=f"客户已 {days} 天没有声音,可联系的只有 {len(reachable)} 人:可能已经死单",
            reason_en=f"not heard from for {days} days and only {len(reachable)} reachable: the deal may be dead",
            source_id=heard.id if heard else facts.deal.id,
            quote=opening(heard),
            since=since + timedelta(days=limit),
        )
