"""What `doctor` looks at in the journey: planned events that expire, events in quarantine, and whether people are known at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from knowledge.journey.planning import plan_in_force
from knowledge.library import identity
from knowledge.library import journey as rows

from .channel_checkup import Finding
from .wiring import House

SOON = timedelta(days=30)
SHOWN = 5


def journeys(house: House) -> Iterator[Finding]:
    """Nothing where no event ever came. A key that cannot be used raises, which is the finding."""
    _ = house.identity_key
    now = house.clock()
    with house.store.reading() as session:
        plan = plan_in_force(session)
        waiting = rows.quarantine_counts(session)
        counts = identity.counts(session)
    if not counts["identifiers"] and not waiting:
        return
    ending = sorted(
        name for name, event in plan.content.events.items() if event.expires <= (now + SOON).date()
    )
    if ending:
        owners = ", ".join(sorted({plan.content.events[name].owner for name in ending}))
        yield Finding(
            what="跟踪计划 / tracking plan",
            level="note",
            says=f"{', '.join(ending[:SHOWN])} 到期或 30 天内到期 / expired or within 30 days",
            fix=f"{owners}: 延期或删掉,再发布计划 / extend or drop them and publish the plan",
        )
    if waiting:
        told = ", ".join(f"{name or '–'} ×{times}" for name, _, _, times in waiting[:SHOWN])
        yield Finding(
            what="隔离区 / quarantine",
            level="note",
            says=f"{sum(one[2] for one in waiting)} 个事件 / events: {told}",
            fix="chengdan journey quarantine;计划补上后 --replay / add them to the plan, then --replay",
        )
    says = f"{counts['profiles']} 人, {counts['identifiers']} 个标识, {counts['edges']} 条关联 / people, identifiers, edges"
    yield Finding(what="旅程 / journey", level="ok", says=says)
