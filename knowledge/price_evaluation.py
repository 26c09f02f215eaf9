"""`eval price`: price ranges on negotiated deals (list price -> what was paid) or on price histories (now -> lowest and highest)."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as File
from statistics import mean
from typing import Any

from knowledge.insight.price_levels import Case, Depths, Path, quantile, ranged
from knowledge.scoring_rows import BadTable

FOLDS = 5
PRICES = ("list_price", "deal_price", "current_price", "lowest_price", "highest_price")
ALPHA = 0.2
"""What an 80 % range may miss."""

Row = Mapping[str, Any]
Judge = Callable[[Sequence[Row], Sequence[Row]], list[dict[str, float]]]


def evaluate_price(path: File) -> dict[str, Any]:
    """Figures on rows not learned from (folds by advert or product). JSONL, gzip or not: rows with `list_price`, `deal` and
    `deal_price`, or with `current_price`, `lowest_price` and `highest_price`; `category` in both. Raises BadTable."""
    rows, rejected = _rows(path)
    if any("deal_price" in row for row in rows):
        kept = [row for row in rows if _agreed(row)]
        found = _negotiated(kept)
    elif any("lowest_price" in row for row in rows):
        kept = [row for row in rows if _tracked(row)]
        found = _histories(kept)
    else:
        raise BadTable(
            f"{path.name} 里没有成交价,也没有最低价和最高价 / holds neither deal prices nor lowest and highest ones"
        )
    return {**found, "rows": len(rows), "rejected_rows": rejected, "left_out": _left_out(rows, len(kept))}


def _left_out(rows: Sequence[Row], kept: int) -> dict[str, int]:
    """Why rows were not judged: no deal was made; a price is zero, below zero or no number; or the prices contradict."""
    named = [[row[name] for name in PRICES if row.get(name) is not None] for row in rows]
    no_deal = sum("deal" in row and not row["deal"] for row in rows)
    broken = sum(
        any(not isinstance(one, int | float) or one <= 0 for one in found) and bool(row.get("deal", True))
        for row, found in zip(rows, named, strict=True)
    )
    rest = len(rows) - kept - no_deal - broken
    return {"no_deal": no_deal, "not_a_price": broken, "implausible": max(0, rest)}


def _rows(path: File) -> tuple[list[Row], int]:
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadTable(f"读不了 {path.name}({error}) / cannot read {path.name}") from error
    rows: list[Row] = []
    rejected = 0
    for line in filter(str.strip, text.splitlines()):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            rejected += 1
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            rejected += 1
    return rows, rejected


def _positive(row: Row, *names: str) -> bool:
    return all(isinstance(row.get(name), int | float) and row[name] > 0 for name in names)


def _agreed(row: Row) -> bool:
    """A deal at a price that can be one: above a twentieth and below three times the list price."""
    return (
        bool(row.get("deal"))
        and _positive(row, "list_price", "deal_price")
        and 0.05 < row["deal_price"] / row["list_price"] < 3
    )


def _tracked(row: Row) -> bool:
    return (
        _positive(row, "current_price", "lowest_price", "highest_price")
        and row["lowest_price"] <= row["highest_price"]
    )


def _crossed(rows: Sequence[Row], key: str, judge: Judge) -> list[dict[str, float]]:
    """What `judge` says of each held-out part; one advert or product is never on both sides."""
    place = [_fold(str(row.get(key, i))) for i, row in enumerate(rows)]
    found: list[dict[str, float]] = []
    for fold in range(FOLDS):
        learn = [row for row, at in zip(rows, place, strict=True) if at != fold]
        held = [row for row, at in zip(rows, place, strict=True) if at == fold]
        found += judge(learn, held) if learn and held else []
    if not found:
        raise BadTable("没有可评的行 / there is no row to judge")
    return found


def _fold(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % FOLDS


def _negotiated(rows: Sequence[Row]) -> dict[str, Any]:
    """Ours: what was paid of the list price in cases of a like price, those of the category most. Beside: the list price;
    the middle share of all."""

    def judge(learn: Sequence[Row], held: Sequence[Row]) -> list[dict[str, float]]:
        cases = [
            Case(str(row.get("category", "")), row["list_price"], row["deal_price"] / row["list_price"])
            for row in learn
        ]
        overall = quantile(sorted(one.share for one in cases), 0.5)
        return [_one_deal(row, cases, overall) for row in held]

    return _means(_crossed(rows, "listing_id", judge), "negotiated")


def _one_deal(row: Row, cases: Sequence[Case], overall: float) -> dict[str, float]:
    group, listed, paid = str(row.get("category", "")), row["list_price"], row["deal_price"]
    share, ends = ranged(cases, group, listed, (ALPHA / 2, 1 - ALPHA / 2))
    low, high = (listed * one for one in ends)
    outside = max(low - paid, paid - high, 0.0)
    return {
        "mape": abs(listed * share - paid) / paid,
        "coverage_80": float(low <= paid <= high),
        "width_of_list": (high - low) / listed,
        "winkler_of_list": (high - low + 2 / ALPHA * outside) / listed,
        "mape_list_price": abs(listed - paid) / paid,
        "mape_one_share_for_all": abs(listed * overall - paid) / paid,
    }


def _histories(rows: Sequence[Row]) -> dict[str, Any]:
    """Ours: the usual lowest / now and highest / list of products whose price of today is as far below the list price and
    has the same badge, the range always holding today's and the list price's side. Beside: 10 % either way; from today's
    price to the list price."""

    def judge(learn: Sequence[Row], held: Sequence[Row]) -> list[dict[str, float]]:
        known = Depths([_path(row) for row in learn])
        return [_one_history(row, known) for row in held]

    return _means(_crossed(rows, "id", judge), "history")


def _path(row: Row) -> Path:
    return Path(
        lowest=row["lowest_price"] / row["current_price"],
        highest=row["highest_price"] / _upper(row),
        depth=_upper(row) / row["current_price"],
        badge=str(row.get("badge") or ""),
    )


def _upper(row: Row) -> float:
    """The dearest price that is shown today: the list price where there is one above the current one."""
    listed = row.get("list_price")
    return float(
        max(listed, row["current_price"])
        if isinstance(listed, int | float) and listed > 0
        else row["current_price"]
    )


def _one_history(row: Row, known: Depths) -> dict[str, float]:
    now = float(row["current_price"])
    truth = (float(row["lowest_price"]), float(row["highest_price"]))
    alike = known.like(_upper(row) / now, str(row.get("badge") or ""))
    low = quantile(sorted(one.lowest for one in alike), 0.5)
    high = quantile(sorted(one.highest for one in alike), 0.5)
    ours = (min(now, now * low), max(now, _upper(row) * high))
    return {
        "iou": _iou(ours, truth),
        "mape_low": abs(ours[0] - truth[0]) / truth[0],
        "mape_high": abs(ours[1] - truth[1]) / truth[1],
        "iou_ten_percent": _iou((0.9 * now, 1.1 * now), truth),
        "iou_now_to_list": _iou((now, _upper(row)), truth),
    }


def _iou(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Length of what both ranges hold over the length of what either holds; 1 for the same point."""
    both = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    either = max(a[1], b[1]) - min(a[0], b[0])
    return both / either if either > 0 else 1.0


def _means(found: Sequence[Mapping[str, float]], kind: str) -> dict[str, Any]:
    return {"kind": kind, "n": len(found), **{name: mean(one[name] for one in found) for name in found[0]}}
