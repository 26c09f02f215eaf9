"""Running answers on the long connection: which stream is open since when, and what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.street.words import Address

from .notes import DAY_S, Notes
from .route import Route
from .texts import LIMIT, PLACEHOLDER, POINTER, cut, settled, size

CLOSE_AFTER_S = 315.0
"""The page says 6 minutes, reports say other figures; 5.5 minutes minus time for the last frame is safe with all of them."""
_OPEN = "open-streams"


@dataclass(eq=False, kw_only=True)
class Stream:
    """`began` is 0 before the first frame, `shown` None until one was acknowledged. `left` is what a stream that was ended
    early has shown of its answer for good. `muted`: the platform found it too often; the end is still said."""

    id: str
    req_id: str
    to: str
    group: bool
    began: float = 0.0
    done: bool = False
    shown: str | None = None
    left: str = ""
    muted: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def frame(self, text: str, *, finish: bool, feedback: str = "") -> dict[str, Any]:
        """A full snapshot, not an addition."""
        content = cut(text) if text.strip() else PLACEHOLDER
        stream: dict[str, Any] = {"id": self.id, "finish": finish, "content": content}
        if feedback:
            stream["feedback"] = {"id": cut(feedback, 256)}
        return {"msgtype": "stream", "stream": stream}

    def pointer(self) -> str:
        """What is shown when time is up: what will surely stay of the answer, and that more follows."""
        room = LIMIT - size(POINTER) - 2
        stays = settled(self.shown or "")
        self.left = stays if size(stays) <= room else ""
        return self.left + POINTER

    def rest(self, text: str) -> str:
        """What of the whole answer was not shown."""
        return text[len(self.left) :] if self.left and text.startswith(self.left) else text


class Streams:
    """Known in memory, and on the pad so that another process knows what was open and what was finished."""

    def __init__(self, notes: Notes, clock: Callable[[], datetime]) -> None:
        self._notes, self._clock = notes, clock
        self._known: dict[str, Stream] = {}

    async def find(self, route: Route, address: Address) -> Stream:
        """The stream of a route, new or known."""
        if known := self._known.get(route.stream):
            return known
        note = await self._notes.get("stream:" + route.stream) or {}
        stream = Stream(
            id=route.stream,
            req_id=route.req_id,
            to=address.to,
            group=address.group,
            began=float(note.get("began", 0.0)),
            done=bool(note.get("done", False)),
        )
        return self._known.setdefault(route.stream, stream)

    def closed(self, stream: Stream) -> bool:
        """Whether it takes no snapshot any more."""
        return stream.done or self.late(stream)

    def late(self, stream: Stream) -> bool:
        """Whether its time is up."""
        return bool(stream.began) and self._clock().timestamp() - stream.began >= CLOSE_AFTER_S

    async def begin(self, stream: Stream) -> None:
        """Before the first frame, so that a crash leaves no stream that nobody ends."""
        stream.began = self._clock().timestamp()
        await self._notes.put("stream:" + stream.id, {"began": stream.began, "done": False}, DAY_S)
        await self._note_open()

    async def end(self, stream: Stream) -> None:
        """After the last frame."""
        stream.done, stream.shown = True, None
        stream.began = stream.began or self._clock().timestamp()
        await self._notes.keep("stream:" + stream.id, {"began": stream.began, "done": True}, DAY_S)
        await self._note_open()

    def overdue(self) -> list[Stream]:
        """Open ones whose time is up; finished ones of yesterday are forgotten on the way."""
        now = self._clock().timestamp()
        for one in [one for one in self._known.values() if one.done and now - one.began > 3600]:
            del self._known[one.id]
        return [one for one in self._known.values() if not one.done and self.late(one)]

    async def load(self) -> None:
        """What another process left open."""
        note = await self._notes.get(_OPEN) or {}
        for one in note.get("streams", []):
            stream = Stream(
                id=one["id"], req_id=one["req_id"], to=one["to"], group=one["group"], began=one["began"]
            )
            self._known.setdefault(stream.id, stream)

    async def _note_open(self) -> None:
        open_ones = [
            {"id": one.id, "req_id": one.req_id, "to": one.to, "group": one.group, "began": one.began}
            for one in self._known.values()
            if one.began and not one.done
        ]
        await self._notes.keep(_OPEN, {"streams": open_ones}, DAY_S)
