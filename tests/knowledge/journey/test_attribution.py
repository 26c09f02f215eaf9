"""Attribution adds up to the conversions whatever the rule; figures of `eval journey` on files made here and on the public ones."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.journey.attribution import RULES, Chain
from knowledge.insight.journey.attribution import Path as Walk
from knowledge.insight.journey.path_chance import fit_paths
from knowledge.journey_evaluation import evaluate_journey
from knowledge.scoring_rows import BadTable

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

walks = st.lists(
    st.builds(
        Walk,
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple),
        st.integers(0, 20).map(float),
        st.integers(0, 20).map(float),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=80, deadline=None)
@given(walks, st.sampled_from(sorted(RULES)))
def test_every_rule_adds_up_to_the_conversions(paths: list[Walk], rule: str) -> None:
    totals = RULES[rule](paths)
    assert sum(totals.values()) == pytest.approx(sum(one.conversions for one in paths), abs=1e-6)
    assert all(one >= -1e-9 for one in totals.values())
    assert set(totals) == {channel for one in paths for channel in one.channels}


def test_by_hand() -> None:
    paths = [Walk(("a", "b", "c"), 10.0), Walk(("b",), 4.0, 6.0)]
    assert RULES["first"](paths) == {"a": 10, "b": 4, "c": 0}
    assert RULES["last"](paths) == {"a": 0, "b": 4, "c": 10}
    assert RULES["position"](paths) == pytest.approx({"a": 4.0, "b": 6.0, "c": 4.0})
    assert RULES["shapley"](paths) == pytest.approx({"a": 10 / 3, "b": 4 + 10 / 3, "c": 10 / 3})


def test_removal_effects_of_the_paper_style_example() -> None:
    """Two paths, one through c1 alone: without c2 half of the walks are lost, without c1 all of them."""
    chain = Chain.of([Walk(("c1", "c2"), 1.0), Walk(("c1",), 1.0)])
    assert chain.converting() == pytest.approx(1.0)
    assert chain.converting(but="c1") == 0.0
    assert chain.converting(but="c2") == pytest.approx(0.5)
    assert RULES["markov"]([Walk(("c1", "c2"), 1.0), Walk(("c1",), 1.0)]) == pytest.approx(
        {"c1": 4 / 3, "c2": 2 / 3}
    )


def test_a_channel_that_converts_is_learned_and_nothing_is_made_of_noise() -> None:
    dice = random.Random(3)
    good = [
        Walk(tuple(path), 30.0 if "x" in path else 3.0, 10.0 if "x" in path else 37.0)
        for path in ({tuple(dice.choices("xyz", k=dice.randint(1, 4))) for _ in range(60)})
    ]
    model = fit_paths(good)
    assert model.chance(("x", "y")) > 0.6 > 0.3 > model.chance(("y", "z"))
    noise = fit_paths([Walk(one.channels, 10.0, 30.0) for one in good])
    assert noise.chance(("x",)) == pytest.approx(0.25, abs=0.01)


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_figures_on_paths(tmp_path: Path) -> None:
    dice = random.Random(5)
    rows: list[dict[str, object]] = []
    for _ in range(80):
        path = dice.choices(["ad", "mail", "site"], k=dice.randint(1, 4))
        won = dice.randint(5, 9) if "mail" in path else dice.randint(0, 2)
        rows.append(
            {
                "path": " > ".join(path),
                "total_conversions": won,
                "total_null": 10 - won,
                "total_conversion_value": 1.5,
            }
        )
    rows.append({"path": "", "total_conversions": 1, "total_null": 1, "total_conversion_value": 0})
    found = evaluate_journey(written(tmp_path / "paths.csv", rows))
    assert found["rejected_rows"] == 1
    assert found["n"] == 800
    assert found["largest_gap_of_totals"] < 1e-6
    assert found["auc"] > 0.7 > 0.5 == found["baselines"]["base_rate_auc"]
    assert found["log_loss"] < found["baselines"]["base_rate_log_loss"]
    assert evaluate_journey(tmp_path / "paths.csv")["attribution"] == found["attribution"]


def test_what_is_no_journey_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable):
        evaluate_journey(written(tmp_path / "x.csv", [{"a": 1}]))
    with pytest.raises(BadTable):
        evaluate_journey(tmp_path)
    with pytest.raises(BadTable):
        evaluate_journey(
            written(tmp_path / "y.csv", [{"path": "a", "total_conversions": 1, "total_null": 0}] * 9)
        )


def test_figures_on_a_funnel(tmp_path: Path) -> None:
    dice = random.Random(6)
    leads, won = [], []
    for n in range(160):
        origin = dice.choice(["search", "social"])
        leads.append(
            {
                "mql_id": n,
                "first_contact_date": f"2026-0{1 + n % 6}-1{n % 9}",
                "landing_page_id": "p",
                "origin": origin,
            }
        )
        if dice.random() < (0.4 if origin == "search" else 0.05):
            won.append({"mql_id": n, "won_date": "2026-07-20 10:00:00"})
    written(tmp_path / "marketing_qualified_leads.csv", leads)
    written(tmp_path / "closed_deals.csv", won)
    found = evaluate_journey(tmp_path)
    assert found["auc"] > 0.6
    assert found["closed"] == len(won)
    assert sum(one["closed"] for one in found["channels"].values()) == len(won)
    assert found["days_to_close"]["n"] == len(won)
    assert 0 <= found["days_to_close"]["closed_within_30"] <= found["days_to_close"]["closed_within_90"] <= 1


@pytest.mark.data
@pytest.mark.skipif(not (DATA / "attribution_paths").is_dir(), reason="../shared/data is not here")
def test_the_public_paths_beat_their_baselines() -> None:
    found = evaluate_journey(DATA / "attribution_paths")
    assert found["log_loss"] < found["baselines"]["base_rate_log_loss"]
    assert found["auc"] > 0.505
    assert found["largest_gap_of_totals"] < 1e-6
