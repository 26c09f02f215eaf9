"""The access token: fetched once for all who wait, renewed early, dropped when WeCom refuses it; never in a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from .faults import Case, Refused

EARLY_S = 300.0
"""Seconds before its end at which a token is renewed."""

REST_S = 30.0
"""Seconds in which a refused secret is not tried again: WeCom blocks whoever fails too often."""

Fetch = Callable[[], Awaitable[tuple[str, float]]]
"""Asks WeCom: the token, and how many seconds it lives."""


class Tokens:
    """One app's token. Never written anywhere: another process gets the same one from WeCom."""

    def __init__(self, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._fetch, self._clock = fetch, clock
        self._token = ""
        self._until: datetime | None = None
        self._under_way: asyncio.Task[str] | None = None
        self._refused: tuple[Refused, datetime] | None = None

    async def current(self) -> str:
        """A token that is good as far as we know. Raises WecomFault when there is none to be had."""
        if self._token and self._until is not None and self._clock() < self._until:
            return self._token
        if self._refused is not None and self._clock() < self._refused[1]:
            raise Refused(self._refused[0].code)
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._renew())
            self._under_way.add_done_callback(self._ended)
        return await asyncio.shield(self._under_way)

    def drop(self, token: str) -> None:
        """WeCom refused this token. One that has been renewed meanwhile stays."""
        if token == self._token:
            self._token = ""

    async def _renew(self) -> str:
        try:
            token, lives_s = await self._fetch()
        except Refused as refused:
            if refused.case is Case.SETTINGS:
                self._refused = (refused, self._clock() + timedelta(seconds=REST_S))
            raise
        good_for = max(lives_s - EARLY_S, lives_s / 2)
        self._token, self._until = token, self._clock() + timedelta(seconds=good_for)
        self._refused = None
        return token

    def _ended(self, task: asyncio.Task[str]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # looked at, so that a fetch nobody waits for any more is not reported as forgotten
