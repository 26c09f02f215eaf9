"""Running answers in URL mode: the platform polls any worker, so all that is known of an answer lies on the pad.

Every note has one writer, and what must happen once is claimed by taking a note away:
  in:ID     the callback, first delivery    when it came
  draft:ID  the sender                      the snapshot so far
  kept:ID   the sender                      parts of the answer that are final while more will come
  final:ID  the sender puts it, the worker that is polled takes it (or the sender takes it back)
  done:ID   what every further poll gets
  late:ID   the response_url, locked; whoever takes it may use it
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from .notes import DAY_S, Notes
from .sealing import Locker, Unreadable
from .texts import LIMIT, PLACEHOLDER, POINTER, cut, settled, size

CLOSE_AFTER_S = 315.0
"""The platform polls for 6 minutes after the user's message; ended before 5.5."""
KEEP_S = 3600.0
FEEDBACK_S = 14 * DAY_S
URL_S = 3600.0 - 60.0


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a poll is answered with."""

    text: str
    finish: bool


class Polled:
    """`sleep` is asked for between two looks at the pad."""

    def __init__(
        self, notes: Notes, locker: Locker, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:  # fmt: skip
        self._notes, self._locker, self._clock, self._sleep = notes, locker, clock, sleep

    def _now(self) -> float:
        return self._clock().timestamp()

    async def came(self, stream: str, response_url: str) -> None:
        """The first delivery of a message or event; a second one changes nothing (a used response_url stays used)."""
        if await self._notes.get("in:" + stream) is not None:
            return
        if response_url:
            await self._lock(stream, response_url, self._now() + URL_S)
        await self._notes.put("in:" + stream, {"at": self._now()}, KEEP_S)

    async def open(self, stream: str) -> bool:
        """Whether polls still come and nothing has ended it."""
        note = await self._notes.get("in:" + stream)
        if note is None or await self._notes.get("done:" + stream) is not None:
            return False
        return self._now() - float(note["at"]) < CLOSE_AFTER_S

    async def snapshot(self, stream: str) -> Snapshot:
        """What to answer a poll with: the end once there is one, else the text so far."""
        if done := await self._notes.get("done:" + stream):
            return Snapshot(text=str(done["text"]), finish=True)
        if final := await self._notes.get("final:" + stream):
            await self._notes.put("done:" + stream, {"text": final["text"]}, KEEP_S)
            await self._notes.take("final:" + stream)
            done = (
                await self._notes.get("done:" + stream) or final
            )  # the sender may have taken it back meanwhile
            return Snapshot(text=str(done["text"]), finish=True)
        draft = str((await self._notes.get("draft:" + stream) or {}).get("text", ""))
        if await self.open(stream):
            return Snapshot(text=cut(draft) if draft.strip() else PLACEHOLDER, finish=False)
        stays = settled(draft)
        stays = stays if size(stays) + size(POINTER) <= LIMIT else ""
        await self._point(stream, stays)
        return Snapshot(text=stays + POINTER, finish=True)

    async def _point(self, stream: str, stays: str) -> None:
        await self._notes.put("done:" + stream, {"text": stays + POINTER, "left": stays}, KEEP_S)

    async def draft(self, stream: str, text: str, turn: str) -> None:
        """The answer so far, after the parts of it that are final."""
        kept = await self.kept(stream)
        if not kept and await self._notes.get("turn:" + stream) is None:
            await self._notes.put("turn:" + stream, {"turn": turn}, FEEDBACK_S)
        await self._notes.put("draft:" + stream, {"text": f"{kept}\n\n{text}" if kept else text}, KEEP_S)

    async def kept(self, stream: str) -> str:
        """The parts that are final so far."""
        return str((await self._notes.get("kept:" + stream) or {}).get("text", ""))

    async def keep(self, stream: str, text: str) -> None:
        """One more final part, shown while the rest is awaited."""
        await self._notes.put("kept:" + stream, {"text": text}, KEEP_S)
        await self._notes.put("draft:" + stream, {"text": text}, KEEP_S)

    async def bring(self, stream: str, text: str, wait_s: float) -> bool:
        """Ends the answer with the next poll. False: no poll came within `wait_s` seconds, and none will get it."""
        await self._notes.put("final:" + stream, {"text": text}, KEEP_S)
        if await self._gone("final:" + stream, wait_s):
            return True
        if await self._notes.take("final:" + stream) is None:
            return True  # taken at the last moment
        await self._point(stream, "")
        return False

    async def _gone(self, key: str, wait_s: float, step_s: float = 0.25) -> bool:
        for _ in range(max(1, int(wait_s / step_s))):
            await self._sleep(step_s)
            if await self._notes.get(key) is None:
                return True
        return False

    async def left(self, stream: str) -> str:
        """What an answer that was ended early has shown for good."""
        return str((await self._notes.get("done:" + stream) or {}).get("left", ""))

    async def greet(self, stream: str, text: str, wait_s: float) -> bool:
        """Gives the waiting callback its greeting; False when it waits no longer."""
        await self._notes.put("hello:" + stream, {"text": text}, 60)
        return (
            await self._gone("hello:" + stream, wait_s) or await self._notes.take("hello:" + stream) is None
        )

    async def greeting(self, stream: str, wait_s: float, step_s: float = 0.1) -> str:
        """The greeting that a worker has for this event, waited for; empty when none comes."""
        for _ in range(max(1, int(wait_s / step_s))):
            if note := await self._notes.take("hello:" + stream):
                return str(note["text"])
            await self._sleep(step_s)
        return ""

    async def turn(self, stream: str) -> str:
        """Which turn a stream answered: a rating names the stream."""
        return str((await self._notes.get("turn:" + stream) or {}).get("turn", ""))

    async def _lock(self, stream: str, url: str, until: float) -> None:
        note = {"locked": self._locker.lock(url, stream), "until": until}
        await self._notes.put("late:" + stream, note, max(1.0, until - self._now()))

    async def settled(self, task: str, status: str) -> None:
        """The pressed card shows how it was decided."""
        await self._notes.put("card:" + task, {"status": status}, 7 * DAY_S)

    async def shows(self, task: str) -> str:
        """What the pressed card shows of its decision."""
        return str((await self._notes.get("card:" + task) or {}).get("status", ""))

    async def claim(self, stream: str) -> tuple[str, float] | None:
        """The response_url and until when it is good (seconds since 1970), for one use."""
        note = await self._notes.take("late:" + stream)
        if note is None or float(note["until"]) <= self._now():
            return None
        try:
            return self._locker.unlock(str(note["locked"]), stream), float(note["until"])
        except Unreadable:
            return None  # the bot's key was changed meanwhile

    async def unclaim(self, stream: str, url: str, until: float) -> None:
        """It was surely not used."""
        await self._lock(stream, url, until)
