"""Figures of journeys: paths and funnels as `eval journey` gives them, expected purchases, and the indices of many people."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from knowledge import blueprints
from knowledge.blueprints.journey import Journey
from knowledge.churn_evaluation import evaluate_churn
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.health import stage_health
from knowledge.journey_evaluation import evaluate_journey

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PEOPLE, TOUCHES = 20_000, 10


def measure(data: Path = DATA) -> list[list[str]]:
    """Rows of a table: set, n, ours, beside it."""
    rows = [["set", "n", "ours", "beside it"], ["---", "--:", "---", "---"]]
    if (data / "attribution_paths").is_dir():
        found = evaluate_journey(data / "attribution_paths")
        base = found["baselines"]
        rows.append([
            "attribution_paths: conversion of a path", f"{found['n']} ({found['paths']} paths)",
            f"log loss {found['log_loss']:.4f}, AUC {found['auc']:.3f}; six attributions add up to {found['conversions']} "
            f"(largest gap {found['largest_gap_of_totals']:.0e})",
            f"base rate {base['base_rate_log_loss']:.4f}, 0.5; last channel {base['last_channel_log_loss']:.4f}, "
            f"{base['last_channel_auc']:.3f}",
        ])  # fmt: skip
    if (data / "olist_funnel").is_dir():
        found = evaluate_journey(data / "olist_funnel")
        base, days = found["baselines"], found["days_to_close"]
        rows.append([
            "olist_funnel: closing of a lead", f"{found['n']}",
            f"AUC {found['auc']:.3f}, top tenth {found['top_decile_precision']:.3f}; days to close median {days['median']:g}, "
            f"P75 {days['p75']} (n={days['n']})",
            f"origin {base['origin_auc']:.3f}, {base['origin_top_decile_precision']:.3f}; landing page "
            f"{base['landing_auc']:.3f}, {base['landing_top_decile_precision']:.3f}",
        ])  # fmt: skip
    if (data / "cdnow").is_dir():
        found = evaluate_churn(data / "cdnow" / "transactions.csv.gz")
        repeats, base = found["expected_repeats"], found["baselines"]
        rows.append([
            "cdnow: purchases in weeks 40-78", f"{repeats['n']}",
            f"MAE {repeats['bg_nbd']['mae']:.3f}, RMSE {repeats['bg_nbd']['rmse']:.3f} (BG/NBD)",
            f"own rate {repeats['own_rate']['mae']:.3f}, {repeats['own_rate']['rmse']:.3f}; as often again "
            f"{repeats['same_again']['mae']:.3f}, {repeats['same_again']['rmse']:.3f}",
        ])  # fmt: skip
        rows.append([
            "cdnow: silent in weeks 40-78", f"{found['customers']}",
            f"AUC {found['auc']:.3f}, Brier {found['brier']:.4f}",
            f"BG/NBD {base['bg_nbd_auc']:.3f}, {base['bg_nbd_brier']:.4f}; recency {base['recency_auc']:.3f}",
        ])  # fmt: skip
    rows.append(
        ["health of every stage, seconds", f"{PEOPLE * TOUCHES} touches of {PEOPLE}", f"{_health():.1f}", ""]
    )
    return rows


def _health() -> float:
    """Seconds for the seven stages over many people, streamed."""
    dice, start = random.Random(3), datetime(2026, 1, 1, tzinfo=UTC)
    book = Journey.model_validate(blueprints.default("journey"))

    def people() -> Any:
        for n in range(PEOPLE):
            yield [
                Touch(
                    id=f"{n}-{i}", at=start + timedelta(days=dice.random() * 300), name="page_view", source="web",
                    person=f"p{n}", page=dice.choice(("/", "/cases", "/price")), visible_s=dice.random() * 60,
                )
                for i in range(TOUCHES)
            ]  # fmt: skip

    begun = time.perf_counter()
    stage_health(people(), book, start + timedelta(days=320))
    return time.perf_counter() - begun


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join("| " + " | ".join(row) + " |" for row in measure()) + "\n")
