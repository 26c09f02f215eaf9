"""Forecasts as a skill sees them, inside the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from knowledge.forecasting import Judged
from knowledge.insight.forecast import Forecast
from knowledge.insight.forecast_record import TrackRecord
from knowledge.insight.warnings import DealWarning
from knowledge.insight.win import NoScore, WinOdds
from knowledge.snapshot import DealFacts


@dataclass(frozen=True, kw_only=True)
class ForecastAsk:
    """What is asked: days both included, None for everything open. `owner_id` and `team_id` narrow; "" is all one sees."""

    since: date | None = None
    until: date | None = None
    owner_id: str = ""
    team_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Forecasted:
    """A forecast with how good earlier ones were. `names`: id -> name of teams and colleagues. `history_n` closed deals in
    all, `history_won` of them won; `old` when they are older than the rules want, for want of newer ones. `model` is the
    version in use, "" for the prior method. `listed`: product price for deals without an amount: deal -> fen; `judged`: each open deal with
    its facts and reasons."""

    forecast: Forecast
    record: TrackRecord
    names: Mapping[str, str]
    history_n: int
    history_won: int
    skewed: bool
    old: bool
    model: str
    listed: Mapping[str, int]
    judged: Mapping[str, Judged]


@dataclass(frozen=True, kw_only=True)
class AtRisk:
    """An open deal with what warns of it, gravest first, and its chance."""

    facts: DealFacts
    warnings: tuple[DealWarning, ...]
    odds: WinOdds | NoScore
    weighted_fen: float


class Forecasts(Protocol):
    """What is expected."""

    def made(self, ask: ForecastAsk) -> Forecasted:
        """The forecast of a time over the deals the asker may see."""
        ...

    def at_risk(self, ask: ForecastAsk, only: str = "") -> Sequence[AtRisk]:
        """Open deals with a warning (`only`: with this one), most at stake first."""
        ...

    def counted(self, ask: ForecastAsk) -> Mapping[str, tuple[int, int]]:
        """Stage -> (deals that are in it or have passed it, of them won), over the deals the asker may see."""
        ...
