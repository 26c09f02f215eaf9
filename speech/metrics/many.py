"""Metrics over many calls: the mean of the calls' values and the pooled value, each with its n and what was refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .call import NAMES, CallMetrics
from .measure import Metric, summed


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """One metric over calls. `mean_of_calls` averages the value of each call (as Gong does); `pooled` takes all calls as
    one. `n` calls had a value, `observations` is the sum of their n; `refused` counts reasons of the others by code."""

    name: str
    unit: str
    mean_of_calls: float | None
    pooled: float | None
    n: int
    observations: int
    refused: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return dict(vars(self))


def over_calls(calls: Sequence[CallMetrics]) -> dict[str, Aggregate]:
    """Every metric over `calls`; None with n = 0 where no call had a value. The order of the calls does not matter.

    Calls in different units (characters and words a minute) are not averaged: the unit of most calls is kept, the others
    count as refused for `other_unit`."""
    return {name: _over([call[name] for call in calls], name) for name in NAMES}


def _over(found: Sequence[Metric], name: str) -> Aggregate:
    refused = Counter(one.reason.code for one in found if one.reason)
    with_value = [one for one in found if one.value is not None]
    units = Counter(one.unit for one in with_value)
    unit = min(units, key=lambda one: (-units[one], one)) if units else (found[0].unit if found else "")
    kept = [one for one in with_value if one.unit == unit]
    if len(kept) < len(with_value):
        refused["other_unit"] += len(with_value) - len(kept)
    values = [one.value for one in kept if one.value is not None]
    return Aggregate(
        name=name,
        unit=unit,
        mean_of_calls=round(math.fsum(values) / len(values), 6) if values else None,
        pooled=_pooled(kept),
        n=len(kept),
        observations=sum(one.n for one in kept),
        refused=dict(sorted(refused.items())),
    )


def _pooled(kept: Sequence[Metric]) -> float | None:
    """All observations of all calls as if they were one call's; of a maximum the greatest, of a flag its share."""
    if not kept:
        return None
    if kept[0].kind == "ratio":
        return round(math.fsum(one.top for one in kept) / math.fsum(one.bottom for one in kept), 6)
    return summed(kept[0].kind, sorted(value for one in kept for value in one.values))
