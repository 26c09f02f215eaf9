"""A running answer: its first draft is a message, later drafts and the end edit that message.

Which message it is stands on the pad before anything else happens, so that another process, or this one after a restart,
ends the same message instead of sending a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.street.words import Fate, Parcel, Sent

from .cards import LIMIT, cut
from .fates import fate_of, says
from .markup import marked
from .notes import Notes
from .places import LOST, Hand, Place
from .wire import Limits

KEPT_S = 86400.0
RATED_S = 7 * 86400.0
TYPING_EVERY = timedelta(seconds=4)
ROOM = LIMIT - 6


class Running:
    """Drafts and ends. One instance serves all chats; what matters is on the pad."""

    def __init__(self, hand: Hand, notes: Notes, clock: Callable[[], datetime], limits: Limits) -> None:
        self._hand, self._notes, self._clock, self._limits = hand, notes, clock, limits
        self._edited: dict[int, datetime] = {}
        self._typed: dict[int, datetime] = {}

    async def draft(self, parcel: Parcel, place: Place) -> Sent:
        """Losing one is harmless, so a draft that comes too early or too late is not shown."""
        note = await self._notes.get(_key(parcel.turn))
        if note is not None and (note.get("ended") or not note.get("message_id")):
            return Sent(fate=Fate.NEVER, note="the answer has ended, or its message is not known")
        wait_s = self._too_early(place)
        if wait_s > 0:
            return Sent(fate=Fate.LATER, after_s=wait_s, note="drafts are paced")
        try:
            at = await self._shown(parcel, place, note)
        except TelegramError as error:
            return fate_of(error, harmless=note is not None)
        self._edited[place.chat] = self._clock()
        await self._type(place)
        return Sent(fate=Fate.SENT, refs=_refs(*at))

    async def _shown(self, parcel: Parcel, place: Place, note: Mapping[str, Any] | None) -> tuple[int, int]:
        text = marked(cut(parcel.text.rstrip(), ROOM))
        if note is not None:
            at = int(note["chat_id"]), int(note["message_id"])
            await self._hand.change(*at, text)
            return at
        await self._notes.put(_key(parcel.turn), {"begun": True}, KEPT_S)
        try:
            at = await self._hand.say(place, text)
        except TelegramError as error:
            if fate_of(error).fate is not Fate.UNKNOWN:
                await self._notes.take(_key(parcel.turn))
            raise
        await self._notes.put_after(_key(parcel.turn), dict(_refs(*at)), KEPT_S)
        return at

    async def end(self, parcel: Parcel, place: Place) -> Sent:
        """The final text in the draft's message; as a new one when there was no draft or it is gone."""
        note = await self._notes.get(_key(parcel.turn))
        text = marked(parcel.text)
        if note is not None and note.get("message_id"):
            at = int(note["chat_id"]), int(note["message_id"])
            try:
                await self._hand.change(*at, text)
                return await self._ended(parcel.turn, at)
            except BadRequest as error:
                if not says(error, *LOST):
                    return fate_of(error)
            except TelegramError as error:
                return fate_of(error, harmless=True)
        try:
            at = await self._hand.say(place, text)
        except TelegramError as error:
            return fate_of(error)
        return await self._ended(parcel.turn, at)

    async def _ended(self, turn: str, at: tuple[int, int]) -> Sent:
        """Once it is sent nothing may turn that into an error: a second try would be a second message."""
        await self._notes.put_after(_key(turn), {**_refs(*at), "ended": True}, KEPT_S)
        await self._notes.put_after(rated_key(*at), {"turn": turn}, RATED_S)
        return Sent(fate=Fate.SENT, refs=_refs(*at))

    def _too_early(self, place: Place) -> float:
        """Seconds until this chat may be edited again; a group takes twenty messages a minute, edits included."""
        last = self._edited.get(place.chat)
        gap_s = self._limits.group_gap_s if place.group else self._limits.private_gap_s
        return 0.0 if last is None else gap_s - (self._clock() - last).total_seconds()

    async def _type(self, place: Place) -> None:
        """ "…is typing" lasts five seconds and ends with each message; it is only a courtesy."""
        now = self._clock()
        if now - self._typed.get(place.chat, now - TYPING_EVERY) < TYPING_EVERY:
            return
        self._typed[place.chat] = now
        with suppress(TelegramError):
            await self._hand.typing(place)


def _key(turn: str) -> str:
    return f"turn:{turn}"


def rated_key(chat: int, message_id: int) -> str:
    """Where the pad keeps which answer a message is, for the thumbs put on it."""
    return f"answer:{chat}:{message_id}"


def _refs(chat: int, message_id: int) -> dict[str, str]:
    return {"chat_id": str(chat), "message_id": str(message_id)}
