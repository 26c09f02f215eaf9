"""The scoring bench: four learners on the same codes by cross-validation, and the engine itself, on every public set.

Run as `python -m tests.bench.bench_scores [SET ...]`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.churn_evaluation import evaluate_churn
from knowledge.insight.scoring import learner
from knowledge.insight.scoring.choosing import choose
from knowledge.insight.scoring.designs import Shape
from knowledge.insight.scoring.figures import Figures, figures
from knowledge.insight.scoring.fitting import fit
from knowledge.insight.scoring.model import chance_of
from knowledge.insight.scoring.table import Table, folds
from knowledge.price_evaluation import evaluate_price
from knowledge.scoring_rows import Counts, rows_of, table_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDS = 3
AFTER_CONTACT = (
    "Tags", "Lead Quality", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
)  # fmt: skip


@dataclass(frozen=True)
class Set:
    """A public set, what its README says to leave out, and the best figure printed there."""

    path: str
    label: str
    positive: str
    drop: tuple[str, ...]
    published: str


SETS = {
    "bank_marketing": Set("bank_marketing/bank_additional.csv.gz", "y", "yes", ("duration", "row_order"), "AUC 0.80 (rolling)"),
    "leads_xeducation": Set("leads_xeducation/leads.csv", "Converted", "1", AFTER_CONTACT, "none"),
    "telco_churn": Set("telco_churn/telco.csv", "Churn", "Yes", (), "AUC 0.84-0.85"),
    "online_shoppers": Set("online_shoppers/sessions.csv", "Revenue", "True", (), "accuracy 0.87, F1 0.58"),
    "online_shoppers, without PageValues": Set(
        "online_shoppers/sessions.csv", "Revenue", "True", ("PageValues",), "none"
    ),
    "olist_funnel": Set("olist_funnel/marketing_qualified_leads.csv", "closed", "1", (), "none"),
    "crm_sales_opportunities": Set(
        "crm_sales_opportunities/sales_pipeline.csv", "deal_stage", "Won", ("close_value", "close_date"), "AUC 0.525"
    ),
}  # fmt: skip


def table(name: str) -> Table:
    """The set as a table; rows without an outcome are left out."""
    one = SETS[name]
    rows = list(rows_of(DATA / one.path, Counts()))
    if name == "olist_funnel":
        won = {row["mql_id"] for row in rows_of(DATA / "olist_funnel/closed_deals.csv", Counts())}
        rows = [{**row, "closed": str(int(row["mql_id"] in won))} for row in rows]
    if name == "crm_sales_opportunities":
        rows = [row for row in rows if row["deal_stage"] in ("Won", "Lost")]
    kept = [{key: cell for key, cell in row.items() if key not in one.drop} for row in rows]
    return table_of(kept, one.label, one.positive)


Learn = Callable[[Any, Any, Sequence[Shape]], tuple[Callable[[Any], Any], bool]]
"""(codes, labels, shapes) -> (codes -> log-odds, whether the log-odds are a sum with one part a column)."""


def _ebm(codes: Any, labels: Any, shapes: Sequence[Shape]) -> tuple[Callable[[Any], Any], bool]:
    made = learner.boosted(codes, labels, shapes)
    return lambda rows: made.logits(rows, shapes), True


def _binned(codes: Any, labels: Any, shapes: Sequence[Shape]) -> tuple[Callable[[Any], Any], bool]:
    """Plain logistic regression on one-hot codes, numbers in ten bins."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    def wide(rows: Any) -> Any:
        blocks = []
        for at, one in enumerate(shapes):
            size = min(one.size, 11) if one.ordered else one.size
            place = np.where(rows[:, at] == 0, 0, 1 + (rows[:, at] - 1) * (size - 1) // max(1, one.size - 1))
            blocks.append(np.eye(size)[np.minimum(place, size - 1)])
        return np.hstack(blocks)

    made = LogisticRegression(max_iter=500).fit(wide(codes), labels)
    return lambda rows: made.decision_function(wide(rows)), True


def _trees(codes: Any, labels: Any, shapes: Sequence[Shape]) -> tuple[Callable[[Any], Any], bool]:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    def values(rows: Any) -> Any:
        return np.where(rows == 0, np.nan, rows.astype(float))

    nominal = [not one.ordered for one in shapes]
    made = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=300, early_stopping=True, random_state=7, categorical_features=nominal
    ).fit(values(codes), labels)
    return lambda rows: made.decision_function(values(rows)), False


LEARNERS: dict[str, Learn] = {"EBM": _ebm, "HistGradientBoosting": _trees, "logistic, binned": _binned}


def measure(names: Sequence[str] = tuple(SETS)) -> dict[str, dict[str, dict[str, float]]]:
    """Set -> learner -> figures over all held-out rows of FOLDS folds, fit seconds of one fold, microseconds a
    prediction with reasons (for what is no sum: the row scored anew once for each column)."""
    return {name: _one(table(name)) for name in names}


def _one(whole: Table) -> dict[str, dict[str, float]]:
    parts = folds(whole, FOLDS)
    found = {name: _crossed(whole, parts, learn) for name, learn in LEARNERS.items()}
    found["ours"] = _ours(whole, parts)
    return found


def _crossed(whole: Table, parts: Any, learn: Learn) -> dict[str, float]:
    import numpy as np

    labels, chances, fit_s, cost = list[int](), list[float](), 0.0, list[float]()
    for learn_rows, held in parts:
        here, there = whole.take(learn_rows), whole.take(held)
        columns, _ = choose(here)
        shapes = [Shape(c.size, c.kind != "category") for c in columns]
        codes, rows = (
            np.array([[c.code(cell) for cell in one.columns[c.name]] for c in columns]).T
            for one in (here, there)
        )
        begun = time.perf_counter()
        with learner._calm():
            score, additive = learn(codes, np.array(here.labels), shapes)
        fit_s += time.perf_counter() - begun
        chances += [chance_of(float(z)) for z in score(rows)]
        labels += there.labels
        begun = time.perf_counter()
        for i in range(40):
            again = rows[i : i + 1] if additive else np.repeat(rows[i : i + 1], len(columns) + 1, axis=0)
            score(again)
        cost.append((time.perf_counter() - begun) / 40 * 1e6)
    return _row(figures(labels, chances), fit_s / len(parts), sum(cost) / len(cost))


def _ours(whole: Table, parts: Any) -> dict[str, float]:
    labels, chances, fit_s, cost = list[int](), list[float](), 0.0, list[float]()
    for learn_rows, held in parts:
        begun = time.perf_counter()
        model = fit(whole.take(learn_rows)).model
        fit_s += time.perf_counter() - begun
        there = whole.take(held)
        rows = [{name: cells[i] for name, cells in there.columns.items()} for i in range(there.n)]
        begun = time.perf_counter()
        chances += [scored.chance for row in rows if (scored := model.explain(row)).reasons()]
        cost.append((time.perf_counter() - begun) / there.n * 1e6)
        labels += there.labels
    return _row(figures(labels, chances), fit_s / len(parts), sum(cost) / len(cost))


def _row(found: Figures | None, seconds: float, cost: float) -> dict[str, float]:
    assert found is not None
    return {
        "n": found.n,
        "AUC": found.auc or 0.0,
        "log loss": found.log_loss,
        "Brier": found.brier,
        "ECE": found.ece,
        "top tenth": found.top_decile_precision,
        "fit s": seconds,
        "µs": cost,
    }


def as_table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """The figures in Markdown, the published one beside."""
    lines = [
        f"{FOLDS}-fold cross-validation, every learner on the same folds and the same columns (chosen inside each fold); `µs` is one",
        "row with its reasons: for trees, which are no sum, scored anew once a column. Ours reads the cells as text besides.",
        "`published` is what the set's README names, from memory there and on other splits.",
        "",
        "| set (n) | learner | AUC | log loss | Brier | ECE | top tenth | fit s | µs | published |",
        "| --- | --- | " + "--: | " * 7 + "--- |",
    ]
    for name, learners in found.items():
        for which, row in learners.items():
            first = f"{name} ({row['n']})" if which == "EBM" else ""
            cells = " | ".join(f"{row[key]:.4f}" for key in ("AUC", "log loss", "Brier", "ECE", "top tenth"))
            last = SETS[name].published if which == "ours" else ""
            lines.append(f"| {first} | {which} | {cells} | {row['fit s']:.1f} | {row['µs']:.0f} | {last} |")
    return "\n".join(lines) + "\n"


def churn_and_price() -> str:
    """Silence of cdnow's customers after 39 weeks, and price ranges, with plain guesses beside."""
    churn = evaluate_churn(DATA / "cdnow" / "transactions.csv.gz", cut="1997-09-30")
    deals = evaluate_price(DATA / "craigslist_bargain" / "dialogues.jsonl.gz")
    past = evaluate_price(DATA / "amazon_history_price" / "products.jsonl.gz")
    plain = churn["baselines"]
    rows = (
        ("cdnow: silent in weeks 40-78", churn["n"], f"AUC {churn['auc']:.3f}, Brier {churn['brier']:.4f}, ECE {churn['ece']:.4f}",
         f"recency {plain['recency_auc']:.3f}, frequency {plain['frequency_auc']:.3f}, D10 rule {plain['rule_auc']:.3f}; "
         f"base rate Brier {churn['base_brier']:.4f}"),
        ("craigslist: deal price", deals["n"], f"MAPE {deals['mape']:.3f}, 80 % range covers {deals['coverage_80']:.3f}, "
         f"Winkler {deals['winkler_of_list']:.3f} of list",
         f"list price {deals['mape_list_price']:.3f}, one share for all {deals['mape_one_share_for_all']:.3f}"),
        ("amazon: lowest to highest", past["n"], f"IoU {past['iou']:.3f}, MAPE {past['mape_low']:.3f} / {past['mape_high']:.3f}",
         f"now to list {past['iou_now_to_list']:.3f}, ten percent either way {past['iou_ten_percent']:.3f}"),
    )  # fmt: skip
    lines = [
        "",
        "`chengdan eval churn` and `eval price`, cross-validated by customer, advert or product.",
        "",
    ]
    lines += ["| set | n | ours | plain guesses |", "| --- | --: | --- | --- |"]
    return "\n".join([*lines, *(f"| {a} | {n} | {b} | {c} |" for a, n, b, c in rows)]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_table(measure(sys.argv[1:] or tuple(SETS))))
