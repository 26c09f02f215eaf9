"""`eval churn` and `eval price`: figures that beat the rules of thumb where there is something to learn, and odd files."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.churn_evaluation import evaluate_churn
from knowledge.insight.churn import Purchase, gone_by_rule, signs
from knowledge.insight.price_levels import Case, ranged
from knowledge.price_evaluation import evaluate_price
from knowledge.scoring_rows import BadTable

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def purchases(path: Path, customers: int = 400) -> Path:
    """Half of the customers buy every month to the end, half stop early; `money` says nothing."""
    dice = random.Random(4)
    lines = ["customer_id,date,value"]
    for i in range(customers):
        day, end = date(2025, 1, 1) + timedelta(days=dice.randint(0, 20)), date(2025, 12, 31)
        stop = end if i % 2 else date(2025, 5, 1)
        while day <= stop:
            lines.append(f"c{i},{day:%Y%m%d},{dice.uniform(5, 90):.2f}")
            day += timedelta(days=dice.randint(20, 40))
    path.write_text("\n".join([*lines, "c1,never,3", "c1,20250505,-4"]) + "\n", encoding="utf-8")
    return path


def test_churn_is_seen_and_refused_rows_are_counted(tmp_path: Path) -> None:
    found = evaluate_churn(purchases(tmp_path / "p.csv"), cut="2025-07-31")
    assert found["auc"] > 0.95
    assert found["auc"] >= found["baselines"]["frequency_auc"] - 0.02
    assert found["customers"] == 400
    assert found["rejected_rows"] == 2
    assert found["n"] == 400
    with pytest.raises(BadTable, match="cut"):
        evaluate_churn(tmp_path / "p.csv", cut="2031-01-01")
    with pytest.raises(BadTable, match="who"):
        evaluate_churn(tmp_path / "p.csv", customer="who")


def test_signs_know_only_what_had_happened() -> None:
    past = [Purchase(10, 1, 5.0), Purchase(40, 2, 7.0)]
    assert signs([*past, Purchase(90, 9, 99.0)], 0, 60) == signs(past, 0, 60)
    assert signs(past, 0, 60)["silent_days"] == "20"
    assert gone_by_rule(past, 101, 50.0)
    assert not gone_by_rule(past, 99, 50.0)


def deals(path: Path) -> Path:
    dice = random.Random(9)
    rows = []
    for i in range(300):
        share = dice.gauss(0.7 if i % 2 else 0.9, 0.05)
        listed = dice.randint(50, 900)
        rows.append(
            {"listing_id": i // 2, "category": "car" if i % 2 else "phone", "list_price": listed, "deal": True,
             "deal_price": round(listed * share, 2)}
        )  # fmt: skip
    path.write_bytes(gzip.compress("\n".join([*map(json.dumps, rows), "{broken"]).encode()))
    return path


def test_price_ranges_cover_and_beat_the_list_price(tmp_path: Path) -> None:
    found = evaluate_price(deals(tmp_path / "d.jsonl.gz"))
    assert found["n"] == 300
    assert found["rejected_rows"] == 1
    assert found["mape"] < 0.5 * found["mape_list_price"]
    assert found["mape"] < found["mape_one_share_for_all"]
    assert 0.7 <= found["coverage_80"] <= 0.99
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(BadTable):
        evaluate_price(tmp_path / "x.jsonl")


def test_cases_of_a_like_price_and_group_count_most() -> None:
    cheap = [Case("a", 100.0, 0.9) for _ in range(30)]
    dear = [Case("a", 10_000.0, 0.6) for _ in range(30)]
    for price, share in ((110.0, 0.9), (9_000.0, 0.6)):
        middle, (low, high) = ranged([*cheap, *dear], "a", price, (0.1, 0.9))
        assert middle == pytest.approx(share, abs=0.02)
        assert low <= middle <= high
    groups = [*(Case("a", 100.0, 0.9) for _ in range(90)), *(Case("b", 100.0, 0.5) for _ in range(90))]
    assert ranged(groups, "a", 100.0, ())[0] == pytest.approx(0.9, abs=0.02)
    assert ranged([], "a", 100.0, (0.5,)) == (1.0, [1.0])


def test_prices_below_zero_and_deals_that_were_none_are_counted(tmp_path: Path) -> None:
    rows = [
        {"listing_id": i, "category": "a", "list_price": 100, "deal": True, "deal_price": 80 + i}
        for i in range(20)
    ]
    rows += [{"listing_id": 50, "category": "a", "list_price": -5, "deal": True, "deal_price": 4}]
    rows += [{"listing_id": 51, "category": "a", "list_price": 100, "deal": False, "deal_price": None}]
    rows += [{"listing_id": 52, "category": "a", "list_price": 100, "deal": True, "deal_price": 9000}]
    path = tmp_path / "d.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = evaluate_price(path)
    assert found["n"] == 20
    assert found["left_out"] == {"no_deal": 1, "not_a_price": 1, "implausible": 1}


@pytest.mark.data
@pytest.mark.parametrize(
    "name", ["craigslist_bargain/dialogues.jsonl.gz", "amazon_history_price/products.jsonl.gz"]
)
def test_public_prices(name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"../shared/data is not here: {name} is needed")
    found = evaluate_price(DATA / name)
    if found["kind"] == "negotiated":
        assert found["mape"] < 0.7 * found["mape_list_price"]
        assert found["mape"] < found["mape_one_share_for_all"]
    else:
        assert found["iou"] > found["iou_now_to_list"] + 0.05
