"""DingTalk: messages and clicks by a Stream connection, everything else by HTTPS."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.channel_settings import ChannelSettings
from bot.street.port import Asked, Health, Intake, Pad, Told, Traits
from bot.street.words import Arrival, Attachment, Fate, Fetched, Load, Parcel, Sent

from .answers import Answers
from .api import Api
from .approvals import Approvals
from .clicks import click_response, read_click
from .files import download, send_file
from .frames import CARDS, Frame, response
from .gateway import Shut, Ticket, open_connection
from .incoming import NAME, read_message
from .link import Beat, Link
from .pace import Bucket, Sleep
from .quota import Quota
from .spaces import Spaces
from .speaking import Speaker
from .texts import LIMIT, measure
from .tokens import Tokens
from .trouble import Trouble

LOG = logging.getLogger(__name__)

CLICK_S = 2.0
"""Seconds within which a click's answer may ride on its acknowledgement; later it is a change of the card."""

TIMES = httpx.Timeout(10.0, connect=5.0)


@dataclass(frozen=True, kw_only=True, repr=False)
class Account:
    """The app at DingTalk. Templates are ids of the card builder; "" for none. `monthly_calls` 0: not limited."""

    client_id: str
    client_secret: str
    robot_code: str = ""
    approval_template: str = ""
    answer_template: str = ""
    monthly_calls: int = 0
    api_base: str = "https://api.dingtalk.com"
    oapi_base: str = "https://oapi.dingtalk.com"


class DingTalk:
    """See bot.street.port.Channel."""

    name = NAME

    def __init__(
        self,
        account: Account,
        pad: Pad,
        clock: Callable[[], datetime],
        *,
        http: httpx.AsyncClient | None = None,
        beat: Beat | None = None,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._account, self._clock = account, clock
        self._api_base = account.api_base.rstrip("/")
        self._robot = account.robot_code or account.client_id
        self._http, self._own = http or httpx.AsyncClient(timeout=TIMES), http is None
        self._quota = Quota(pad, clock, account.monthly_calls)
        tokens = Tokens(self._http, self._api_base, account.client_id, account.client_secret, clock)
        self._api = Api(self._http, self._api_base, account.oapi_base, tokens, self._quota)
        self._speaker = Speaker(self._api, clock, self._robot)
        spaces = Spaces(self._api, Bucket(monotonic, sleep), self._robot)
        self._approvals = Approvals(spaces, self._speaker, account.approval_template)
        self._answers = Answers(
            spaces, self._speaker, self._quota, pad, account.answer_template, monotonic, sleep
        )
        self._intake: Intake | None = None
        self._shut = ""
        self._link = Link(self._knock, self._take, monotonic, sleep, dice, beat or Beat())
        self.traits = Traits(
            limit=LIMIT,
            measure=measure,
            drafts=bool(account.answer_template),
            buttons=bool(account.approval_template),
            gap_s=0.3,
            draft_gap_s=0.8,
        )

    async def run(self, intake: Intake) -> None:
        """Until cancelled. Raises Shut, in words, when DingTalk refuses the credentials."""
        self._intake, self._shut = intake, ""
        try:
            await self._link.run()
        except Shut as shut:
            self._shut = str(shut)
            raise

    async def callback(self, asked: Asked, intake: Intake) -> Told:  # noqa: ARG002 - the port's signature
        return Told(status=404)

    async def send(self, parcel: Parcel) -> Sent:
        """See the port. What is not foreseen here is unknown: the request may have left."""
        try:
            return await self._send(parcel)
        except Trouble as trouble:
            return trouble.sent()
        except Exception:
            LOG.exception("dingtalk: a parcel broke")
            return Sent(fate=Fate.UNKNOWN, note="意外错误,见日志 / an unforeseen error, see the log")

    async def _send(self, parcel: Parcel) -> Sent:
        if parcel.load is Load.DRAFT:
            return await self._answers.draft(parcel)
        if parcel.load is Load.TEXT and parcel.turn and parcel.last:
            return await self._answers.finish(parcel)
        if parcel.load is Load.TEXT:
            return await self._speaker.say(parcel.address, parcel.text)
        if parcel.load is Load.CARD and parcel.card is not None:
            return await self._approvals.show(parcel, parcel.card)
        if parcel.load is Load.CARD_UPDATE and parcel.card is not None:
            return await self._approvals.change(parcel, parcel.card)
        if parcel.file is not None:
            return await send_file(self._api, self._speaker, parcel, parcel.file)
        return Sent(fate=Fate.NEVER, note="包裹是空的 / the parcel is empty")

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        return await download(self._api, self._robot, attachment, folder, limit)

    def health(self) -> Health:
        calls, out = self._quota.now()
        limit = self._account.monthly_calls
        figures = {
            "calls_this_month": calls,
            "monthly_calls": limit,
            "reconnects": max(0, self._link.opened - 1),
        }
        ok = self._link.alive and not out
        used = f"{calls}/{limit}" if limit else str(calls)
        says = f"{self._state()} · 本月接口 {used} 次 / calls this month"
        if out:
            says += " · 钉钉说额度已用完 / DingTalk says that they are used up"
        silent = self._link.silent_s
        seen = None if silent is None else self._clock().astimezone(UTC) - timedelta(seconds=silent)
        return Health(ok=ok, says=says, last_seen=seen, figures=figures)

    async def close(self) -> None:
        """Let go of our own connections; a client that was given is its giver's to close."""
        if self._own:
            await self._http.aclose()

    def _state(self) -> str:
        if self._link.alive:
            return "已连接 / connected"
        return self._shut or f"未连接 / not connected {self._link.trouble}".strip()

    async def _knock(self) -> Ticket:
        account = self._account
        return await open_connection(self._http, self._api_base, account.client_id, account.client_secret)

    async def _take(self, frame: Frame) -> str | None:
        """A robot message or a click: on disk when this returns. See Line."""
        intake = self._intake
        if intake is None:
            raise RuntimeError("not running")
        now = self._clock().astimezone(UTC)
        if frame.topic == CARDS:
            click = read_click(frame.data, now)
            return None if click is None else await self._clicked(click, intake)
        arrival = read_message(frame.data, now)
        if arrival is None:
            return None
        self._speaker.remember(arrival.address)
        await intake.accept(arrival)
        return response()

    @staticmethod
    async def _clicked(click: Arrival, intake: Intake) -> str:
        return response(click_response(await intake.click(click, CLICK_S)))


def from_settings(
    settings: ChannelSettings,
    pad: Pad,
    clock: Callable[[], datetime],
    *,
    http: httpx.AsyncClient | None = None,
) -> DingTalk | None:
    """None without credentials."""
    secret = settings.dingtalk_client_secret.get_secret_value()
    if not (settings.dingtalk_client_id and secret):
        return None
    account = Account(
        client_id=settings.dingtalk_client_id,
        client_secret=secret,
        robot_code=settings.dingtalk_robot_code,
        approval_template=settings.dingtalk_approval_template,
        answer_template=settings.dingtalk_answer_template,
        monthly_calls=settings.dingtalk_monthly_calls,
        api_base=settings.dingtalk_api_base,
        oapi_base=settings.dingtalk_oapi_base,
    )
    return DingTalk(account, pad, clock, http=http)
