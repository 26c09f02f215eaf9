"""What `doctor` says of the chat platforms: which are set up, how they are, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from knowledge.library import deliveries, doors

from .street.opening import configured

if TYPE_CHECKING:
    from .wiring import House


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `level`: ok, note (works, but know it), broken (with the fix)."""

    what: str
    level: Literal["ok", "note", "broken"]
    says: str
    fix: str = ""


def channels(house: House) -> Iterator[Finding]:
    """Each platform that is set up: what the process that serves it last said. Then what was sent into nowhere."""
    names = configured(house.settings)
    with house.store.reading() as session:
        notes = {name: doors.note(session, f"health:{name}", house.clock()) for name in names}
        counts = deliveries.counts(session)
    if not names:
        yield Finding(
            what="聊天平台 / chat platforms",
            level="note",
            says="还没有接入 / none is set up",
            fix="chengdan connect wecom | wecom-bot | dingtalk | telegram",
        )
    for name, note in notes.items():
        if note is None:
            says = "已配置,但没有 chengdan serve 在运行 / set up, but no chengdan serve is running"
            yield Finding(what=name, level="note", says=says, fix="chengdan serve")
            continue
        figures = ", ".join(f"{key} {value}" for key, value in note["figures"].items())
        says = " · ".join(part for part in (note["says"], figures, note["last_seen"]) if part)
        level: Literal["ok", "broken"] = "ok" if note["ok"] else "broken"
        yield Finding(
            what=name, level=level, says=says, fix="" if note["ok"] else f"chengdan connect {name} --check"
        )
    lost = {state: counts[state] for state in ("unknown", "never") if counts.get(state)}
    if lost:
        says = (
            f"未知是否送达 {lost.get('unknown', 0)},送不到 {lost.get('never', 0)} / unknown and undeliverable"
        )
        yield Finding(what="发出的消息 / outgoing", level="note", says=says)
