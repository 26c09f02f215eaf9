"""Warnings read from the record of a deal: its dates, its stage, and who of the customer takes part (D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from knowledge.blueprints.process import at_least
from knowledge.model import Contact

from .calendar import local_day
from .warning_view import DealWarning, View, customers_in, opening


def overdue(view: View) -> Iterator[DealWarning]:
    """Past its expected close, or put off again and again."""
    close, deal_id = view.facts.deal.expected_close, view.facts.deal.id
    if close is not None:
        days = (local_day(view.facts.now, view.offset) - local_day(close, view.offset)).days
        if days > view.limits.overdue_days:
            yield DealWarning(
                id="overdue",
                reason=f"预计成交日已过 {days} 天",
                reason_en=f"the expected close date passed {days} days ago",
                source_id=deal_id,
                since=close + timedelta(days=view.limits.overdue_days + 1),
            )
    pushed = view.facts.pushed
    if len(pushed) >= view.limits.pushed_times:
        dates = "、".join(pushed[-3:])
        yield DealWarning(
            id="overdue",
            reason=f"预计成交日已推迟 {len(pushed)} 次({dates})",
            reason_en=f"the expected close date was put off {len(pushed)} times ({dates.replace('、', ', ')})",
            source_id=deal_id,
            since=datetime.fromisoformat(pushed[view.limits.pushed_times - 1]).replace(tzinfo=UTC),
        )


def not_enough_contacts(view: View) -> Iterator[DealWarning]:
    since = view.facts.now - timedelta(days=view.limits.contacts_window_days)
    active = {name for row in view.rows if row.at >= since for name in customers_in(view, row)}
    big = view.facts.deal.amount_fen > view.limits.big_amount_fen
    wanted = view.limits.min_contacts_big if big else view.limits.min_contacts
    if len(active) < wanted:
        window = view.limits.contacts_window_days
        yield DealWarning(
            id="not_enough_contacts",
            reason=f"近 {window} 天只有 {len(active)} 位客户联系人活跃,至少应有 {wanted} 位",
            reason_en=f"only {len(active)} customer contacts active in {window} days, should be {wanted} or more",
            source_id=view.facts.deal.id,
            since=_fewer_since(view, wanted),
        )


def _fewer_since(view: View, wanted: int) -> datetime:
    """When the last of so many people went out of the window; the deal's beginning where there never were so many."""
    latest: dict[str, datetime] = {}
    for row in view.rows:  # newest first
        for name in customers_in(view, row):
            latest.setdefault(name, row.at)
    moments = sorted(latest.values(), reverse=True)
    if len(moments) < wanted:
        return view.facts.deal.created_at
    return moments[wanted - 1] + timedelta(days=view.limits.contacts_window_days)


def no_power(view: View) -> Iterator[DealWarning]:
    if not at_least(view.facts.deal.stage, view.limits.power_from_stage):
        return
    met = {name for row in view.rows for name in customers_in(view, row)}
    if not any(_has_power(view, one) and one.name in met for one in view.facts.contacts):
        yield DealWarning(
            id="no_power",
            reason="还没有决策人参会或回复",
            reason_en="no decision maker has attended or replied yet",
            source_id=view.facts.deal.id,
            since=view.reached(view.limits.power_from_stage),
        )


def _has_power(view: View, contact: Contact) -> bool:
    title = contact.title.casefold()
    return contact.influence in view.limits.power_influence or any(
        word.casefold() in title for word in view.limits.power_titles
    )


def stalled_in_stage(view: View) -> Iterator[DealWarning]:
    """Longer in its stage than three of four won deals were, and than the board's own limit."""
    deal = view.facts.deal
    usual, n = view.facts.usual_days.get(deal.stage, (0.0, 0))
    limit = max(float(view.limits.stalled_days), usual)
    days = view.days_since(view.entered)
    if days > limit:
        zh = f"赢单的 P75,n={n}," if usual > view.limits.stalled_days else "阈值"
        en = f"P75 of won deals, n={n}," if usual > view.limits.stalled_days else "limit"
        yield DealWarning(
            id="stalled_in_stage",
            reason=f"在当前阶段已停留 {days} 天({zh} {limit:.0f} 天)",
            reason_en=f"{days} days in the current stage ({en} {limit:.0f})",
            source_id=deal.id,
            since=view.entered + timedelta(days=limit),
        )


def stalled(view: View) -> Iterator[DealWarning]:
    """The customer replies, but the deal does not move on (D4: stalled, not dead)."""
    heard, limit = view.heard, view.limits.stalled_quiet_days
    days = view.days_since(view.entered)
    if heard is not None and view.days_since(heard.at) < limit and days >= limit:
        yield DealWarning(
            id="stalled",
            reason=f"客户有回应,但 {days} 天没有推进阶段",
            reason_en=f"they reply, but the stage has not moved for {days} days",
            source_id=heard.id,
            quote=opening(heard),
            since=view.entered + timedelta(days=limit),
        )
