"""What a skill sees of journeys: one customer's line of touches, the stages' health, touch numbers, and customers at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from knowledge.blueprints.churn import ChurnRules
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey, Sight
from knowledge.insight.churn_signals import Signal
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.health import StageHealth
from knowledge.insight.journey.placing import Move
from knowledge.insight.journey.touch_numbers import TouchNumbers
from knowledge.insight.rfm import Rfm
from knowledge.model import Account, ChurnAlert


@dataclass(frozen=True, kw_only=True)
class JourneyLine:
    """One customer's journey: touches in order, the moves of everybody there, and who is in which stage now. `hidden` counts
    touches that exist and that the asker may not see."""

    account: Account
    touches: tuple[Touch, ...]
    moves: tuple[Move, ...]
    names: Mapping[str, str]
    hidden: int = 0


@dataclass(frozen=True, kw_only=True)
class Healths:
    """The stages over the customers the asker may see. `accounts` and `persons` are how many; `touches` those that led into a
    stage last, by id. `visitors` are those who lead to no record of ours and count in the first stage; None where the asker
    may not see them, or not that stage."""

    book: Journey
    stages: Mapping[str, StageHealth]
    accounts: int
    persons: int
    since: datetime | None
    names: Mapping[str, str]
    touches: Mapping[str, Touch]
    visitors: int | None = None


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Touch numbers of the customers the asker may see, with the touches and payments behind them and the customers' names."""

    found: TouchNumbers
    touches: Mapping[str, Touch]
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AtRisk:
    """One customer with signals that fire now; `alert` is the last one that was raised, with its task. `lost_since`: they
    count as lost already."""

    account: Account
    signals: tuple[Signal, ...]
    touches: Mapping[str, Touch]
    alert: ChurnAlert | None
    lost_since: datetime | None
    rfm: Rfm | None


class Journeys(Protocol):
    """The journeys' side of the desk, inside the asker's rights."""

    @property
    def sight(self) -> Sight: ...
    def line(self, account_id: str) -> JourneyLine | None: ...
    def health(self) -> Healths: ...
    def numbers(self) -> Numbers: ...
    def at_risk(self) -> Sequence[AtRisk]: ...
    def books(self) -> tuple[Journey, Interventions, ChurnRules]: ...
