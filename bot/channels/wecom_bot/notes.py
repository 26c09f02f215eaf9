"""The channel's notes on the shared pad, read and written off the loop's thread."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.street.port import Pad

LOG = logging.getLogger(__name__)
DAY_S = 86400.0


class Notes:
    """A pad may wait for a database, so every call runs in a thread."""

    def __init__(self, pad: Pad) -> None:
        self._pad = pad

    async def get(self, key: str) -> dict[str, Any] | None:
        """What stands there, if it is not too old."""
        return await asyncio.to_thread(self._pad.get, key)

    async def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        """Replaces what stood there."""
        await asyncio.to_thread(self._pad.put, key, value, ttl_s)

    async def take(self, key: str) -> dict[str, Any] | None:
        """Reads and removes in one go: of several takers one gets it."""
        return await asyncio.to_thread(self._pad.take, key)

    async def keep(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        """Like `put`, for what has already happened outside: a note that cannot be written does not undo it."""
        try:
            await self.put(key, value, ttl_s)
        except Exception as error:  # noqa: BLE001  after the deed the deed's fate counts, not the note's
            LOG.error("wecom-bot: a note could not be kept: %s", type(error).__name__)
