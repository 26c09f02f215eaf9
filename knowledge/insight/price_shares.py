"""What part of a reference price is paid, or reached, in a group: empirical quantiles, wider groups where there is little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENOUGH = 8
"""Observations that a group needs; with fewer the whole is taken (definitions.md D13)."""
PULL = 60
"""So many observations' worth a group's quantile is drawn to that of the whole: groups of a price book differ little."""


@dataclass(frozen=True)
class Shares:
    """Observed shares by group and of everything, each sorted."""

    groups: Mapping[str, Sequence[float]]
    whole: Sequence[float]

    def quantile(self, group: str, share: float) -> float:
        """The quantile (0 to 1) of a group's shares drawn to that of everything; of everything when the group is small."""
        known = self.groups.get(group, ())
        overall = quantile(self.whole, share)
        if len(known) < ENOUGH:
            return overall
        return (len(known) * quantile(known, share) + PULL * overall) / (len(known) + PULL)

    def n(self, group: str) -> int:
        """How many observations an answer about this group rests on."""
        known = len(self.groups.get(group, ()))
        return known if known >= ENOUGH else len(self.whole)


def shares_of(pairs: Sequence[tuple[str, float]]) -> Shares:
    """(group, share) pairs as Shares."""
    groups: dict[str, list[float]] = {}
    for group, share in pairs:
        groups.setdefault(group, []).append(share)
    return Shares(
        {name: sorted(values) for name, values in groups.items()}, sorted(share for _, share in pairs)
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours (Hyndman and Fan's type 7); 1 without an observation."""
    if not ordered:
        return 1.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
