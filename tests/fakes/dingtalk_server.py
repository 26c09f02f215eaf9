"""A strict DingTalk in memory: Stream and HTTP, what people see in their chats, and switches for everything that goes wrong.

async with FakeDingTalk() as fake:
    channel = DingTalk(fake.account(), pad, clock)
    await fake.say("staff1", "你好"); fake.texts("staff1"); await fake.press("staff1", track, "批准")
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.dingtalk import Account

from .dingtalk_cards import CardSide
from .dingtalk_http import Call, Reply, SmallServer
from .dingtalk_stream_side import CARDS, MESSAGES, Pending, StreamSide

CLIENT, SECRET, CORP = "dingfakeclient", "fake-secret", "dingcorp"
HOOK_LIVES = timedelta(minutes=90)
OPEN, TOKEN = "/v1.0/gateway/connections/open", "/v1.0/oauth2/accessToken"
PERSON, GROUP = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"
HOOK, UPLOAD, FILES = "/robot/sendBySession", "/media/upload", "/v1.0/robot/messageFiles/download"
FREE = (OPEN, TOKEN, HOOK, "/files/")
FILE_TYPES = {"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"}
IMAGE_TYPES = {"jpg", "gif", "png", "bmp"}
QUOTA_CODE = "Forbidden.AccessDenied.ApiCountLimitForOrg"
KEYS = {"sampleText": {"content"}, "sampleMarkdown": {"title", "text"}, "sampleImageMsg": {"photoURL"},
        "sampleFile": {"mediaId", "fileName", "fileType"}}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One message in a chat as a person sees it."""

    kind: str
    text: str
    by: str


@dataclass
class FakeDingTalk:
    """`members` are the staff ids of the organisation. Faults: see `fail`, `quota`, `page`, `stream.deaf`, `revoke`."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    members: set[str] = field(default_factory=lambda: {"staff1", "staff2", "boss"})
    filtered: set[str] = field(default_factory=set)
    flow_controlled: set[str] = field(default_factory=set)
    quota: int | None = None
    page: Reply | None = None
    """Answers everything but the Stream: an address that is blocked."""
    secret: str = SECRET
    chats: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)
    """Download codes of what people sent: name, bytes, content type."""
    tokens: dict[str, datetime] = field(default_factory=dict)
    hooks: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    opened: list[dict[str, Any]] = field(default_factory=list)
    _faults: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    _after: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.stream = StreamSide(self.now)
        self.cards = CardSide(self)
        self._http = SmallServer(self._answer)

    async def __aenter__(self) -> FakeDingTalk:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        await self.stream.start()
        await self._http.start()

    async def stop(self) -> None:
        await self.stream.stop()
        await self._http.stop()

    @property
    def base(self) -> str:
        """Both API addresses."""
        return f"http://127.0.0.1:{self._http.port}"

    def account(self, **changes: Any) -> Account:
        """The account of the app in this organisation; no templates unless named."""
        given: dict[str, Any] = {
            "client_id": CLIENT, "client_secret": SECRET, "api_base": self.base, "oapi_base": self.base,
        }  # fmt: skip
        return Account(**(given | changes))

    # faults

    def fail(self, path: str, *replies: Reply, after: bool = False) -> None:
        """The next calls of `path` get these instead; `after`: what they ask for is done all the same."""
        (self._after if after else self._faults)[path].extend(replies)

    def revoke(self) -> None:
        """Every token is worth nothing from now on."""
        self.tokens.clear()

    @property
    def metered(self) -> int:
        return sum(n for path, n in self.calls.items() if not path.startswith(FREE))

    # people

    async def say(self, user: str, text: str = "", *, group: str = "", **changes: Any) -> Pending:
        """`user` writes to the robot, or in a group with @robot; `changes` are fields of the payload. The result is what is
        delivered: `await said.ack` for the acknowledgement. `user` starting with "out:" is not of this organisation."""
        payload = self.payload(user, text, group=group) | changes
        return await self.stream.deliver(payload["msgId"], MESSAGES, payload)

    def payload(self, user: str, text: str, *, group: str = "") -> dict[str, Any]:
        now, outside = self.now(), user.startswith("out:")
        session = uuid.uuid4().hex
        chat = group or user
        self.hooks[session] = (chat, now + HOOK_LIVES)
        payload: dict[str, Any] = {
            "conversationId": group or f"cid-{user}=", "conversationType": "2" if group else "1",
            "chatbotCorpId": CORP, "chatbotUserId": "$:LWCP_v1:$bot", "msgId": f"msg{uuid.uuid4().hex}==",
            "senderNick": f"{user} 昵称", "senderStaffId": user, "senderCorpId": CORP, "isAdmin": False,
            "senderId": f"$:LWCP_v1:${user}", "senderPlatform": "Mac", "robotCode": CLIENT, "msgtype": "text",
            "sessionWebhook": f"{self.base}{HOOK}?session={session}", "openThreadId": "cid=",
            "sessionWebhookExpiredTime": int((now + HOOK_LIVES).timestamp() * 1000),
            "createAt": int(now.timestamp() * 1000), "text": {"content": f" {text}" if group else text},
        }  # fmt: skip
        if group:
            payload |= {
                "conversationTitle": "群",
                "isInAtList": True,
                "atUsers": [{"dingtalkId": "$:LWCP_v1:$bot"}],
            }
        if outside:
            del payload["senderStaffId"], payload["senderCorpId"]
        return payload

    async def press(self, user: str, track: str, button: str, **changes: Any) -> dict[str, Any]:
        """`user` presses a button of a card by its words; the card changes as the acknowledgement says. Returns the response."""
        event = self.cards.event(track, button)
        content = {"cardPrivateData": {"actionIds": [event["actionId"]], "params": event["params"]}}
        payload: dict[str, Any] = {
            "outTrackId": track, "corpId": CORP, "userId": user, "userIdType": 1, "spaceType": "IM",
            "spaceId": self.cards.all[track].space, "type": "actionCallback", "extension": "{}",
            "content": json.dumps(content),
        }  # fmt: skip
        said = await self.stream.deliver(uuid.uuid4().hex, CARDS, payload | changes)
        ack = await said.ack
        response = json.loads(ack["data"]).get("response") or {}
        self.cards.apply(track, user, response)
        assert isinstance(response, dict)
        return response

    def texts(self, chat: str) -> list[str]:
        """The texts of a chat in order, cards not among them."""
        return [one.text for one in self.chats[chat] if one.kind in ("text", "markdown")]

    # HTTP

    async def _answer(self, call: Call) -> Reply:
        self.calls[call.path if not call.path.startswith("/files/") else "/files/"] += 1
        if self.page is not None and not call.path.startswith("/files/"):
            return self.page
        if self._faults[call.path]:
            return self._faults[call.path].pop(0)
        reply = self._route(call)
        return self._after[call.path].pop(0) if self._after[call.path] else reply

    def _route(self, call: Call) -> Reply:
        if call.path == OPEN:
            return self._open(call)
        if call.path == TOKEN:
            return self._token(call)
        if call.path == HOOK:
            return self._hook(call)
        if call.path.startswith("/files/"):
            return self._file(call)
        if self.quota is not None and self.metered > self.quota:
            return refused(403, QUOTA_CODE, "本组织本月调用量已达上限")
        if call.path == UPLOAD:
            return self._upload(call)
        token = call.headers.get("x-acs-dingtalk-access-token", "")
        if self.tokens.get(token, datetime.min.replace(tzinfo=UTC)) < self.now():
            return refused(401, "InvalidAuthentication", "不合法的access_token")
        routes = {PERSON: self._person, GROUP: self._group, FILES: self._download}
        return routes[call.path](call.json()) if call.path in routes else self.cards.route(call)

    def _open(self, call: Call) -> Reply:
        if call.headers.get("accept") != "application/json":
            return Reply(200, b"<xml>ask for JSON</xml>")
        body = call.json()
        if (body["clientId"], body["clientSecret"]) != (CLIENT, self.secret):
            return refused(401, "authFailed", "鉴权失败")
        topics = {one["topic"] for one in body["subscriptions"]}
        if not topics or not all(one["type"] in ("EVENT", "CALLBACK") for one in body["subscriptions"]):
            return refused(400, "param.error", "subscriptions")
        self.opened.append(body)
        return Reply(200, self.stream.ticket())

    def _token(self, call: Call) -> Reply:
        body = call.json()
        if (body["appKey"], body["appSecret"]) != (CLIENT, self.secret):
            return refused(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        token = uuid.uuid4().hex
        self.tokens[token] = self.now() + timedelta(seconds=7200)
        return Reply(200, {"accessToken": token, "expireIn": 7200})

    def _hook(self, call: Call) -> Reply:
        chat, until = self.hooks.get(call.query.get("session", ""), ("", self.now()))
        if not chat or until <= self.now():
            return Reply(200, {"errcode": 300001, "errmsg": "session 不存在或已过期"})
        body = call.json()
        if body.get("msgtype") == "text":
            self.chats[chat].append(Shown("text", body["text"]["content"], "webhook"))
        elif body.get("msgtype") == "markdown" and body["markdown"].get("title"):
            self.chats[chat].append(Shown("markdown", body["markdown"]["text"], "webhook"))
        else:
            return Reply(200, {"errcode": 40035, "errmsg": "缺少参数 json"})
        return Reply(200, {"errcode": 0, "errmsg": "ok"})

    def _person(self, body: dict[str, Any]) -> Reply:
        users = body["userIds"]
        if bad := self._bad_message(body) or (not 0 < len(users) <= 20 and "userIds"):
            return refused(400, "invalidParameter", str(bad))
        known = [one for one in users if one in self.members]
        kept = [one for one in known if one not in self.filtered | self.flow_controlled]
        for one in kept:
            self.chats[one].append(self._message(body))
        return Reply(200, {
            "processQueryKey": uuid.uuid4().hex,
            "invalidStaffIdList": [one for one in users if one not in self.members],
            "filteredStaffIdList": [one for one in known if one in self.filtered],
            "flowControlledStaffIdList": [one for one in known if one in self.flow_controlled],
        })  # fmt: skip

    def _group(self, body: dict[str, Any]) -> Reply:
        if bad := self._bad_message(body) or (not body["openConversationId"].startswith("cid") and "cid"):
            return refused(400, "invalidParameter", str(bad))
        self.chats[body["openConversationId"]].append(self._message(body))
        return Reply(200, {"processQueryKey": uuid.uuid4().hex})

    def _bad_message(self, body: dict[str, Any]) -> str:
        if body["robotCode"] != CLIENT:
            return "robotCode"
        if not isinstance(body["msgParam"], str) or len(body["msgParam"].encode()) > 15000:
            return "msgParam"
        param = json.loads(body["msgParam"])
        if not KEYS[body["msgKey"]] <= set(param) or not all(isinstance(one, str) for one in param.values()):
            return "msgParam keys"
        media = param.get("mediaId") or param.get("photoURL")
        return "mediaId" if media and media not in self.media else ""

    def _message(self, body: dict[str, Any]) -> Shown:
        param = json.loads(body["msgParam"])
        kinds = {
            "sampleText": "text",
            "sampleMarkdown": "markdown",
            "sampleFile": "file",
            "sampleImageMsg": "image",
        }
        text = param.get("content") or param.get("text") or param.get("fileName") or param.get("photoURL")
        return Shown(kinds[body["msgKey"]], text, "api")

    def _upload(self, call: Call) -> Reply:
        if self.tokens.get(call.query.get("access_token", ""), datetime.min.replace(tzinfo=UTC)) < self.now():
            return Reply(200, {"errcode": 40014, "errmsg": "不合法的access_token"})
        form = call.form()
        kind, (name, content) = form["type"][1].decode(), form["media"]
        allowed = IMAGE_TYPES if kind == "image" else FILE_TYPES
        if name.rpartition(".")[2].lower().replace("jpeg", "jpg") not in allowed or len(content) > 20 * 2**20:
            return Reply(200, {"errcode": 40005, "errmsg": "不合法的文件类型或大小"})
        media = f"@{uuid.uuid4().hex}"
        self.media[media] = (name, content)
        return Reply(200, {"errcode": 0, "media_id": media, "type": kind})

    def _download(self, body: dict[str, Any]) -> Reply:
        if body["downloadCode"] not in self.files or body["robotCode"] != CLIENT:
            return refused(400, "invalidParameter.downloadCode", "downloadCode 无效")
        return Reply(200, {"downloadUrl": f"{self.base}/files/{body['downloadCode']}"})

    def _file(self, call: Call) -> Reply:
        if (found := self.files.get(call.path.removeprefix("/files/"))) is None:
            return Reply(404, b"gone")
        name, content, mime = found
        headers = {"content-type": mime}
        if name:
            headers["content-disposition"] = f'attachment; filename="{name}"'
        return Reply(200, content, headers)


def refused(status: int, code: str, message: str) -> Reply:
    """An error of the new API."""
    return Reply(status, {"code": code, "message": message, "requestid": uuid.uuid4().hex})
