"""The rules in force for the metrics of a call: the published blueprint, the deal's competitor, the playbook's objections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from knowledge.blueprints import active_or_default, version_of
from knowledge.blueprints.call_metrics import CallMetricsBook, OwnMood
from knowledge.model import Deal
from speech.metrics import MetricRules, Range


@dataclass(frozen=True, kw_only=True)
class CallRules:
    """`version` is the hash of the blueprint: figures name what they were made by."""

    rules: MetricRules
    ranges: dict[str, dict[str, Range]]
    version: str
    types: Mapping[str, str] = field(default_factory=dict)
    """Stage of the deal -> type of a call held in it."""
    own_mood: OwnMood = field(default_factory=OwnMood)


def rules_in_force(session: Session, deal: Deal | None) -> CallRules:
    """The rules for a call of this deal."""
    content = active_or_default(session, "call_metrics")
    book = CallMetricsBook.model_validate(content)
    names = (deal.competitor,) if deal and deal.competitor else ()
    words = tuple(_keywords(active_or_default(session, "playbook")))
    return CallRules(
        rules=book.rules(names, words),
        ranges=book.spans(),
        version=version_of(content),
        types=dict(book.types),
        own_mood=book.own_mood,
    )


def _keywords(playbook: dict[str, Any]) -> list[str]:
    return [
        str(word)
        for entry in playbook.get("objections") or ()
        for key in ("keywords", "keywords_en")
        for word in entry.get(key) or ()
    ]
