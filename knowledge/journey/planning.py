"""What the tracking plan says of a clean event: known, not expired, from where it may come, its properties as they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from knowledge.blueprints import active_or_default, version_of
from knowledge.blueprints.tracking import Planned, TrackingPlan, planned, prop_fault

from .cleaning import MASK, masked
from .faults import quarantined
from .incoming import Clean

_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")


@dataclass(frozen=True)
class Plan:
    """The plan in force with the beginning of its version."""

    content: TrackingPlan
    version: str

    def event(self, clean: Clean) -> Planned:
        """What is planned of the event. Raises Fault (quarantined) with the reason."""
        found = self.content.events.get(clean.name)
        if found is None:
            told = masked(clean.name, 80)
            raise quarantined(
                "unknown_event", f"跟踪计划里没有事件 {told}", f"the plan knows no event {told}"
            )
        if clean.received_at.date() > found.expires:
            raise quarantined(
                "expired",
                f"事件 {clean.name} 已于 {found.expires} 到期",
                f"{clean.name} expired on {found.expires}",
            )
        if found.sources and clean.source not in found.sources:
            raise quarantined(
                "wrong_source",
                f"{clean.name} 不应来自 {clean.source}",
                f"{clean.name} does not come from {clean.source}",
            )
        return found

    def props(self, clean: Clean, event: Planned) -> dict[str, Any]:
        """The planned properties, typed and masked; others are left out. Raises Fault (quarantined) for a wrong one."""
        kept: dict[str, Any] = {}
        for name, prop in event.props.items():
            value = clean.props.get(name)
            if value is None or value == "":
                if prop.required:
                    raise quarantined("prop", f"缺少属性 {name}", f"property {name} is missing")
                continue
            fault = prop_fault(prop, value)
            if fault:
                raise quarantined("prop", f"属性 {name} {fault}", f"property {name}")
            kept[name] = _masked(value)
        return kept

    def ignored(self, clean: Clean) -> tuple[str, ...]:
        """Properties that came and are not planned."""
        event = self.content.events.get(clean.name)
        return tuple(sorted(set(clean.props) - set(event.props))) if event else ()


def plan_in_force(session: Session) -> Plan:
    """The published plan, else the one that ships."""
    content: Mapping[str, Any] = active_or_default(session, "tracking")
    return Plan(planned(content), version_of(content)[:12])


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, int) and not isinstance(value, bool) and _MOBILE.fullmatch(str(value)):
        return MASK
    return value
