"""The customer journey: its stages, which event leads into which, how its indices are counted, and who may see which stage."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from knowledge.model import Role

FIELDS = ("name", "amount", "words", "device")
"""What of a touch may be kept from a role: whose it was, its money, what was said, the device."""


class Match(BaseModel):
    """Which touches are meant; what is left out does not matter. `words` stand in page, title or text; `props`: property ->
    allowed values; `nth`: only from the nth such touch of the person on."""

    model_config = ConfigDict(extra="forbid")

    names: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)
    direction: str = Field("", pattern="^(in|out|)$")
    words: list[str] = Field(default_factory=list)
    props: dict[str, list[str]] = Field(default_factory=dict)
    conversion: bool | None = None
    payment: bool | None = None
    nth: int = Field(1, ge=1)


class JourneyStage(BaseModel):
    """A stage. A touch that fits one of `enter` leads into it, from an earlier stage only, or only from those in `after`.
    `within_days` is how long people have to get on to a later stage (the W of the conversion)."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    within_days: int = Field(30, ge=1, le=365)
    after: list[str] = Field(default_factory=list)
    enter: list[Match] = Field(min_length=1)


class Sight(BaseModel):
    """What a role sees of a journey: these stages (all when empty), and without these fields."""

    model_config = ConfigDict(extra="forbid")

    stages: list[str] = Field(default_factory=list)
    hidden: list[str] = Field(default_factory=list)


class Journey(BaseModel):
    """The stages in order. `weeks` closed weeks make the scale of the health; below `least` persons, visits or payments a
    number is told as not enough. `sight`: role -> what it sees; a role not named sees everything its rows allow."""

    model_config = ConfigDict(extra="forbid")

    stages: list[JourneyStage] = Field(min_length=2)
    weeks: int = Field(12, ge=4, le=52)
    least: int = Field(5, ge=1)
    utc_offset_hours: int = Field(8, ge=-12, le=14)
    sight: dict[str, Sight] = Field(default_factory=dict)

    def place(self, stage_id: str) -> int:
        """Which one it is, from 0; -1 for none."""
        return next((at for at, one in enumerate(self.stages) if one.id == stage_id), -1)

    def stage(self, stage_id: str) -> JourneyStage | None:
        return next((one for one in self.stages if one.id == stage_id), None)

    def called(self, said: str) -> JourneyStage | None:
        """The stage with this id or name, in any case; 考虑期 is 考虑."""
        wanted = said.strip().casefold().removesuffix("阶段").removesuffix("期").removesuffix(" stage")
        for one in self.stages:
            if wanted in (one.id, one.name.casefold(), one.name_en.casefold()):
                return one
        return None

    def seen_by(self, roles: list[str]) -> Sight:
        """What a person of these roles sees: of every role the most; nothing kept back when one role keeps nothing back."""
        mine = [self.sight.get(role) for role in roles]
        if not mine or any(one is None for one in mine):
            return Sight()
        known = [one for one in mine if one is not None]
        stages = [] if any(not one.stages for one in known) else [s for one in known for s in one.stages]
        hidden = set.intersection(*(set(one.hidden) for one in known))
        return Sight(stages=list(dict.fromkeys(stages)), hidden=sorted(hidden))


def faults(book: Journey) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    ids = [one.id for one in book.stages]
    names = [name.casefold() for one in book.stages for name in (one.name, one.name_en)]
    for stage_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"stages: {stage_id} 出现多次 / appears more than once"
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield f"stages: 名称 {name} 出现多次 / the name appears more than once"
    for one in book.stages:
        for before in one.after:
            if before not in ids:
                yield f"stages.{one.id}.after: 没有这个阶段 / no such stage {before!r}"
    if book.stages[0].after:
        yield "stages: 第一个阶段不能有 after / the first stage cannot ask for an earlier one"
    roles = {role.value for role in Role}
    for role, sight in book.sight.items():
        if role not in roles:
            yield f"sight.{role}: 没有这个角色 / no such role; {', '.join(sorted(roles))}"
        for stage_id in sight.stages:
            if stage_id not in ids:
                yield f"sight.{role}: 没有这个阶段 / no such stage {stage_id!r}"
        for name in sight.hidden:
            if name not in FIELDS:
                yield f"sight.{role}: 没有这个字段 / no such field {name!r}; {', '.join(FIELDS)}"
