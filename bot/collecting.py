"""What the collector does behind its HTTP face: who may send, how much, and events into the store before anybody says yes."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from knowledge.journey.incoming import Origin
from knowledge.journey.keys import HouseKey
from knowledge.journey.taking import Taken, take
from knowledge.library import journey as rows
from knowledge.model import CollectSource
from knowledge.store import Store

MOST_EVENTS = 100
LARGEST = 256 * 1024
"""Events in one request, and bytes."""
FROM_HERE = frozenset({"account_id", "bot", "source"})
"""What a page may not say of itself: it would speak for a customer, or for another channel."""


class Unreadable(ValueError):
    """A request that holds no events: the sentence says what is wrong, in both languages."""


@dataclass(frozen=True)
class Batch:
    """What came in one request: the write key where the body has it, the sender's clock, and the events."""

    key: str
    sent_at: Any
    events: list[Mapping[str, Any]]


@dataclass(frozen=True)
class Sender:
    """A source that may send, without its key. Pages of `origins` alone; none: a server of ours."""

    name: str
    source: str
    origins: tuple[str, ...]

    @property
    def is_page(self) -> bool:
        return bool(self.origins)


@dataclass
class Pace:
    """Token buckets: `per_s` events a second each, `burst` at once. The oldest of many buckets are forgotten."""

    per_s: float = 20
    burst: float = 400
    clock: Callable[[], float] = time.monotonic
    most: int = 10_000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, who: str, count: int) -> float:
        """0 when so many events may come now, else the seconds until they may."""
        now = self.clock()
        left, at = self._left.pop(who, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_s)
        wait = max(0.0, (count - left) / self.per_s)
        self._left[who] = (left if wait else left - count, now)
        while len(self._left) > self.most:
            self._left.popitem(last=False)
        return wait


@dataclass
class Collector:
    """Over one store. What is taken is stored, committed, when `take` returns."""

    store: Store
    key: HouseKey
    clock: Callable[[], datetime]
    pace: Pace = field(default_factory=Pace)

    def sender(self, write_key: str) -> Sender | None:
        """Whose write key this is; None for one that is nobody's or was closed."""
        if not write_key:
            return None
        with self.store.reading() as session:
            row = rows.source_by_key(session, hash_of(write_key))
            return Sender(row.name, row.source, tuple(row.origins)) if row else None

    def knows_origin(self, origin: str) -> bool:
        """Whether pages of this origin may send anything at all."""
        with self.store.reading() as session:
            return any(origin in row.origins for row in rows.sources(session) if row.closed_at is None)

    def take(self, sender: Sender, batch: Batch, *, bot: bool) -> Taken:
        """Store what came."""
        origin = Origin(source=sender.source, received_at=self.clock(), live=True, bot=bot)
        events = [_as_sent(event, sender, batch.sent_at) for event in batch.events]
        with self.store.session() as session:
            return take(session, events, origin, self.key)


def _as_sent(event: Mapping[str, Any], sender: Sender, sent_at: Any) -> Mapping[str, Any]:
    kept = {name: value for name, value in event.items() if not (sender.is_page and name in FROM_HERE)}
    return {"sent_at": sent_at, **kept} if sent_at else kept


def read_batch(body: bytes) -> Batch:
    """A batch `{"key", "sent_at", "events": [...]}`, a list of events, or one event. Raises Unreadable."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        told = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise Unreadable(f"请求不是 JSON:{told} / the request is not JSON: {told}") from None
    whole = found if isinstance(found, dict) and "events" in found else {"events": found}
    events = whole["events"] if isinstance(whole["events"], list) else [whole["events"]]
    if not events or not all(isinstance(one, dict) for one in events):
        raise Unreadable("events 应为事件列表,每个事件是一个对象 / events should be a list of objects")
    if len(events) > MOST_EVENTS:
        raise Unreadable(f"一次最多 {MOST_EVENTS} 个事件 / at most {MOST_EVENTS} events at once")
    return Batch(str(whole.get("key") or ""), whole.get("sent_at"), events)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def told(taken: Taken) -> dict[str, Any]:
    """What the sender is told."""
    return {
        "stored": taken.new,
        "known": taken.unchanged,
        "quarantined": taken.count("quarantined"),
        "dropped": taken.count("dropped"),
        "faults": [
            {"index": position, "fate": fault.fate, "code": fault.code, "reason": fault.reason}
            for position, fault in sorted(taken.faults.items())
        ],
        "ignored_props": sorted(taken.ignored),
    }


def hash_of(write_key: str) -> str:
    return hashlib.sha256(write_key.encode()).hexdigest()


def new_source(name: str, source: str, origins: tuple[str, ...], at: datetime) -> tuple[CollectSource, str]:
    """A source and its write key, which is shown once. Raises ValueError, in words, for an origin that is none."""
    for one in origins:
        parts = urlsplit(one)
        if (
            parts.scheme not in ("http", "https")
            or not parts.netloc
            or one != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError(
                f"{one} 要写成 https://www.example.com / write an origin as https://www.example.com"
            )
    write_key = f"wk_{secrets.token_urlsafe(24)}"
    row = CollectSource(
        name=name, key_hash=hash_of(write_key), source=source, origins=list(origins), created_at=at
    )
    return row, write_key
