"""The WeCom self-built app as a channel: callbacks in, API calls out."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from bot.street.port import Asked, Health, Intake, Pad, Told, Traits
from bot.street.words import Arrival, Attachment, ClickAnswer, Fetched, Kind, Parcel, Sent

from . import media
from .client import Api, Sleep
from .events import Alarm, alarm_of
from .faults import Case, Refused, WecomFault
from .incoming import arrival_of
from .looks import Looks
from .pace import PER_HOUR, PER_MINUTE
from .plain import LIMIT, parts
from .sealing import BadSeal, Seal
from .sending import GAP_S, MEMBER, Sender
from .xmltree import BadXml, Fields, read

LOG = logging.getLogger(__name__)

CLICK_S = 2.0
"""Seconds a click may wait for its decision; WeCom hangs up after 5."""

ANSWER_S = 4.0
LOOK_S = 60.0
OF_THE_TOKEN = (40001, 40013)
ALARM_S = 90 * 86400.0
TOASTED_S = 86400.0


class WrongSettings(Exception):
    """WeCom refuses our settings; the words are for the admin."""


class WeCom:
    """See bot.street.port.Channel. Raises ValueError for a token or key that cannot be right."""

    name = "wecom"

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int,
        secret: str,
        token: str,
        aes_key: str,
        api_base: str,
        pad: Pad,
        clock: Callable[[], datetime],
        http: httpx.AsyncClient | None = None,
        sleep: Sleep = asyncio.sleep,
        answer_s: float = ANSWER_S,
        looks: Looks | None = None,
    ) -> None:
        looks = looks or Looks()
        self.traits = Traits(
            limit=LIMIT,
            measure=looks.markup.measure,
            buttons=True,
            gap_s=GAP_S,
            per_minute=PER_MINUTE,
            per_hour=PER_HOUR,
        )
        self._corp_id, self._agent_id, self._answer_s = corp_id, agent_id, answer_s
        self._pad, self._clock, self._sleep = pad, clock, sleep
        self._seal = Seal(token, aes_key, corp_id)
        self.api = Api(base=api_base, corp_id=corp_id, secret=secret, clock=clock, http=http, sleep=sleep)
        self.sender = Sender(
            api=self.api, agent_id=agent_id, pad=pad, clock=clock, sleep=sleep, note=self._note, looks=looks
        )
        self._trouble: Refused | None = None
        self._stopped = asyncio.Event()
        self._alarm = ""
        self._last_seen: datetime | None = None
        self._figures = {"callbacks": 0, "refused": 0}
        self._toasts: set[asyncio.Task[None]] = set()

    async def run(self, intake: Intake) -> None:  # noqa: ARG002 - what comes in comes by callback
        """Waits; watches that the credentials hold. Raises WrongSettings when only an admin can mend it."""
        self._stopped.clear()
        while True:
            try:
                await self.api.tokens.current()
                if self._trouble is not None and self._trouble.code in OF_THE_TOKEN:
                    self._trouble = None
            except WecomFault as fault:
                self._note(fault)
                LOG.warning("wecom: no access token: %s", fault)
            if self._stopped.is_set() and self._trouble is not None:
                raise WrongSettings(str(self._trouble))
            alarm = await asyncio.to_thread(self._pad.get, "alarm")
            self._alarm = str(alarm["says"]) if alarm else ""
            waiting = asyncio.ensure_future(self._stopped.wait())
            pause = asyncio.ensure_future(self._sleep(LOOK_S))
            try:
                await asyncio.wait((waiting, pause), return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
                pause.cancel()

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        """Verify, store, acknowledge with an empty 200. Raises what `intake` raises: then WeCom asks again."""
        try:
            if asked.method == "GET":
                return Told(body=self._echo(asked))
            fields = self._opened(asked)
        except BadSeal as bad:
            return self._refuse(403 if str(bad) in ("signature", "receiver", "app") else 400, str(bad))
        except BadXml as bad:
            return self._refuse(400, str(bad))
        self._last_seen = self._clock()
        self._figures["callbacks"] += 1
        await self._take(fields, intake)
        return Told()

    async def send(self, parcel: Parcel) -> Sent:
        return await self.sender.send(parcel)

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        return await media.fetch(self.api, attachment, folder, limit)

    async def close(self) -> None:
        """Let go of the connections, at the very end."""
        await self.api.close()

    def health(self) -> Health:
        figures = {**self._figures, "sent": self.sender.sent, "tokens": self.api.fetched}
        says = str(self._trouble) if self._trouble else self._alarm or "正常 / fine"
        ok = self._trouble is None and not self._alarm
        return Health(ok=ok, says=says, last_seen=self._last_seen, figures=figures)

    def _echo(self, asked: Asked) -> bytes:
        """The address check of the console: the decrypted text and nothing around it."""
        sealed = asked.query.get("echostr", "").replace(" ", "+")  # a proxy may have decoded it once more
        self._verify(asked, sealed)
        return self._seal.open(sealed)

    def _verify(self, asked: Asked, sealed: str) -> None:
        query = asked.query
        self._seal.verify(
            query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), sealed
        )

    def _opened(self, asked: Asked) -> Fields:
        """The fields of a callback that is WeCom's and for this app."""
        sealed = read(asked.body).get("Encrypt")
        self._verify(asked, sealed)
        fields = read(self._seal.open(sealed))
        corp, agent = fields.get("ToUserName"), fields.get("AgentID") or fields.get("AgentId")
        if not hmac.compare_digest(corp.encode(), self._corp_id.encode()):
            raise BadSeal("app")
        # Notices about the address book come from "sys" and name no app; nothing they say becomes an arrival.
        if agent != str(self._agent_id) and (agent or fields.get("FromUserName") != "sys"):
            raise BadSeal("app")
        return fields

    async def _take(self, fields: Fields, intake: Intake) -> None:
        if (alarm := alarm_of(fields)) is not None:
            await self._ring(alarm)
            return
        if fields.get("FromUserName") == "sys":
            return
        arrival = arrival_of(fields, self._clock())
        if arrival is None:
            return
        if arrival.kind is Kind.CLICK:
            await self._click(arrival, intake)
        else:
            await intake.accept(arrival)

    async def _click(self, arrival: Arrival, intake: Intake) -> None:
        """Stored and, if it goes quickly, decided. Raises TimeoutError when not even storing went in time."""
        click = asyncio.ensure_future(intake.click(arrival, CLICK_S))
        click.add_done_callback(_looked_at)
        answer = await asyncio.wait_for(asyncio.shield(click), self._answer_s)
        # A settled card says it itself, through its update; anything else WeCom can only be told by a message.
        if (
            answer is not None
            and answer.toast
            and not answer.told
            and (answer.card is None or answer.card.buttons)
        ):
            task = asyncio.create_task(self._toast(arrival, answer))
            self._toasts.add(task)
            task.add_done_callback(self._toasts.discard)

    async def _toast(self, arrival: Arrival, answer: ClickAnswer) -> None:
        """Once for each click, however often WeCom brings it."""
        key = f"toast:{arrival.external_id}"
        try:
            told = await asyncio.to_thread(self._pad.get, key)
            if told is not None or not MEMBER.fullmatch(arrival.sender):
                return
            await asyncio.to_thread(self._pad.put, key, {"told": True}, TOASTED_S)
            # Whether WeCom locks a pressed card is not documented: the words that do the same are said, too.
            footer = answer.card.footer if answer.card is not None else ""
            texts = parts(f"{answer.toast}\n{footer}".strip())
            if self.sender.pace.wait_s(arrival.sender, len(texts)) > 0:
                LOG.warning("wecom: the answer to a click was left out: too many messages a minute")
                return
            for text in texts:
                await self.sender.say(arrival.sender, text)
        except WecomFault as fault:
            self._note(fault)
            LOG.warning("wecom: the answer to a click was not sent: %s", fault)
        except Exception:
            LOG.exception("wecom: the answer to a click was not sent")

    async def _ring(self, alarm: Alarm) -> None:
        """Kept for every process and the operators; over when WeCom says so."""
        LOG.warning("wecom: %s: %s", alarm.name, alarm.says)
        self._alarm = "" if alarm.over else alarm.says
        if alarm.over:
            await asyncio.to_thread(self._pad.take, "alarm")
        else:
            await asyncio.to_thread(self._pad.put, "alarm", {"says": alarm.says}, ALARM_S)

    def _refuse(self, status: int, why: str) -> Told:
        self._figures["refused"] += 1
        LOG.warning("wecom: a callback was refused: %s", why)
        return Told(status=status, body=b"refused")

    def _note(self, fault: WecomFault | None) -> None:
        """Remember what only an admin can mend, until something works again."""
        if fault is None:
            self._trouble = None
        elif isinstance(fault, Refused) and fault.case is Case.SETTINGS:
            if self._trouble is None or self._trouble.code != fault.code:
                LOG.error("wecom: %s", fault)
            self._trouble = fault
            self._stopped.set()


def _looked_at(task: asyncio.Future[ClickAnswer | None]) -> None:
    if not task.cancelled():
        task.exception()
