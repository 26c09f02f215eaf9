"""Calls to DingTalk over HTTP: with the token, counted, and with every refusal sorted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.street.words import Fate

from .quota import Quota
from .tokens import Tokens
from .trouble import LOST, QUOTA, REFUSED, TOKEN, Trouble, judge, lost

HEADER = "x-acs-dingtalk-access-token"
UPLOAD_S = 120.0
AGAIN_S = 2.0


class _NoQueries(logging.Filter):
    """httpx logs whole addresses, and ours carry an access token or the session of a webhook in the query."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                one.copy_with(query=None) if isinstance(one, httpx.URL) and one.query else one
                for one in record.args
            )
        return True


def keep_queries_out_of_logs() -> None:
    """Once for the process; the logger keeps its level and everything else it says."""
    log = logging.getLogger("httpx")
    if not any(isinstance(one, _NoQueries) for one in log.filters):
        log.addFilter(_NoQueries())


class Api:
    """Both of DingTalk's hosts. Every method raises Trouble for what did not succeed, and nothing else of the network."""

    def __init__(
        self, http: httpx.AsyncClient, api_base: str, oapi_base: str, tokens: Tokens, quota: Quota
    ) -> None:
        keep_queries_out_of_logs()
        self.http, self.tokens, self.quota = http, tokens, quota
        self.api_base, self.oapi_base = api_base.rstrip("/"), oapi_base.rstrip("/")

    async def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One metered call."""
        return await self._authorised(
            lambda token: self.http.build_request(
                method, f"{self.api_base}{path}", json=body, headers={HEADER: token}
            )
        )

    async def upload(self, kind: str, name: str, content: bytes, mime: str) -> str:
        """The media id of an uploaded file; `kind` is image, voice, video or file. Nobody sees anything yet, so that no answer
        means that it may be tried again."""
        try:
            record = await self._authorised(
                lambda token: self.http.build_request(
                    "POST",
                    f"{self.oapi_base}/media/upload",
                    params={"access_token": token},
                    data={"type": kind},
                    files={"media": (name, content, mime)},
                    timeout=UPLOAD_S,
                )
            )
        except Trouble as trouble:
            if trouble.fate is not Fate.UNKNOWN:
                raise
            raise Trouble(Fate.LATER, trouble.kind, trouble.note, AGAIN_S) from None
        media = record.get("media_id")
        if not isinstance(media, str) or not media:
            raise Trouble(Fate.LATER, LOST, "上传没有返回 media_id / no media id in the answer", AGAIN_S)
        return media

    async def _authorised(self, build: Callable[[str], httpx.Request]) -> dict[str, Any]:
        """A token that has just been revoked is renewed once."""
        token = await self.tokens.get()
        try:
            return await self._metered(build(token))
        except Trouble as trouble:
            if trouble.kind != TOKEN:
                raise
            self.tokens.forget(token)
        return await self._metered(build(await self.tokens.get()))

    async def hook(self, url: str, body: dict[str, Any]) -> None:
        """Answer by a session webhook: no token, not counted. The caller has checked its host."""
        try:
            judge(await self.http.post(url, json=body))
        except httpx.HTTPError as error:
            raise lost(error) from None
        except httpx.InvalidURL:
            raise Trouble(Fate.NEVER, REFUSED, "回复地址无效 / the webhook is no address") from None

    def trusted(self, url: str) -> bool:
        """A webhook is only called where DingTalk's older API lives: a forged one must not send us elsewhere."""
        try:
            ours, theirs = urlsplit(self.oapi_base), urlsplit(url)
            return (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)
        except ValueError:
            return False

    async def _metered(self, request: httpx.Request) -> dict[str, Any]:
        try:
            response = await self.http.send(request)
        except httpx.HTTPError as error:
            trouble = lost(error)
            if trouble.fate is not Fate.LATER:
                await self.quota.count()
            raise trouble from None
        await self.quota.count()
        try:
            return judge(response)
        except Trouble as trouble:
            if trouble.kind == QUOTA:
                await self.quota.exhausted()
            raise
