"""The chance of winning a deal (definitions.md D7): a stage prior drawn to what happened, times the odds of its signals,
or a model of the company's own history; either way a sum of parts on the scale of log-odds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import WinRules
from knowledge.insight.scoring.model import Contribution, Scored, ScoreModel, chance_of
from knowledge.snapshot import DealFacts

from .calendar import days_between
from .deal_signals import NAMES, Signals
from .odds import Learned, LearnedOdds

FROM_TALK = frozenset(
    {
        "ghosted", "no_activity", "no_power", "not_enough_contacts", "pricing_not_mentioned", "unopened_proposal", "dead",
        "stalled", "red_flag", "heard", "unheard", "many_voices", "meeting", "no_meeting",
    }
)  # fmt: skip
"""Odds that rest on talk with the customer."""

CALIBRATION = "calibration"
"""The part that is the same for all deals: what the company's own closed deals were won more or less than expected."""

Category = Literal["commit", "best case", "pipeline"]


@dataclass(frozen=True, kw_only=True)
class StageCount:
    """Closed deals that went through a stage, and how many of them were won."""

    n: int
    won: int


@dataclass(frozen=True, kw_only=True)
class History:
    """What closed deals tell: counts by stage, all closed ones, the median amount (yuan) and age (days) of won ones.
    `logged`: whether the house keeps any talk with customers at all; where it does not, silence says nothing. `old`: there
    are none of the time the rules want, so all there ever were count. `learned`: what the experts' odds became when closed
    deals were replayed; None leaves them as they are."""

    stages: Mapping[str, StageCount]
    n: int = 0
    won: int = 0
    usual_amount: float | None = None
    usual_age: float | None = None
    logged: bool = True
    old: bool = False
    learned: Learned | None = None


@dataclass(frozen=True, kw_only=True)
class WinOdds:
    """A chance with its parts. `method` is model or prior; `n` the closed deals behind it, `stage_n` those that went
    through this stage; `with_meeting` the chance if a next meeting were booked, recomputed. `skewed` warns of a history
    in which nearly everything was won, or lost. The stage's chance is made of `stage_won` of `stage_n` and `prior_rows` rows
    of `stage_prior`. `learned` is what the prior method's odds rest on, `evidence` that of each part by its name."""

    scored: Scored
    method: Literal["model", "prior"]
    n: int
    stage_n: int
    with_meeting: float
    missing: tuple[str, ...]
    skewed: bool = False
    version: str = ""
    stage_won: int = 0
    stage_prior: float = 0.0
    prior_rows: float = 0.0
    learned: Learned | None = None
    evidence: Mapping[str, LearnedOdds] = field(default_factory=dict)

    @property
    def chance(self) -> float:
        return self.scored.chance

    def points_of(self, part: Contribution) -> float:
        """By how many percentage points the chance would differ without this part, recomputed."""
        return 100 * (self.scored.chance - chance_of(self.scored.logit - part.points))

    @property
    def category(self) -> Category:
        """Commit from .8 on, best case from .5 on, else pipeline."""
        return "commit" if self.chance >= 0.8 else "best case" if self.chance >= 0.5 else "pipeline"


@dataclass(frozen=True, kw_only=True)
class NoScore:
    """No chance is given; the sentences say why."""

    zh: str
    en: str


def win_odds(
    facts: DealFacts,
    found: Signals,
    process: Process,
    rules: WinRules,
    history: History,
    model: ScoreModel | None = None,
    version: str = "",
) -> WinOdds | NoScore:
    """The chance that an open deal is won. `model` is the company's own, when it has one in use."""
    refused = _refused(facts, rules)
    if refused:
        return refused

    def scored(one: Signals) -> Scored:
        return model.explain(one.cells) if model else _by_prior(one, process, rules, history)

    share = 100 * history.won / history.n if history.n else 50.0
    return WinOdds(
        scored=scored(found),
        method="model" if model else "prior",
        n=model.n if model else history.n,
        stage_n=history.stages.get(facts.deal.stage, StageCount(n=0, won=0)).n,
        with_meeting=scored(found.with_meeting()).chance,
        missing=found.missing,
        skewed=history.n > 0 and not 100 - rules.skew_pct <= share <= rules.skew_pct,
        version=version,
        stage_won=history.stages.get(facts.deal.stage, StageCount(n=0, won=0)).won,
        stage_prior=process.prior_pct(facts.deal.stage) / 100,
        prior_rows=rules.prior_rows,
        learned=None if model else history.learned,
        evidence={} if model else _evidence(found, history),
    )


def stage_chance(stage: str, process: Process, rules: WinRules, history: History) -> float:
    """(won + k * prior) / (n + k): the prior of a stage drawn to what was observed."""
    count = history.stages.get(stage, StageCount(n=0, won=0))
    prior = min(max(process.prior_pct(stage) / 100, 0.01), 0.99)
    return (count.won + rules.prior_rows * prior) / (count.n + rules.prior_rows)


def _refused(facts: DealFacts, rules: WinRules) -> NoScore | None:
    if not facts.deal.is_open:
        return NoScore(zh="已关闭的商机没有成交概率。", en="A closed deal has no win probability.")
    age = days_between(facts.deal.created_at, facts.now)
    if age < rules.youngest_days:
        return NoScore(
            zh=f"商机才建 {age} 天,满 {rules.youngest_days} 天才评。",
            en=f"The deal is {age} days old; it is scored from day {rules.youngest_days} on.",
        )
    if not facts.stages:
        return NoScore(zh="没有阶段历史,不评。", en="There is no stage history to judge by.")
    return None


def odds_in_use(rules: WinRules, history: History) -> dict[str, float]:
    """Key -> the experts' odds: those that say something, and of talk only where the house keeps any."""
    return {
        key: odds
        for key, odds in rules.odds.items()
        if odds != 1 and (history.logged or key not in FROM_TALK)
    }


def _by_prior(found: Signals, process: Process, rules: WinRules, history: History) -> Scored:
    chance = stage_chance(found.cells["stage"], process, rules, history)
    intercept = math.log(chance / (1 - chance))
    expert, learned = odds_in_use(rules, history), history.learned
    drawn = learned.odds if learned else {}
    parts = [
        Contribution(name, value, drawn[key].points if key in drawn else math.log(expert[key]))
        for key, (name, value) in odds_that_apply(found.cells, history).items()
        if key in expert
    ]
    if learned:
        parts.append(Contribution(CALIBRATION, "", learned.offset))
    logit = intercept + math.fsum(one.points for one in parts)
    return Scored(chance=chance_of(logit), logit=logit, intercept=intercept, parts=tuple(parts))


def _evidence(found: Signals, history: History) -> dict[str, LearnedOdds]:
    """Signal -> what its odds were drawn to."""
    drawn = history.learned.odds if history.learned else {}
    hits = odds_that_apply(found.cells, history)
    return {name: drawn[key] for key, (name, _) in hits.items() if key in drawn}


def odds_that_apply(cells: Mapping[str, str], history: History) -> dict[str, tuple[str, str]]:
    """Which odds apply: key -> (signal, its value)."""
    hits = {name: (name, "yes") for name in NAMES if cells.get(name) == "yes"}
    if cells["meeting"] == "no":
        hits["no_meeting"] = ("meeting", "no")
    heard, voices = int(cells["heard_14d"]), int(cells["voices_30d"])
    hits["heard" if heard else "unheard"] = ("heard_14d", cells["heard_14d"])
    if voices >= 3:
        hits["many_voices"] = ("voices_30d", cells["voices_30d"])
    if cells["amount"] and history.usual_amount and float(cells["amount"]) > 2 * history.usual_amount:
        hits["big"] = ("amount", cells["amount"])
    if history.usual_age and float(cells["age_days"]) > 2 * history.usual_age:
        hits["old"] = ("age_days", cells["age_days"])
    return hits
