"""Deals in two groups: where advice was followed or not, and where it was given or withheld."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from knowledge.blueprints.advice import DEEDS

from .advice import Fate
from .kpi_figures import within


def override(
    everything: Sequence[Fate], since: datetime, until: datetime
) -> tuple[dict[str, bool], dict[str, bool]]:
    """Deals that ended in the time: those where most of the advice was followed, and those where most was not, each with
    whether it was won. Advice still open when the deal ended says nothing."""
    followed: dict[str, list[bool]] = {}
    came: dict[str, bool] = {}
    for one in everything:
        if one.kind not in DEEDS or one.shown_at is None or one.won is None or not within(one, since, until):
            continue
        if one.mode or one.reason or one.expired_at:
            followed.setdefault(one.subject, []).append(bool(one.mode))
            came[one.subject] = one.won
    shares = {deal: sum(found) / len(found) for deal, found in followed.items()}
    return (
        {deal: came[deal] for deal, part in shares.items() if part > 0.5},
        {deal: came[deal] for deal, part in shares.items() if part < 0.5},
    )


def arms(
    everything: Sequence[Fate], since: datetime, until: datetime
) -> tuple[dict[str, bool], dict[str, bool]]:
    """Deals that ended in the time and lay in the comparison: treated and held out, each with whether it was won."""
    found: dict[str, dict[str, bool]] = {"treated": {}, "held_out": {}}
    for one in everything:
        arm = str(one.said.get("arm", ""))
        if arm in found and one.won is not None and within(one, since, until):
            found[arm][one.subject] = one.won
    return found["treated"], found["held_out"]
