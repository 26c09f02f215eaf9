"""Calls to WeCom's API: token, one repeat with a fresh one, a few when it is busy, and every fault by its name."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import httpx

from .faults import Case, Refused, Unsent, Unsure, WecomFault
from .tokens import Tokens

BUSY_TRIES = 3
FIRST_PAUSE_S = 0.5
TIMEOUT = httpx.Timeout(10.0, connect=5.0, write=30.0, pool=10.0)
TURNED_AWAY = (429, 503)
"""HTTP statuses that say: not taken. Other 5xx may come after the work was done."""

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


class NoSecrets(logging.Filter):
    """Cuts the query off every URL that httpx logs: WeCom wants secret and token there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
            )
        return True


NO_SECRETS = NoSecrets()


def http_client() -> httpx.AsyncClient:
    """The client a channel uses when it is given none. Proxies from the environment are honoured."""
    return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)


class Api:
    """One app at WeCom. Raises WecomFault and nothing else for what network and platform do."""

    def __init__(
        self,
        *,
        base: str,
        corp_id: str,
        secret: str,
        clock: Callable[[], datetime],
        http: httpx.AsyncClient | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        logging.getLogger("httpx").addFilter(NO_SECRETS)
        self._base = base.rstrip("/")
        self._login = {"corpid": corp_id, "corpsecret": secret}
        self._http, self._sleep, self._own = http, sleep, http is None
        self.tokens = Tokens(self._fetch_token, clock)
        self.fetched = 0
        """how many times a token was asked for"""

    @property
    def http(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = http_client()
        return self._http

    async def close(self) -> None:
        """Close the client that was made here; one that was given is its giver's."""
        if self._own and self._http is not None:
            await self._http.aclose()
            self._http = None

    async def call(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> dict[str, Any]:
        """GET, or POST where there is a body or files. The answer of errcode 0."""

        async def once(token: str) -> dict[str, Any]:
            query = {**(params or {}), "access_token": token}
            content = (
                None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            )
            method = "GET" if content is None and files is None else "POST"
            headers = {"content-type": "application/json"} if content is not None else None
            request = self.http.build_request(
                method, self._url(path), params=query, content=content, files=files, headers=headers
            )
            return await self._answer(request)

        return await self.with_token(once)

    async def with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        """Do it with a token; once more with a fresh one where WeCom says so, a few times more where it is busy."""
        renewed, busy = False, 0
        while True:
            token = await self._token()
            try:
                return await once(token)
            except Refused as refused:
                if refused.case is Case.TOKEN and not renewed:
                    renewed = True
                    self.tokens.drop(token)
                elif refused.case is Case.BUSY and busy < BUSY_TRIES:
                    busy += 1
                    await self._sleep(FIRST_PAUSE_S * 2 ** (busy - 1))
                else:
                    raise

    def media_request(self, token: str, media_id: str, start: int, end: int) -> httpx.Request:
        """A request for the bytes from `start` to `end` (both included) of an uploaded file."""
        query = {"access_token": token, "media_id": media_id}
        headers = {"range": f"bytes={start}-{end}", "accept-encoding": "identity"}
        return self.http.build_request("GET", self._url("media/get"), params=query, headers=headers)

    async def _token(self) -> str:
        try:
            return await self.tokens.current()
        except Unsure as unsure:  # what was to be done has not even begun
            raise Unsent(f"gettoken: {unsure}") from None

    async def _fetch_token(self) -> tuple[str, float]:
        self.fetched += 1
        told = await self._answer(self.http.build_request("GET", self._url("gettoken"), params=self._login))
        token, lives = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not token:
            raise Unsent("gettoken: 没有 access_token / no access_token")
        return token, float(lives) if isinstance(lives, int | float) else 7200.0

    def _url(self, path: str) -> str:
        return f"{self._base}/cgi-bin/{path}"

    async def _answer(self, request: httpx.Request) -> dict[str, Any]:
        try:
            response = await self.http.send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise line_fault(error) from None
        check_status(response.status_code)
        return checked(response.content)


def line_fault(error: Exception) -> WecomFault:
    """A fault of the line by its kind; the words of httpx stay out, they may hold the URL."""
    name = type(error).__name__
    before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    if isinstance(error, (*before, httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return Unsent(f"没有连上企业微信 / no connection to WeCom ({name})")
    return Unsure(f"企业微信没有答复 / WeCom did not answer ({name})")


def check_status(status: int) -> None:
    """Raises for every status that is no answer."""
    if status in (200, 206):
        return
    if status in TURNED_AWAY or status < 500:
        raise Unsent(f"HTTP {status}")
    raise Unsure(f"HTTP {status}")


def checked(content: bytes) -> dict[str, Any]:
    """The JSON of an answer. Raises Refused for its errcode, Unsure for what is no answer of WeCom's."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise Unsure("企业微信的答复读不懂 / WeCom's answer is not JSON") from None
    code = told.get("errcode", 0) if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(code, int):
        raise Unsure("企业微信的答复读不懂 / WeCom's answer is of another shape")
    if code:
        raise Refused(code, str(told.get("errmsg", "")))
    return told
