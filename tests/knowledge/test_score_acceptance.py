"""C1.1 and C1.7 on made-up companies whose truth is known: points that add up, calibration, what-if, and few rows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from knowledge import blueprints
from knowledge.blueprints.scores import Scores
from knowledge.coverage import by_dimension, coverage
from knowledge.insight.lead_facts import LeadFacts, Past
from knowledge.insight.lead_features import FEATURES
from knowledge.insight.leads import LeadPast, lead_score, past_of, row_of
from knowledge.insight.scoring.figures import figures, reliability
from knowledge.insight.scoring.fitting import Fitted, fit
from knowledge.insight.scoring.model import chance_of
from knowledge.insight.scoring.table import Table
from knowledge.model import Lead, LeadTouch

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RULES = Scores.model_validate(blueprints.default("scores")).lead
TITLES = {"院长": 2.2, "信息科主任": 1.4, "采购经理": 0.0, "实习生": -2.4}


def company(n: int, seed: int) -> list[tuple[LeadFacts, bool]]:
    """Leads whose odds are known: the title, visits of the price page, a talk about money and the trade decide."""
    dice = random.Random(seed)
    found = []
    for i in range(n):
        title, trade = dice.choice([*TITLES]), dice.choice(["医院", "器械", "学校"])
        prices, talked = dice.randint(0, 4), dice.random() < 0.5
        touches = [
            LeadTouch(
                id=f"{i}-{k}", lead_id=f"{i}", kind="price_page", at=NOW - timedelta(days=1 + k), seconds=60
            )
            for k in range(prices)
        ]
        if talked:
            touches.append(
                LeadTouch(id=f"{i}-c", lead_id=f"{i}", kind="call", at=NOW - timedelta(days=3),
                          text="预算有,月底前要上线")
            )  # fmt: skip
        z = -3.0 + TITLES[title] + 0.8 * prices + (1.8 if talked else 0) + (0.5 if trade == "医院" else 0)
        lead = Lead(id=f"{i}", name="a", email="a@b.example.com", created_at=NOW - timedelta(days=30),
                    extra={"title": title, "industry": trade})  # fmt: skip
        touches.sort(key=lambda one: one.at, reverse=True)
        facts = LeadFacts(lead=lead, touches=tuple(touches), now=NOW, past=Past(deals=0, won=0))
        found.append((facts, dice.random() < chance_of(z)))
    return found


def table(leads: list[tuple[LeadFacts, bool]]) -> Table:
    cells = [row_of(facts) for facts, _ in leads]
    return Table(
        columns={name: [row[name] for row in cells] for name in cells[0]}, labels=[int(y) for _, y in leads]
    )


@pytest.fixture(scope="module")
def learned() -> Fitted:
    return fit(table(company(900, seed=1)))


def test_a_model_of_known_leads_orders_and_is_calibrated(learned: Fitted) -> None:
    fresh = company(400, seed=2)
    labels = [int(y) for _, y in fresh]
    chances = [learned.model.chance(row_of(facts)) for facts, _ in fresh]
    found = figures(labels, chances)
    assert found is not None
    assert (found.auc or 0) >= 0.80
    assert found.brier <= found.base_brier - 0.03
    assert found.ece <= 0.08
    bins = reliability(labels, chances, bins=5)
    assert [one.n for one in bins] == [80] * 5
    assert all(abs(one.predicted - one.observed) <= 0.16 for one in bins)
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_without_a_model_the_points_order_them_too() -> None:
    fresh = company(400, seed=2)
    past = past_of(company(300, seed=3))
    scores = [lead_score(facts, RULES, past) for facts, _ in fresh]
    found = figures([int(y) for _, y in fresh], [one.score / 100 for one in scores])
    assert found is not None
    assert (found.auc or 0) >= 0.75
    assert all(one.chance is None for one in scores)


def test_points_of_a_model_add_up_and_each_is_what_it_takes_away(learned: Fitted) -> None:
    for facts, _ in company(40, seed=5):
        score = lead_score(facts, RULES, LeadPast(buckets={}), learned.model, learned.model.version)
        total = score.base + sum(one.points for one in score.parts) + score.cut
        assert abs(total - score.score) < 1e-6
        logit = (score.base - 50 + sum(one.points for one in score.parts)) / RULES.per_logit
        assert score.chance == pytest.approx(chance_of(logit), abs=1e-9)


def test_what_if_is_what_a_recomputation_gives(learned: Fitted) -> None:
    for facts, _ in company(20, seed=6):
        row = row_of(facts)
        changed = {**row, "bant": "4", "calls": "1"}
        told = learned.model.what_if(row, bant="4", calls="1")
        assert told == learned.model.chance(changed) - learned.model.chance(row)


def test_twenty_rows_are_told_as_rules_with_their_n() -> None:
    past = past_of(company(20, seed=7))
    for facts, _ in company(15, seed=8):
        score = lead_score(facts, RULES, past)
        assert (score.method, score.n, score.chance, score.version) == ("rules", 20, None, "")
        assert score.grade in "ABCD"


def test_the_coverage_report_counts_what_is_known_by_dimension() -> None:
    leads = [facts for facts, _ in company(50, seed=9)]
    covered = coverage(leads)
    assert [one.feature.name for one in covered] == [one.name for one in FEATURES]
    by_name = {one.feature.name: one for one in covered}
    assert by_name["title"].share == 1.0
    assert by_name["price_page"].known == sum(
        any(t.kind == "price_page" for t in one.touches) for one in leads
    )
    assert by_name["growth"].known == 0
    assert by_name["calls"].newest == NOW - timedelta(days=1) or by_name["calls"].newest is not None
    parts = by_dimension(covered)
    assert sum(n for n, _, _ in parts.values()) == len(FEATURES) >= 37
    assert all(0 <= share <= 1 and live <= n for n, live, share in parts.values())
