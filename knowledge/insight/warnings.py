"""Deal warnings (definitions.md D4): deterministic rules over one open deal, each with its reason and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.blueprints.process import Process, Thresholds, at_least
from knowledge.model import Contact, Interaction
from knowledge.snapshot import DealFacts

from .calendar import days_between, local_day, working_days
from .sentences import OUTBOUND, is_customers, split, utterances

_TOUCHES = frozenset({"mail", "call", "meeting", "chat"})


@dataclass(frozen=True, kw_only=True)
class DealWarning:
    """One warning with its reason in both languages. `source_id` is an interaction, deal or offer id; `quote` is a
    sentence of that interaction, "" when the source is a record."""

    id: str
    reason: str
    reason_en: str
    source_id: str
    quote: str = ""
    speaker: str = ""


@dataclass(frozen=True)
class _View:
    """One deal as the rules look at it: interactions in scope (newest first), thresholds, the clock's offset."""

    facts: DealFacts
    rows: tuple[Interaction, ...]
    limits: Thresholds
    offset: int

    @property
    def touches(self) -> tuple[Interaction, ...]:
        return tuple(row for row in self.rows if row.kind in _TOUCHES)

    def days_since(self, moment: datetime) -> int:
        return days_between(moment, self.facts.now)


def deal_warnings(facts: DealFacts, process: Process) -> tuple[DealWarning, ...]:
    """The warnings of an open deal, in the order of the rules; none for a closed one.

    Looks at interactions from `scope_days_before` days before the deal was created.
    """
    if not facts.deal.is_open:
        return ()
    begin = facts.deal.created_at - timedelta(days=process.warnings.scope_days_before)
    rows = tuple(row for row in facts.interactions if row.at >= begin)
    view = _View(facts, rows, process.warnings, process.utc_offset_hours)
    return tuple(
        found for name, rule in RULES.items() if name not in process.warnings.off for found in rule(view)
    )


def _no_activity(view: _View) -> Iterator[DealWarning]:
    last = view.touches[0] if view.touches else None
    days = view.days_since(last.at if last else view.facts.deal.created_at)
    if days >= view.limits.no_activity_days:
        yield DealWarning(
            id="no_activity",
            reason=f"已 {days} 天没有任何往来",
            reason_en=f"no contact either way for {days} days",
            source_id=last.id if last else view.facts.deal.id,
            quote=_opening(last),
        )


def _ghosted(view: _View) -> Iterator[DealWarning]:
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
    else:
        days = view.days_since(since)
        over = days >= view.limits.ghosted_days
    if over:
        yield DealWarning(
            id="ghosted",
            reason=f"我方连发 {len(ours)} 次,对方已 {days} 个{'工作日' if late else '自然日'}没有回应",
            reason_en=f"{len(ours)} messages from us, no reply for {days} {'working ' if late else ''}days",
            source_id=ours[0].id,
            quote=_opening(ours[0]),
        )


def _overdue(view: _View) -> Iterator[DealWarning]:
    close = view.facts.deal.expected_close
    if close is None:
        return
    days = (local_day(view.facts.now, view.offset) - local_day(close, view.offset)).days
    if days > view.limits.overdue_days:
        yield DealWarning(
            id="overdue",
            reason=f"预计成交日已过 {days} 天",
            reason_en=f"the expected close date passed {days} days ago",
            source_id=view.facts.deal.id,
        )


def _not_enough_contacts(view: _View) -> Iterator[DealWarning]:
    since = view.facts.now - timedelta(days=view.limits.contacts_window_days)
    active = {name for row in view.rows if row.at >= since for name in _customers_in(view, row)}
    big = view.facts.deal.amount_fen > view.limits.big_amount_fen
    wanted = view.limits.min_contacts_big if big else view.limits.min_contacts
    if len(active) < wanted:
        window = view.limits.contacts_window_days
        yield DealWarning(
            id="not_enough_contacts",
            reason=f"近 {window} 天只有 {len(active)} 位客户联系人活跃,至少应有 {wanted} 位",
            reason_en=f"only {len(active)} customer contacts active in {window} days, should be {wanted} or more",
            source_id=view.facts.deal.id,
        )


def _no_power(view: _View) -> Iterator[DealWarning]:
    if not at_least(view.facts.deal.stage, view.limits.power_from_stage):
        return
    met = {name for row in view.rows for name in _customers_in(view, row)}
    if not any(_has_power(view, one) and one.name in met for one in view.facts.contacts):
        yield DealWarning(
            id="no_power",
            reason="还没有决策人参会或回复",
            reason_en="no decision maker has attended or replied yet",
            source_id=view.facts.deal.id,
        )


def _pricing_not_mentioned(view: _View) -> Iterator[DealWarning]:
    if not at_least(view.facts.deal.stage, view.limits.pricing_from_stage) or not view.limits.price_words:
        return
    texts = [f"{row.subject}\n{row.text}".casefold() for row in view.rows]
    if not any(word.casefold() in text for text in texts for word in view.limits.price_words):
        yield DealWarning(
            id="pricing_not_mentioned",
            reason="已到报价阶段,往来中还没有谈过价格",
            reason_en="at this stage price has not come up in any interaction",
            source_id=view.facts.deal.id,
        )


def _red_flag(view: _View) -> Iterator[DealWarning]:
    for row in view.rows:
        for said in utterances(view.facts, row):
            folded = said.text.casefold()
            hit = next((flag for flag in view.limits.red_flags if flag.casefold() in folded), None)
            if hit and said.side == "customer":
                yield DealWarning(
                    id="red_flag",
                    reason=f"客户提到“{hit}”",
                    reason_en=f"the customer said “{hit}”",
                    source_id=row.id,
                    quote=said.text,
                    speaker=said.speaker,
                )
                return


def _stalled_in_stage(view: _View) -> Iterator[DealWarning]:
    deal = view.facts.deal
    entered = next(
        (step.at for step in reversed(view.facts.stages) if step.stage == deal.stage), deal.created_at
    )
    days = view.days_since(entered)
    if days > view.limits.stalled_days:
        yield DealWarning(
            id="stalled_in_stage",
            reason=f"在当前阶段已停留 {days} 天(阈值 {view.limits.stalled_days} 天)",
            reason_en=f"{days} days in the current stage (limit {view.limits.stalled_days})",
            source_id=deal.id,
        )


def _unopened(view: _View) -> Iterator[DealWarning]:
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
        )


RULES: dict[str, Callable[[_View], Iterator[DealWarning]]] = {
    "red_flag": _red_flag,
    "overdue": _overdue,
    "ghosted": _ghosted,
    "no_activity": _no_activity,
    "unopened_proposal": _unopened,
    "stalled_in_stage": _stalled_in_stage,
    "no_power": _no_power,
    "not_enough_contacts": _not_enough_contacts,
    "pricing_not_mentioned": _pricing_not_mentioned,
}
"""The menu of warnings, gravest first."""


def _customers_in(view: _View, row: Interaction) -> set[str]:
    """Names of the customer's people who wrote or spoke in an interaction."""
    if row.kind in _TOUCHES and is_customers(row):
        spoke = {str(part.get("speaker")) for part in row.segments if part.get("side") == "customer"}
        named = {one.name for one in view.facts.contacts if one.id == row.contact_id}
        return spoke | named
    return set()


def _has_power(view: _View, contact: Contact) -> bool:
    title = contact.title.casefold()
    return contact.influence in view.limits.power_influence or any(
        word.casefold() in title for word in view.limits.power_titles
    )


def _opening(row: Interaction | None) -> str:
    """The first sentence of an interaction, verbatim."""
    found = split(row.text) if row else []
    return found[0] if found else ""
