"""Hands updates in, in both modes: stored when `take` returns; what is left to do for a pressed button goes on beside it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import MessageReactionUpdated, ReactionTypeEmoji, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.street.port import Intake
from bot.street.words import Address, Arrival, ClickAnswer, Kind

from .cards import cut
from .fates import words_of
from .notes import Notes
from .places import place_of
from .reading import NAME, arrival_of
from .running import rated_key
from .sending import Sending
from .wire import Wire

LOG = logging.getLogger(__name__)

TOAST = 200
SHORT_TOAST = 60
"""Above this many units a toast is shown as a box that stays until it is closed."""

LATER = "收到,正在处理… / Got it, working on it…"
BROKE = "暂时处理不了,稍后会处理。/ Not possible right now; it will be done later."
THUMBS = {**dict.fromkeys("👍❤🔥🎉💯👏🏆", "good"), **dict.fromkeys("👎💩🤬😢🤮😡", "bad")}


@dataclass
class Taking:
    """`counters` says how many updates could not be read, and how many were taken."""

    wire: Wire
    notes: Notes
    clock: Callable[[], datetime]
    sending: Sending
    counters: Counter[str] = field(default_factory=Counter)
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

    async def read(self, raw: Mapping[str, Any]) -> Arrival | None:
        """One update as an arrival. What we cannot read is counted and passed over: it would come again for ever."""
        me = await self.wire.me()
        try:
            update = Update.de_json(dict(raw), self.wire.bot)
            arrival = arrival_of(update, me, self.wire.bot_id, self.clock())
        except Exception as error:  # noqa: BLE001 - this is a door: whatever Telegram thinks of next must not stop it
            self.counters["unreadable"] += 1
            LOG.warning("update %s could not be read: %s", raw.get("update_id"), words_of(error))
            return None
        if update.message is not None and update.message.migrate_to_chat_id:
            moved = update.message.chat.id, update.message.migrate_to_chat_id
            await self.sending.hand.remember_move(*moved)
        if update.message_reaction is not None:
            return await self._rating(update.message_reaction, update.update_id)
        return arrival

    async def take(self, arrival: Arrival, intake: Intake) -> None:
        """On disk when it returns; raises what the intake raises. The decision about a click is not waited for."""
        await intake.accept(arrival)
        self.counters["taken"] += 1
        if arrival.kind is Kind.CLICK:
            task = asyncio.create_task(self._decide(arrival, intake))
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)

    async def _decide(self, arrival: Arrival, intake: Intake) -> None:
        """The one who pressed sees a word within seconds; Telegram forgets the question after some fifteen."""
        try:
            answer = await intake.click(arrival, self.wire.limits.click_s)
        except Exception:
            LOG.exception("a click is stored but could not be decided now")
            answer = ClickAnswer(toast=BROKE)
        await self._toast(arrival, LATER if answer is None else answer.toast)
        refs = dict(arrival.click.refs) if arrival.click else {}
        if answer is not None and answer.card is not None and not answer.card.buttons and refs:
            sent = await self.sending.update(answer.card, refs, place_of(arrival.address))
            LOG.debug("a pressed card was shown anew: %s %s", sent.fate, sent.note)

    async def _toast(self, arrival: Arrival, toast: str) -> None:
        """ "Query is too old" is harmless: the card itself will say it."""
        words = cut(toast, TOAST)
        try:
            await self.wire.bot.answer_callback_query(
                arrival.extra["query_id"], text=words, show_alert=len(words) > SHORT_TOAST
            )
        except TelegramError as error:
            LOG.info("a pressed button could not be answered: %s", words_of(error))

    async def _rating(self, change: MessageReactionUpdated, update_id: int) -> Arrival | None:
        """A thumb on one of our answers; on anything else it is talk among people."""
        note = await self.notes.get(rated_key(change.chat.id, change.message_id))
        if note is None or change.user is None:
            return None
        shown = [one.emoji for one in change.new_reaction if isinstance(one, ReactionTypeEmoji)]
        ratings = [THUMBS[emoji[:1]] for emoji in shown if emoji[:1] in THUMBS]
        if shown and not ratings:
            return None
        group = change.chat.type != ChatType.PRIVATE
        return Arrival(
            channel=NAME,
            external_id=f"{self.wire.bot_id}:{update_id}",
            sender=str(change.user.id),
            sender_name=change.user.full_name,
            address=Address(channel=NAME, to=str(change.chat.id), group=group),
            at=change.date,
            kind=Kind.FEEDBACK,
            extra={"feedback_id": str(note["turn"]), "rating": ratings[-1] if ratings else "cancelled"},
        )

    async def settled(self, patience_s: float = 5.0) -> None:
        """Wait for the buttons that are being answered, for a moment."""
        if self._beside:
            await asyncio.wait(set(self._beside), timeout=patience_s)
