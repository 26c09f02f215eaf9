"""Where things go on Telegram, and the primitives that bring them there: say, change, give; each one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.street.words import Address

from .fates import says
from .markup import Marked
from .notes import Notes
from .wire import Sleep, Wire

T = TypeVar("T")
MOVED_S = 365 * 86400.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""Never: Telegram would fetch an address that somebody else put into our words."""

UNREADABLE = ("can't parse entities", "unsupported start tag", "can't find end tag")
UNCHANGED = ("message is not modified",)
LOST = ("message to edit not found", "message can't be edited", "message_id_invalid")
NO_THREAD = ("message thread not found", "topic_closed", "topic_deleted")


class NoPlace(Exception):
    """The address is none of Telegram's."""


@dataclass(frozen=True)
class Place:
    """A chat, perhaps a topic in it, perhaps a message to answer."""

    chat: int
    group: bool
    thread: int | None = None
    reply_to: int | None = None


def place_of(address: Address) -> Place:
    """Raises NoPlace."""
    try:
        route = address.route
        return Place(
            chat=int(address.to),
            group=address.group,
            thread=int(route["thread"]) if route.get("thread") else None,
            reply_to=int(route["reply_to"]) if route.get("reply_to") else None,
        )
    except ValueError:
        raise NoPlace(f"不是 Telegram 的地址 / not an address of Telegram: {address.to[:40]!r}") from None


class Hand:
    """Says, changes and gives. Everything raises TelegramError."""

    def __init__(self, wire: Wire, notes: Notes, sleep: Sleep) -> None:
        self._wire, self._notes, self._sleep = wire, notes, sleep
        self._free_at = 0.0

    async def say(
        self, place: Place, text: Marked, buttons: InlineKeyboardMarkup | None = None
    ) -> tuple[int, int]:
        """A new message; returns chat and message id."""

        async def send(at: Place, mode: str | None, words: str) -> Message:
            return await self._wire.bot.send_message(
                at.chat,
                words,
                parse_mode=mode,
                message_thread_id=at.thread,
                reply_parameters=_reply(at),
                reply_markup=buttons,
                link_preview_options=NO_PREVIEW,
            )

        sent = await self._there(place, lambda at: self._readable(text, lambda m, w: send(at, m, w)))
        return sent.chat.id, sent.message_id

    async def change(
        self,
        chat: int,
        message_id: int,
        text: Marked,
        buttons: InlineKeyboardMarkup | None = None,
        *,
        caption: bool = False,
    ) -> None:
        """Another text (or caption) for a message of ours; that it had it already is no error."""

        async def edit(mode: str | None, words: str) -> object:
            known: dict[str, Any] = {"chat_id": chat, "message_id": message_id, "parse_mode": mode}
            if caption:
                return await self._wire.bot.edit_message_caption(**known, caption=words, reply_markup=buttons)
            return await self._wire.bot.edit_message_text(
                words, **known, reply_markup=buttons, link_preview_options=NO_PREVIEW
            )

        await self._paced()
        try:
            await self._readable(text, edit)
        except BadRequest as error:
            if not says(error, *UNCHANGED):
                raise

    async def give(
        self,
        place: Place,
        body: bytes,
        name: str,
        caption: Marked | None = None,
        buttons: InlineKeyboardMarkup | None = None,
        *,
        photo: bool = False,
    ) -> tuple[int, int]:
        """A file under this name, or a photo; returns chat and message id."""

        async def send(at: Place, mode: str | None, words: str) -> Message:
            known: dict[str, Any] = {
                "caption": words or None,
                "parse_mode": mode if words else None,
                "message_thread_id": at.thread,
                "reply_parameters": _reply(at),
                "reply_markup": buttons,
            }
            if photo:
                return await self._wire.bot.send_photo(at.chat, InputFile(body, filename=name), **known)
            document = InputFile(body, filename=name)
            return await self._wire.bot.send_document(
                at.chat, document, disable_content_type_detection=True, **known
            )

        text = caption or Marked("", "")
        sent = await self._there(place, lambda at: self._readable(text, lambda m, w: send(at, m, w)))
        return sent.chat.id, sent.message_id

    async def typing(self, place: Place) -> None:
        await self._paced()
        await self._wire.bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.thread)

    async def _readable(self, text: Marked, send: Callable[[str | None, str], Awaitable[T]]) -> T:
        """Once as HTML; what Telegram cannot parse goes once more as it was written."""
        try:
            return await send(ParseMode.HTML, text.html)
        except BadRequest as error:
            if not says(error, *UNREADABLE):
                raise
        return await send(None, text.plain)

    async def _there(self, place: Place, send: Callable[[Place], Awaitable[T]]) -> T:
        """To where the chat is now: a group that became a supergroup has another id, a topic may be closed."""
        at = replace(place, chat=await self._now_at(place.chat))
        await self._paced()
        try:
            return await send(at)
        except ChatMigrated as moved:
            await self.remember_move(place.chat, moved.new_chat_id)
            at = replace(at, chat=moved.new_chat_id, reply_to=None)
        except BadRequest as error:
            if at.thread is None or not says(error, *NO_THREAD):
                raise
            at = replace(at, thread=None)
        return await send(at)

    async def remember_move(self, old: int, new: int) -> None:
        await self._notes.put(f"moved:{old}", {"to": new}, MOVED_S)

    async def _now_at(self, chat: int) -> int:
        if chat > 0:
            return chat  # people do not move
        note = await self._notes.get(f"moved:{chat}")
        return int(note["to"]) if note else chat

    async def _paced(self) -> None:
        """Thirty requests a second are allowed in all; what is above that would only come back as 429."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._free_at)
        self._free_at = slot + self._wire.limits.pace_s
        if slot > now:
            await self._sleep(slot - now)


def _reply(place: Place) -> ReplyParameters | None:
    if place.reply_to is None:
        return None
    return ReplyParameters(message_id=place.reply_to, allow_sending_without_reply=True)
