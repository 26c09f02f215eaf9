"""How much of the registry is known of the leads there are: a line for each feature, and for each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.insight.lead_facts import LeadFacts
from knowledge.insight.lead_features import FEATURES, Feature


@dataclass(frozen=True, kw_only=True)
class Covered:
    """One feature over `of` leads: of how many its value is known, and the newest touch its group rests on."""

    feature: Feature
    known: int
    of: int
    newest: datetime | None

    @property
    def share(self) -> float:
        return self.known / self.of if self.of else 0.0


def coverage(leads: Sequence[LeadFacts]) -> tuple[Covered, ...]:
    """Every feature of the registry, in its order. A count of nothing (no visit, no form) is not known but zero: it counts
    as known only when there is something to count."""
    return tuple(_of(feature, leads) for feature in FEATURES)


def by_dimension(covered: Sequence[Covered]) -> dict[str, tuple[int, int, float]]:
    """Dimension -> (features, those with any source, mean share of leads with a value)."""
    found: dict[str, tuple[int, int, float]] = {}
    for group in dict.fromkeys(one.feature.group for one in covered):
        theirs = [one for one in covered if one.feature.group == group]
        live = sum(one.known > 0 for one in theirs)
        found[group] = (len(theirs), live, sum(one.share for one in theirs) / len(theirs))
    return found


def _of(feature: Feature, leads: Sequence[LeadFacts]) -> Covered:
    known = [facts for facts in leads if _is_known(feature, facts)]
    moments = [touch.at for facts in known for touch in facts.touches[:1] if feature.part == "engagement"]
    return Covered(feature=feature, known=len(known), of=len(leads), newest=max(moments, default=None))


def _is_known(feature: Feature, facts: LeadFacts) -> bool:
    value = feature.read(facts)
    if value is None or value == "":
        return False
    if feature.name == "reachable":
        return value != "none"
    if feature.name == "complaint":
        return value == "yes"
    return feature.part == "fit" or value != 0
