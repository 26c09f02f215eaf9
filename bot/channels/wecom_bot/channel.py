"""The WeCom AI bot (企业微信智能机器人) as one channel with two modes: long connection or callback URL, as the console says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.street.port import Asked, Health, Intake, Pad, Told, Traits
from bot.street.words import Attachment, Fetched, Gone, Parcel, Sent

from .arrivals import NAME
from .download import MEDIA_HOSTS, download
from .hearing import Hearing
from .hook import Hook
from .late import POLL_S, LateMode
from .line import BotRefused, Line, Patience
from .link import Pace
from .long import LongMode
from .notes import Notes
from .polled import Polled
from .quiet import hush
from .sealing import Envelope, Locker, Unreadable, bot_key, file_key
from .texts import LIMIT, size

LOG = logging.getLogger(__name__)
SWEEP_S = 1.0
NOTHING = Told(status=404)


def _traits(*, push: bool) -> Traits:
    """Without the push there are no files either: a URL-mode bot only answers, and only in words and cards."""
    return Traits(
        limit=LIMIT, measure=size, drafts=True, buttons=True, push=push, per_minute=30, per_hour=1000,
        pictures=push,
    )  # fmt: skip


def host_of(url: str) -> tuple[str, ...]:
    """The host of one of our own settings, as an allowed one."""
    host = (urlsplit(url).hostname or "").lower()
    return (host,) if host else ()


class _Common:
    """What both modes do alike: files in, and the client for them."""

    name = NAME

    def __init__(self, http: httpx.AsyncClient | None, media_hosts: tuple[str, ...]) -> None:
        hush()
        self._http, self._own = http, http is None
        self._media_hosts = media_hosts

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=10.0))
        return self._http

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        """Within five minutes of the message. Raises TooLarge, Gone, OSError."""
        try:
            key = self._key_for(attachment)
        except (Unreadable, ValueError) as error:
            raise Gone(f"文件没有可用的密钥 / the file has no usable key: {error}") from None
        return await download(self._client(), attachment, key, folder, limit, self._media_hosts)

    def _key_for(self, attachment: Attachment) -> bytes:
        return file_key(attachment.key)

    async def close(self) -> None:
        """Ends our own HTTP client; one that was given stays its owner's."""
        if self._own and self._http is not None:
            await self._http.aclose()
            self._http = None


class LongBot(_Common):
    """Long-connection mode."""

    traits = _traits(push=True)

    def __init__(
        self, *, bot_id: str, secret: str, pad: Pad, clock: Callable[[], datetime], ws_url: str, bot_name: str = "",
        http: httpx.AsyncClient | None = None, media_hosts: tuple[str, ...] = MEDIA_HOSTS, pace: Pace | None = None,
        patience: Patience | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        super().__init__(http, media_hosts)
        self._sleep = sleep
        self.line = Line(
            ws_url, bot_id, secret, clock, pace=pace or Pace(), patience=patience or Patience(), sleep=sleep
        )
        self._long = LongMode(self.line, Notes(pad), clock, sleep)
        self._hearing = Hearing(self._long, bot_name, clock, sleep)

    async def run(self, intake: Intake) -> None:
        """One connection at a time for one bot: run it in one process only. Raises BotRefused."""
        await self._long.streams.load()
        helpers = [asyncio.create_task(self._hearing.run(intake)), asyncio.create_task(self._sweep())]
        try:
            await self.line.run(self._hearing.put)
        finally:
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self.close()

    async def _sweep(self) -> None:
        while True:
            await self._sleep(SWEEP_S)
            try:
                await self._long.point_overdue()
            except Exception as error:  # noqa: BLE001  a door: one bad sweep must not end them all
                LOG.error("wecom-bot: ending old streams failed: %s", type(error).__name__)

    async def callback(self, asked: Asked, intake: Intake) -> Told:  # noqa: ARG002
        """This mode has no callbacks."""
        return NOTHING

    async def send(self, parcel: Parcel) -> Sent:
        """Only where `run` holds the connection; elsewhere LATER."""
        return await self._long.send(parcel)

    def health(self) -> Health:
        """Whether it is subscribed."""
        return self.line.health()


class HookBot(_Common):
    """Callback-URL mode."""

    traits = _traits(push=False)

    def __init__(
        self, *, token: str, aes_key: str, pad: Pad, clock: Callable[[], datetime], api_base: str, bot_name: str = "",
        http: httpx.AsyncClient | None = None, media_hosts: tuple[str, ...] = MEDIA_HOSTS, poll_s: float = POLL_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        super().__init__(http, media_hosts)
        self._file_key = bot_key(aes_key)
        polled = Polled(Notes(pad), Locker(aes_key), clock, sleep)
        self._late = LateMode(polled, self._client, host_of(api_base), clock, poll_s)
        self._hook = Hook(Envelope(token, aes_key), polled, self._late, bot_name, clock)

    async def run(self, intake: Intake) -> None:  # noqa: ARG002
        """Only callbacks: waits until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        """Verification, messages, events and stream polls."""
        return await self._hook.answer(asked, intake)

    async def send(self, parcel: Parcel) -> Sent:
        """In any process: what is shown is polled from the pad."""
        return await self._late.send(parcel)

    def _key_for(self, attachment: Attachment) -> bytes:
        return file_key(attachment.key) if attachment.key else self._file_key

    def health(self) -> Health:
        """A callback that never comes cannot be told from one nobody sends: the last one is shown."""
        seen = self._hook.last_seen
        says = "回调正常 / callbacks come" if seen else "还没有收到过回调 / no callback yet"
        return Health(ok=True, says=says, last_seen=seen, figures={"refused": self._hook.refused})


__all__ = ["BotRefused", "HookBot", "LongBot"]
