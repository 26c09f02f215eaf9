"""Brings parcels out: texts, running answers, cards, files. What Telegram says about it becomes a fate."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from telegram.error import BadRequest, TelegramError

from bot.street.splitting import utf16_units
from bot.street.words import CardView, Fate, Load, Parcel, Sent

from .cards import CAPTION, LIMIT, Drawn, cut, draw
from .fates import fate_of, says, words_of
from .markup import Marked, bare, marked
from .notes import Notes, NotesAway
from .places import LOST, Hand, NoPlace, Place, place_of
from .running import Running
from .wire import Limits, Sleep, Wire

LOG = logging.getLogger(__name__)

UPLOAD_BYTES = 50_000_000
PHOTO_BYTES = 10_000_000
NOTED_S = 86400.0
NO_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_save_file_invalid", "wrong type")
UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]')
"""What no file name of ours has: path separators, control characters, and marks that turn the reading direction."""


class Sending:
    """See Channel.send."""

    def __init__(
        self, wire: Wire, notes: Notes, clock: Callable[[], datetime], limits: Limits, sleep: Sleep
    ) -> None:
        self.hand = Hand(wire, notes, sleep)
        self._notes = notes
        self._running = Running(self.hand, notes, clock, limits)

    async def send(self, parcel: Parcel) -> Sent:
        """Never raises for what the network, the platform or the parcel does."""
        try:
            place = place_of(parcel.address)
            if parcel.load is Load.CARD_UPDATE and parcel.card is not None:
                return await self.update(parcel.card, parcel.refs, place)
            return await self._bring(parcel, place)
        except TelegramError as error:
            return fate_of(error)
        except NotesAway as error:
            return Sent(fate=Fate.LATER, note=f"数据库暂时不可用 / the notes are away: {error}")
        except NoPlace as error:
            return Sent(fate=Fate.NEVER, note=str(error))
        except OSError as error:
            return Sent(fate=Fate.NEVER, note=f"文件读不出来 / the file cannot be read: {words_of(error)}")

    async def _bring(self, parcel: Parcel, place: Place) -> Sent:
        if parcel.load is Load.CARD and parcel.card is not None:
            return await self._card(draw(parcel.card), place, parcel.card)
        if parcel.load in (Load.FILE, Load.IMAGE):
            return await self._file(parcel, place)
        if not parcel.text.strip():
            return Sent(fate=Fate.NEVER, note="没有内容 / nothing to say")
        if parcel.load is Load.DRAFT:
            return await self._running.draft(parcel, place)
        if utf16_units(parcel.text) > LIMIT:
            return await self._as_file(parcel.text, place)
        if parcel.turn and parcel.last:
            return await self._running.end(parcel, place)
        return _sent(await self.hand.say(place, marked(parcel.text)))

    async def _as_file(self, text: str, place: Place) -> Sent:
        """The street cuts texts; one that comes whole all the same is not cut off but sent as a file."""
        head = bare(cut(text, CAPTION))
        return _sent(await self.hand.give(place, text.encode(), "message.txt", head))

    async def _card(self, drawn: Drawn, place: Place, card: CardView) -> Sent:
        if drawn.file is None:
            return _sent(await self.hand.say(place, drawn.text, drawn.buttons))
        name = f"card_{card.code or card.id}.txt"
        sent = _sent(await self.hand.give(place, drawn.file, name, drawn.text, drawn.buttons))
        return Sent(fate=sent.fate, refs={**sent.refs, "form": "file"})

    async def update(self, card: CardView, refs: dict[str, str], place: Place) -> Sent:
        """The card's message shows how the card stands now. One that is gone, or was never known, is sent anew."""
        in_file = refs.get("form") == "file"
        drawn = draw(card, in_caption=in_file)
        if refs.get("message_id", "").isdigit():
            chat = int(refs.get("chat_id") or place.chat)
            at = chat, int(refs["message_id"])
            try:
                await self.hand.change(*at, drawn.text, drawn.buttons, caption=in_file)
                return Sent(fate=Fate.SENT, refs={**_refs(at), **({"form": "file"} if in_file else {})})
            except BadRequest as error:
                if not says(error, *LOST, "no text in the message", "no caption"):
                    return fate_of(error)
            except TelegramError as error:
                return fate_of(error, harmless=True)
        return await self._card(draw(card), place, card)

    async def _file(self, parcel: Parcel, place: Place) -> Sent:
        if parcel.file is None:
            return Sent(fate=Fate.NEVER, note="没有文件 / no file in the parcel")
        path = Path(parcel.file.path)
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > UPLOAD_BYTES:
            note = f"超过 Telegram 的 50 MB / above Telegram's 50 MB: {size} bytes"
            return Sent(fate=Fate.NEVER, note=note)
        body = await asyncio.to_thread(path.read_bytes)
        caption = await self._caption(parcel, place)
        name = file_name(parcel.file.name)
        if parcel.load is Load.IMAGE and size <= PHOTO_BYTES:
            try:
                return _sent(await self.hand.give(place, body, name, caption, photo=True))
            except BadRequest as error:
                if not says(error, *NO_PHOTO):
                    raise
        return _sent(await self.hand.give(place, body, name, caption))

    async def _caption(self, parcel: Parcel, place: Place) -> Marked | None:
        """Words that are too long for a caption go before the file, once, however often the file is tried."""
        if utf16_units(parcel.text) <= CAPTION:
            return marked(parcel.text) if parcel.text.strip() else None
        key = f"before:{parcel.id}"
        if await self._notes.get(key) is None:
            if utf16_units(parcel.text) > LIMIT:
                await self._as_file(parcel.text, place)
            else:
                await self.hand.say(place, marked(parcel.text))
            await self._notes.put_after(key, {"said": True}, NOTED_S)
        return None


def file_name(name: str) -> str:
    """As the person shall see it: its ending kept, nothing in it that a file system or a reader could stumble over."""
    clean = UNFIT.sub("_", name).strip(" .") or "file"
    stem, dot, ending = clean.rpartition(".")
    return clean if len(clean) <= 120 else f"{(stem or clean)[:100]}{dot}{ending[:16] if dot else ''}"


def _refs(at: tuple[int, int]) -> dict[str, str]:
    return {"chat_id": str(at[0]), "message_id": str(at[1])}


def _sent(at: tuple[int, int]) -> Sent:
    return Sent(fate=Fate.SENT, refs=_refs(at))
