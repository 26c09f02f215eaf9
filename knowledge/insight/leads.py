"""The score of a lead, 0 to 100: points that add up, each with the rows behind it; a model only when there is enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from knowledge.blueprints.scores import LeadRules
from knowledge.insight.scoring.model import ScoreModel, chance_of
from knowledge.model import LeadTouch

from .lead_facts import LeadFacts
from .lead_features import FEATURES, Feature, Value

_KINDS: dict[str, frozenset[str]] = {
    "web": frozenset({"visit", "price_page", "download", "form"}),
    "chat": frozenset({"chat", "mail"}),
    "call": frozenset({"call", "meeting"}),
}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Closed leads that had a bucket, and how many of them converted."""

    n: int = 0
    converted: int = 0


@dataclass(frozen=True, kw_only=True)
class LeadPast:
    """What closed leads tell: (feature, bucket) -> counts, and all of them."""

    buckets: Mapping[tuple[str, str], Counted]
    n: int = 0
    converted: int = 0


@dataclass(frozen=True, kw_only=True)
class Points:
    """What one feature adds to a score. `n` closed leads had this bucket; `touch_id` is the newest row behind it."""

    feature: str
    zh: str
    en: str
    value: str
    points: float
    n: int
    touch_id: str = ""


@dataclass(frozen=True, kw_only=True)
class LeadScore:
    """A score with everything it is made of: `base`, the points of `parts` and `cut` (what 0 and 100 take off) add up to
    `score`. `trend` is -1, 0 or +1 against `before`, the score a week ago. `chance` is None unless a model gave it."""

    lead_id: str
    score: float
    grade: str
    base: float
    parts: tuple[Points, ...]
    cut: float
    before: float
    trend: int
    method: Literal["model", "rules"]
    n: int
    missing: tuple[str, ...]
    chance: float | None = None
    version: str = ""

    def reasons(self, most: int = 5) -> tuple[tuple[Points, ...], tuple[Points, ...]]:
        """The strongest parts for and against, at most `most` each way."""
        ranked = sorted(self.parts, key=lambda one: (-abs(one.points), one.feature))
        fore = [one for one in ranked if one.points > 1e-9]
        against = [one for one in ranked if one.points < -1e-9]
        return tuple(fore[:most]), tuple(against[:most])


def values_of(facts: LeadFacts) -> dict[str, Value]:
    """Every feature of the registry, by name."""
    return {feature.name: feature.read(facts) for feature in FEATURES}


def row_of(facts: LeadFacts) -> dict[str, str]:
    """The features as cells: the row a model reads."""
    shown = values_of(facts)
    cells = {
        name: "" if v is None else f"{v:g}" if isinstance(v, float | int) else v for name, v in shown.items()
    }
    return cells | {
        key: facts.extra(key) for key in ("industry", "region", "ownership", "tech", "department")
    }


def lead_score(
    facts: LeadFacts,
    rules: LeadRules,
    past: LeadPast,
    model: ScoreModel | None = None,
    version: str = "",
    before: float | None = None,
) -> LeadScore:
    """The score now, and its trend against a week ago: `before` when that was stored, else it is worked out from what was
    there by then. `model` is the company's own when one is in use."""
    found = _scored(facts, rules, past, model)
    if before is None:
        earlier = facts.now - timedelta(days=7)
        known = facts.lead.created_at <= earlier
        before = _total(_scored(at(facts, earlier), rules, past, model)) if known else _total(found)
    score = _total(found)
    moved = score - before
    base, parts, chance = found
    return LeadScore(
        lead_id=facts.lead.id,
        score=score,
        grade=rules.grades.of(score),
        base=base,
        parts=parts,
        cut=score - base - math.fsum(one.points for one in parts),
        before=before,
        trend=0 if abs(moved) < rules.dead_band else 1 if moved > 0 else -1,
        method="model" if model else "rules",
        n=model.n if model else past.n,
        missing=tuple(f.name for f in FEATURES if f.missing == "unknown" and f.read(facts) is None),
        chance=chance,
        version=version,
    )


def at(facts: LeadFacts, moment: datetime) -> LeadFacts:
    """The same lead at an earlier moment: what it did later is away."""
    return LeadFacts(
        lead=facts.lead,
        touches=tuple(one for one in facts.touches if one.at <= moment),
        now=moment,
        past=facts.past,
        utc_offset_hours=facts.utc_offset_hours,
        talk_ratios=tuple(one for one in facts.talk_ratios if one[0] <= moment),
        met=tuple(one for one in facts.met if one[0] <= moment),
    )


Found = tuple[float, tuple[Points, ...], float | None]


def _total(found: Found) -> float:
    base, parts, _ = found
    return min(100.0, max(0.0, base + math.fsum(one.points for one in parts)))


def _scored(facts: LeadFacts, rules: LeadRules, past: LeadPast, model: ScoreModel | None) -> Found:
    return _by_model(facts, rules, model) if model else _by_rules(facts, rules, past)


def _by_rules(facts: LeadFacts, rules: LeadRules, past: LeadPast) -> Found:
    parts = []
    for feature in FEATURES:
        value = feature.read(facts)
        bucket = feature.bucket(value)
        counted = past.buckets.get((feature.name, bucket), Counted())
        points = _drawn(rules.points.get(feature.name, {}).get(bucket, 0.0), counted, rules, past)
        newest = _newest(facts, feature)
        if feature.part == "engagement":
            points *= _decay(facts, newest, rules.half_lives.get(feature.group, rules.half_life_days))
        parts.append(
            Points(
                feature=feature.name,
                zh=feature.zh,
                en=feature.en,
                value=_shown(value),
                points=points,
                n=counted.n,
                touch_id=newest.id if newest else "",
            )
        )
    return rules.base, tuple(parts), None


def _drawn(points: float, counted: Counted, rules: LeadRules, past: LeadPast) -> float:
    """Points drawn to what was observed: a Beta prior of `prior_rows` rows (2 of 10 by default) that say the points, in
    log-odds against the share of all closed leads, which the same prior holds; features overlap, so a part of it counts."""
    if not counted.n:
        return points
    share = (past.converted + rules.prior_rows * rules.base_rate) / (past.n + rules.prior_rows)
    start = math.log(share / (1 - share))
    prior = chance_of(start + points / rules.per_logit)
    rate = (counted.converted + rules.prior_rows * prior) / (counted.n + rules.prior_rows)
    drawn = rules.per_logit * (math.log(rate / (1 - rate)) - start)
    return points + rules.overlap * (drawn - points)


def _by_model(facts: LeadFacts, rules: LeadRules, model: ScoreModel) -> Found:
    """The model's log-odds as points: 50 is even odds, a unit of log-odds is `per_logit` points."""
    scored = model.explain(row_of(facts))
    names = {feature.name: feature for feature in FEATURES}
    parts = tuple(
        Points(
            feature=one.name,
            zh=names[one.name].zh if one.name in names else one.name,
            en=names[one.name].en if one.name in names else one.name,
            value=one.value,
            points=rules.per_logit * one.points,
            n=model.n,
        )
        for one in scored.parts
    )
    return 50 + rules.per_logit * scored.intercept, parts, scored.chance


def _newest(facts: LeadFacts, feature: Feature) -> LeadTouch | None:
    kinds = _KINDS.get(feature.group, frozenset())
    return next((one for one in facts.touches if one.kind in kinds), None)


def _decay(facts: LeadFacts, newest: LeadTouch | None, half_life: float) -> float:
    """0.5 ** (days / half-life) since the newest touch of the group; 1 without one (nothing is there to fade)."""
    if newest is None:
        return 1.0
    days = max(0.0, (facts.now - newest.at) / timedelta(days=1))
    return float(0.5 ** (days / half_life))


def _shown(value: Value) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float | int) else value


def past_of(leads: Sequence[tuple[LeadFacts, bool]]) -> LeadPast:
    """What closed leads tell: each as it stood when it was looked at, and whether it converted."""
    buckets: dict[tuple[str, str], Counted] = {}
    for facts, converted in leads:
        for feature in FEATURES:
            key = (feature.name, feature.bucket(feature.read(facts)))
            known = buckets.get(key, Counted())
            buckets[key] = Counted(n=known.n + 1, converted=known.converted + converted)
    return LeadPast(buckets=buckets, n=len(leads), converted=sum(converted for _, converted in leads))
