"""What a channel must be, and what it is given: the two sides of one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from .words import Arrival, Attachment, ClickAnswer, Fetched, Parcel, Receipt, Sent


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a platform can do. `limit` is the most one text message holds, measured by `measure`; `drafts` whether a
    running answer can be shown; `buttons` whether cards have any; `push` whether a person can be written to who has not
    just written; `gap_s` the least time between two messages to one chat; `per_minute` and `per_hour` the most messages
    one chat may get (0: no such limit); `resend` whether a parcel sent twice is shown once; `pictures` whether files and pictures can
    be brought out at all: where not, their words are told instead."""

    limit: int
    measure: Callable[[str], int] = len
    drafts: bool = False
    buttons: bool = False
    push: bool = True
    gap_s: float = 0.0
    draft_gap_s: float = 1.0
    per_minute: int = 0
    per_hour: int = 0
    resend: bool = False
    edits: bool = False
    pictures: bool = True


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One HTTP request for a channel's callback: `query` decoded once, `headers` in lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Told:
    """The answer to it."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Intake(Protocol):
    """Where a channel hands in what it has verified. When `accept` returns, the arrival is on disk: then, and only then,
    the channel acknowledges. `click` stores the click and also waits up to `within_s` seconds for the decision; None:
    it takes longer, the card is updated when it is there."""

    async def accept(self, arrival: Arrival) -> Receipt: ...

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None: ...


class Pad(Protocol):
    """Small notes that all workers of a channel share and that outlive a restart. Values are JSON; never a secret."""

    def get(self, key: str) -> dict[str, Any] | None: ...

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None: ...

    def take(self, key: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a channel is: `ok`, and in words what it last saw. `last_seen` is the last sign of life of the platform."""

    ok: bool
    says: str
    last_seen: datetime | None = None
    figures: Mapping[str, int] | None = None
    """counters worth showing: reconnects, calls this month, ..."""


class Channel(Protocol):
    """A chat platform. Everything is async and runs in the street's loop; nothing here blocks and nothing decides."""

    name: str
    traits: Traits

    async def run(self, intake: Intake) -> None:
        """Stay connected until cancelled: long poll, WebSocket, watchdog. A channel that only has callbacks waits. Heals
        itself; raises only for what no retry mends (wrong credentials), with words for the admin."""

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        """Answer one HTTP request at /hooks/<name>. A channel without callbacks answers 404."""

    async def send(self, parcel: Parcel) -> Sent:
        """Bring one parcel out. Never raises for what the network or the platform does: that is a Fate."""

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        """Download to a fresh file in `folder`. Raises TooLarge, Gone, or OSError for what may be tried again."""

    def health(self) -> Health: ...
