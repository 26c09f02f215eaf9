"""The sales process: stages with their prior odds, and the thresholds of the deal warnings (definitions.md D4, D7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.model import OPEN_STAGES, STAGES

from .trackers import Tracker


class Stage(BaseModel):
    """One stage. `prior_pct` is the usual chance of winning from here, in percent."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    name_en: str
    prior_pct: int = Field(ge=0, le=100)


class Thresholds(BaseModel):
    """When a deal warning fires. Days are calendar days unless the name says working days; money in fen. Where customers
    of a tier take their time, `dead_days_of_tier` says after how much silence a deal with one counts as dead."""

    model_config = ConfigDict(extra="forbid")

    scope_days_before: int = Field(7, ge=0)
    no_activity_days: int = Field(14, ge=1)
    ghosted_days: int = Field(7, ge=1)
    ghosted_outbound: int = Field(2, ge=1)
    ghosted_late_stage: str = "negotiation"
    ghosted_late_working_days: int = Field(5, ge=1)
    overdue_days: int = Field(0, ge=0)
    contacts_window_days: int = Field(30, ge=1)
    min_contacts: int = Field(2, ge=0)
    big_amount_fen: int = Field(30_000_000, ge=0)
    min_contacts_big: int = Field(3, ge=0)
    power_from_stage: str = "proposal"
    power_influence: list[str] = Field(default_factory=lambda: ["decision_maker", "economic_buyer"])
    power_titles: list[str] = Field(default_factory=list)
    pricing_from_stage: str = "proposal"
    price_words: list[str] = Field(default_factory=list)
    red_flags: list[str] = Field(default_factory=list)
    stalled_days: int = Field(30, ge=1)
    stalled_quiet_days: int = Field(21, ge=1)
    dead_days: int = Field(14, ge=1)
    dead_days_of_tier: dict[str, int] = Field(default_factory=dict)
    pushed_times: int = Field(2, ge=1)
    unopened_working_days: int = Field(3, ge=1)
    off: list[str] = Field(default_factory=list)
    trackers: list[Tracker] = Field(default_factory=list)
    """Trackers beside the words above, as their `feeds` says; put there from the trackers in force, not by hand."""


class Process(BaseModel):
    """The whole process. `utc_offset_hours` says on which clock a day begins."""

    model_config = ConfigDict(extra="forbid")

    stages: list[Stage]
    warnings: Thresholds = Field(default_factory=Thresholds)
    utc_offset_hours: int = Field(8, ge=-12, le=14)
    boards: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Team -> the thresholds that are different on its board."""

    def limits(self, team_id: str) -> Thresholds:
        """The thresholds on a team's board."""
        other = self.boards.get(team_id)
        return Thresholds.model_validate(self.warnings.model_dump() | other) if other else self.warnings

    def with_trackers(self, trackers: Iterable[Tracker]) -> Process:
        """The same process with the trackers that feed a warning."""
        feeding = [one for one in trackers if one.feeds]
        return self.model_copy(update={"warnings": self.warnings.model_copy(update={"trackers": feeding})})

    def stage_name(self, stage_id: str, language: str = "zh") -> str:
        """The stage in the reader's words; the id itself when the process does not have it."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage.name_en if language == "en" else stage.name
        return stage_id

    def prior_pct(self, stage_id: str) -> int:
        """The prior chance of winning from a stage, in percent; 0 for a stage the process does not have."""
        return next((stage.prior_pct for stage in self.stages if stage.id == stage_id), 0)


def at_least(stage: str, floor: str) -> bool:
    """Whether an open stage has reached another one."""
    return (
        stage in OPEN_STAGES and floor in OPEN_STAGES and OPEN_STAGES.index(stage) >= OPEN_STAGES.index(floor)
    )


def faults(process: Process) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    for team, other in process.boards.items():
        try:
            Thresholds.model_validate(process.warnings.model_dump() | other)
        except ValidationError as error:
            for one in error.errors():
                yield f"boards.{team}.{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
    ids = [stage.id for stage in process.stages]
    if sorted(ids) != sorted(STAGES):
        yield f"stages: 需要且只需要各一次 / needed exactly once each: {', '.join(STAGES)}; got {', '.join(ids)}"
    for field in ("ghosted_late_stage", "power_from_stage", "pricing_from_stage"):
        value = getattr(process.warnings, field)
        if value not in OPEN_STAGES:
            yield f"warnings.{field}: {value!r} 不是进行中的阶段 / is not an open stage ({', '.join(OPEN_STAGES)})"
    priors = {stage.id: stage.prior_pct for stage in process.stages}
    if priors.get("won", 100) != 100 or priors.get("lost", 0) != 0:
        yield "stages: 赢单先验必须是 100,丢单必须是 0 / prior_pct of won must be 100 and of lost 0"
