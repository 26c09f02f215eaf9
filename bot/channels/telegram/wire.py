"""The line to the Bot API: PTB's Bot over two request pools of its own, one for getUpdates and one for everything else.

Of PTB the typed methods, the update types and the error classes are used; getUpdates is asked raw, so that one update PTB
cannot read spoils no batch. See docs/decisions/0014-telegram-client.md.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "true")  # without it PTB warns whenever it makes a RetryAfter

from telegram import Bot
from telegram.request import HTTPXRequest

from .redaction import silence

Sleep = Callable[[float], Awaitable[None]]

ALLOWED = ("message", "callback_query", "my_chat_member", "message_reaction")
"""What we ask for. Edits are not asked for: an edited message would be done a second time (docs/channels/telegram.md)."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Times in seconds. `poll_s` is how long getUpdates waits at Telegram; after `silent_s` without an answer the pool is
    thrown away; every `check_s` the webhook is looked at; `click_s` is the most a pressed button waits for its answer;
    `pace_s` lies between two requests of any kind (30 a second are allowed)."""

    poll_s: int = 25
    read_s: float = 10.0
    connect_s: float = 5.0
    upload_s: float = 60.0
    silent_s: float = 90.0
    check_s: float = 300.0
    click_s: float = 2.0
    pace_s: float = 1 / 25
    private_gap_s: float = 1.0
    group_gap_s: float = 3.0
    longest_pause_s: float = 30.0


@dataclass(frozen=True)
class Me:
    """Who we are on Telegram. `sees_all`: privacy mode is off, so groups show us talk that is not for us."""

    id: int
    username: str
    sees_all: bool = False


class RawBot(Bot):
    """PTB's Bot, with updates as Telegram sent them."""

    async def raw_updates(self, offset: int | None, timeout_s: int, read_s: float) -> list[Any]:
        """Raises TelegramError. Acknowledges every update below `offset`."""
        data = {"offset": offset, "timeout": timeout_s, "allowed_updates": list(ALLOWED)}
        found = await self._post("getUpdates", data, read_timeout=timeout_s + read_s)
        return found if isinstance(found, list) else []


class Wire:
    """The Bot and its pools."""

    def __init__(self, token: str, api_base: str, limits: Limits) -> None:
        silence(token)
        base = api_base.rstrip("/")
        self.files_base = f"{base}/file/bot{token}/"
        self.bot_id = token.partition(":")[0]
        self.limits = limits
        self._polls = self._pool(4)
        self._posts = self._pool(64)
        self.bot = RawBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._posts,
            get_updates_request=self._polls,
        )
        self._me: Me | None = None
        self._asking = asyncio.Lock()

    def _pool(self, size: int) -> HTTPXRequest:
        """Never one connection only: a request torn off in the middle would hold it for ever (platforms.md 5.5)."""
        return HTTPXRequest(
            connection_pool_size=size,
            read_timeout=self.limits.read_s,
            write_timeout=self.limits.read_s,
            connect_timeout=self.limits.connect_s,
            pool_timeout=self.limits.connect_s,
            media_write_timeout=self.limits.upload_s,
        )

    async def me(self) -> Me:
        """Asked once. Raises TelegramError."""
        async with self._asking:
            if self._me is None:
                user = await self.bot.get_me()
                self._me = Me(user.id, user.username or "", bool(user.can_read_all_group_messages))
        return self._me

    async def updates(self, offset: int | None) -> list[Mapping[str, Any]]:
        """One long poll. Raises TelegramError, or TimeoutError when even the deadline above PTB's own has passed."""
        wait_s = self.limits.poll_s
        async with asyncio.timeout(wait_s + 2 * self.limits.read_s + 2 * self.limits.connect_s):
            found = await self.bot.raw_updates(offset, wait_s, self.limits.read_s)
        return [one for one in found if isinstance(one, Mapping)]

    async def renew(self) -> None:
        """A new pool for getUpdates, whatever the old one hangs in."""
        try:
            async with asyncio.timeout(self.limits.connect_s):
                await self._polls.shutdown()
        finally:
            await self._polls.initialize()

    async def open(self) -> None:
        """Both pools usable, also after `close`."""
        await self._polls.initialize()
        await self._posts.initialize()

    async def close(self) -> None:
        await self._polls.shutdown()
        await self._posts.shutdown()
