"""Bringing parcels out on the long connection: streams, pushes, welcomes, cards, files [WX 101463]."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.street.words import Address, CardView, Fate, Load, Parcel, Sent

from . import frames
from .cards import as_text, card_json, fits, task_id
from .frames import Ack, NoAck, NotSent
from .line import Line
from .notes import DAY_S, Notes
from .outcome import BAD_REQ_ID, STREAM_EXPIRED, later, limited, never, refused, unknown
from .route import Route
from .streams import Stream, Streams
from .texts import BELOW, pieces
from .upload import Uploads

REPLY_S = 4.5
"""Welcomes and card updates have 5 s from the event [WX 101463]."""
SENT = Sent(fate=Fate.SENT)
_CLOSED = "这条回答已经结束 / this answer is already closed"


class LongMode:
    """`send` never waits for anything but acknowledgements."""

    def __init__(
        self, line: Line, notes: Notes, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:  # fmt: skip
        self.line, self._notes, self._clock = line, notes, clock
        self.streams = Streams(notes, clock)
        self._uploads = Uploads(self.ask, sleep)
        self._pressed: dict[str, float] = {}
        self._updating = asyncio.Lock()

    async def ask(self, cmd: str, req_id: str, body: dict[str, Any]) -> Ack:
        """One frame on the connection there is now. Raises NotSent, NoAck."""
        if (link := self.line.link) is None:
            raise NotSent("没有连接 / not connected")
        return await link.ask(cmd, req_id, body)

    async def send(self, parcel: Parcel) -> Sent:
        """Never raises for the network or the platform."""
        try:
            return await self._send(parcel)
        except NotSent as error:
            return later(str(error))
        except NoAck as error:
            return unknown(str(error))

    async def _send(self, parcel: Parcel) -> Sent:
        match parcel.load:
            case Load.DRAFT:
                return await self._draft(parcel)
            case Load.TEXT:
                return await self._text(parcel)
            case Load.CARD if parcel.card:
                return await self._card(parcel, parcel.card)
            case Load.CARD_UPDATE if parcel.card:
                return await self._update(parcel, parcel.card)
            case Load.FILE | Load.IMAGE if parcel.file:
                return await self._file(parcel)
        return never("包裹里什么也没有 / the parcel is empty")

    async def _draft(self, parcel: Parcel) -> Sent:
        """A snapshot while one is on its way is let go; losing it is harmless, the next one holds all of it."""
        route = Route.of(parcel.address)
        if not (route.streams and route.req_id):
            return never("不是对一条消息的回答 / no answer to a message")
        stream = await self.streams.find(route, parcel.address)
        if self.streams.closed(stream):
            return never(_CLOSED)
        if stream.muted or stream.lock.locked() or parcel.text == stream.shown:
            return SENT
        async with stream.lock:
            if self.streams.closed(stream):
                return never(_CLOSED)
            ack = await self._frame(stream, parcel.text, finish=False, feedback=parcel.turn)
            if ack.code in (BAD_REQ_ID, STREAM_EXPIRED):
                await self.streams.end(stream)
            stream.muted = limited(ack.code, ack.words)  # whether refreshes are counted is not documented
            return SENT if ack.code == 0 else refused(ack.code, ack.words)

    async def _frame(self, stream: Stream, text: str, *, finish: bool, feedback: str = "") -> Ack:
        """The feedback id goes into the first frame only: until one was acknowledged, each may be the first."""
        if not stream.began:
            await self.streams.begin(stream)
        body = stream.frame(text, finish=finish, feedback=feedback if stream.shown is None else "")
        ack = await self.ask(frames.RESPOND, stream.req_id, body)
        if ack.code == 0:
            stream.shown = text
        return ack

    async def _text(self, parcel: Parcel) -> Sent:
        route = Route.of(parcel.address)
        if route.event == "hello" and route.req_id and route.age(self._clock()) < REPLY_S:
            body = {"msgtype": "text", "text": {"content": parcel.text}}
            if (await self.ask(frames.WELCOME, route.req_id, body)).code == 0:
                return SENT
        if not (parcel.turn and route.streams and route.req_id):
            return await self._parts(parcel, pieces(parcel.text))
        stream = await self.streams.find(route, parcel.address)
        async with stream.lock:
            rest = await self._finish(stream, parcel)
        return await self._parts(parcel, rest) if rest else SENT

    async def _finish(self, stream: Stream, parcel: Parcel) -> list[str]:
        """Ends the stream with the text; what of it is still to be pushed. A last frame without an acknowledgement has
        probably arrived: the stream counts as ended and nothing is said twice."""
        if self.streams.closed(stream):
            if not stream.done:
                await self._point(stream, stream.pointer())
            rest = stream.rest(parcel.text)
            return pieces(rest) if rest.strip() else []
        first, *more = pieces(parcel.text)
        try:
            ack = await self._frame(stream, first, finish=True, feedback=parcel.turn)
        except NoAck:
            await self.streams.end(stream)
            raise
        if ack.code in (0, BAD_REQ_ID, STREAM_EXPIRED):
            await self.streams.end(stream)
        elif refused(ack.code, ack.words).fate is Fate.NEVER:
            await self._point(stream, BELOW)
        return more if ack.code == 0 else [first, *more]  # a refusal is a sure no: it is pushed instead

    async def point_overdue(self) -> None:
        """Ends every stream whose time is up with a pointer, before the client shows it as broken."""
        for stream in self.streams.overdue():
            async with stream.lock:
                if not stream.done:
                    await self._point(stream, stream.pointer())

    async def _point(self, stream: Stream, text: str) -> None:
        try:
            await self.ask(frames.RESPOND, stream.req_id, stream.frame(text, finish=True))
        except NotSent:
            return  # tried again when there is a connection
        except NoAck:
            pass  # probably arrived; a stream is ended once
        await self.streams.end(stream)

    async def _parts(self, parcel: Parcel, parts: list[str], key: str = "part") -> Sent:
        """Pushes, one after the other. Where a try broke off is noted, so that the next one repeats nothing."""
        if not any(part.strip() for part in parts):
            return never("没有内容 / nothing to say")
        note = await self._notes.get(f"{key}:{parcel.id}") if len(parts) > 1 or key != "part" else None
        for index in range(int((note or {}).get("next", 0)), len(parts)):
            body = {"msgtype": "markdown", "markdown": {"content": parts[index]}}
            ack = await self._push(parcel.address, body)
            if ack.code:
                return refused(ack.code, ack.words)
            if len(parts) > 1 or key != "part":
                await self._notes.keep(f"{key}:{parcel.id}", {"next": index + 1}, DAY_S)
        return SENT

    async def _push(self, address: Address, body: dict[str, Any]) -> Ack:
        where = {"chatid": address.to, "chat_type": 2 if address.group else 1}
        return await self.ask(frames.PUSH, frames.fresh_id(frames.PUSH), {**where, **body})

    async def _card(self, parcel: Parcel, card: CardView) -> Sent:
        """What the platform's card cannot show in full goes before it as text, once."""
        above = not fits(card)
        if above:
            sent = await self._parts(parcel, pieces(card.text or as_text(card)), key="card")
            if sent.fate is not Fate.SENT:
                return sent
        body = {"msgtype": "template_card", "template_card": card_json(card, above=above)}
        ack = await self._push(parcel.address, body)
        if ack.code:
            return refused(ack.code, ack.words)
        return Sent(fate=Fate.SENT, refs={"task_id": task_id(card)})

    def pressed(self, req_id: str) -> None:
        """A card's button was pressed just now: for a moment the card can be changed."""
        now = asyncio.get_running_loop().time()
        self._pressed = {key: until for key, until in self._pressed.items() if until > now}
        self._pressed[req_id] = now + REPLY_S

    async def update(self, req_id: str, card: CardView) -> bool:
        """Changes the pressed card for all who have this message, once: the click's own answer and the update of its copy
        come at the same time. False when its moment has passed or it is refused."""
        async with self._updating:
            note = await self._notes.get("card:" + task_id(card))
            return bool(note and note.get("status") == card.status) or await self._change(req_id, card)

    async def _change(self, req_id: str, card: CardView) -> bool:
        until = self._pressed.pop(req_id, 0.0)
        if until < asyncio.get_running_loop().time():
            return False
        body = {"response_type": "update_template_card", "template_card": card_json(card)}
        try:
            ack = await self.ask(frames.UPDATE, req_id, body)
        except (NotSent, NoAck):
            return False
        if ack.code == 0 and not card.buttons:
            await self._notes.keep("card:" + task_id(card), {"status": card.status}, 7 * DAY_S)
        return ack.code == 0

    async def _update(self, parcel: Parcel, card: CardView) -> Sent:
        """A copy that nobody pressed just now cannot be changed on this platform: its holders get a message instead."""
        if await self.update(parcel.refs.get("req_id", ""), card):
            return SENT
        return await self._parts(parcel, pieces(as_text(card)))

    async def _file(self, parcel: Parcel) -> Sent:
        if parcel.file is None:
            raise AssertionError("unreachable")
        media = await self._uploads.media(parcel, parcel.file)
        if isinstance(media, Sent):
            return media
        kind, media_id = media
        ack = await self._push(parcel.address, {"msgtype": kind, kind: {"media_id": media_id}})
        if ack.code:
            return refused(ack.code, ack.words)
        self._uploads.forget(parcel.id)
        return Sent(fate=Fate.SENT, refs={"media_id": media_id})
