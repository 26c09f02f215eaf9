"""Long polling of our own: the next offset is asked for only when every update of the batch is on disk.

PTB's Updater acknowledges what is still in a queue in memory, tries for ever without a word when a connection is dead, and
drops a batch in which one update cannot be read. See docs/decisions/0014-telegram-client.md.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.street.port import Intake

from .fates import TOKEN_WORDS, Refused, says, wished_s, words_of
from .pulse import Pulse
from .taking import Taking
from .wire import Sleep, Wire

LOG = logging.getLogger(__name__)

TWO = (
    "另一个程序在用同一个 token 取消息,停掉其中一个 / another program polls with this token; stop one of them"
)

NOT_STORED = "消息存不下来,稍后重取 / updates cannot be stored; they are asked for again"
STORE_AGAIN_S = 5.0
"""Not longer: what other people write must not wait for the one update that cannot be stored."""


class Polling:
    """Asks, hands in, asks again; heals itself."""

    def __init__(
        self, wire: Wire, taking: Taking, pulse: Pulse, clock: Callable[[], datetime], sleep: Sleep
    ) -> None:
        self._wire, self._taking, self._pulse, self._clock, self._sleep = wire, taking, pulse, clock, sleep
        self._offset: int | None = None
        self._failures = 0
        self._quiet_since = clock()
        self._webhook_off = False

    async def run(self, intake: Intake) -> None:
        """Until cancelled. Raises Refused when the token is not (or no more) accepted."""
        self._quiet_since, self._offset = self._clock(), None
        while True:
            try:
                await self._round(intake)
            except InvalidToken:
                raise Refused(TOKEN_WORDS) from None
            except RetryAfter as error:
                await self._sleep(wished_s(error))
            except Conflict as error:
                await self._conflict(error)
            except (TelegramError, TimeoutError) as error:
                await self._trouble(words_of(error))

    async def _round(self, intake: Intake) -> None:
        if not self._webhook_off:  # polling and webhook exclude each other
            await self._wire.bot.delete_webhook(drop_pending_updates=False)
            self._webhook_off = True
        await self._wire.me()
        if (
            self._pulse.last_seen is None
        ):  # the first poll may wait for half a minute; that it is there is known now
            self._pulse.last_seen = self._clock()
        batch = await self._wire.updates(self._offset)
        self._pulse.counters["polls"] += 1
        self._pulse.last_seen = self._quiet_since = self._clock()
        if await self._hand_in(batch, intake):
            self._pulse.seen(self._clock())
            self._failures = 0
        else:
            await self._trouble(NOT_STORED, STORE_AGAIN_S)

    async def _hand_in(self, batch: Sequence[Mapping[str, Any]], intake: Intake) -> bool:
        """Chats side by side, in each its updates in order; the offset moves up to the first that could not be stored.
        What comes again after that is recognised by its id."""
        chats: dict[str, list[Mapping[str, Any]]] = {}
        known = [one for one in batch if isinstance(one.get("update_id"), int)]
        for raw in known:
            chats.setdefault(_chat(raw), []).append(raw)
        ends = await asyncio.gather(*(self._chat_in(raws, intake) for raws in chats.values()))
        failed = [end for end in ends if end is not None]
        if failed:
            self._offset = min(failed)
        else:  # an empty answer has confirmed all before it; after a quiet week the numbers may start lower
            self._offset = max(int(raw["update_id"]) for raw in known) + 1 if known else None
        return not failed

    async def _chat_in(self, raws: Sequence[Mapping[str, Any]], intake: Intake) -> int | None:
        """The update that could not be stored, or None."""
        for raw in raws:
            try:
                arrival = await self._taking.read(raw)
                if arrival is not None:
                    await self._taking.take(arrival, intake)
            except Exception:
                LOG.exception("update %s could not be stored; it is asked for again", raw["update_id"])
                return int(raw["update_id"])
        return None

    async def _conflict(self, error: Conflict) -> None:
        """Normal for a moment after a restart; else a second program, or a webhook somebody set."""
        self._pulse.counters["conflicts"] += 1
        if says(error, "webhook"):
            self._webhook_off = False
        await self._trouble(TWO)

    async def _trouble(self, words: str, most_s: float = math.inf) -> None:
        """Say it, and wait longer each time. After a silence the connections themselves are suspect."""
        self._failures += 1
        self._pulse.trouble = words
        LOG.warning("telegram: %s (%d times in a row)", words, self._failures)
        now = self._clock()
        if (now - self._quiet_since).total_seconds() > self._wire.limits.silent_s:
            self._quiet_since = now
            self._pulse.counters["reconnects"] += 1
            try:
                await self._wire.renew()
            except TimeoutError:
                LOG.warning("telegram: the old connections did not close")
        await self._sleep(min(most_s, self._wire.limits.longest_pause_s, 2.0 ** min(self._failures - 1, 10)))


def _chat(raw: Mapping[str, Any]) -> str:
    """What must stay in order. What has no chat of a known shape stays in order among its like."""
    inner = raw.get("message") or raw.get("callback_query") or raw.get("message_reaction") or {}
    if isinstance(inner, Mapping) and isinstance(inner.get("message"), Mapping):
        inner = inner["message"]
    chat = inner.get("chat") if isinstance(inner, Mapping) else None
    return str(chat.get("id")) if isinstance(chat, Mapping) else ""
