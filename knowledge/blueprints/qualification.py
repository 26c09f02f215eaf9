"""Qualification frameworks (definitions.md D3): fields, which customer facts speak of them, weights, stage gates."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from knowledge.model import STAGES

TOP_RATING = 3


class FieldRule(BaseModel):
    """One field. `facts` are customer facts that speak of it; `assumed` words of ours that only assume it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    name_en: str
    weight: float = Field(1.0, gt=0)
    facts: list[str] = Field(default_factory=list)
    says: list[str] = Field(
        default_factory=list, description="words of the customer's that show it themselves"
    )
    assumed: list[str] = Field(default_factory=list)


class Framework(BaseModel):
    """A framework. `gates`: stage -> field -> the least rating that a deal should have before it stands there."""

    model_config = ConfigDict(extra="forbid")

    id: str
    fields: list[FieldRule] = Field(min_length=1)
    gates: dict[str, dict[str, int]] = Field(default_factory=dict)


class QualificationBook(BaseModel):
    """All frameworks, and the least percent of each level, the highest first."""

    model_config = ConfigDict(extra="forbid")

    frameworks: list[Framework]
    levels: list[tuple[float, str]]

    def framework(self, framework_id: str) -> Framework | None:
        """The framework with this id, in any case."""
        wanted = framework_id.casefold()
        return next((one for one in self.frameworks if one.id.casefold() == wanted), None)


def faults(book: QualificationBook) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    if not book.levels or book.levels[-1][0] != 0 or sorted(book.levels, reverse=True) != list(book.levels):
        yield "levels: 从高到低,最后一级从 0 起 / from the highest down, the last one from 0"
    for one in book.frameworks:
        ids = [rule.id for rule in one.fields]
        for field_id in sorted({x for x in ids if ids.count(x) > 1}):
            yield f"{one.id}: {field_id} 出现多次 / appears more than once"
        for stage, gate in one.gates.items():
            if stage not in STAGES:
                yield f"{one.id}: 未知阶段 / unknown stage {stage!r}"
            for field_id, least in gate.items():
                if field_id not in ids:
                    yield f"{one.id}: {stage}: 未知字段 / unknown field {field_id!r}"
                if not 0 <= least <= TOP_RATING:
                    yield f"{one.id}: {stage}: {field_id} 应在 0 到 3 之间 / must be 0 to 3"
