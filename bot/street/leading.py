"""One process at a time stands at a channel: it holds the connection and brings out what is queued; the others wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.library import doors
from knowledge.store import Store

from .outgoing import Outgoing
from .port import Channel, Intake

LOG = logging.getLogger(__name__)

HOLD_S = 30.0
RENEW_S = 10.0
ASK_S = 2.0
AGAIN_S = 60.0
"""How long a channel that gave up (wrong credentials) is left alone before it is tried once more."""


@dataclass
class Leading:
    """Leads one channel whenever nobody else does."""

    store: Store
    clock: Callable[[], datetime]
    channel: Channel
    outgoing: Outgoing
    intake: Intake
    worker: str
    alive: Callable[[], set[str]]
    trouble: str = ""
    leads: bool = False

    async def run(self) -> None:
        """Until cancelled; lets go at the end, so that another process takes over at once."""
        try:
            while True:
                if await self._hold():
                    await self._lead()
                else:
                    await asyncio.sleep(ASK_S)
        finally:
            self.leads = False
            with suppress(Exception):
                await asyncio.to_thread(self._resign)

    def health(self) -> dict[str, Any]:
        """How the channel is, in words and counters."""
        health = self.channel.health()
        return {
            "ok": health.ok and not self.trouble,
            "leads": self.leads,
            "says": self.trouble or health.says,
            "last_seen": health.last_seen.isoformat(timespec="seconds") if health.last_seen else "",
            "figures": dict(health.figures or {}),
        }

    async def _hold(self) -> bool:
        try:
            return await asyncio.to_thread(self._ask)
        except Exception:
            LOG.warning("%s: the database could not be asked who leads", self.channel.name, exc_info=True)
            return False

    def _ask(self) -> bool:
        alive = self.alive()
        with self.store.session() as session:
            return doors.lead(session, self.channel.name, self.worker, self.clock(), HOLD_S, alive)

    def _resign(self) -> None:
        with self.store.session() as session:
            doors.resign(session, self.channel.name, self.worker)

    async def _lead(self) -> None:
        self.leads = True
        work = [asyncio.create_task(self._stand()), asyncio.create_task(self.outgoing.run())]
        try:
            while await self._renewed():
                done, _ = await asyncio.wait(work, timeout=RENEW_S, return_when=asyncio.FIRST_EXCEPTION)
                if done:
                    LOG.error("%s: its work ended", self.channel.name, exc_info=next(iter(done)).exception())
                    return
        finally:
            self.leads = False
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _renewed(self) -> bool:
        """Missed once is harmless (the hold is longer than two rounds); missed until the hold is over ends the leading."""
        for _ in range(2):
            if await self._hold():
                return True
            await asyncio.sleep(1)
        LOG.warning("%s: another process leads now", self.channel.name)
        return False

    async def _stand(self) -> None:
        """The channel's own connection. What no retry mends is shown in words and tried again after a while."""
        while True:
            try:
                await self.channel.run(self.intake)
                self.trouble = ""
            except Exception as error:
                self.trouble = str(error)
                LOG.exception("%s stands still", self.channel.name)
            await asyncio.sleep(AGAIN_S)
