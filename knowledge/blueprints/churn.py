"""When a customer is about to leave (definitions.md D10, capabilities C2.5): thresholds of the signals and of the win-back task."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from .playbook import CLASSES

SIGNALS = ("dwell_drop", "enquiries_gone", "baseline_drop", "order_overdue", "contract_ended")
"""The signals by id, the earliest kind first."""


class ChurnRules(BaseModel):
    """Shares from 0 to 1. `cycles` is D10's m: silent for more than so many of one's own order cycles. `holdout_pct` of the
    customers, chosen by a hash of their id, get no task: what the tasks are worth is told from the difference."""

    model_config = ConfigDict(extra="forbid")

    off: list[str] = Field(default_factory=list)
    dwell_left: float = Field(0.5, gt=0, lt=1)
    dwell_weeks: int = Field(2, ge=1, le=8)
    dwell_days: int = Field(6, ge=3, le=28)
    silent_days: int = Field(14, ge=1)
    enquiries_before: int = Field(3, ge=1)
    enquiry_days: int = Field(28, ge=7)
    baseline_left: float = Field(0.6, gt=0, lt=1)
    baseline_weeks: int = Field(8, ge=3, le=26)
    held_weeks: int = Field(2, ge=1, le=8)
    baseline_least: float = Field(2.0, gt=0)
    cycles: float = Field(2.0, ge=1)
    early_cycles: float = Field(1.25, ge=1)
    orders_least: int = Field(3, ge=2)
    contract_days: int = Field(30, ge=0)
    again_days: int = Field(30, ge=1)
    due_days: int = Field(3, ge=1, le=30)
    holdout_pct: int = Field(10, ge=0, le=50)
    saved_days: int = Field(60, ge=7, le=365)
    horizon_days: int = Field(90, ge=7, le=365)
    scripts: dict[str, str] = Field(
        default_factory=dict, description="signal -> objection class whose first talk track is the script"
    )


def faults(rules: ChurnRules) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    for name in rules.off:
        if name not in SIGNALS:
            yield f"off: 没有这个信号 / no such signal {name!r}; {', '.join(SIGNALS)}"
    for name, kind in rules.scripts.items():
        if name not in SIGNALS or kind not in CLASSES:
            yield f"scripts.{name}: 未知的信号或话术类别 / unknown signal or class of talk tracks {kind!r}"
    if rules.early_cycles > rules.cycles:
        yield "early_cycles: 不能大于 cycles,否则预警来得太晚 / must not be above cycles, or the warning comes too late"
    if rules.silent_days >= rules.enquiry_days:
        yield "silent_days: 要小于 enquiry_days / must be below enquiry_days"
