"""The tracking plan: which events there are, who looks after each, until when, and what its properties may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["web", "app", "chat", "wecom", "call", "meeting", "mail", "order", "ad", "offline", "other"]
"""Where something happened. `ad` is an exposure outside our own pages, `chat` and `wecom` are conversations with the customer."""

PropType = Literal["text", "int", "number", "bool", "date", "one_of"]
LeadKind = Literal[
    "", "visit", "price_page", "download", "form", "chat", "call", "mail", "meeting", "complaint"
]


class Prop(BaseModel):
    """One property of an event. `longest` is in characters, for text; `values` for one_of."""

    model_config = ConfigDict(extra="forbid")

    type: PropType = "text"
    required: bool = False
    values: list[str] = Field(default_factory=list)
    longest: int = Field(200, ge=1, le=2000)
    about: str = ""


class Planned(BaseModel):
    """One event. `counts_as` is what it is for the scores of a lead (page views of `price_pages` count as price_page);
    `conversion` ends a session well, `payment` is money received."""

    model_config = ConfigDict(extra="forbid")

    zh: str
    en: str
    owner: str
    expires: date
    sources: list[Source] = Field(default_factory=list)
    conversion: bool = False
    payment: bool = False
    counts_as: LeadKind = ""
    props: dict[str, Prop] = Field(default_factory=dict)


class TrackingPlan(BaseModel):
    """The whole plan. `price_pages` are endings or parts of paths that show prices."""

    model_config = ConfigDict(extra="forbid")

    name: str
    events: dict[str, Planned]
    price_pages: list[str] = Field(default_factory=list)


def faults(plan: TrackingPlan) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    for name, event in plan.events.items():
        if not name.isidentifier() or name != name.lower():
            yield f"events.{name}: 事件名只用小写字母、数字和下划线 / event names are lower case letters, digits and _"
        if not event.owner.strip():
            yield f"events.{name}: 没有负责人 / nobody looks after it"
        for key, prop in event.props.items():
            if (prop.type == "one_of") != bool(prop.values):
                yield f"events.{name}.props.{key}: one_of 要列出 values,其他类型不要 / one_of, and only it, lists values"


def prop_fault(prop: Prop, value: Any) -> str:
    """Why a value is not what its property wants, in both languages; "" when it is."""
    wrong = f"应为 {prop.type} / wants {prop.type}"
    if prop.type == "bool":
        return "" if isinstance(value, bool) else wrong
    if prop.type in ("int", "number"):
        fine = isinstance(value, int if prop.type == "int" else int | float) and not isinstance(value, bool)
        return "" if fine and abs(value) < 1e15 else wrong
    if not isinstance(value, str):
        return wrong
    if prop.type == "one_of":
        return "" if value in prop.values else f"{wrong}: {', '.join(prop.values)}"
    if prop.type == "date":
        return "" if _is_day(value) else wrong
    return (
        ""
        if len(value) <= prop.longest
        else f"超过 {prop.longest} 字 / longer than {prop.longest} characters"
    )


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def planned(content: Mapping[str, Any]) -> TrackingPlan:
    """The plan in a published version."""
    return TrackingPlan.model_validate(content)
