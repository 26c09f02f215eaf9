"""WeCom on loopback: the API of a self-built app as platforms.md describes it, with faults on demand.

    async with WecomServer() as wecom:                    # wecom.base is WECOM_API_BASE
        wecom.callback_url = "http://127.0.0.1:1/hooks/wecom"
        await wecom.phone.say("zhaolei", "你好")           # signed, encrypted, delivered again when not answered
        await wecom.phone.press("zhaolei", "同意")         # the newest card of this member
        wecom.seen("zhaolei")                              # what this member's phone shows

Faults: `errcodes[path]`, `statuses[path]` and `lost[path]` (seconds before an answer) are used up one by one by the next
calls of a path such as "message/send"; an errcode of 0 lets that call pass. `revoke()`, `revoked_for_good`, `secret`,
`trusted`, `in_wechat` (members whose client shows no Markdown), `unlicensed` and `breaks_after` stay until changed.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.clock import FakeClock
from tests.fakes.wecom_markdown import Page, read
from tests.fakes.wecom_rules import BAD_MEDIA, TYPES, No, check_card, check_markdown, check_upload, cut

CODE_LIVES, MEDIA_LIVES = timedelta(hours=72), timedelta(days=3)
BAD_CODE = 95005  # the pages give no number for a used or old response_code; ours stands for any
WHOLE_MOST = 20 * 1024 * 1024


@dataclass
class Shown:
    """One thing on a member's screen. A card that is changed stays where it is and shows its new content."""

    kind: str
    text: str = ""
    card: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    content: bytes = b""
    message_id: str = ""

    @property
    def page(self) -> Page:
        """A Markdown message as it looks."""
        return read(self.text)

    @property
    def buttons(self) -> dict[str, str]:
        """Text and key of the buttons that can be pressed."""
        if "replace_text" in self.card:
            return {}
        return {button["text"]: button["key"] for button in self.card.get("button_list", [])}


@dataclass
class _Media:
    name: str
    content: bytes
    mime: str
    at: datetime


@dataclass
class _Code:
    member: str
    shown: Shown
    at: datetime
    used: bool = False


class WecomServer:
    """The platform. `members` are in the app's visible scope; `clock` is the platform's own."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        from tests.fakes.wecom_phone import WecomPhone

        self.clock = clock or FakeClock()
        self.corp_id, self.agent_id, self.secret = "ww1436e0e65a779aee", 1000002, "app-secret-of-the-test"
        self.token = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
        self.aes_key = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
        self.members = {"zhaolei", "lina", "heqiang"}
        self.unlicensed: set[str] = set()
        self.in_wechat: set[str] = set()
        self.base = self.callback_url = ""
        self.trusted, self.enabled, self.revoked_for_good = True, True, False
        self.breaks_after = 0
        self.ranges: list[str] = []
        self.errcodes: dict[str, deque[int]] = defaultdict(deque)
        self.statuses: dict[str, deque[int]] = defaultdict(deque)
        self.lost: dict[str, deque[float]] = defaultdict(deque)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.dropped: list[tuple[str, str]] = []
        self.phone = WecomPhone(self)
        self._seen: dict[str, list[Shown]] = defaultdict(list)
        self._times: dict[str, list[datetime]] = defaultdict(list)
        self._media: dict[str, _Media] = {}
        self._codes: dict[str, _Code] = {}
        self._tasks: set[str] = set()
        self._token: tuple[str, datetime] | None = None
        self._count = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> WecomServer:
        from tests.fakes.wecom_serving import serving

        app = Starlette(routes=[Route("/cgi-bin/{path:path}", self._serve, methods=["GET", "POST"])])
        self.base = await self._stack.enter_async_context(serving(app))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.phone.close()
        await self._stack.aclose()

    def seen(self, member: str) -> list[Shown]:
        return self._seen[member]

    def texts(self, member: str) -> list[str]:
        """What can be read: the words of a Markdown message, and nothing of it in WeChat's plug-in."""
        return [shown.page.visible if shown.kind == "markdown" else shown.text for shown in self._seen[member]
                if shown.kind == "text" or (shown.kind == "markdown" and member not in self.in_wechat)]  # fmt: skip

    def cards(self, member: str) -> list[Shown]:
        return [shown for shown in self._seen[member] if shown.kind == "template_card"]

    def count(self, path: str) -> int:
        """How often this was called."""
        return sum(1 for called, _ in self.calls if called == path)

    def revoke(self) -> None:
        """The token is void from now on; the next gettoken gives another."""
        self._token = None

    def put_media(self, content: bytes, name: str, mime: str = "application/octet-stream") -> str:
        """A file that a member sent: its media id."""
        media_id = f"MEDIA{self._next()}"
        self._media[media_id] = _Media(name, content, mime, self.clock())
        return media_id

    def forget_media(self) -> None:
        """As if three days had passed."""
        self._media.clear()

    def new_code(self, member: str, shown: Shown) -> str:
        code = f"RC-{self._next()}"
        self._codes[code] = _Code(member, shown, self.clock())
        return code

    def _next(self) -> int:
        self._count += 1
        return self._count

    async def _serve(self, request: Request) -> Response:
        path = request.path_params["path"]
        if self.statuses[path]:
            return Response("gateway", status_code=self.statuses[path].popleft())
        try:
            answer = await self._answer(path, request)
        except No as no:
            answer = JSONResponse({"errcode": no.code, "errmsg": no.message})
        if self.lost[path]:
            await asyncio.sleep(self.lost[path].popleft())
        return answer

    async def _answer(self, path: str, request: Request) -> Response:
        body = await request.body()
        told = json.loads(body) if body.startswith(b"{") else {}
        self.calls.append((path, told))
        if self.errcodes[path] and (code := self.errcodes[path].popleft()):
            raise No(code, "scripted")
        if path == "gettoken":
            return JSONResponse(self._gettoken(request))
        self._check_token(request.query_params.get("access_token", ""))
        if path == "media/get":
            return self._get(request)
        if path == "media/upload":
            return JSONResponse(await self._upload(request))
        match (request.method, path):
            case ("POST", "message/send"):
                return JSONResponse(self._send(told))
            case ("POST", "message/update_template_card"):
                return JSONResponse(self._update(told))
            case ("GET", "getcallbackip"):
                return JSONResponse({"errcode": 0, "errmsg": "ok", "ip_list": ["127.0.0.*"]})
            case ("GET", "agent/get"):
                return JSONResponse(self._agent(request.query_params.get("agentid", "")))
        return Response("not found", status_code=404)

    def _gettoken(self, request: Request) -> dict[str, Any]:
        if request.query_params.get("corpid") != self.corp_id:
            raise No(40013, "invalid corpid")
        if request.query_params.get("corpsecret") != self.secret:
            raise No(40001, "invalid credential")
        if self._token is None or self._token[1] <= self.clock():
            self._token = (f"TOKEN{self._next()}-" + "x" * 400, self.clock() + timedelta(seconds=7200))
        left = int((self._token[1] - self.clock()).total_seconds())
        return {"errcode": 0, "errmsg": "ok", "access_token": self._token[0], "expires_in": left}

    def _check_token(self, token: str) -> None:
        if not token:
            raise No(41001, "access_token missing")
        if self.revoked_for_good or self._token is None or token != self._token[0]:
            raise No(40014, "invalid access_token")
        if self._token[1] <= self.clock():
            raise No(42001, "access_token expired")
        if not self.trusted:
            said = (
                f"not allow to access from your ip, hint: [{self._next()}], from ip: 203.0.113.7, more info"
            )
            raise No(60020, said)
        if not self.enabled:
            raise No(50003, "app disabled")

    def _agent(self, agent: str) -> dict[str, Any]:
        if agent != str(self.agent_id):
            raise No(40056, "invalid agentid")
        people = {"user": [{"userid": one} for one in sorted(self.members)]}
        return {"errcode": 0, "errmsg": "ok", "agentid": self.agent_id, "name": "成单", "close": 0,
                "allow_userinfos": people, "allow_partys": {"partyid": []}, "allow_tags": {"tagid": []}}  # fmt: skip

    def _send(self, told: dict[str, Any]) -> dict[str, Any]:
        if told.get("agentid") != self.agent_id:
            raise No(40056, "invalid agentid")
        kind = told.get("msgtype")
        if kind not in TYPES or not isinstance(told.get(kind), dict):
            raise No(40008, "invalid message type")
        names = str(told.get("touser", "")).split("|")
        if "@all" in names:
            names = sorted(self.members)
        wrong = [name for name in names if name not in self.members]
        if len(wrong) == len(names):
            raise No(81013, "user & party & tag all invalid")
        content = self._content(kind, told[kind])
        message_id, code = f"MSG{self._next()}", ""
        for name in names:
            if name in self.members - self.unlicensed:
                code = self._deliver(name, content, message_id)
        answer = {"errcode": 0, "errmsg": "ok", "msgid": message_id, "invaliduser": "|".join(wrong).lower()}
        answer["unlicenseduser"] = "|".join(name for name in names if name in self.unlicensed).lower()
        return {**answer, "response_code": code} if kind == "template_card" else answer

    def _content(self, kind: str, content: dict[str, Any]) -> Shown:
        if kind == "template_card":
            check_card(content)
            if content["task_id"] in self._tasks:
                raise No(40058, "task_id duplicated")
            if not self.callback_url:
                raise No(40058, "no callback url")
            self._tasks.add(content["task_id"])
            return Shown(kind, card=content)
        if kind == "markdown":
            return Shown(kind, text=check_markdown(content.get("content")))
        if "media_id" in content:
            media = self._stored(str(content["media_id"]))
            return Shown(kind, name=media.name, content=media.content)
        text = str(content.get("content", content.get("description", "")))
        if not text:
            raise No(44004, "empty content")
        return Shown(kind, text=cut(text))

    def _deliver(self, member: str, content: Shown, message_id: str) -> str:
        """On the screen, or dropped without a word above 30 in a minute or 1000 in an hour."""
        now, times = self.clock(), self._times[member]
        minute = sum(1 for at in times if at > now - timedelta(minutes=1))
        hour = sum(1 for at in times if at > now - timedelta(hours=1))
        if minute >= 30 or hour >= 1000:
            self.dropped.append((member, content.text or content.kind))
            return ""
        times.append(now)
        copy = Shown(
            content.kind, content.text, dict(content.card), content.name, content.content, message_id
        )
        self._seen[member].append(copy)
        return self.new_code(member, copy)

    def _update(self, told: dict[str, Any]) -> dict[str, Any]:
        code = self._codes.get(str(told.get("response_code")))
        if told.get("agentid") != self.agent_id:
            raise No(40056, "invalid agentid")
        if code is None or code.used or code.at + CODE_LIVES <= self.clock():
            raise No(BAD_CODE, "invalid response_code")
        if "template_card" in told:
            check_card(told["template_card"])
        code.used = True
        wrong = [name for name in told.get("userids", []) if name not in self.members]
        for name in told.get("userids", []):
            for shown in self.cards(name):
                if shown.card.get("task_id") == code.shown.card.get("task_id"):
                    shown.card = told["template_card"] if "template_card" in told else {
                        **shown.card, "replace_text": told["button"]["replace_name"]}  # fmt: skip
        return {"errcode": 0, "errmsg": "ok", "invaliduser": wrong}

    async def _upload(self, request: Request) -> dict[str, Any]:
        body = await request.body()
        raw = re.search(rb'name="media"; filename="([^"\r\n]*)"', body)  # as sent: what people would see
        async with request.form() as form:
            part = form.get("media")
            if part is None or isinstance(part, str) or raw is None:
                raise No(41005, "missing media data")
            content, name = await part.read(), raw[1].decode("utf-8")
            mime = part.content_type or ""
        kind = request.query_params.get("type", "")
        check_upload(kind, name, content)
        media_id = self.put_media(content, name, mime)
        return {"errcode": 0, "errmsg": "ok", "type": kind, "media_id": media_id, "created_at": "1380000000"}

    def _stored(self, media_id: str) -> _Media:
        media = self._media.get(media_id)
        if media is None or media.at + MEDIA_LIVES <= self.clock():
            raise No(BAD_MEDIA, "invalid media_id")
        return media

    def _get(self, request: Request) -> Response:
        media = self._stored(request.query_params.get("media_id", ""))
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        self.ranges.append(request.headers.get("range", ""))
        if asked is None and len(media.content) > WHOLE_MOST:
            raise No(830002, "use range")
        start = int(asked[1]) if asked else 0
        end = min(
            int(asked[2] or len(media.content)) + 1 if asked else len(media.content), len(media.content)
        )
        headers = {
            "content-disposition": f'attachment; filename="{media.name}"',
            "content-length": str(end - start),
        }
        if asked:
            headers["content-range"] = f"bytes {start}-{end - 1}/{len(media.content)}"
        encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
        return StreamingResponse(
            self._pieces(media.content[start:end]), 206 if asked else 200, encoded, media.mime
        )

    async def _pieces(self, content: bytes) -> Any:
        """The bytes; with `breaks_after` the line breaks once after so many of them."""
        if self.breaks_after and len(content) > self.breaks_after:
            content, self.breaks_after = content[: self.breaks_after], 0
            yield content
            raise ConnectionResetError("the line breaks")
        yield content
