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
from knowledge.insight.price_shares import shares_of
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


def test_small_groups_take_the_whole_and_say_their_n() -> None:
    known = shares_of([("a", 0.5), *(("b", 0.9) for _ in range(20))])
    assert known.quantile("a", 0.5) == known.quantile("unknown", 0.5) == 0.9
    assert known.n("a") == 21
    assert known.n("b") == 20


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
    else:
        assert found["iou"] > found["iou_now_to_list"]
