"""What `doctor` says of the feeds: how each last went, what is held back, and whether anybody reads them by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from knowledge.library import feeds as rows
from knowledge.model import FeedSource

from .channel_checkup import Finding

if TYPE_CHECKING:
    from .wiring import House

LATE = timedelta(minutes=10)
"""A feed that has been due for so long is read by nobody."""

FIXES = {
    "mailbox": "IMAP_URL, IMAP_OAUTH_*",
    "hubspot": "HUBSPOT_ACCESS_TOKEN / HUBSPOT_REFRESH_TOKEN",
    "salesforce": "SALESFORCE_INSTANCE_URL, SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET",
}


def feeds(house: House) -> Iterator[Finding]:
    """One finding for each feed; nothing is connected to."""
    now = house.clock()
    with house.store.reading() as session:
        found = [(one, rows.held_count(session, one.name)) for one in rows.sources(session)]
    for source, held in found:
        yield _finding(source, held, now)


def _finding(source: FeedSource, held: int, now: datetime) -> Finding:
    level: Literal["ok", "note", "broken"] = "ok"
    fix = ""
    counts = source.counts
    figures = f"新 {counts.get('new', 0)} 改 {counts.get('changed', 0)} / new, changed"
    says = f"{source.whole_at:%Y-%m-%d %H:%M} UTC {figures}" if source.whole_at else "还没读过 / not read yet"
    if not source.enabled:
        level, says, fix = "note", f"已暂停 / paused · {says}", f"chengdan feed pause {source.name}"
    elif source.failures:
        level, fix = "broken", f"{FIXES.get(source.kind, '')}; chengdan feed run {source.name}"
        says = f"连续失败 {source.failures} 次 / failed in a row: {source.trouble}"
    elif source.due_at + LATE < now:
        level, fix = "note", f"chengdan serve, chengdan feed run {source.name}"
        says = f"到点没人读 / due, and nobody reads it · {says}"
    elif held:
        level, fix = "note", f"chengdan feed held {source.name}"
        says += f" · 扣下 {held} 条 / held back"
    return Finding(what=f"来源 {source.name} / feed", level=level, says=says, fix=fix)
