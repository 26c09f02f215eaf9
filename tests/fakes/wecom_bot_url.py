"""A fake WeCom AI bot platform, callback-URL mode: it calls, polls and refuses as the real one does; its crypto is its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.street.port import Asked, Channel, Intake

from .wecom_bot_http import FileStore, Loopback, Request, Response, encrypted
from .wecom_bot_rules import BAD, card_fault, content_fault, stream_fault
from .wecom_bot_server import Shown

TOKEN, AES_KEY = "AiBotTestToken01", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
Post = Callable[[str, dict[str, str], bytes], Awaitable[tuple[int, bytes]]]
FAULTS = {
    "busy": b'{"errcode":-1,"errmsg":"system busy"}',
    "limit": b'{"errcode":45009,"errmsg":"freq"}',
    "html": b"<html>",
}


class Refused(Exception):
    """The bot's reply is not what the platform takes; the words say why."""


def over_http(url: str) -> Post:
    """Calls a real door at this address."""

    async def post(method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async with httpx.AsyncClient(timeout=5) as http:
            response = await http.request(method, f"{url}?{urlencode(query)}", content=body)
            return response.status_code, response.content

    return post


def door(channel: Channel, intake: Intake) -> Loopback:
    """A door on loopback in front of a channel's `callback`."""

    async def handle(request: Request) -> Response:
        told = await channel.callback(
            Asked(method=request.method, query=request.query, headers=request.headers, body=request.body),
            intake,
        )
        return Response(told.status, told.body, {"content-type": told.content_type.encode()})

    return Loopback(handle)


class WeComBotUrl:
    """`await start()`, `post = over_http(...)`, then `say`, `press`, `enter`, `rate`; `chats[USER]` is what people see.
    Faults: `polling` off, `lose_replies` (so many replies to callbacks never arrive), `late_faults` for the response_url:
    busy, limit, html, hang, 500, 503."""

    def __init__(self, clock: Callable[[], datetime], post: Post | None = None) -> None:
        self.clock, self.post = clock, post
        self.token, self.aes_key = TOKEN, AES_KEY
        self.key = base64.b64decode(AES_KEY + "=")
        self.chats: dict[str, list[Shown]] = {}
        self.store = FileStore()
        self.api = Loopback(self._late)
        self.polling, self.poll_s = True, 0.02
        self.polls = self.deliveries = self.lose_replies = 0
        self.late_faults: list[str] = []
        self.statuses: list[int] = []
        self._codes: dict[str, tuple[str, float]] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Where the response_url lives: WECOM_API_BASE."""
        await self.api.start()
        await self.store.server.start()
        return self.api.url

    async def stop(self) -> None:
        """No more polls."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.api.stop()
        await self.store.server.stop()

    async def until(self, holds: Callable[[], object], within_s: float = 5.0) -> None:
        """Waits until something is the case."""
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.005)

    def see(self, chat: str) -> list[str]:
        """The texts of a chat as they stand."""
        return [one.text for one in self.chats.get(chat, [])]

    async def verify(self, plain: str = "1616140317555161061") -> bytes:
        """What the console does when the URL is saved."""
        sealed, query = self.sealed(plain)
        status, body = await self._call("GET", query | {"echostr": sealed}, b"")
        if status != 200:
            raise Refused(str(status))
        return body

    async def say(
        self, user: str, text: str, *, group: str = "", msgid: str = "", quote: dict[str, Any] | None = None
    ) -> str:
        """A text message; the same msgid again is a redelivery."""
        extra = {"quote": quote} if quote else {}
        return await self.message(user, {"msgtype": "text", "text": {"content": text}, **extra}, group, msgid)

    async def send_file(self, user: str, data: bytes, *, kind: str = "file", disposition: bytes = b"") -> str:
        """Encrypted under the bot's own key."""
        url, _ = self.store.put(data, self.key, disposition=disposition)
        return await self.message(user, {"msgtype": kind, kind: {"url": url}})

    async def message(self, user: str, said: dict[str, Any], group: str = "", msgid: str = "") -> str:
        """Any message: delivered, answered, polled."""
        chat, msgid, at = group or user, msgid or f"m{next(self._numbers)}", self.now()
        body = self._body(user, said, group, msgid, url=True)
        reply = await self._deliver(body)
        if reply:
            shown = self._shown(chat, reply, at)
            if not shown.finished and self.polling:
                task = asyncio.create_task(self._poll(body, shown, at))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return msgid

    async def enter(self, user: str) -> str:
        """The first visit of the day; only here plain text is taken."""
        body = self._body(user, {"msgtype": "event", "event": {"eventtype": "enter_chat"}}, "", "", url=False)
        if reply := await self._deliver(body):
            if reply.get("msgtype") != "text" or content_fault(reply["text"].get("content")):
                raise Refused("welcome")
            self.chats.setdefault(user, []).append(Shown("text", reply["text"]["content"]))
        return str(body["msgid"])

    async def press(self, user: str, shown: Shown, button: str, msgid: str = "") -> str:
        """By the button's words or key."""
        key = next(one["key"] for one in shown.card["button_list"] if button in (one["text"], one["key"]))
        inner = {"card_type": shown.card["card_type"], "event_key": key, "task_id": shown.card["task_id"]}
        event = {"eventtype": "template_card_event", "template_card_event": inner}
        body = self._body(user, {"msgtype": "event", "event": event}, "", msgid, url=True)
        if reply := await self._deliver(body):
            card = reply.get("template_card", {})
            if reply.get("response_type") != "update_template_card" or (fault := card_fault(card)):
                raise Refused(f"card update: {fault}")
            if card["task_id"] != shown.card["task_id"]:
                raise Refused("another task_id")
            shown.card = card
        return str(body["msgid"])

    async def rate(self, user: str, shown: Shown, kind: int, content: str = "") -> None:
        """No reply is possible."""
        inner = {"id": shown.feedback, "type": kind, "content": content, "inaccurate_reason_list": []}
        event = {"eventtype": "feedback_event", "feedback_event": inner}
        if await self._deliver(self._body(user, {"msgtype": "event", "event": event}, "", "", url=False)):
            raise Refused("a feedback event takes no reply")

    def now(self) -> float:
        """By the clock of the test."""
        return self.clock().timestamp()

    def sealed(self, plain: str, nonce: str = "") -> tuple[str, dict[str, str]]:
        """Encrypted and signed as the platform does it."""
        data = plain.encode("utf-8", "surrogatepass")
        sealed = base64.b64encode(
            encrypted(os.urandom(16) + len(data).to_bytes(4, "big") + data, self.key)
        ).decode()
        query = {"timestamp": str(int(self.now())), "nonce": nonce or f"n{next(self._numbers)}"}
        query["msg_signature"] = self._sign(query["timestamp"], query["nonce"], sealed)
        return sealed, query

    async def raw(self, plain: str, **changes: str) -> int:
        """Anything, correctly sealed, with changes to the query; the status of the answer."""
        sealed, query = self.sealed(plain)
        status, _ = await self._call("POST", query | changes, json.dumps({"encrypt": sealed}).encode())
        return status

    def _sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, timestamp, nonce, sealed))).encode()).hexdigest()

    def _body(self, user: str, said: dict[str, Any], group: str, msgid: str, *, url: bool) -> dict[str, Any]:
        body = {
            "msgid": msgid or f"m{next(self._numbers)}",
            "aibotid": "BOT1",
            "chattype": "group" if group else "single",
        }
        body |= {"from": {"userid": user}} | ({"chatid": group} if group else {}) | said  # type: ignore[operator]
        if url:
            code = f"geheim-{next(self._numbers)}"
            self._codes[code] = (group or user, self.now())
            body["response_url"] = f"{self.api.url}/cgi-bin/aibot/response?response_code={code}"
        return body

    async def _call(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.post is None:
            raise AssertionError("set `post` first")
        status, answer = await self.post(method, query, body)
        self.statuses.append(status)
        return status, answer

    async def _deliver(self, body: dict[str, Any]) -> dict[str, Any]:
        """Up to four times until there is a 200 within five seconds. Empty: acknowledged without a reply."""
        for _ in range(4):
            self.deliveries += 1
            sealed, query = self.sealed(json.dumps(body, ensure_ascii=False))
            async with asyncio.timeout(5):
                status, answer = await self._call("POST", query, json.dumps({"encrypt": sealed}).encode())
            if self.lose_replies:
                self.lose_replies -= 1
            elif status == 200:
                return self._opened(answer, query["nonce"]) if answer else {}
        return {}

    def _opened(self, answer: bytes, nonce: str) -> dict[str, Any]:
        """Signature, nonce and types are looked at as the platform does."""
        told = json.loads(answer)
        if set(told) != {"encrypt", "msgsignature", "timestamp", "nonce"} or not isinstance(
            told["timestamp"], int
        ):
            raise Refused(f"envelope {sorted(told)}")
        if told["nonce"] != nonce or told["msgsignature"] != self._sign(
            str(told["timestamp"]), nonce, told["encrypt"]
        ):
            raise Refused("nonce or signature")
        aes = Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16])).decryptor()
        plain = aes.update(base64.b64decode(told["encrypt"])) + aes.finalize()
        plain = plain[: -plain[-1]]
        found: dict[str, Any] = json.loads(plain[20 : 20 + int.from_bytes(plain[16:20], "big")])
        return found

    def _shown(self, chat: str, reply: dict[str, Any], at: float) -> Shown:
        if reply.get("msgtype") != "stream":
            raise Refused(f"a message is answered with a stream, not {reply.get('msgtype')}")
        if fault := stream_fault(reply, long=False):
            raise Refused(fault)
        told, seen = reply["stream"], self.chats.setdefault(chat, [])
        shown = next((one for one in seen if one.stream == told["id"]), None)
        if shown is None:
            shown = Shown(
                "stream", stream=told["id"], feedback=told.get("feedback", {}).get("id", ""), began=at
            )
            seen.append(shown)
        shown.text, shown.finished = told["content"], told["finish"]
        shown.history.append(told["content"])
        return shown

    async def _poll(self, body: dict[str, Any], shown: Shown, at: float) -> None:
        """Until it is finished or six minutes have passed since the user's message."""
        asks = {
            name: body[name] for name in ("msgid", "aibotid", "chattype", "from", "chatid") if name in body
        }
        asks |= {"msgtype": "stream", "stream": {"id": shown.stream}}
        while not shown.finished and self.now() - at < 360:
            await asyncio.sleep(self.poll_s)
            if not self.polling:
                return
            self.polls += 1
            if reply := await self._deliver(asks):
                self._shown(body.get("chatid", "") or body["from"]["userid"], reply, at)

    async def _late(self, request: Request) -> Response:
        """One use, one hour."""
        fault = self.late_faults.pop(0) if self.late_faults else ""
        if fault:
            return Response(
                int(fault) if fault.isdigit() else 200, FAULTS.get(fault, b""), hang=fault == "hang"
            )
        chat, at = self._codes.pop(request.query.get("response_code", ""), ("", 0.0))
        if not chat or self.now() - at > 3600:
            return Response(body=b'{"errcode":846604,"errmsg":"invalid response_code"}')
        body = json.loads(request.body)
        kind = body.get("msgtype")
        inner = body.get(kind, {})
        why = content_fault(inner.get("content")) if kind == "markdown" else card_fault(inner)
        if kind not in {"markdown", "template_card"} or why:
            return Response(body=json.dumps({"errcode": BAD, "errmsg": why or "msgtype"}).encode())
        shown = Shown(kind, inner.get("content", ""), card=inner if kind == "template_card" else {})
        self.chats.setdefault(chat, []).append(shown)
        return Response(body=b'{"errcode":0,"errmsg":"ok"}')
