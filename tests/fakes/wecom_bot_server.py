"""A fake WeCom AI bot platform, long connection: strict about what it takes, and with every fault known from the field."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from .wecom_bot_http import FileStore
from .wecom_bot_rules import BAD, card_fault, content_fault, stream_fault

BAD_REQ_ID, EXPIRED, NOT_ALLOWED, LIMITED = 846605, 846608, 40003, 45009


@dataclass
class Shown:
    """One thing a person sees in a chat. `history` are the snapshots of a stream as they were shown."""

    kind: str
    text: str = ""
    finished: bool = True
    stream: str = ""
    feedback: str = ""
    card: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    name: str = ""
    data: bytes = b""
    began: float = 0.0


@dataclass
class _Asked:
    """A callback that was pushed: `kind` message, hello, click or other."""

    kind: str
    chat: str
    at: float
    card: Shown | None = None


@dataclass
class _Upload:
    name: str
    kind: str
    total: int
    chunks: int
    md5: str
    parts: dict[int, bytes] = field(default_factory=dict)


class WeComBotServer:
    """`await start()`, then `say`, `press` and so on as people do; `chats[CHAT]` is what they see. Faults: `silent` (reads
    nothing, answers nothing), `mute_pings`, `drop_acks` (so many), `ack_delay_s`, `errors` (per cmd: codes for the next; 0: none),
    `zombie` (an evicted connection stays open), `swallow_expired` (late frames are acknowledged and shown to nobody)."""

    def __init__(
        self, clock: Callable[[], datetime], bot_id: str = "BOT1", secret: str = "s3cret-of-bot"
    ) -> None:
        self.clock, self.bot_id, self.secret = clock, bot_id, secret
        self.url = ""
        self.store = FileStore()
        self.chats: dict[str, list[Shown]] = {}
        self.subscribes = self.refusals = self.pings = self.connections = 0
        self.frames: list[dict[str, Any]] = []
        self.violations: list[str] = []
        self.silent = self.mute_pings = self.zombie = self.swallow_expired = False
        self.drop_acks = 0
        self.ack_delay_s = 0.0
        self.errors: dict[str, list[int]] = {}
        self.subscribe_errors: list[int] = []
        self.count_limit = 30
        self._server: Server | None = None
        self._live: ServerConnection | None = None
        self._asked: dict[str, _Asked] = {}
        self._numbers = itertools.count(1)
        self._uploads: dict[str, _Upload] = {}
        self._media: dict[str, _Upload] = {}
        self._busy: set[str] = set()
        self._sent: dict[str, list[float]] = {}
        self._tasks: set[int] = set()

    async def start(self) -> str:
        """The ws:// address."""
        await self.store.server.start()
        self._server = await serve(
            self._serve, "127.0.0.1", 0, ping_interval=None, max_size=4 << 20, close_timeout=0.2
        )
        self.url = f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"
        return self.url

    async def stop(self) -> None:
        """All connections end."""
        if self._server is not None:
            self._server.close(close_connections=True)
            await self._server.wait_closed()
        await self.store.server.stop()

    async def until(self, holds: Callable[[], object], within_s: float = 5.0) -> None:
        """Waits until something is the case; fails with the time-out."""
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.005)

    async def ready(self) -> None:
        """A bot is subscribed."""
        await self.until(lambda: self._live is not None)

    @property
    def connected(self) -> bool:
        """Whether a bot is subscribed."""
        return self._live is not None

    def now(self) -> float:
        """By the clock of the test."""
        return self.clock().timestamp()

    # what people do

    async def say(
        self, user: str, text: str, *, group: str = "", msgid: str = "", quote: dict[str, Any] | None = None
    ) -> str:
        """A text; in a group it must hold the bot's @name. Returns the msgid (give it again: a redelivery)."""
        extra = {"quote": quote} if quote else {}
        return await self.push_message(
            user, {"msgtype": "text", "text": {"content": text}, **extra}, group, msgid
        )

    async def send_file(
        self,
        user: str,
        data: bytes,
        *,
        kind: str = "file",
        disposition: bytes = b"",
        key: bytes | None = None,
    ) -> str:
        """A file, image or video, in single chat only; with a key of its own."""
        url, aeskey = self.store.put(data, key or os.urandom(32), disposition=disposition)
        return await self.push_message(user, {"msgtype": kind, kind: {"url": url, "aeskey": aeskey}})

    async def speak(self, user: str, text: str) -> str:
        """A voice message: only its text comes."""
        return await self.push_message(user, {"msgtype": "voice", "voice": {"content": text}})

    async def enter(self, user: str) -> str:
        """The first visit of the day."""
        return await self.push_event(user, {"eventtype": "enter_chat"}, "hello")

    async def press(self, user: str, shown: Shown, button: str, *, group: str = "") -> str:
        """By the button's words or key. The card must still have it."""
        buttons = shown.card.get("button_list", [])
        key = next(one["key"] for one in buttons if button in (one["text"], one["key"]))
        inner = {"card_type": shown.card["card_type"], "event_key": key, "task_id": shown.card["task_id"]}
        event = {"eventtype": "template_card_event", "template_card_event": inner}
        return await self.push_event(user, event, "click", group, shown)

    async def rate(
        self, user: str, shown: Shown, kind: int, content: str = "", reasons: tuple[int, ...] = ()
    ) -> str:
        """1 good, 2 bad, 3 taken back."""
        inner = {
            "id": shown.feedback,
            "type": kind,
            "content": content,
            "inaccurate_reason_list": list(reasons),
        }
        return await self.push_event(user, {"eventtype": "feedback_event", "feedback_event": inner}, "other")

    def see(self, chat: str) -> list[str]:
        """The texts of a chat, as they stand."""
        return [one.text for one in self.chats.get(chat, [])]

    async def push_message(self, user: str, said: dict[str, Any], group: str = "", msgid: str = "") -> str:
        """Any message."""
        return await self._push("aibot_msg_callback", user, said, "message", group, msgid)

    async def push_event(
        self,
        user: str,
        event: dict[str, Any],
        kind: str = "other",
        group: str = "",
        card: Shown | None = None,
    ) -> str:
        """Any event, known or not."""
        body = {"msgtype": "event", "event": event, "create_time": int(self.now())}
        return await self._push("aibot_event_callback", user, body, kind, group, "", card)

    async def _push(
        self,
        cmd: str,
        user: str,
        said: dict[str, Any],
        kind: str,
        group: str,
        msgid: str,
        card: Shown | None = None,
    ) -> str:
        number = next(self._numbers)
        req_id, msgid, chat = f"req{number}", msgid or f"m{number}", group or user
        body = {
            "msgid": msgid,
            "aibotid": self.bot_id,
            "chattype": "group" if group else "single",
            "from": {"userid": user},
        }
        body |= ({"chatid": group} if group else {}) | said
        if kind in {"message", "click"}:
            self.chats.setdefault(chat, [])
        self._asked[req_id] = _Asked(kind, chat, self.now(), card)
        await self.raw(
            json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False)
        )
        return msgid

    # what the platform does

    async def raw(self, text: str) -> None:
        """Any text on the live connection."""
        await self.ready()
        if self._live is not None:
            await self._live.send(text)

    async def evict(self) -> None:
        """Another instance took over."""
        if (old := self._live) is not None:
            self._live = None
            body = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}, "aibotid": self.bot_id}
            frame = {
                "cmd": "aibot_event_callback",
                "headers": {"req_id": f"req{next(self._numbers)}"},
                "body": body,
            }
            await old.send(json.dumps(frame))
            if not self.zombie:
                await old.close(1000)

    async def close(self, code: int = 1000) -> None:
        """The server ends the connection."""
        if (old := self._live) is not None:
            self._live = None
            await old.close(code)

    def cut(self) -> None:
        """The network breaks without a word."""
        if (old := self._live) is not None:
            self._live = None
            old.transport.abort()

    async def _serve(self, socket: ServerConnection) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionClosed):
            async for raw in socket:
                if not self.silent:
                    await self._frame(socket, json.loads(raw))
        if self._live is socket:
            self._live = None

    async def _frame(self, socket: ServerConnection, frame: dict[str, Any]) -> None:
        cmd, req_id, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body", {})
        self.frames.append(frame)
        if cmd == "aibot_subscribe":
            await self._subscribe(socket, req_id, body)
        elif cmd == "ping":
            self.pings += 1
            if not self.mute_pings:
                await _ack(socket, req_id)
        elif socket is not self._live:
            self.violations.append(f"{cmd} before subscribe")
            await socket.close(1008)
        else:
            await self._command(socket, cmd, req_id, body)

    async def _subscribe(self, socket: ServerConnection, req_id: str, body: dict[str, Any]) -> None:
        self.subscribes += 1
        code = self.subscribe_errors.pop(0) if self.subscribe_errors else 0
        if body != {"bot_id": self.bot_id, "secret": self.secret}:
            code = 40001
        if code:
            self.refusals += 1
            await _ack(socket, req_id, code, "invalid credential")
            return
        await self.evict()
        self._live = socket
        await _ack(socket, req_id)

    async def _command(self, socket: ServerConnection, cmd: str, req_id: str, body: dict[str, Any]) -> None:
        if req_id in self._busy:
            self.violations.append(f"{cmd}: two frames of {req_id} at once")
        queued = self.errors.get(cmd)
        code, words, told = queued.pop(0) if queued else 0, "told so by the test", dict[str, Any]()
        if not code:
            code, words, told = self._do(cmd, req_id, body)
        if self.drop_acks:
            self.drop_acks -= 1
        elif self.ack_delay_s:
            self._busy.add(req_id)
            asyncio.get_running_loop().create_task(self._later(socket, req_id, code, words, told))
        else:
            await _ack(socket, req_id, code, words, told)

    async def _later(
        self, socket: ServerConnection, req_id: str, code: int, words: str, told: dict[str, Any]
    ) -> None:
        await asyncio.sleep(self.ack_delay_s)
        self._busy.discard(req_id)
        with contextlib.suppress(ConnectionClosed):
            await _ack(socket, req_id, code, words, told)

    def _do(self, cmd: str, req_id: str, body: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
        deeds = {
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._send,
        }
        if deed := deeds.get(cmd):
            code, words = deed(req_id, body)
            return code, words, {}
        return self._upload(cmd, body)

    def _respond(self, req_id: str, body: dict[str, Any]) -> tuple[int, str]:
        asked = self._asked.get(req_id)
        if asked is None or asked.kind != "message" or self.now() - asked.at > 86400:
            return BAD_REQ_ID, "invalid req_id"
        if body.get("msgtype") != "stream":
            return BAD, "this fake takes streams here"
        if fault := stream_fault(body, long=True):
            return BAD, fault
        told, chat = body["stream"], self.chats[asked.chat]
        shown = next((one for one in chat if one.stream == told["id"]), None)
        if shown is None:
            if not self._may(asked.chat):
                return LIMITED, "api freq out of limit"
            shown = Shown("stream", stream=told["id"], began=self.now(), finished=False)
            shown.feedback = told.get("feedback", {}).get("id", "")
            chat.append(shown)
        elif shown.finished or self.now() - shown.began > 360:
            return (0, "") if self.swallow_expired else (EXPIRED, "stream update expired")
        shown.text, shown.finished = told["content"], told["finish"]
        shown.history.append(told["content"])
        return 0, ""

    def _welcome(self, req_id: str, body: dict[str, Any]) -> tuple[int, str]:
        asked = self._asked.pop(req_id, None)
        if asked is None or asked.kind != "hello" or self.now() - asked.at > 5:
            return BAD_REQ_ID, "invalid req_id"
        if body.get("msgtype") != "text" or content_fault(body["text"].get("content")):
            return BAD, "text.content"
        self.chats.setdefault(asked.chat, []).append(Shown("text", body["text"]["content"]))
        return 0, ""

    def _update(self, req_id: str, body: dict[str, Any]) -> tuple[int, str]:
        asked = self._asked.pop(req_id, None)
        if asked is None or asked.kind != "click" or self.now() - asked.at > 5 or asked.card is None:
            return BAD_REQ_ID, "invalid req_id"
        card = body.get("template_card")
        if body.get("response_type") != "update_template_card" or (fault := card_fault(card)):
            return BAD, "template_card"
        if not isinstance(card, dict) or card["task_id"] != asked.card.card["task_id"]:
            return BAD, f"another task_id {fault}"
        asked.card.card = card
        return 0, ""

    def _send(self, req_id: str, body: dict[str, Any]) -> tuple[int, str]:
        chat, kind = body.get("chatid", ""), body.get("msgtype", "")
        if chat not in self.chats:
            return NOT_ALLOWED, "the user has not written to the bot"
        if body.get("chat_type", 0) not in {0, 1, 2} or req_id in self._asked:
            return BAD, "chat_type or req_id"
        inner = body.get(kind, {})
        fault = (
            content_fault(inner.get("content"))
            if kind == "markdown"
            else card_fault(inner)
            if kind == "template_card"
            else ""
        )
        if fault:
            return BAD, fault
        if kind == "template_card" and any(
            one.card.get("task_id") == inner["task_id"] for c in self.chats.values() for one in c
        ):
            return BAD, "task_id repeats"
        if kind in {"file", "image", "voice", "video"} and self._media.get(inner.get("media_id", "")) is None:
            return 40007, "invalid media_id"
        if not self._may(chat):
            return LIMITED, "api freq out of limit"
        shown = Shown(kind, inner.get("content", ""))
        if kind == "template_card":
            shown.card = inner
        elif kind != "markdown":
            upload = self._media[inner["media_id"]]
            shown.name, shown.data = upload.name, b"".join(upload.parts[i] for i in range(upload.chunks))
        self.chats[chat].append(shown)
        return 0, ""

    def _may(self, chat: str) -> bool:
        """30 a minute; refreshes of a stream are not counted."""
        recent = [at for at in self._sent.get(chat, []) if self.now() - at < 60]
        self._sent[chat] = [*recent, self.now()]
        return len(recent) < self.count_limit

    def _upload(self, cmd: str, body: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
        if cmd == "aibot_upload_media_init":
            if not 1 <= body["total_chunks"] <= 100 or body["type"] not in {
                "file",
                "image",
                "voice",
                "video",
            }:
                return BAD, "init", {}
            upload_id = f"up{next(self._numbers)}"
            self._uploads[upload_id] = _Upload(
                body["filename"], body["type"], body["total_size"], body["total_chunks"], body["md5"]
            )
            return 0, "", {"upload_id": upload_id}
        upload = self._uploads.get(body.get("upload_id", ""))
        if upload is None:
            return BAD, "upload_id", {}
        if cmd == "aibot_upload_media_chunk":
            data = base64.b64decode(body["base64_data"], validate=True)
            if not 0 <= body["chunk_index"] < upload.chunks or len(data) > 512 * 1024:
                return BAD, "chunk", {}
            upload.parts[body["chunk_index"]] = data
            return 0, "", {}
        data = b"".join(upload.parts.get(index, b"") for index in range(upload.chunks))
        if len(data) != upload.total or hashlib.md5(data, usedforsecurity=False).hexdigest() != upload.md5:
            return BAD, "md5", {}
        media_id = f"media{next(self._numbers)}"
        self._media[media_id] = upload
        return 0, "", {"type": upload.kind, "media_id": media_id, "created_at": int(self.now())}


async def _ack(
    socket: ServerConnection,
    req_id: str,
    code: int = 0,
    words: str = "ok",
    body: dict[str, Any] | None = None,
) -> None:
    frame = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": words or "ok"}
    await socket.send(json.dumps(frame | ({"body": body} if body else {})))
