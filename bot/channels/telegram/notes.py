"""The pad, asked from the loop: its database never blocks it, and that it is away is a fact of its own."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.street.port import Pad

LOG = logging.getLogger(__name__)


class NotesAway(Exception):
    """The pad cannot be read or written now."""


class Notes:
    """See bot.street.port.Pad. `get`, `put` and `take` raise NotesAway."""

    def __init__(self, pad: Pad) -> None:
        self._pad = pad

    async def get(self, key: str) -> dict[str, Any] | None:
        try:
            return await asyncio.to_thread(self._pad.get, key)
        except Exception as error:
            raise NotesAway(type(error).__name__) from error

    async def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        try:
            await asyncio.to_thread(self._pad.put, key, value, ttl_s)
        except Exception as error:
            raise NotesAway(type(error).__name__) from error

    async def take(self, key: str) -> dict[str, Any] | None:
        try:
            return await asyncio.to_thread(self._pad.take, key)
        except Exception as error:
            raise NotesAway(type(error).__name__) from error

    async def put_after(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        """After something was sent: that it cannot be noted must not make it be sent again."""
        try:
            await self.put(key, value, ttl_s)
        except NotesAway:
            LOG.exception("what was sent could not be noted")
