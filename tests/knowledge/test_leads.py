"""Lead scores: a registry of over thirty features, points that add up, decay, grades, trend, and no chance without rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import blueprints
from knowledge.blueprints.scores import LeadRules, Scores
from knowledge.insight.lead_facts import LeadFacts, Past
from knowledge.insight.lead_features import FEATURES
from knowledge.insight.leads import LeadPast, lead_score, past_of, row_of
from knowledge.insight.scoring.fitting import fit
from knowledge.insight.scoring.table import Table
from knowledge.model import Lead, LeadTouch

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RULES = Scores.model_validate(blueprints.default("scores")).lead
NOTHING = LeadPast(buckets={})


def touch(kind: str, days: float, **more: object) -> LeadTouch:
    return LeadTouch(id=f"t-{kind}-{days}", lead_id="l", kind=kind, at=NOW - timedelta(days=days), **more)  # type: ignore[arg-type]


def facts(*touches: LeadTouch, past: Past | None = None, days: float = 40, **extra: str) -> LeadFacts:
    lead = Lead(
        id="l", name="沈立群", company="栖霞岭医院", email="a@b.example.com", created_at=NOW - timedelta(days=days),
        extra=extra,
    )  # fmt: skip
    newest_first = tuple(sorted(touches, key=lambda one: one.at, reverse=True))
    return LeadFacts(lead=lead, touches=newest_first, now=NOW, past=past or Past())


def test_the_registry_names_over_thirty_features_with_everything_about_them() -> None:
    assert len(FEATURES) >= 30
    assert len({one.name for one in FEATURES}) == len(FEATURES)
    for one in FEATURES:
        assert one.zh
        assert one.en
        assert one.source
        assert one.missing in ("unknown", "zero")
        assert (one.fresh_days > 0) == (one.part == "engagement"), one.name
        assert one.bucket(None) == "missing"
    known = {one.name for one in FEATURES}
    assert set(RULES.points) <= known
    groups = {one.group for one in FEATURES}
    assert groups == {"firm", "contact", "source", "web", "chat", "call", "history"}


def test_every_rule_of_points_names_a_bucket_that_exists() -> None:
    by_name = {one.name: one for one in FEATURES}
    for name, buckets in RULES.points.items():
        feature = by_name[name]
        if feature.cuts:
            grid = [feature.cuts[0] - 1, *feature.cuts]
            assert set(buckets) <= {feature.bucket(value) for value in grid}, name


@settings(max_examples=60, deadline=None)
@given(
    kinds=st.lists(
        st.tuples(
            st.sampled_from(["visit", "price_page", "form", "chat", "call", "complaint"]), st.floats(0, 80)
        ),
        max_size=12,
    ),
    title=st.sampled_from(["", "院长", "实习生", "采购经理"]),
    size=st.sampled_from(["", "30", "900", "abc"]),
)
def test_the_score_is_the_sum_of_its_parts(kinds: list[tuple[str, float]], title: str, size: str) -> None:
    touches = [touch(kind, days, text="预算多少?", seconds=40) for kind, days in dict(kinds).items()]
    found = lead_score(facts(*touches, title=title, size=size), RULES, NOTHING)
    assert 0 <= found.score <= 100
    assert abs(found.base + sum(one.points for one in found.parts) + found.cut - found.score) < 1e-6
    assert found.grade == RULES.grades.of(found.score)
    assert found.method == "rules"
    assert found.chance is None
    if found.cut == 0:
        for at, one in enumerate(found.parts):
            rest = sum(p.points for i, p in enumerate(found.parts) if i != at) + found.base
            assert found.score - rest == pytest.approx(one.points, abs=1e-9)


def test_engagement_fades_by_half_in_a_half_life_and_fit_does_not() -> None:
    fresh = lead_score(facts(touch("form", 0), title="院长"), RULES, NOTHING)
    old = lead_score(facts(touch("form", RULES.half_life_days), title="院长"), RULES, NOTHING)
    by_name = [{one.feature: one.points for one in score.parts} for score in (fresh, old)]
    assert by_name[1]["form"] == pytest.approx(by_name[0]["form"] / 2)
    assert by_name[1]["title"] == by_name[0]["title"]


def test_grades_are_edited_in_the_blueprint_and_checked() -> None:
    strict = LeadRules.model_validate({**RULES.model_dump(), "grades": {"A": 99, "B": 90, "C": 80}})
    one = facts(touch("form", 1), title="院长", size="900")
    assert lead_score(one, RULES, NOTHING).grade in "BC"
    assert lead_score(one, strict, NOTHING).grade == "D"
    broken = blueprints.default("scores")
    broken["lead"]["grades"] = {"A": 10, "B": 50, "C": 25}
    assert blueprints.lint("scores", broken)


def test_the_trend_has_a_dead_band() -> None:
    rising = lead_score(facts(touch("price_page", 1, seconds=300), touch("form", 1)), RULES, NOTHING)
    assert rising.trend == 1
    assert rising.score > rising.before
    assert lead_score(facts(title="院长"), RULES, NOTHING).trend == 0
    assert lead_score(facts(touch("form", 6.9), touch("visit", 7.5)), RULES, NOTHING).trend in (0, 1)
    falling = lead_score(
        facts(touch("form", 8), touch("price_page", 8), touch("call", 8), days=60), RULES, NOTHING
    )
    assert falling.trend == -1


def closed(n: int) -> list[tuple[LeadFacts, bool]]:
    """Heads of departments converted, students did not."""
    return [(facts(title="信息科主任" if i % 2 else "实习生"), bool(i % 2)) for i in range(n)]


def test_twenty_closed_leads_give_a_grade_and_never_a_chance() -> None:
    past = past_of(closed(20))
    found = lead_score(facts(title="信息科主任"), RULES, past)
    assert (found.method, found.n, found.chance) == ("rules", 20, None)
    title = next(one for one in found.parts if one.feature == "title")
    assert title.n == 10
    assert title.points > RULES.points["title"]["head"]
    student = lead_score(facts(title="实习生"), RULES, past)
    assert student.score < found.score


def test_a_model_of_ones_own_is_a_sum_as_well() -> None:
    rows = [row_of(one) for one, _ in closed(240)]
    labels = [int(y) ^ (i % 7 == 0) for i, (_, y) in enumerate(closed(240))]
    model = fit(Table(columns={k: [row[k] for row in rows] for k in rows[0]}, labels=labels)).model
    found = lead_score(facts(title="信息科主任"), RULES, NOTHING, model, model.version)
    assert found.method == "model"
    assert found.chance is not None
    assert found.chance > 0.5
    assert abs(found.base + sum(one.points for one in found.parts) + found.cut - found.score) < 1e-6
