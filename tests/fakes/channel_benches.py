"""One small adapter for each platform over its fake server, so that one test class and one story are played on all of them.

    async with bench_of("wecom", clock) as bench:
        channel = bench.channel(pad, door)                 # door: base address where /hooks/NAME is served
        await bench.say("lina", "你好"); bench.screen("lina"); bench.cards("lina"); await bench.press("lina", card, token)

People are `lina`, `zhaolei`, `zhoumin` and `stranger`; `account(who)` is what the platform calls them. What is done
returns an `Again`: the platform brings the very same thing once more.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx

from bot.channels.dingtalk import DingTalk
from bot.channels.telegram import Telegram
from bot.channels.telegram.wire import Limits
from bot.channels.wecom import WeCom
from bot.channels.wecom_bot import HookBot, LongBot
from bot.channels.wecom_bot.link import Pace
from bot.street.port import Channel, Intake, Pad
from tests.fakes.dingtalk_cards import ANSWER, APPROVAL
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import HOOK, PERSON, SECRET, FakeDingTalk, refused
from tests.fakes.dingtalk_stream_side import CARDS, MESSAGES
from tests.fakes.telegram_server import Fault, TelegramServer
from tests.fakes.telegram_server import Shown as TelegramShown
from tests.fakes.wecom_bot_server import Shown as BotShown
from tests.fakes.wecom_bot_server import WeComBotServer
from tests.fakes.wecom_bot_url import WeComBotUrl, over_http
from tests.fakes.wecom_server import Shown as WecomShown
from tests.fakes.wecom_server import WecomServer

PEOPLE = ("lina", "zhaolei", "zhoumin", "stranger")
NO_ANSWER_S = 0.4
Again = Callable[[], Awaitable[object]]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Seen:
    """A card as it was on the screen at one moment: `buttons` are words and tokens. It can still be pressed after the card
    has changed, as on a phone that was offline."""

    text: str
    buttons: dict[str, str]
    handle: Any


class Bench(ABC):
    """A platform with people. `door`: callbacks come over HTTP. `pushes`: people can be written to first. `connected`: there
    is a connection that can be lost. `changes_any`: a card changes that nobody pressed just now. `most_parts`: of one answer.
    `passes_on`: whoever sees somebody's card can press it, too.
    """

    name = ""
    door = False
    pushes = True
    connects = True
    changes_any = True
    most_parts = 9
    passes_on = True

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.http = httpx.AsyncClient(timeout=10, trust_env=False)
        self._stopped = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()
        await self.http.aclose()

    async def end(self) -> None:
        """The platform goes away, once."""
        if not self._stopped:
            self._stopped = True
            await self.stop()

    def account(self, who: str) -> str:
        return who

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def stop(self) -> None: ...

    @abstractmethod
    def channel(self, pad: Pad, door: str) -> Channel:
        """Our channel, set up for this platform, whose callbacks go to `door`/hooks/NAME."""

    async def opened(self, channel: Channel, intake: Intake) -> None:  # noqa: B027 - most need nothing
        """The channel is about to run and hands in here."""

    def kept(self, folder: Path) -> Path:
        """Where the house keeps what it brings out: this folder, or one of its own."""
        return folder

    @property
    def refusals(self) -> set[int]:
        """How the door answers what is forged."""
        return {400, 403} if self.door else {404}

    async def ready(self, channel: Channel) -> None:
        """Wait until the channel is connected."""
        async with asyncio.timeout(10):
            while not channel.health().ok:
                await asyncio.sleep(0.01)

    @property
    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """What of the settings nobody may ever read."""

    @abstractmethod
    async def say(self, who: str, text: str) -> Again: ...

    @abstractmethod
    async def press(self, who: str, card: Seen, token: str) -> Again:
        """Press a button that sends this token, whether the card has it or not."""

    @abstractmethod
    async def attach(self, who: str, content: bytes, name: str) -> None:
        """Send a picture or file under this name, as far as the platform tells names."""

    @abstractmethod
    async def strange(self, who: str) -> None:
        """Send what no page of the platform's documentation knows, and what is no message at all."""

    async def forge(self, who: str, card: Seen, token: str, door: str) -> list[int]:
        """A press of this card in the platform's own form, which the platform did not sign, at our door; the statuses."""
        inner = {"outTrackId": str(card.handle), "userId": who, "content": token}
        return [(await self.http.post(f"{door}/hooks/{self.name}", json=inner)).status_code]

    @abstractmethod
    def screen(self, who: str) -> list[str]:
        """Every text of this chat as it stands; cards not among them."""

    @abstractmethod
    def cards(self, who: str) -> list[Seen]: ...

    @abstractmethod
    def files(self, who: str) -> list[tuple[str, bytes]]: ...

    @abstractmethod
    def break_next(self, how: str) -> None:
        """What becomes of the next text: `5xx`; `lost` (no answer comes); `refused`."""


def _quick(channel: WeCom | Telegram) -> Channel:
    """The fakes show what comes close together in its order, too."""
    channel.traits = replace(channel.traits, gap_s=0.02)
    return channel


class WecomBench(Bench):
    """The self-built app."""

    name, door, connects = "wecom", True, False

    async def start(self) -> None:
        self.server = WecomServer(self.clock)
        await self.server.__aenter__()
        self.server.members = set(PEOPLE)

    async def stop(self) -> None:
        await self.server.__aexit__()

    def channel(self, pad: Pad, door: str) -> Channel:
        s = self.server
        s.callback_url = f"{door}/hooks/wecom"
        channel = WeCom(
            corp_id=s.corp_id, agent_id=s.agent_id, secret=s.secret, token=s.token, aes_key=s.aes_key,
            api_base=s.base, pad=pad, clock=self.clock, http=self.http,
        )  # fmt: skip
        return _quick(channel)

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.server.secret, self.server.token, self.server.aes_key, "x" * 100

    async def say(self, who: str, text: str) -> Again:
        said = await self.server.phone.say(who, text)
        return lambda: self.server.phone.again(said)

    async def press(self, who: str, card: Seen, token: str) -> Again:
        pressed = await self.server.phone.click(who, token, card.handle)
        return lambda: self.server.phone.again(pressed)

    async def forge(self, who: str, card: Seen, token: str, door: str) -> list[int]:
        """Somebody else's signature, none, and a right one under another app's key."""
        phone, s = self.server.phone, self.server
        xml = phone.xml(
            who, MsgType="event", Event="template_card_event", EventKey=token, CardType="button_interaction",
            TaskId=str(card.handle.card["task_id"]), ResponseCode="RC-0",
        )  # fmt: skip
        query, body = phone.sealed(xml)
        own, s.token = s.token, "another-apps-token"
        other = phone.sealed(xml)
        s.token = own
        key, s.aes_key = s.aes_key, "A" * 43
        sealed_otherwise = phone.sealed(xml)
        s.aes_key = key
        tries = [(query | {"msg_signature": "0" * 40}, body), ({}, body), other, sealed_otherwise]
        return [(await phone.post(*one)).status_code for one in tries]

    async def attach(self, who: str, content: bytes, name: str) -> None:
        await self.server.phone.photo(who, content, name)

    async def strange(self, who: str) -> None:
        phone = self.server.phone
        await phone.message(who, "hologram", Depth="3")
        await phone.event(who, "unheard_of", "<Deep><Deeper>1</Deeper></Deep>")
        await phone.message("", "text", Content="from nobody")
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
        for body in (b"", b"<xml", bomb.encode(), b'{"a":' * 5000, b"\xff\xfe\x00"):
            assert 400 <= (await phone.post({}, body)).status_code < 500
        query, body = phone.sealed("<xml><FromUserName/>")
        assert 400 <= (await phone.post(query, body)).status_code < 500

    def screen(self, who: str) -> list[str]:
        return self.server.texts(who)

    def cards(self, who: str) -> list[Seen]:
        return [self._seen(one) for one in self.server.cards(who)]

    @staticmethod
    def _seen(shown: WecomShown) -> Seen:
        return Seen(json.dumps(shown.card, ensure_ascii=False), dict(shown.buttons), shown)

    def files(self, who: str) -> list[tuple[str, bytes]]:
        return [(one.name, one.content) for one in self.server.seen(who) if one.name]

    def break_next(self, how: str) -> None:
        if how == "5xx":
            self.server.statuses["message/send"].extend([502] * 5)
        elif how == "refused":
            self.server.errcodes["message/send"].extend([60011] * 5)
        else:
            self.http.timeout = httpx.Timeout(NO_ANSWER_S)
            self.server.lost["message/send"].append(2 * NO_ANSWER_S)


class _BotBench(Bench):
    """What both modes of the AI bot show alike."""

    name = "wecom-bot"
    changes_any = False
    server: WeComBotServer | WeComBotUrl

    def screen(self, who: str) -> list[str]:
        return [
            one.text for one in self.server.chats.get(who, []) if one.kind in ("stream", "markdown", "text")
        ]

    def cards(self, who: str) -> list[Seen]:
        return [self._seen(one) for one in self.server.chats.get(who, []) if one.card]

    @staticmethod
    def _seen(shown: BotShown) -> Seen:
        buttons = {one["text"]: one["key"] for one in shown.card.get("button_list", [])}
        return Seen(json.dumps(shown.card, ensure_ascii=False), buttons, shown)

    def files(self, who: str) -> list[tuple[str, bytes]]:
        return [(one.name, one.data) for one in self.server.chats.get(who, []) if one.name]

    async def attach(self, who: str, content: bytes, name: str) -> None:
        await self.server.send_file(who, content, disposition=f'attachment; filename="{name}"'.encode())


class LongBotBench(_BotBench):
    """The AI bot on its long connection."""

    server: WeComBotServer

    async def start(self) -> None:
        self.server = WeComBotServer(self.clock)
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def channel(self, pad: Pad, door: str) -> Channel:
        s = self.server
        return LongBot(
            bot_id=s.bot_id, secret=s.secret, pad=pad, clock=self.clock, ws_url=s.url, bot_name="小成",
            http=self.http, media_hosts=("127.0.0.1",), pace=Pace(ack_s=1.2, beat_s=300),
        )  # fmt: skip

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.server.secret,)

    async def say(self, who: str, text: str) -> Again:
        msgid = await self.server.say(who, text)
        return lambda: self.server.say(who, text, msgid=msgid)

    async def press(self, who: str, card: Seen, token: str) -> Again:
        async def push() -> object:
            inner = {
                "card_type": "button_interaction",
                "event_key": token,
                "task_id": card.handle.card["task_id"],
            }
            event = {"eventtype": "template_card_event", "template_card_event": inner}
            return await self.server.push_event(who, event, "click", "", card.handle)

        await push()
        return push

    async def strange(self, who: str) -> None:
        await self.server.push_message(who, {"msgtype": "hologram", "hologram": {"deep": [1]}})
        await self.server.push_event(who, {"eventtype": "unheard_of", "unheard_of": 7})
        for raw in ("", "no json", "[]", "7", '{"cmd":"aibot_msg_callback"}', '{"cmd":7,"headers":[]}',
                    '{"cmd":"x","headers":{"req_id":"1"},"body":{}}', '{"a":' * 2000):  # fmt: skip
            await self.server.raw(raw)

    def break_next(self, how: str) -> None:
        if how == "lost":
            self.server.drop_acks = 1
            return
        code = -1 if how == "5xx" else 40058
        for cmd in ("aibot_send_msg", "aibot_respond_msg"):
            self.server.errors[cmd] = [code] * 3


class UrlBotBench(_BotBench):
    """The AI bot in callback-URL mode: one late reply for each message, no files, and nobody is written to first."""

    door, pushes, connects, most_parts = True, False, False, 2
    server: WeComBotUrl

    async def start(self) -> None:
        self.server = WeComBotUrl(self.clock)
        self._base = await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def channel(self, pad: Pad, door: str) -> Channel:
        s = self.server
        s.post = over_http(f"{door}/hooks/wecom-bot")
        return HookBot(
            token=s.token, aes_key=s.aes_key, pad=pad, clock=self.clock, api_base=self._base, bot_name="小成",
            http=self.http, media_hosts=("127.0.0.1",), poll_s=0.6,
        )  # fmt: skip

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.server.token, self.server.aes_key, "geheim"

    async def say(self, who: str, text: str) -> Again:
        msgid = await self.server.say(who, text)
        return lambda: self.server.say(who, text, msgid=msgid)

    async def press(self, who: str, card: Seen, token: str) -> Again:
        """The card that is on the screen takes what the answer to the press says."""
        msgid = f"press-{uuid.uuid4().hex}"

        async def push() -> None:
            task_id = card.handle.card["task_id"]
            kept = {
                "card_type": "button_interaction",
                "task_id": task_id,
                "button_list": [{"text": token, "key": token}],
            }
            phone = BotShown("template_card", card=kept)
            await self.server.press(who, phone, token, msgid)
            if phone.card is not kept:
                card.handle.card = phone.card

        await push()
        return push

    async def forge(self, who: str, card: Seen, token: str, door: str) -> list[int]:
        inner = {
            "card_type": "button_interaction",
            "event_key": token,
            "task_id": card.handle.card["task_id"],
        }
        event = {"eventtype": "template_card_event", "template_card_event": inner}
        body = {"msgid": "forged", "aibotid": "BOT1", "chattype": "single", "from": {"userid": who}}
        plain = json.dumps({**body, "msgtype": "event", "event": event})
        own, self.server.token = self.server.token, "another-bots-token"
        _, other = self.server.sealed(plain)
        self.server.token = own
        signatures = ("0" * 40, "", other["msg_signature"])
        return [await self.server.raw(plain, msg_signature=one) for one in signatures]

    async def strange(self, who: str) -> None:
        await self.server.message(who, {"msgtype": "hologram", "hologram": {"deep": [1]}})
        for plain in (
            "",
            "no json",
            "[]",
            "7",
            "{}",
            '{"msgtype":"event"}',
            '{"a":' * 2000,
            '{"msgtype":["text"]}',
        ):
            assert (await self.server.raw(plain)) in (200, 400)
        answer = await self.http.post(
            f"{self._base}/x", content=b"{"
        )  # the platform's own address is no door of ours
        assert answer.status_code == 200

    def break_next(self, how: str) -> None:
        """The late reply is what can fail: nobody polls."""
        self.server.polling = False
        if how == "lost":
            self.http.timeout = httpx.Timeout(NO_ANSWER_S)
        self.server.late_faults += [{"5xx": "500", "lost": "hang", "refused": "limit"}[how]]


class DingTalkBench(Bench):
    """Stream, with both card templates."""

    name = "dingtalk"

    async def start(self) -> None:
        self.server = FakeDingTalk(now=self.clock, members=set(PEOPLE))
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def channel(self, pad: Pad, door: str) -> Channel:
        account = self.server.account(approval_template=APPROVAL, answer_template=ANSWER, monthly_calls=5000)
        return DingTalk(account, pad, self.clock, http=self.http)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (SECRET, *self.server.tokens)

    async def say(self, who: str, text: str) -> Again:
        payload = self.server.payload(who, text)

        async def push() -> object:
            said = await self.server.stream.deliver(payload["msgId"], MESSAGES, payload)
            return await said.ack

        await push()
        return push

    async def press(self, who: str, card: Seen, token: str) -> Again:
        track, private = card.handle, {"actionIds": [token.partition(".")[0]], "params": {"token": token}}
        payload = {
            "outTrackId": track, "corpId": "dingcorp", "userId": who, "userIdType": 1, "spaceType": "IM", "extension": "{}",
            "spaceId": self.server.cards.all[track].space, "type": "actionCallback",
            "content": json.dumps({"cardPrivateData": private}),
        }  # fmt: skip

        async def push() -> None:
            said = await self.server.stream.deliver(uuid.uuid4().hex, CARDS, payload)
            response = json.loads((await said.ack)["data"]).get("response") or {}
            self.server.cards.apply(track, who, response)

        await push()
        return push

    async def attach(self, who: str, content: bytes, name: str) -> None:
        code = uuid.uuid4().hex
        self.server.files[code] = ("", content, "application/pdf")
        said = await self.server.say(who, msgtype="file", content={"downloadCode": code, "fileName": name})
        await said.ack

    async def strange(self, who: str) -> None:
        said = await self.server.say(who, msgtype="hologram", content={"deep": [1]})
        await said.ack
        for data, topic in (("no json", MESSAGES), ("[]", MESSAGES), ("{}", MESSAGES), ("7", CARDS), ("{}", CARDS),
                            ('{"outTrackId":7,"content":"{"}', CARDS), ("{}", "/v1.0/unheard/of"), ('{"a":' * 2000, MESSAGES)):  # fmt: skip
            await (await self.server.stream.raw(data, topic)).ack

    def screen(self, who: str) -> list[str]:
        answers = [
            one.params.get("content", "") for one in self.server.cards.of(who) if one.template == ANSWER
        ]
        return [*answers, *self.server.texts(who)]

    def cards(self, who: str) -> list[Seen]:
        found = []
        for track, card in self.server.cards.all.items():
            if card.chat == who and card.template == APPROVAL:
                buttons = {
                    one["text"]: one["event"]["params"]["params"]["token"]
                    for one in json.loads(card.params.get("btns") or "[]")
                }
                shown = {key: value for key, value in card.params.items() if key != "btns"}
                found.append(Seen(json.dumps(shown, ensure_ascii=False), buttons, track))
        return found

    def files(self, who: str) -> list[tuple[str, bytes]]:
        names = [one.text for one in self.server.chats[who] if one.kind == "file"]
        return [(name, content) for name in names for _, content in self.server.media.values()]

    def break_next(self, how: str) -> None:
        """By the session's webhook and by the robot's API."""
        if how == "lost":
            self.server.fail(HOOK, Reply(drop=True), after=True)
            self.server.fail(PERSON, Reply(drop=True), after=True)
            return
        replies = [Reply(502, b"<html>")] if how == "5xx" else [refused(400, "invalidParameter", "no")]
        self.server.fail(HOOK, *replies)
        self.server.fail(PERSON, *replies)


class TelegramBench(Bench):
    """Long poll."""

    name = "telegram"

    async def start(self) -> None:
        self.server = TelegramServer()
        self.server.__enter__()
        for who in PEOPLE:
            self.server.person(int(self.account(who)), who)

    async def stop(self) -> None:
        await asyncio.to_thread(self.server.__exit__, None, None, None)

    def account(self, who: str) -> str:
        return str(5_000_000_001 + PEOPLE.index(who))

    def channel(self, pad: Pad, door: str) -> Channel:
        limits = Limits(poll_s=25, read_s=5.0, connect_s=2.0, pace_s=0.0)
        channel = Telegram(
            self.server.token, pad=pad, clock=self.clock, api_base=self.server.base_url, limits=limits
        )
        return _quick(channel)

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.server.token, self.server.token.partition(":")[2]

    async def say(self, who: str, text: str) -> Again:
        update = self.server.say(int(self.account(who)), text)
        return await self._brought(update)

    async def _brought(self, update: dict[str, Any]) -> Again:
        async def again() -> object:
            self.server.resend(update)
            return await self.bring()

        await self.bring()
        return again

    async def bring(self) -> list[int]:
        """Polling brings it by itself."""
        return []

    async def press(self, who: str, card: Seen, token: str) -> Again:
        buttons = [[{"text": "x", "callback_data": token}]]
        before = self.server.last_update
        self.server.press(int(self.account(who)), replace(card.handle, buttons=buttons), "x")
        assert self.server.last_update is not before
        return await self._brought(self.server.last_update)

    async def forge(self, who: str, card: Seen, token: str, door: str) -> list[int]:
        """What Telegram would send, without its secret and with a wrong one."""
        user = {"id": int(self.account(who)), "is_bot": False, "first_name": who}
        said = {
            "message_id": card.handle.id,
            "date": self.server.now,
            "chat": {"id": user["id"], "type": "private"},
        }
        query = {"id": "q0", "from": user, "chat_instance": "1", "data": token, "message": said}
        update, name = {"update_id": 9, "callback_query": query}, "x-telegram-bot-api-secret-token"
        return [
            (await self.http.post(f"{door}/hooks/telegram", json=update, headers=headers)).status_code
            for headers in ({}, {name: ""}, {name: "wrong"})
        ]

    async def attach(self, who: str, content: bytes, name: str) -> None:
        self.server.attach(int(self.account(who)), "document", content, name)
        await self.bring()

    async def strange(self, who: str) -> None:
        person = {"id": int(self.account(who)), "is_bot": False, "first_name": "x"}
        chat = {"id": int(self.account(who)), "type": "private"}
        updates: tuple[dict[str, Any], ...] = (
            {"hologram": {"deep": [1]}}, {"message": {}}, {"message": 7}, {"callback_query": {"id": "1"}}, {"message": None},
            {"message": {"message_id": 1, "date": 1, "chat": chat, "from": person, "hologram": {"deep": [1]}}},
            {"callback_query": {"id": "q", "from": person, "chat_instance": "1", "data": {"no": "text"}}}, {},
        )  # fmt: skip
        for update in updates:
            self.server.post(update)
        await self.bring()

    def screen(self, who: str) -> list[str]:
        return [one.text for one in self._of(who) if not self._is_card(one)]

    def _of(self, who: str) -> list[TelegramShown]:
        return self.server.seen(int(self.account(who)))

    def _is_card(self, shown: TelegramShown) -> bool:
        """It has buttons, or had some."""
        if shown.buttons:
            self._cards.add(shown.id)
        return shown.id in self._cards

    def cards(self, who: str) -> list[Seen]:
        found = []
        for one in self._of(who):
            if self._is_card(one):
                buttons = {key["text"]: key["callback_data"] for row in one.buttons for key in row}
                found.append(Seen(one.text, buttons, one))
        return found

    @property
    def _cards(self) -> set[int]:
        return self.__dict__.setdefault("_had_buttons", set())  # type: ignore[no-any-return]

    def files(self, who: str) -> list[tuple[str, bytes]]:
        return [(one.file.name, one.file.body) for one in self._of(who) if one.file is not None]

    def break_next(self, how: str) -> None:
        faults = {
            "5xx": Fault("sendMessage", 502, html=True, times=5),
            "lost": Fault("sendMessage", lost="reset"),
            "refused": Fault("sendMessage", 403, "Forbidden: user is deactivated"),
        }
        self.server.fail(faults[how])


class TelegramHookBench(TelegramBench):
    """Webhook with a secret."""

    door = True
    secret = "s3cret_for-the-webhook"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._bringing = asyncio.Lock()

    def channel(self, pad: Pad, door: str) -> Channel:
        self._url = f"{door}/hooks/telegram"
        limits = Limits(poll_s=1, read_s=5.0, connect_s=2.0, pace_s=0.0, check_s=2.0)
        channel = Telegram(
            self.server.token, pad=pad, clock=self.clock, api_base=self.server.base_url, limits=limits,
            webhook_url=self._url, webhook_secret=self.secret,
        )  # fmt: skip
        return _quick(channel)

    async def ready(self, channel: Channel) -> None:
        await super().ready(channel)
        async with asyncio.timeout(5):
            while self.server.webhook["url"] != self._url:
                await asyncio.sleep(0.01)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*super().secrets, self.secret)

    async def bring(self) -> list[int]:
        async with self._bringing:
            statuses = await asyncio.to_thread(self.server.push)
        assert all(status == 200 for status in statuses), statuses
        return statuses
