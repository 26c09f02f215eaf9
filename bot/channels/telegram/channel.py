"""Telegram as a channel of the street: long poll or webhook in, typed calls of the Bot API out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.channel_settings import ChannelSettings
from bot.street.port import Asked, Health, Intake, Pad, Told, Traits
from bot.street.splitting import utf16_units
from bot.street.words import Attachment, Fetched, Parcel, Sent

from .cards import LIMIT
from .fetching import fetch
from .notes import Notes
from .polling import Polling
from .pulse import Pulse
from .redaction import hide
from .sending import Sending
from .taking import Taking
from .webhook import Webhook
from .wire import Limits, Sleep, Wire

TRAITS = Traits(
    limit=LIMIT,
    measure=utf16_units,
    drafts=True,
    buttons=True,
    push=True,
    gap_s=1.0,
    draft_gap_s=1.0,
    per_minute=20,
    edits=True,
)
"""Twenty a minute is the limit of groups; one value serves all chats, and no person needs more. The source is measured,
not what is left when its marks are read: that is never longer."""


class Telegram:
    """See bot.street.port.Channel. With a `webhook_url` Telegram calls us at /hooks/telegram, else we poll.

    `api_base` is the Bot API's address without a path; times are in `limits`; `sleep` and `clock` can be replaced.
    """

    name = "telegram"
    traits = TRAITS

    def __init__(
        self,
        token: str,
        *,
        pad: Pad,
        clock: Callable[[], datetime],
        api_base: str = "https://api.telegram.org",
        webhook_url: str = "",
        webhook_secret: str = "",
        limits: Limits | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._wire = Wire(token, api_base, self._limits)
        notes = Notes(pad)
        self._pulse = Pulse()
        self._sending = Sending(self._wire, notes, clock, self._limits, sleep)
        self._taking = Taking(self._wire, notes, clock, self._sending, self._pulse.counters)
        self._polling = Polling(self._wire, self._taking, self._pulse, clock, sleep)
        self._webhook = (
            Webhook(
                self._wire, self._taking, self._pulse, clock, sleep, url=webhook_url, secret=webhook_secret
            )
            if webhook_url
            else None
        )

    async def run(self, intake: Intake) -> None:
        """Until cancelled. Raises Refused, in words, for a token or a secret that cannot be used."""
        await self._wire.open()
        try:
            if self._webhook is not None:
                await self._webhook.run()
            else:
                await self._polling.run(intake)
        except Exception as error:
            self._pulse.last_seen, self._pulse.trouble = None, hide(error)
            raise
        finally:
            await self._taking.settled()

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        """One update from Telegram; 404 while we poll."""
        return await self._webhook.answer(asked, intake) if self._webhook else Told(status=404)

    async def send(self, parcel: Parcel) -> Sent:
        return await self._sending.send(parcel)

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        return await fetch(self._wire, attachment, folder, limit)

    def health(self) -> Health:
        mode = "webhook" if self._webhook else "长轮询 / long poll"
        silent_s = 2.5 * self._limits.check_s if self._webhook else self._limits.silent_s
        return self._pulse.health(self._clock(), mode, silent_s)

    async def close(self) -> None:
        """Give the connections back; the channel can be opened again."""
        await self._taking.settled()
        await self._wire.close()


def from_settings(settings: ChannelSettings, pad: Pad, clock: Callable[[], datetime]) -> Telegram | None:
    """The channel the settings name; None without a token."""
    token = settings.telegram_bot_token.get_secret_value().strip()
    if not token:
        return None
    return Telegram(
        token,
        pad=pad,
        clock=clock,
        api_base=settings.telegram_api_base,
        webhook_url=settings.telegram_webhook_url.strip(),
        webhook_secret=settings.telegram_webhook_secret.get_secret_value().strip(),
    )
