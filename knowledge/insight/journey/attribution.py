"""What each channel has contributed to the conversions at the end of paths: six rules, each of which adds up to them all.

Sources: removal effect of a Markov chain: E. Anderl, I. Becker, F. von Wangenheim, J. Schumann, "Mapping the customer
journey", IJRM 33 (2016). Shapley value with v(S) = conversions of paths that need no channel outside S: K. Zhao,
S. Mahboobi, S. Bagheri, "Shapley value methods for attribution modeling in online advertising" (2018), whose closed form
shares a path's conversions equally among its distinct channels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

ENDS = 0.4
"""Share of the first and of the last touch under the position rule; the ones between share the rest."""
START, WON, LOST = "\x00start", "\x00won", "\x00lost"


@dataclass(frozen=True)
class Path:
    """Touches in order, how often they ended in a conversion, and how often in nothing."""

    channels: tuple[str, ...]
    conversions: float
    nulls: float = 0.0
    value: float = 0.0


Totals = dict[str, float]


def last(paths: Sequence[Path]) -> Totals:
    """Everything to the last touch."""
    return _shared(paths, lambda channels: {channels[-1]: 1.0})


def first(paths: Sequence[Path]) -> Totals:
    """Everything to the first touch."""
    return _shared(paths, lambda channels: {channels[0]: 1.0})


def linear(paths: Sequence[Path]) -> Totals:
    """Every touch the same."""
    return _shared(paths, lambda channels: {c: n / len(channels) for c, n in Counter(channels).items()})


def position(paths: Sequence[Path]) -> Totals:
    """ENDS to the first, ENDS to the last, the rest to those between; two touches half and half."""
    return _shared(paths, _by_position)


def shapley(paths: Sequence[Path]) -> Totals:
    """The Shapley value: a path's conversions equally to its distinct channels."""
    return _shared(paths, lambda channels: dict.fromkeys(set(channels), 1.0 / len(set(channels))))


def markov(paths: Sequence[Path]) -> Totals:
    """Conversions shared by removal effects: how much less a chain of order one would convert without the channel.

    Where nothing would be lost without any channel, equally by Shapley.
    """
    chain = Chain.of(paths)
    whole = chain.converting()
    effects = {one: max(0.0, whole - chain.converting(but=one)) for one in chain.channels}
    total, conversions = sum(effects.values()), sum(one.conversions for one in paths if one.channels)
    if total <= 0:
        return shapley(paths)
    return {one: conversions * effect / total for one, effect in effects.items()}


RULES: Mapping[str, Callable[[Sequence[Path]], Totals]] = MappingProxyType(
    {
        "last": last,
        "first": first,
        "linear": linear,
        "position": position,
        "markov": markov,
        "shapley": shapley,
    }
)


@dataclass(frozen=True)
class Chain:
    """A Markov chain of order one over the channels: state -> next state -> how often."""

    channels: tuple[str, ...]
    counts: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Chain:
        """The transitions of the paths, weighted by how often each was walked."""
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for one in paths:
            if not one.channels:
                continue
            walked = one.conversions + one.nulls
            steps = (START, *one.channels)
            for here, there in zip(steps, one.channels, strict=False):
                counts[here][there] += walked
            counts[steps[-1]][WON] += one.conversions
            counts[steps[-1]][LOST] += one.nulls
        return cls(tuple(sorted({c for one in paths for c in one.channels})), counts)

    def converting(self, but: str = "") -> float:
        """The chance that a walk from the start ends in a conversion; whoever comes to the channel `but` is lost."""
        import numpy as np

        kept = [one for one in self.channels if one != but]
        place = {one: i for i, one in enumerate(kept)}
        steps, won = np.zeros((len(kept), len(kept))), np.zeros(len(kept))
        for one, i in place.items():
            found = self.counts.get(one, {})
            total = sum(found.values())
            for there, times in found.items():
                if there in place and total:
                    steps[i, place[there]] = times / total
            won[i] = found.get(WON, 0.0) / total if total else 0.0
        chance: Any = np.linalg.solve(np.eye(len(kept)) - steps, won) if kept else won
        begun = self.counts.get(START, {})
        total = sum(begun.values())
        if not total:
            return 0.0
        return float(
            sum(times / total * chance[place[c]] for c, times in sorted(begun.items()) if c in place)
        )


def _by_position(channels: tuple[str, ...]) -> Totals:
    if len(channels) < 3:
        return {one: n / len(channels) for one, n in Counter(channels).items()}
    shares: Totals = defaultdict(float)
    for at, one in enumerate(channels):
        inner = at not in (0, len(channels) - 1)
        shares[one] += (1 - 2 * ENDS) / (len(channels) - 2) if inner else ENDS
    return shares


def _shared(paths: Sequence[Path], shares: Callable[[tuple[str, ...]], Mapping[str, float]]) -> Totals:
    found: Totals = dict.fromkeys(sorted({c for one in paths for c in one.channels}), 0.0)
    for one in paths:
        if one.channels and one.conversions:
            for channel, share in sorted(shares(one.channels).items()):
                found[channel] += one.conversions * share
    return found
