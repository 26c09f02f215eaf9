"""What the long connection brings: handed to the intake in order, clicks answered within their five seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.street.port import Intake
from bot.street.words import Address, Arrival, Fate, Kind, Load, Parcel

from .arrivals import NAME, address_of, arrival, strange
from .frames import Frame
from .incoming import Body
from .long import LongMode
from .texts import LOST, UNREADABLE

LOG = logging.getLogger(__name__)
WAITS_S = (0.2, 0.5, 1.0, 2.0, 4.0)
CLICK_S = 3.0
WAITING = 2000


class Hearing:
    """The reader of the connection only puts frames here. The platform waits for no acknowledgement of ours and sends
    nothing twice on demand, so what the intake does not take is tried again, and at last the sender is told."""

    def __init__(
        self, long: LongMode, bot_name: str, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:  # fmt: skip
        self._long, self._bot_name, self._clock, self._sleep = long, bot_name, clock, sleep
        self._frames: asyncio.Queue[tuple[Frame, datetime]] = asyncio.Queue(WAITING)
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, frame: Frame) -> None:
        """Called by the reader; waits only when thousands wait already."""
        await self._frames.put((frame, self._clock()))

    async def run(self, intake: Intake) -> None:
        """Until cancelled."""
        try:
            while True:
                frame, at = await self._frames.get()
                if (found := self._understood(frame, at)) is not None:
                    await self._hand(found, frame.req_id, intake)
        finally:
            for task in self._tasks:
                task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _understood(self, frame: Frame, at: datetime) -> Arrival | None:
        try:
            body = Body.model_validate(frame.body)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            LOG.warning("wecom-bot: a frame could not be understood (%s)", fields[:200])
            return None
        found = arrival(body, at=at, bot_name=self._bot_name, req_id=frame.req_id)
        if found is None:
            LOG.info("wecom-bot: left out %.40r %.40r", body.msgtype, body.eventtype)
            if strange(body):
                self._spawn(self._say(body.msgid, address_of(body, at, frame.req_id), UNREADABLE))
        return found

    async def _hand(self, found: Arrival, req_id: str, intake: Intake) -> None:
        if found.kind is Kind.CLICK:
            self._long.pressed(req_id)
            self._spawn(self._click(found, req_id, intake))
            return
        for wait in (*WAITS_S, 0.0):
            try:
                await intake.accept(found)
                return
            except Exception as error:  # noqa: BLE001  a door: its words may hold what was said
                LOG.error("wecom-bot: an arrival was not taken in: %s", type(error).__name__)
                await self._sleep(wait)
        if found.kind is Kind.MESSAGE:
            self._spawn(self._say(found.external_id, found.address, LOST))

    async def _click(self, found: Arrival, req_id: str, intake: Intake) -> None:
        try:
            answer = await intake.click(found, CLICK_S)
        except Exception as error:  # noqa: BLE001  a door
            LOG.error("wecom-bot: a click was not taken in: %s", type(error).__name__)
            await self._tell(found, LOST)
            return
        if answer is None:
            return
        shown = answer.card is not None and await self._long.update(req_id, answer.card)
        if answer.toast and not answer.told and not (shown and answer.card and not answer.card.buttons):
            await self._tell(found, answer.toast)

    async def _say(self, msgid: str, address: Address, text: str) -> None:
        """An answer that needs nobody else."""
        parcel = Parcel(
            id=f"said:{msgid}", load=Load.TEXT, address=address, text=text, turn="said", last=True
        )
        await self._long.send(parcel)

    async def _tell(self, found: Arrival, text: str) -> None:
        """There are no toasts: a line to the one who pressed, alone if the platform lets us."""
        alone = Address(channel=NAME, to=found.sender)
        sent = await self._long.send(
            Parcel(id=f"toast:{found.external_id}", load=Load.TEXT, address=alone, text=text)
        )
        if sent.fate is Fate.NEVER and found.address.group:
            there = Address(channel=NAME, to=found.address.to, group=True)
            await self._long.send(
                Parcel(id=f"toast:{found.external_id}", load=Load.TEXT, address=there, text=text)
            )
