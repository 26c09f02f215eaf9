"""`eval journey`: the chance that a path converts and what each channel gave, or who of a funnel's leads closes and when."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from knowledge.insight.journey.attribution import RULES
from knowledge.insight.journey.attribution import Path as Walk
from knowledge.insight.journey.path_chance import fit_paths
from knowledge.insight.journey.survival import Share, lasting
from knowledge.insight.scoring.cells import day_of, number_of
from knowledge.insight.scoring.figures import figures
from knowledge.insight.scoring.fitting import fit
from knowledge.insight.scoring.table import Table, folds
from knowledge.scoring_rows import BadTable, Counts, rows_of

FOLDS = 5
LEAD, WON = "marketing_qualified_leads.csv", "closed_deals.csv"
FAR_DAYS = (30, 60, 90)


def evaluate_journey(data: Path) -> dict[str, Any]:
    """Figures on a file of paths (`path`, `total_conversions`, `total_null`), or on a folder with leads and closed deals.

    Raises BadTable when neither is there, or nothing can be read."""
    if data.is_dir() and (data / "paths.csv").is_file():
        data = data / "paths.csv"
    folder = data if data.is_dir() else data.parent
    if data.is_dir() or data.name == LEAD:
        if not (folder / LEAD).is_file() or not (folder / WON).is_file():
            raise BadTable(f"{folder} 里没有 {LEAD} 和 {WON} / are not in that folder")
        return _funnel(folder)
    return _paths(data)


# paths ---------------------------------------------------------------------------------------------------------


def _paths(path: Path) -> dict[str, Any]:
    walks, rejected, value = _walks(path)
    begun = time.perf_counter()
    place = {one.channels: n % FOLDS for n, one in enumerate(_shuffled(walks))}
    chances: dict[tuple[str, ...], tuple[float, float, float]] = {}
    for fold in range(FOLDS):
        learn = [one for one in walks if place[one.channels] != fold]
        model, base, chain = fit_paths(learn), _share(learn), _by_last(learn)
        for one in walks:
            if place[one.channels] == fold:
                chances[one.channels] = (
                    model.chance(one.channels),
                    base,
                    chain.get(one.channels[-1], base),
                )
    seconds = time.perf_counter() - begun
    conversions = sum(one.conversions for one in walks)
    totals = {name: rule(walks) for name, rule in RULES.items()}
    return {
        "task": "paths",
        "n": int(sum(one.conversions + one.nulls for one in walks)),
        "paths": len(walks),
        "conversions": int(conversions),
        **_judged(walks, [chances[one.channels][0] for one in walks]),
        "attribution": {name: {c: round(x, 6) for c, x in sorted(t.items())} for name, t in totals.items()},
        "largest_gap_of_totals": max(abs(sum(t.values()) - conversions) for t in totals.values()),
        "value": round(value, 6),
        "channels": len(totals["last"]),
        "rejected_rows": rejected,
        "seconds": round(seconds, 1),
        "baselines": {
            "base_rate_log_loss": _judged(walks, [chances[one.channels][1] for one in walks])["log_loss"],
            "base_rate_auc": 0.5,
            **{
                f"last_channel_{name}": found
                for name, found in _judged(walks, [chances[one.channels][2] for one in walks]).items()
            },
        },
    }


def _walks(path: Path) -> tuple[list[Walk], int, float]:
    """The distinct paths with their counts added up; lines that cannot be read are counted."""
    added: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    rejected = 0
    for row in rows_of(path, Counts()):
        for name in ("path", "total_conversions"):
            if name not in row:
                raise BadTable(f"{path.name} 没有列 {name!r} / has no column {name!r}")
        channels = tuple(part.strip() for part in row["path"].split(">") if part.strip())
        counts = [number_of(row.get(name) or "0") for name in
                  ("total_conversions", "total_null", "total_conversion_value")]  # fmt: skip
        if not channels or any(one is None or not math.isfinite(one) or one < 0 for one in counts):
            rejected += 1
            continue
        for at, one in enumerate(counts):
            added[channels][at] += one or 0.0
    walks = [
        Walk(key, won, lost, value) for key, (won, lost, value) in sorted(added.items()) if won + lost > 0
    ]
    if len(walks) < FOLDS or not sum(one.conversions for one in walks) or not sum(one.nulls for one in walks):
        raise BadTable(f"{path.name}: 路径太少,或只有一种结局 / too few paths, or only one way to end")
    return walks, rejected, sum(one.value for one in walks)


def _shuffled(walks: Sequence[Walk]) -> list[Walk]:
    """In an order that has nothing to do with the paths, always the same."""
    import hashlib

    return sorted(walks, key=lambda one: hashlib.sha256(" > ".join(one.channels).encode()).hexdigest())


def _share(walks: Sequence[Walk]) -> float:
    won = sum(one.conversions for one in walks)
    return (won + 0.5) / (won + sum(one.nulls for one in walks) + 1)


def _by_last(walks: Sequence[Walk]) -> dict[str, float]:
    """The share of conversions after each last channel: what a Markov chain of order one says at the end of a path."""
    ends: dict[str, list[Walk]] = defaultdict(list)
    for one in walks:
        ends[one.channels[-1]].append(one)
    return {channel: _share(found) for channel, found in ends.items()}


def _judged(walks: Sequence[Walk], chances: Sequence[float]) -> dict[str, float]:
    """Log loss and AUC of conversion, every path weighted by how often it was walked."""
    n = sum(one.conversions + one.nulls for one in walks)
    loss = -sum(
        one.conversions * math.log(max(chance, 1e-12)) + one.nulls * math.log(max(1 - chance, 1e-12))
        for one, chance in zip(walks, chances, strict=True)
    )
    by_chance: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one, chance in zip(walks, chances, strict=True):
        by_chance[chance][0] += one.conversions
        by_chance[chance][1] += one.nulls
    below = above = 0.0
    for _, (won, lost) in sorted(by_chance.items()):
        above += won * (below + lost / 2)
        below += lost
    won = sum(one.conversions for one in walks)
    return {"log_loss": loss / n, "auc": above / (won * below)}


# funnel --------------------------------------------------------------------------------------------------------


def _funnel(folder: Path) -> dict[str, Any]:
    won = {row["mql_id"]: row.get("won_date", "") for row in rows_of(folder / WON, Counts())}
    rows = [row for row in rows_of(folder / LEAD, Counts()) if day_of(row.get("first_contact_date", ""))]
    if len(rows) < FOLDS:
        raise BadTable(f"{LEAD}: 可读的行太少 / too few rows can be read")
    closed = [int(row["mql_id"] in won) for row in rows]
    cells = {
        "landing": [row.get("landing_page_id", "") for row in rows],
        "origin": [row.get("origin", "") for row in rows],
        "first_contact": [row["first_contact_date"] for row in rows],
    }
    begun = time.perf_counter()
    chances = _crossed(Table(columns=cells, labels=closed))
    found = figures(closed, chances)
    assert found is not None
    counts = Counter(cells["origin"])
    return {
        "task": "funnel",
        **found.as_json(),
        "closed": sum(closed),
        "closed_without_lead": len(set(won) - {row["mql_id"] for row in rows}),
        "days_to_close": _days(rows, won),
        "channels": {name or "": _channel(name, cells["origin"], closed) for name, _ in counts.most_common()},
        "seconds": round(time.perf_counter() - begun, 1),
        "baselines": {
            f"{name}_{figure}": value
            for name in ("origin", "landing")
            for figure, value in _rates(cells[name], closed).items()
        },
    }


def _crossed(table: Table) -> list[float]:
    chances = [0.0] * table.n
    for learn, held in folds(table, FOLDS):
        model = fit(table.take(learn)).model
        for i in held:
            chances[i] = model.chance({name: cells[i] for name, cells in table.columns.items()})
    return chances


def _rates(cells: Sequence[str], labels: Sequence[int]) -> dict[str, float | None]:
    """The share of closed leads of the same value, drawn to the whole's by ten rows: what one column alone tells."""
    chances = [0.0] * len(labels)
    for learn, held in folds(Table(columns={"x": cells}, labels=labels), FOLDS):
        base = sum(labels[i] for i in learn) / len(learn)
        seen: dict[str, list[int]] = defaultdict(list)
        for i in learn:
            seen[cells[i]].append(labels[i])
        for i in held:
            mine = seen.get(cells[i], [])
            chances[i] = (sum(mine) + 10 * base) / (len(mine) + 10)
    found = figures(labels, chances)
    return {"auc": found.auc, "top_decile_precision": found.top_decile_precision} if found else {}


def _channel(name: str, origins: Sequence[str], closed: Sequence[int]) -> dict[str, Any]:
    share = Share(k=sum(y for o, y in zip(origins, closed, strict=True) if o == name), n=origins.count(name))
    low, high = share.interval
    return {"leads": share.n, "closed": share.k, "share": share.value, "low": low, "high": high}


def _days(rows: Sequence[dict[str, str]], won: dict[str, str]) -> dict[str, Any]:
    """Days from the first contact to the close: of those that closed, and (Kaplan-Meier over all, open ones censored at the
    last day on record) the share closed within so many days."""
    begun = {row["mql_id"]: day_of(row["first_contact_date"]) or 0 for row in rows}
    ends = {key: day for key, text in won.items() if key in begun and (day := day_of(text[:10])) is not None}
    last = max([*begun.values(), *ends.values()])
    took = sorted(day - begun[key] for key, day in ends.items() if day >= begun[key])
    stretches = [
        (
            float(ends[key] - at if key in ends and ends[key] >= at else last - at),
            key in ends and ends[key] >= at,
        )
        for key, at in begun.items()
    ]
    whole = lasting(stretches)
    return {
        "n": len(took),
        "before_first_contact": len(ends) - len(took),
        "median": median(took) if took else None,
        "p75": took[math.ceil(0.75 * len(took)) - 1] if took else None,
        "mean": sum(took) / len(took) if took else None,
        "kaplan_meier_median": whole.median,
        **{f"closed_within_{days}": whole.over_by(days) for days in FAR_DAYS},
    }
