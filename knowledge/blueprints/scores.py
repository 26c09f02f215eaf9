"""How leads, deals and prices are scored (definitions.md D6, D7, D13): points, odds, floors and bounds, all editable."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field


class Grades(BaseModel):
    """From which score on a lead has a grade; below C it is D."""

    model_config = ConfigDict(extra="forbid")

    A: float = 75
    B: float = 50
    C: float = 25

    def of(self, score: float) -> str:
        """The grade of a score from 0 to 100."""
        return next((name for name in ("A", "B", "C") if score >= getattr(self, name)), "D")


class LeadRules(BaseModel):
    """Lead scores. `points` by feature and bucket; what is not listed counts 0. `per_logit` points are one unit of
    log-odds; a bucket's points move to what was observed as if `prior_rows` rows had told the points themselves, and of that
    move only the share `overlap` counts: features say partly the same. What a lead does fades by half in `half_life_days`,
    or in those of its group (web, chat, call) in `half_lives`."""

    model_config = ConfigDict(extra="forbid")

    base: float = 15
    per_logit: float = Field(12.5, gt=0)
    base_rate: float = Field(0.2, gt=0, lt=1)
    prior_rows: float = Field(10, gt=0)
    overlap: float = Field(0.35, ge=0, le=1)
    half_life_days: float = Field(14, gt=0)
    half_lives: dict[str, float] = Field(default_factory=dict)
    dead_band: float = Field(3, ge=0)
    floor_converted: int = Field(100, ge=1)
    floor_lost: int = Field(100, ge=1)
    grades: Grades = Field(default_factory=Grades)
    points: dict[str, dict[str, float]] = Field(default_factory=dict)


class WinRules(BaseModel):
    """Win probability. `odds` are what a signal multiplies the odds with, drawn to what closed deals showed as if
    `odds_rows` rows had told them; `prior_rows` is D7's k; the floors are the closed deals of the last `months` below which
    no model is fitted."""

    model_config = ConfigDict(extra="forbid")

    prior_rows: float = Field(20, gt=0)
    odds_rows: float = Field(100, gt=0)
    floor_won: int = Field(200, ge=1)
    floor_lost: int = Field(200, ge=1)
    months: int = Field(24, ge=1)
    youngest_days: int = Field(3, ge=0)
    skew_pct: int = Field(90, ge=50, le=100)
    odds: dict[str, float] = Field(default_factory=dict)


class PriceRules(BaseModel):
    """Price ranges. Basis points; `bound_bp` is the most that one adjustment may move target or ceiling."""

    model_config = ConfigDict(extra="forbid")

    min_margin_bp: int = Field(1000, ge=0)
    peers: int = Field(8, ge=3)
    months: int = Field(12, ge=1)
    bound_bp: int = Field(1000, ge=0, le=5000)
    stock_days: int = Field(90, ge=1)
    stock_bp: int = Field(300, ge=0)
    competitor_bp: int = Field(300, ge=0)
    strategic_bp: int = Field(300, ge=0)
    sensitivity_bp: int = Field(300, ge=0)


class Scores(BaseModel):
    """The whole of it."""

    model_config = ConfigDict(extra="forbid")

    lead: LeadRules = Field(default_factory=LeadRules)
    win: WinRules = Field(default_factory=WinRules)
    price: PriceRules = Field(default_factory=PriceRules)


def faults(scores: Scores) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    grades = scores.lead.grades
    if not 100 >= grades.A > grades.B > grades.C > 0:
        yield "lead.grades: 必须 100 ≥ A > B > C > 0 / must fall from A to C"
    for group, days in scores.lead.half_lives.items():
        if group not in ("web", "chat", "call") or days <= 0:
            yield f"lead.half_lives.{group}: web, chat 或 call,大于 0 天 / web, chat or call, more than 0 days"
    for name, odds in scores.win.odds.items():
        if not 0.01 <= odds <= 100:
            yield f"win.odds.{name}: {odds} 超出 0.01 到 100 / is outside 0.01 to 100"
