"""Win chances: the prior drawn to history, odds that add up, refusals, what-if by recomputing, and the demo company."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge import blueprints
from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import Scores
from knowledge.insight.deal_signals import signals
from knowledge.insight.odds import Situation, learn
from knowledge.insight.scoring.figures import figures
from knowledge.insight.win import CALIBRATION, History, NoScore, StageCount, WinOdds, stage_chance, win_odds
from knowledge.snapshot import DealFacts
from tests.fakes.company import desk

PROCESS = Process.model_validate(blueprints.default("process"))
RULES = Scores.model_validate(blueprints.default("scores")).win
HISTORY = History(
    stages={"negotiation": StageCount(n=40, won=10)}, n=60, won=20, usual_amount=500_000, usual_age=90
)


def open_deal() -> DealFacts:
    found = desk().deal("D-001")
    assert found is not None
    quiet = tuple(row for row in found.interactions if row.kind != "meeting")
    return replace(found, interactions=quiet)


def judged(facts: DealFacts, booked: bool = False) -> WinOdds:
    found = win_odds(facts, signals(facts, PROCESS, booked=booked), PROCESS, RULES, HISTORY)
    assert isinstance(found, WinOdds), found
    return found


def test_the_prior_is_drawn_to_what_happened() -> None:
    prior = PROCESS.prior_pct("negotiation") / 100
    assert stage_chance("negotiation", PROCESS, RULES, HISTORY) == pytest.approx((10 + 20 * prior) / 60)
    assert stage_chance("negotiation", PROCESS, RULES, History(stages={})) == pytest.approx(prior)


def test_parts_add_up_and_booking_a_meeting_is_recomputed() -> None:
    facts = open_deal()
    found = judged(facts)
    assert found.method == "prior"
    assert found.n == 60
    total = found.scored.intercept + math.fsum(one.points for one in found.scored.parts)
    assert total == pytest.approx(found.scored.logit, abs=1e-9)
    assert found.with_meeting == judged(facts, booked=True).chance
    assert found.with_meeting > found.chance
    for one in found.scored.parts:
        assert math.copysign(1, found.points_of(one)) == math.copysign(1, one.points)


def test_odds_drawn_to_a_history_add_up_with_its_calibration_and_say_their_n() -> None:
    facts = open_deal()
    rows = [
        Situation(
            deal_id=f"{at}",
            base=0.4,
            hits=frozenset({"no_meeting"} if at % 2 else {"meeting"}),
            won=at % 3 > 0,
        )
        for at in range(300)
    ]
    history = replace(HISTORY, learned=learn(rows, RULES.odds, RULES.odds_rows))

    def with_history(booked: bool) -> WinOdds:
        found = win_odds(facts, signals(facts, PROCESS, booked=booked), PROCESS, RULES, history)
        assert isinstance(found, WinOdds)
        return found

    found, plain = with_history(False), judged(facts)
    total = found.scored.intercept + math.fsum(one.points for one in found.scored.parts)
    assert total == pytest.approx(found.scored.logit, abs=1e-9)
    assert found.scored.intercept == plain.scored.intercept
    assert [one.name for one in found.scored.parts] == [
        *(one.name for one in plain.scored.parts),
        CALIBRATION,
    ]
    assert history.learned is not None
    assert found.scored.parts[-1].points == history.learned.offset
    assert (found.evidence["meeting"].n, found.evidence["meeting"].n_without) == (150, 150)
    assert found.with_meeting == with_history(True).chance >= found.chance
    assert 0 < found.with_meeting - found.chance < plain.with_meeting - plain.chance


def test_young_closed_and_shapeless_deals_are_not_scored() -> None:
    facts = open_deal()
    young = replace(facts, now=facts.deal.created_at + timedelta(days=1))
    bare = replace(facts, stages=())
    for one in (young, bare):
        assert isinstance(win_odds(one, signals(one, PROCESS), PROCESS, RULES, HISTORY), NoScore)


def test_a_one_sided_history_is_warned_of() -> None:
    facts = open_deal()
    history = History(stages={}, n=100, won=97)
    found = win_odds(facts, signals(facts, PROCESS), PROCESS, RULES, history)
    assert isinstance(found, WinOdds)
    assert found.skewed


def test_calibration_on_made_up_deals() -> None:
    """400 held-out deals whose outcome follows the model's own odds: ECE at most .08."""
    dice = random.Random(5)
    labels, chances = [], []
    for _ in range(400):
        stage = dice.choice(["discovery", "evaluation", "proposal", "negotiation", "commit"])
        n = 40
        truth = min(0.95, max(0.03, PROCESS.prior_pct(stage) / 100 + dice.uniform(-0.08, 0.08)))
        seen = History(stages={stage: StageCount(n=n, won=sum(dice.random() < truth for _ in range(n)))})
        chances.append(stage_chance(stage, PROCESS, RULES, seen))
        labels.append(int(dice.random() < truth))
    found = figures(labels, chances)
    assert found is not None
    assert found.ece <= 0.08
