"""Recordings on the street: told of while they are written down, summed up when they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.wiring import House

from .asks import Asks
from .call_follow import CallFollowing
from .call_summaries import CallSummaries
from .port import Traits


@dataclass
class StreetCalls:
    """Both parts behind one look."""

    following: CallFollowing
    summaries: CallSummaries

    def tick(self) -> set[str]:
        """What is due is told, summaries are begun; returns the channels that have something to bring out."""
        moved = self.following.tick()
        self.summaries.look()
        return moved

    def close(self) -> None:
        """The summary that is being made comes to its end."""
        self.summaries.close()


def street_calls(
    house: House,
    asks: Asks,
    worker: str,
    alive: Callable[[], set[str]],
    traits: Callable[[str], Traits | None],
    moved: Callable[[str], None],
) -> StreetCalls:
    """Both, over the same rows."""
    return StreetCalls(
        CallFollowing(house, asks, traits), CallSummaries(house, asks, worker, alive, traits, moved)
    )
