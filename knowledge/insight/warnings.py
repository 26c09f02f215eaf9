"""Deal warnings (definitions.md D4): deterministic rules over one open deal, each with its reason, date and source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from knowledge.blueprints.process import Process
from knowledge.snapshot import DealFacts

from . import warning_record, warning_talk
from .warning_view import DealWarning, View

__all__ = ["RULES", "DealWarning", "deal_warnings"]

RULES: dict[str, Callable[[View], Iterator[DealWarning]]] = {
    "red_flag": warning_talk.red_flag,
    "overdue": warning_record.overdue,
    "ghosted": warning_talk.ghosted,
    "no_activity": warning_talk.no_activity,
    "dead": warning_talk.dead,
    "unopened_proposal": warning_talk.unopened,
    "stalled_in_stage": warning_record.stalled_in_stage,
    "stalled": warning_record.stalled,
    "no_power": warning_record.no_power,
    "not_enough_contacts": warning_record.not_enough_contacts,
    "pricing_not_mentioned": warning_talk.pricing_not_mentioned,
}
"""The menu of warnings, gravest first."""


def deal_warnings(facts: DealFacts, process: Process) -> tuple[DealWarning, ...]:
    """The warnings of an open deal by its board's thresholds, in the order of the rules; none for a closed one.

    Looks at interactions from `scope_days_before` days before the deal was created.
    """
    if not facts.deal.is_open:
        return ()
    limits = process.limits(facts.deal.team_id)
    begin = facts.deal.created_at - timedelta(days=limits.scope_days_before)
    rows = tuple(row for row in facts.interactions if row.at >= begin)
    view = View(facts, rows, limits, process.utc_offset_hours)
    return tuple(found for name, rule in RULES.items() if name not in limits.off for found in rule(view))
