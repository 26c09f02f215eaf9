"""The callback URL: verification, messages, stream polls, clicks and welcomes, each answered in its own way [WX 101033, 101031]."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.street.port import Asked, Intake, Told
from bot.street.words import Arrival, ClickAnswer, Kind

from .arrivals import arrival, strange
from .cards import card_json, task_id
from .incoming import Body
from .late import LateMode
from .polled import Polled
from .route import Route, stream_id
from .sealing import Envelope, Forged, Unreadable
from .texts import PLACEHOLDER, POINTER, UNREADABLE, cut

LOG = logging.getLogger(__name__)
BIGGEST_BODY = 1 << 20
WELCOME_S = 3.0
CLICK_S = 3.0
EMPTY = Told()


@dataclass(frozen=True)
class _Seal:
    """What a reply needs of its callback: the nonce must be the same."""

    nonce: str
    timestamp: int


class Hook:
    """One request in, one answer out; any worker may get any of them."""

    def __init__(
        self, envelope: Envelope, polled: Polled, late: LateMode, bot_name: str, clock: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._envelope, self._polled, self._late = envelope, polled, late
        self._bot_name, self._clock = bot_name, clock
        self.last_seen: datetime | None = None
        self.refused = 0

    async def answer(self, asked: Asked, intake: Intake) -> Told:
        """Never raises for what is asked: what is not the platform's is 403, what cannot be read 400, what we could not
        keep 503, so that it is delivered again."""
        sealed = asked.query.get("echostr", "") if asked.method == "GET" else _sealed(asked.body)
        if not sealed:
            return self._refuse(400, "no sealed content")
        try:
            plain = self._envelope.open(
                sealed,
                signature=asked.query.get("msg_signature", ""),
                timestamp=asked.query.get("timestamp", ""),
                nonce=asked.query.get("nonce", ""),
            )
        except Forged:
            return self._refuse(403, "wrong signature")
        except Unreadable as error:
            return self._refuse(400, str(error))
        self.last_seen = self._clock()
        if asked.method == "GET":
            return Told(body=plain.encode())
        try:
            body = Body.model_validate(json.loads(plain, strict=False))
        except (ValueError, RecursionError, ValidationError):
            return self._refuse(400, "signed, but not understood")
        seal = _Seal(asked.query.get("nonce", ""), int(self._clock().timestamp()))
        return await self._body(body, seal, intake)

    def _refuse(self, status: int, why: str) -> Told:
        self.refused += 1
        LOG.warning("wecom-bot: a callback was refused with %d: %s", status, why)
        return Told(status=status, body=why.encode())

    async def _body(self, body: Body, seal: _Seal, intake: Intake) -> Told:
        if body.msgtype == "stream" and body.stream:
            return await self._stream(body.stream.id, seal, feedback=False)
        found = arrival(body, at=self._clock(), bot_name=self._bot_name)
        if found is None:
            LOG.info("wecom-bot: left out %.40r %.40r", body.msgtype, body.eventtype)
            if strange(body):
                return self._told(_frame(stream_id(body.msgid), UNREADABLE, finish=True), seal)
            return EMPTY
        try:
            return await self._arrived(found, body, seal, intake)
        except Exception as error:  # noqa: BLE001  a door: not acknowledged, so it comes again
            LOG.error("wecom-bot: an arrival was not taken in: %s", type(error).__name__)
            return Told(status=503)

    async def _arrived(self, found: Arrival, body: Body, seal: _Seal, intake: Intake) -> Told:
        stream = Route.of(found.address).stream
        if found.kind is Kind.FEEDBACK:
            await intake.accept(await self._rated(found))
            return EMPTY
        await self._polled.came(stream, body.response_url)
        if found.kind is Kind.CLICK:
            return await self._clicked(found, await intake.click(found, CLICK_S), seal)
        receipt = await intake.accept(found)
        if found.kind is Kind.MESSAGE:
            return await self._stream(stream, seal, feedback=True)
        text = await self._polled.greeting(stream, WELCOME_S) if receipt.fresh else ""
        return self._told({"msgtype": "text", "text": {"content": text}}, seal) if text else EMPTY

    async def _rated(self, found: Arrival) -> Arrival:
        """The first frame went out before there was a turn, so it carried the stream's name; here it becomes the turn."""
        named = found.extra.get("feedback_id", "")
        turn = await self._polled.turn(named)
        return replace(found, extra={**found.extra, "feedback_id": turn or named})

    async def _stream(self, stream: str, seal: _Seal, *, feedback: bool) -> Told:
        """The pad may fail; a poll that gets no answer would end the stream for the user."""
        try:
            shown = await self._polled.snapshot(stream)
        except Exception as error:  # noqa: BLE001  a door
            LOG.error("wecom-bot: a stream could not be read: %s", type(error).__name__)
            return self._told(_frame(stream, PLACEHOLDER, finish=False), seal)
        frame = _frame(stream, cut(shown.text) or POINTER, finish=shown.finish)
        if feedback:
            frame["stream"]["feedback"] = {"id": stream}
        return self._told(frame, seal)

    async def _clicked(self, found: Arrival, answer: ClickAnswer | None, seal: _Seal) -> Told:
        if answer is None:
            return EMPTY
        told = bool(answer.card and not answer.card.buttons)
        if answer.toast and not told and not answer.told:
            self._late.tell(found, answer.toast)
        if answer.card is None:
            return EMPTY
        if told:
            await self._polled.settled(task_id(answer.card), answer.card.status)
        return self._told(
            {"response_type": "update_template_card", "template_card": card_json(answer.card)}, seal
        )

    def _told(self, reply: dict[str, Any], seal: _Seal) -> Told:
        text = json.dumps(reply, ensure_ascii=False)
        sealed = self._envelope.seal(text, timestamp=seal.timestamp, nonce=seal.nonce)
        return Told(body=json.dumps(sealed).encode(), content_type="application/json")


def _frame(stream: str, content: str, *, finish: bool) -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": stream, "finish": finish, "content": content}}


def _sealed(body: bytes) -> str:
    """The `encrypt` of the body; empty for anything else."""
    if len(body) > BIGGEST_BODY:
        return ""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    sealed = found.get("encrypt") if isinstance(found, dict) else None
    return sealed if isinstance(sealed, str) else ""
