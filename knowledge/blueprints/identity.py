"""Identity rules (definitions.md D9): which identifiers are unique, how many of each a person may have, what means nobody, and
from where events are joined only when their person agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from .tracking import Source

Joined = Literal["user", "phone", "email", "wecom", "anon", "device"]
JOINED: tuple[str, ...] = get_args(Joined)


class IdentityRules(BaseModel):
    """`unique` kinds never merge two values; `most` is how many of a kind one person may have; an identifier seen with more
    than `hub` others is nobody's. `ask` are the sources whose events need consent."""

    model_config = ConfigDict(extra="forbid")

    unique: tuple[Joined, ...] = ("user",)
    most: dict[str, int] = Field(
        default_factory=lambda: {"email": 5, "phone": 5, "wecom": 5, "anon": 50, "device": 20}
    )
    hub: int = Field(100, ge=2)
    blocked: tuple[str, ...] = ()
    ask: tuple[Source, ...] = ("web", "app", "ad")


def faults(rules: IdentityRules) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    if "user" not in rules.unique:
        yield "unique: user 必须唯一 / a login must be unique"
    if "device" in rules.unique:
        yield "unique: 设备不能作主键 / a device is never a key of a person"
    for kind, most in rules.most.items():
        if kind not in JOINED:
            yield f"most.{kind}: 只能是 {', '.join(JOINED)} / is one of these"
        if most < 1:
            yield f"most.{kind}: 至少 1 / at least 1"


def rules_in(content: Mapping[str, Any]) -> IdentityRules:
    """The rules in a published version."""
    return IdentityRules.model_validate(content)
