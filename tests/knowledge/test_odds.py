"""Experts' odds drawn to a history: right experts stay, wrong ones go, none turns round, and few rows change little."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.odds import Situation, learn
from knowledge.insight.scoring.figures import figures
from knowledge.insight.scoring.model import chance_of

EXPERT = {"stalled": 0.6, "old": 0.75, "heard": 1.3}
ROWS = 100.0


def company(
    n: int, truth: dict[str, float], seed: int, base: float = 0.5, shift: float = 0.0
) -> list[Situation]:
    """Deals in one situation each, won by odds that are known: the true ones, and `shift` for all."""
    dice = random.Random(seed)
    found = []
    for at in range(n):
        hits = frozenset(key for key in EXPERT if dice.random() < 0.5)
        logit = base + shift + sum(math.log(truth[key]) for key in hits)
        found.append(
            Situation(deal_id=f"{at:05}", base=base, hits=hits, won=dice.random() < chance_of(logit))
        )
    return found


def judged(rows: list[Situation], points: dict[str, float], offset: float) -> list[float]:
    return [chance_of(one.base + offset + sum(points[key] for key in one.hits)) for one in rows]


NOTHING = dict.fromkeys(EXPERT, 1.0)
STRONG = {"stalled": 0.3, "old": 0.5, "heard": 2.5}


@pytest.mark.parametrize(("truth", "shift"), [(NOTHING, 0.0), (EXPERT, 0.0), (STRONG, 0.4), (NOTHING, -0.8)])
def test_later_deals_are_judged_as_they_turn_out(truth: dict[str, float], shift: float) -> None:
    """C1.7: learned on earlier ones, 1000 later ones (of 400 chances that are
    all alike the tenths alone differ by .08): ECE at most .08, and never worse than the experts by themselves."""
    learned = learn(company(2000, truth, 1, shift=shift), EXPERT, ROWS)
    assert learned is not None
    later = company(1000, truth, 2, shift=shift)
    labels = [int(one.won) for one in later]
    chances = judged(later, {key: one.points for key, one in learned.odds.items()}, learned.offset)
    found = figures(labels, chances)
    experts = figures(labels, judged(later, {key: math.log(odds) for key, odds in EXPERT.items()}, 0.0))
    assert found is not None
    assert experts is not None
    assert found.ece <= 0.08
    assert found.log_loss <= experts.log_loss + 0.002
    assert sum(chances) / 1000 == pytest.approx(sum(labels) / 1000, abs=0.05)
    if truth is NOTHING:
        assert found.brier <= experts.brier - 0.003
        assert all(abs(one.points) < 0.6 * abs(one.expert) for one in learned.odds.values())


def test_a_history_takes_odds_away_but_never_turns_them_round() -> None:
    learned = learn(company(3000, {"stalled": 2.0, "old": 1.0, "heard": 0.5}, 3), EXPERT, ROWS)
    assert learned is not None
    assert learned.odds["stalled"].points == 0
    assert learned.odds["heard"].points == 0
    assert learned.odds["old"].points <= 0


def test_few_rows_change_little_and_none_nothing() -> None:
    assert learn([], EXPERT, ROWS) is None
    learned = learn(company(20, NOTHING, 4), EXPERT, ROWS)
    assert learned is not None
    assert all(abs(one.points - one.expert) < 0.08 for one in learned.odds.values())
    never = learn([Situation(deal_id="a", base=0.0, hits=frozenset(), won=True)], EXPERT, ROWS)
    assert never is not None
    assert all(one.points == pytest.approx(one.expert, abs=1e-9) for one in never.odds.values())


def test_many_situations_of_one_deal_weigh_as_one_deal() -> None:
    few = company(50, NOTHING, 5)
    many = few + [
        Situation(deal_id=one.deal_id, base=one.base + 1e-9 * k, hits=one.hits, won=one.won)
        for one in few
        for k in (1, 2, 3)
    ]
    once, often = learn(few, EXPERT, ROWS), learn(many, EXPERT, ROWS)
    assert once is not None
    assert often is not None
    assert often.n == once.n == 50
    assert often.offset == pytest.approx(once.offset, abs=1e-6)
    assert {key: one.n for key, one in often.odds.items()} == {key: one.n for key, one in once.odds.items()}


SITUATIONS = st.lists(
    st.builds(
        Situation,
        deal_id=st.sampled_from("abcdefgh"),
        base=st.sampled_from([-2.0, 0.0, 1.5]),
        hits=st.frozensets(st.sampled_from(sorted(EXPERT))),
        won=st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(rows=SITUATIONS, seed=st.integers(0, 99), k=st.sampled_from([1.0, 20.0, 100.0]))
def test_the_order_does_not_matter_signs_stay_and_no_step_is_better(
    rows: list[Situation], seed: int, k: float
) -> None:
    found = learn(rows, EXPERT, k)
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    assert found is not None
    again = learn(mixed, dict(reversed(EXPERT.items())), k)
    assert again == found
    assert all(one.points * one.expert >= 0 for one in found.odds.values())
    assert all(math.isfinite(one.points) and one.n + one.n_without == found.n for one in found.odds.values())

    weight = len({one.deal_id for one in rows}) / len(set(rows))

    def value(points: dict[str, float], offset: float) -> float:
        total = -k / 8 * (offset**2 + sum((points[key] - math.log(EXPERT[key])) ** 2 for key in EXPERT))
        for one in set(rows):
            chance = chance_of(one.base + offset + sum(points[key] for key in one.hits))
            total += weight * math.log(chance if one.won else 1 - chance)
        return total

    points = {key: one.points for key, one in found.odds.items()}
    best = value(points, found.offset)
    for move in (-1e-3, 1e-3):
        assert value(points, found.offset + move) <= best + 1e-9
        for key, point in points.items():
            if (point + move) * math.log(EXPERT[key]) >= 0:
                assert value({**points, key: point + move}, found.offset) <= best + 1e-9
