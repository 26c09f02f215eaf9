"""How the assistant's own advice is measured (definitions.md D11): how long it stands, what is withheld, floors and alarms."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

DEEDS = ("email", "message", "talk_track", "price", "next_step", "crm_update", "call_update", "coaching")
"""Kinds of advice that a person can take or leave."""

PREDICTIONS = ("win", "lead_score")
"""Kinds that come true or not, whatever anybody does."""


class Advice(BaseModel):
    """The whole of it. Ratios of edits are Levenshtein over the longer length. A price was taken as is within
    `price_as_is_bp` of the target, edited when it lies between target and ceiling or within `price_edited_bp`.

    `ttl_days` by kind: after them advice nobody took counts as ignored. Of the deals `holdout_pct` in a hundred get no
    advice of the kinds in `withheld`, chosen by a hash of `holdout_salt` and the id, once the house has
    `holdout_from_deals` deals: with fewer, nothing could be learned from withholding it. The floors are rows below which a
    figure is not given: `floor_share` for a share, `floor_prediction` for Brier, AUC and ECE, `floor_arm` in each arm of a
    comparison, `floor_months` for the error of forecasts.
    """

    model_config = ConfigDict(extra="forbid")

    ttl_days: dict[str, int] = Field(default_factory=dict)
    as_is_most: float = Field(0.1, ge=0, le=1)
    edited_most: float = Field(0.5, ge=0, le=1)
    price_as_is_bp: int = Field(50, ge=0)
    price_edited_bp: int = Field(500, ge=0)
    retained_days: int = Field(7, ge=1)
    unread_seconds: float = Field(3, ge=0)
    unread_alert_pct: float = Field(30, ge=0, le=100)
    holdout_pct: int = Field(10, ge=0, le=50)
    holdout_from_deals: int = Field(200, ge=0)
    holdout_salt: str = "advice"
    withheld: list[str] = Field(default_factory=lambda: ["next_step"])
    floor_share: int = Field(10, ge=1)
    floor_prediction: int = Field(30, ge=2)
    floor_arm: int = Field(30, ge=2)
    floor_months: int = Field(3, ge=1)

    def ttl(self, kind: str) -> int:
        """Days that advice of this kind stands; 30 for a kind that is not listed."""
        return self.ttl_days.get(kind, 30)


def faults(advice: Advice) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    for kind, days in advice.ttl_days.items():
        if kind not in (*DEEDS, *PREDICTIONS, "answer"):
            yield f"ttl_days.{kind}: 没有这种建议 / no such kind of advice"
        if days < 1:
            yield f"ttl_days.{kind}: 至少 1 天 / at least one day"
    for kind in advice.withheld:
        if kind not in DEEDS:
            yield f"withheld: {kind!r} 不能作为对照 / cannot be withheld"
    if advice.as_is_most > advice.edited_most:
        yield "as_is_most: 不能大于 edited_most / may not exceed edited_most"
