"""How calls are measured: from when a metric is refused, what counts as an interruption, and the ranges by type of call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # every command imports the blueprints; few measure a call
    from speech.metrics import MetricRules, Range


class Thresholds(BaseModel):
    """The thresholds of speech.metrics.MetricRules. Seconds, shares from 0 to 1."""

    model_config = ConfigDict(extra="forbid")

    min_speech_s: float = Field(ge=0)
    min_side_share: float = Field(ge=0, le=0.5)
    min_speaker_confidence: float = Field(ge=0, le=1)
    min_tokens: int = Field(ge=0)
    backchannel_tokens: int = Field(ge=0, le=20)
    interruption_overlap_s: float = Field(ge=0)
    interruption_goes_on_s: float = Field(ge=0)
    clarifying_turn_s: float = Field(ge=0)
    lsm_tokens: int = Field(ge=1)
    early_share: float = Field(gt=0, le=1)
    pace_turn_s: float = Field(ge=0)


class Span(BaseModel):
    """A range of a metric; None is open. `weak`: take the direction, not the digit."""

    model_config = ConfigDict(extra="forbid")

    low: float | None = None
    high: float | None = None
    source: str = ""
    weak: bool = False


EU = frozenset(
    """
    eu 欧盟 欧洲 europe at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se austria belgium bulgaria
    croatia cyprus czechia denmark estonia finland france germany greece hungary ireland italy latvia lithuania luxembourg malta
    netherlands poland portugal romania slovakia slovenia spain sweden 奥地利 比利时 保加利亚 克罗地亚 塞浦路斯 捷克 丹麦
    爱沙尼亚 芬兰 法国 德国 希腊 匈牙利 爱尔兰 意大利 拉脱维亚 立陶宛 卢森堡 马耳他 荷兰 波兰 葡萄牙 罗马尼亚 斯洛伐克
    斯洛文尼亚 西班牙 瑞典
    """.split()  # noqa: SIM905
)
"""How regions of the EU are named: codes, English, Chinese."""


class OwnMood(BaseModel):
    """Whether a colleague may have their own turns looked at (capabilities.md C1.5). Off by default; even when it is on, only
    outside of the EU, only after their own yes, and only for their own eyes. `also_eu` names further regions of the house that
    lie in the EU."""

    model_config = ConfigDict(extra="forbid")

    on: bool = False
    also_eu: list[str] = []

    def in_eu(self, region: str) -> bool:
        """Whether any word of a region's name is one of the EU: `EU-West`, `DE`, `德国`."""
        words = {one for one in re.split(r"[\s_/,-]+", region.casefold()) if one}
        named = {one.casefold() for one in (*EU, *self.also_eu)}
        whole = region.casefold()
        return bool(words & named) or any(not one.isascii() and one in whole for one in named)


class CallMetricsBook(BaseModel):
    """`ranges` by metric and type of call (`any` for all others); `types` says which type a call is by the stage its deal was
    in; `competitors` and `objections` are words beside those of the deal and the playbook."""

    model_config = ConfigDict(extra="forbid")

    thresholds: Thresholds
    ranges: dict[str, dict[str, Span]] = {}
    types: dict[str, str] = {}
    own_mood: OwnMood = OwnMood()
    competitors: list[str] = []
    objections: list[str] = []

    def rules(self, competitors: tuple[str, ...] = (), objections: tuple[str, ...] = ()) -> MetricRules:
        """The rules with more names and words."""
        from speech.metrics import MetricRules

        more = {
            "competitors": (*self.competitors, *competitors),
            "objections": (*self.objections, *objections),
        }
        return MetricRules.of({**self.thresholds.model_dump(), **more})

    def spans(self) -> dict[str, dict[str, Range]]:
        """The ranges as the metrics take them."""
        from speech.metrics import Range

        return {
            name: {kind: Range(**span.model_dump()) for kind, span in kinds.items()}
            for name, kinds in self.ranges.items()
        }


def faults(book: CallMetricsBook) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    from speech.metrics import NAMES

    for name, kinds in book.ranges.items():
        if name not in NAMES:
            yield f"ranges.{name}: 没有这个指标 / no such metric; {', '.join(NAMES)}"
        for kind, span in kinds.items():
            if span.low is None and span.high is None:
                yield f"ranges.{name}.{kind}: 上下限至少写一个 / say low or high"
            if span.low is not None and span.high is not None and span.low > span.high:
                yield f"ranges.{name}.{kind}: low 大于 high / low is above high"
