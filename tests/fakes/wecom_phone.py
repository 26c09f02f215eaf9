"""The members' side of the fake WeCom: what they say and press goes to our callback, signed and encrypted by wechatpy.

A callback that is not answered 200 in time comes again, three times, under a new nonce and signature and the same MsgId.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx
from wechatpy.enterprise.crypto import WeChatCrypto  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from tests.fakes.wecom_server import Shown, WecomServer

TRIES = 4


@dataclass
class Delivery:
    """What became of one callback: the statuses of its tries (0: no answer in time), and how long the last took."""

    xml: str
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def taken(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] == 200


class WecomPhone:
    """Every member's phone. `patience_s` is how long WeCom waits for an answer (5 s in life)."""

    def __init__(self, server: WecomServer) -> None:
        self._server = server
        self.patience_s = 5.0
        self.deliveries: list[Delivery] = []
        self._numbers = 4561255354251345929
        self._nonces = 0
        self._http = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def say(self, member: str, text: str) -> Delivery:
        return await self.message(member, "text", Content=text)

    async def photo(self, member: str, content: bytes, name: str = "photo.jpg") -> Delivery:
        media_id = self._server.put_media(content, name, "image/jpeg")
        return await self.message(member, "image", PicUrl="https://example.invalid/p", MediaId=media_id)

    async def voice(self, member: str, content: bytes, form: str = "amr") -> Delivery:
        media_id = self._server.put_media(content, f"voice.{form}", f"audio/{form}")
        return await self.message(member, "voice", MediaId=media_id, Format=form)

    async def press(self, member: str, button: str, card: Shown | None = None) -> Delivery:
        """Press by the button's words, on the newest card or the one given. Only what is on the screen can be pressed."""
        shown = card or self._server.cards(member)[-1]
        return await self.click(member, shown.buttons[button], shown)

    async def click(self, member: str, key: str, shown: Shown) -> Delivery:
        """The event of a press, with a fresh response code; also for keys that no button has."""
        return await self.event(
            member,
            "template_card_event",
            EventKey=key,
            TaskId=str(shown.card.get("task_id", "")),
            CardType="button_interaction",
            ResponseCode=self._server.new_code(member, shown),
        )

    async def message(self, member: str, kind: str, **fields: str) -> Delivery:
        self._numbers += 1
        return await self.deliver(self.xml(member, MsgType=kind, **fields, MsgId=str(self._numbers)))

    async def event(self, member: str, name: str, inner: str = "", **fields: str) -> Delivery:
        return await self.deliver(self.xml(member, inner, MsgType="event", Event=name, **fields))

    def xml(self, member: str, inner: str = "", **fields: str) -> str:
        """A callback's plain XML. Fields given here take the place of the usual ones."""
        stamp = str(int(self._server.clock().timestamp()))
        usual = {"ToUserName": self._server.corp_id, "FromUserName": member, "CreateTime": stamp}
        whole = {**usual, "AgentID": str(self._server.agent_id), **fields}
        return f"<xml>{''.join(f'<{k}>{escape(v)}</{k}>' for k, v in whole.items())}{inner}</xml>"

    async def deliver(self, xml: str) -> Delivery:
        """Bring it, again and again until it is answered 200."""
        delivery = Delivery(xml)
        self.deliveries.append(delivery)
        for _ in range(TRIES):
            if await self._once(delivery):
                break
        return delivery

    async def again(self, delivery: Delivery) -> Delivery:
        """The very same content once more, as after an answer that was lost."""
        return await self.deliver(delivery.xml)

    async def post(self, query: dict[str, str], body: bytes) -> httpx.Response:
        """One raw request, for what no honest platform sends."""
        return await self._http.post(self._server.callback_url, params=query, content=body)

    def sealed(self, xml: str, receiver: str = "") -> tuple[dict[str, str], bytes]:
        """Query and body of a callback."""
        self._nonces += 1
        stamp, nonce = str(int(self._server.clock().timestamp())), f"nonce{self._nonces}"
        crypto = WeChatCrypto(self._server.token, self._server.aes_key, receiver or self._server.corp_id)
        reply = ElementTree.fromstring(crypto.encrypt_message(xml, nonce, stamp))
        encrypted, signature = reply.findtext("Encrypt"), reply.findtext("MsgSignature")
        head = f"<ToUserName><![CDATA[{self._server.corp_id}]]></ToUserName><AgentID>{self._server.agent_id}</AgentID>"
        body = f"<xml>{head}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return {"msg_signature": signature or "", "timestamp": stamp, "nonce": nonce}, body.encode()

    async def verify_url(self, plain: str = "1616140317555161061") -> bool:
        """The console's check: within a second, exactly the decrypted text."""
        query, body = self.sealed(plain)
        query["echostr"] = ElementTree.fromstring(body).findtext("Encrypt") or ""
        answer = await self._http.get(self._server.callback_url, params=query, timeout=1.0)
        return answer.status_code == 200 and answer.content == plain.encode()

    async def _once(self, delivery: Delivery) -> bool:
        query, body = self.sealed(delivery.xml)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.patience_s):
                answer = await self.post(query, body)
        except (TimeoutError, httpx.HTTPError):
            delivery.statuses.append(0)
            return False
        delivery.took_s = time.monotonic() - started
        delivery.statuses.append(answer.status_code)
        delivery.bodies.append(answer.content)
        return answer.status_code == 200
