"""Webhook mode: our own route with a secret compared in constant time, 200 only for what is on disk, and a look at
getWebhookInfo now and then, because Telegram gives up on a webhook without telling us."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telegram import WebhookInfo
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.street.port import Asked, Intake, Told

from .fates import TOKEN_WORDS, Refused, wished_s, words_of
from .pulse import Pulse
from .redaction import hide
from .taking import Taking
from .wire import ALLOWED, Sleep, Wire

LOG = logging.getLogger(__name__)

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
BAD_SECRET = (
    "TELEGRAM_WEBHOOK_SECRET 要 1-256 个 A-Z a-z 0-9 _ - / the secret must be 1 to 256 of A-Z a-z 0-9 _ -"
)
LARGEST = 2_000_000
FRESH_ERROR_S = 600.0


class Webhook:
    """`answer` answers Telegram's POSTs, `run` keeps the webhook set."""

    def __init__(
        self,
        wire: Wire,
        taking: Taking,
        pulse: Pulse,
        clock: Callable[[], datetime],
        sleep: Sleep,
        url: str,
        secret: str,
    ) -> None:
        self._wire, self._taking, self._pulse, self._clock, self._sleep = wire, taking, pulse, clock, sleep
        self.url, self._secret = url, secret
        self._failures = 0

    async def run(self) -> None:
        """Until cancelled. Raises Refused for a token or a secret that cannot be used."""
        if not SECRET.fullmatch(self._secret):
            raise Refused(BAD_SECRET)
        while True:
            pause_s = self._wire.limits.check_s
            try:
                await self._look()
                self._failures = 0
            except InvalidToken:
                raise Refused(TOKEN_WORDS) from None
            except RetryAfter as error:
                pause_s = wished_s(error)
            except TelegramError as error:
                self._failures += 1
                self._pulse.trouble = words_of(error)
                LOG.warning("telegram: the webhook cannot be looked after: %s", words_of(error))
                pause_s = min(self._wire.limits.longest_pause_s, 2.0 ** min(self._failures - 1, 10))
            await self._sleep(pause_s)

    async def _look(self) -> None:
        """Set anew at every start, so that secret and kinds of updates are ours, and whenever it was changed."""
        info = await self._wire.bot.get_webhook_info()
        if self._pulse.last_seen is None or info.url != self.url:
            await self._wire.bot.set_webhook(
                self.url, secret_token=self._secret, allowed_updates=ALLOWED, drop_pending_updates=False
            )
            self._pulse.counters["webhook_set"] += 1
        self._pulse.seen(self._clock())
        self._pulse.counters["pending"] = info.pending_update_count
        self._pulse.trouble = self._complaint(info)

    def _complaint(self, info: WebhookInfo) -> str:
        """What Telegram says about us, while it is fresh."""
        if info.last_error_date is None or info.url != self.url:
            return ""
        if (self._clock() - info.last_error_date).total_seconds() > FRESH_ERROR_S:
            return ""
        return f"Telegram 到不了回调 / cannot reach the webhook: {hide(info.last_error_message or '')[:200]}"

    async def answer(self, asked: Asked, intake: Intake) -> Told:
        """403 without the secret, 400 for what is no update, 503 (asked again later) for what could not be stored."""
        if asked.method != "POST":
            return Told(status=405)
        if not self._secret or not hmac.compare_digest(_given(asked), self._secret.encode()):
            self._pulse.counters["forged"] += 1
            return Told(status=403)
        raw = _update(asked.body)
        if raw is None:
            self._pulse.counters["unreadable"] += 1
            return Told(status=400)
        try:
            arrival = await self._taking.read(raw)
            if arrival is not None:
                await self._taking.take(arrival, intake)
        except Exception:
            LOG.exception("update %s could not be stored; Telegram brings it again", raw["update_id"])
            return Told(status=503)
        return Told()


def _given(asked: Asked) -> bytes:
    return asked.headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "surrogateescape")


def _update(body: bytes) -> dict[str, Any] | None:
    if len(body) > LARGEST:
        return None
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    known = isinstance(raw, dict) and type(raw.get("update_id")) is int
    return raw if known else None
