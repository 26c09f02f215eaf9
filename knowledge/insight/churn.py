"""Who falls silent: what a customer's purchases show at one day, and the rule of definitions.md D10 beside a fitted chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CYCLES = 2.0
"""Silent for longer than so many of one's own cycles counts as gone (D10, consumables)."""


@dataclass(frozen=True)
class Purchase:
    """One purchase: the day as an ordinal, pieces and money."""

    day: int
    pieces: float
    value: float


def signs(purchases: Sequence[Purchase], begin: int, today: int) -> dict[str, str]:
    """One customer's purchases up to `today` as cells: recency, frequency and money with how they move.

    begin: the first day of the records, an ordinal. Days count whole; a customer needs at least one purchase.
    """
    past = sorted((one for one in purchases if one.day <= today), key=lambda one: one.day)
    days = sorted({one.day for one in past})
    last, first = days[-1], days[0]
    gaps = [b - a for a, b in pairwise(days)]
    cycle = sum(gaps) / len(gaps) if gaps else None
    spent = [one.value for one in past]
    silent, age = today - last, today - first
    half = today - (today - begin) // 2
    quarter = today - (today - begin) // 4
    late = [one for one in past if one.day > half]
    cells: dict[str, float | None] = {
        "silent_days": silent,
        "age_days": age,
        "times": len(days),
        "times_late": len({one.day for one in late}),
        "times_last_quarter": len({one.day for one in past if one.day > quarter}),
        "cycle_days": cycle,
        "silent_cycles": silent / cycle if cycle else None,
        "silent_of_age": silent / age if age else None,
        "rate": (len(days) - 1) / age * 30 if age else None,
        "last_gap": gaps[-1] if gaps else None,
        "spread": math.sqrt(sum((gap - cycle) ** 2 for gap in gaps) / len(gaps))
        if cycle and len(gaps) > 1
        else None,
        "money": sum(spent),
        "money_a_time": sum(spent) / len(days),
        "money_late": sum(one.value for one in late),
        "last_value": past[-1].value,
        "pieces": sum(one.pieces for one in past),
    }
    return {name: "" if value is None else f"{value:.6g}" for name, value in cells.items()}


def gone_by_rule(purchases: Sequence[Purchase], today: int, usual_cycle: float) -> bool:
    """Whether the customer has been silent for more than CYCLES of their own cycle (of the usual one after a single
    purchase)."""
    days = sorted({one.day for one in purchases if one.day <= today})
    gaps = [b - a for a, b in pairwise(days)]
    cycle = sum(gaps) / len(gaps) if gaps else usual_cycle
    return today - days[-1] > CYCLES * cycle
