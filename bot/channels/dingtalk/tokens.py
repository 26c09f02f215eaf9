"""The access token: fetched once for all who wait, renewed before it ends, forgotten when the platform does not like it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from bot.street.words import Fate

from .trouble import REFUSED, TOKEN, Trouble, judge, lost

LOG = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
"""A token is not used in its last minutes: a call may take some, and clocks differ."""


class Tokens:
    """Single flight. Raises Trouble; wrong credentials are REFUSED."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        api_base: str,
        client_id: str,
        secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._http, self._url, self._clock = http, f"{api_base}/v1.0/oauth2/accessToken", clock
        self._id, self._secret = client_id, secret
        self._token, self._until = "", clock()
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        async with self._lock:
            if not self._token or self._clock() >= self._until:
                await self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """The platform refused this one; a newer one stays."""
        if token == self._token:
            self._token = ""

    async def _fetch(self) -> None:
        try:
            body = {"appKey": self._id, "appSecret": self._secret}
            record = judge(await self._http.post(self._url, json=body))
        except httpx.HTTPError as error:
            trouble = lost(error)
            raise Trouble(
                Fate.LATER, trouble.kind, trouble.note, 2.0
            ) from None  # a token shows nothing to anybody
        except Trouble as error:
            if error.kind in (TOKEN, REFUSED):
                words = "Client ID 或 Client Secret 不对 / wrong client id or client secret"
                raise Trouble(Fate.NEVER, REFUSED, f"{words} ({error.note})") from None
            fate = Fate.LATER if error.fate is Fate.UNKNOWN else error.fate
            raise Trouble(fate, error.kind, error.note, error.after_s or 2.0) from None
        token, lasts = record.get("accessToken"), record.get("expireIn", 7200)
        if not isinstance(token, str) or not token or not isinstance(lasts, int | float):
            raise Trouble(Fate.LATER, REFUSED, "没有拿到 token / no token in the answer", 30.0)
        whole = timedelta(seconds=float(lasts))
        self._token, self._until = token, self._clock() + max(whole - EARLY, whole / 2)
