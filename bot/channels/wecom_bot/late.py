"""Bringing parcels out in URL mode: into the polled answer, else through the message's one response_url [WX 101031, 101138]."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from bot.street.words import Arrival, CardView, Fate, Load, Parcel, Sent

from .cards import as_text, card_json, fits, task_id
from .download import allowed
from .outcome import later, never, refused, unknown
from .polled import Polled
from .route import Route
from .texts import CUT_SHORT, LIMIT, cut, pieces, size

POLL_S = 8.0
"""A poll comes about every second (not documented); after so long none will."""
GREET_S = 3.5
CLICK_S = 5.0
"""A click's callback has been answered by then."""
SENT = Sent(fate=Fate.SENT)
_CLOSED = "这条回答已经结束 / this answer is already closed"
_NO_PUSH = (
    "URL 模式下机器人不能主动发消息,对这条消息的回复机会已用完或已过期;改用长连接或自建应用 / in URL mode the bot cannot write first, "
    "and the reply to this message is used up or too late; use the long connection or the self-built app"
)
_NO_FILES = "URL 模式下机器人不能发文件 / in URL mode the bot cannot send files"
_FOREIGN = "response_url 的主机不在允许之列 / the host of the response_url is not allowed"


class LateMode:
    """`hosts` are the only ones a response_url may name."""

    def __init__(
        self, polled: Polled, http: Callable[[], httpx.AsyncClient], hosts: tuple[str, ...],
        clock: Callable[[], datetime], poll_s: float = POLL_S,
    ) -> None:  # fmt: skip
        self._polled, self._http, self._hosts, self._clock = polled, http, hosts, clock
        self._poll_s = poll_s
        self._telling: set[asyncio.Task[Sent]] = set()

    async def send(self, parcel: Parcel) -> Sent:
        """Never raises for the network or the platform."""
        route = Route.of(parcel.address)
        match parcel.load:
            case Load.DRAFT:
                return await self._draft(parcel, route)
            case Load.TEXT:
                return await self._text(parcel, route)
            case Load.CARD if parcel.card:
                return await self._card(parcel.card, route)
            case Load.CARD_UPDATE if parcel.card:
                return await self._update(parcel, parcel.card, route)
        return never(_NO_FILES)

    async def _draft(self, parcel: Parcel, route: Route) -> Sent:
        if not route.streams or not await self._polled.open(route.stream):
            return never(_CLOSED)
        await self._polled.draft(route.stream, parcel.text, parcel.turn)
        return SENT

    async def _text(self, parcel: Parcel, route: Route) -> Sent:
        if not parcel.text.strip():
            return never("没有内容 / nothing to say")
        if route.event == "hello":
            greeted = await self._polled.greet(route.stream, parcel.text, GREET_S)
            return SENT if greeted else never("欢迎语只能在进入会话的 5 秒内说 / too late for a welcome")
        if not route.streams:
            return await self._reply(route.stream, _markdown(parcel.text))
        kept = await self._polled.kept(route.stream)
        text = f"{kept}\n\n{parcel.text}" if kept and parcel.turn else parcel.text
        if parcel.turn and not parcel.last:
            await self._polled.draft(route.stream, parcel.text, parcel.turn)
            await self._polled.keep(route.stream, text)
            return SENT
        return await self._end(parcel, route.stream, text)

    async def _end(self, parcel: Parcel, stream: str, text: str) -> Sent:
        """The answer's end: as much as fits into the stream while it is polled, the rest by the one late reply."""
        first, *more = pieces(text)
        if await self._polled.open(stream):
            if parcel.turn:
                await self._polled.draft(stream, first, parcel.turn)
            if await self._polled.bring(stream, first, self._poll_s):
                return await self._reply(stream, _markdown(_one(more)), parcel.turn) if more else SENT
        left = await self._polled.left(stream)
        rest = text[len(left) :] if left and text.startswith(left) else text
        return await self._reply(stream, _markdown(_one(pieces(rest))), parcel.turn) if rest.strip() else SENT

    async def _card(self, card: CardView, route: Route) -> Sent:
        """There is one reply: a card that cannot show everything goes as text, with the words that decide."""
        body = {"msgtype": "template_card", "template_card": card_json(card)}
        if not fits(card):
            body = _markdown(_whole(card))
        sent = await self._reply(route.stream, body)
        return Sent(fate=sent.fate, refs={"task_id": task_id(card)}, after_s=sent.after_s, note=sent.note)

    async def _update(self, parcel: Parcel, card: CardView, route: Route) -> Sent:
        """The answer to a click changes its card; what comes without one, or too late for it, is a message."""
        if card.status and await self._polled.shows(task_id(card)) == card.status:
            return SENT
        click = Route.read(parcel.refs)
        if click.event == "click" and 0 <= click.age(self._clock()) < CLICK_S:
            return later("先让点击自己的回答到 / the click's own answer goes first", CLICK_S)
        return await self._reply(click.stream or route.stream, _markdown(as_text(card)))

    def tell(self, found: Arrival, text: str) -> None:
        """A line to the one who pressed, after the callback was answered."""
        task = asyncio.create_task(self._reply(Route.of(found.address).stream, _markdown(text)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _reply(self, stream: str, body: dict[str, Any], feedback: str = "") -> Sent:
        """One use of the response_url. Put back only when it was surely not used."""
        claimed = await self._polled.claim(stream) if stream else None
        if claimed is None:
            return never(_NO_PUSH)
        url, until = claimed
        if allowed(url, self._hosts):
            return never(_FOREIGN)
        if feedback and body["msgtype"] == "markdown":
            body["markdown"]["feedback"] = {"id": cut(feedback, 256)}
        sent = await self._post(url, body)
        if sent.fate is Fate.LATER:
            await self._polled.unclaim(stream, url, until)
        return sent

    async def _post(self, url: str, body: dict[str, Any]) -> Sent:
        """The address is a bearer secret: no error is passed on with its words."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            response = await self._http().post(
                url, content=data, headers={"content-type": "application/json"}, follow_redirects=False
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return later("response_url: 连不上 / no connection")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return unknown(f"response_url: {type(error).__name__}")
        if response.status_code in (429, 503):
            return later(f"response_url: HTTP {response.status_code}", 10.0)
        if response.status_code >= 500:
            return unknown(f"response_url: HTTP {response.status_code}")
        if response.status_code != 200:
            return never(f"response_url: HTTP {response.status_code}")
        return _judged(response)


def _judged(response: httpx.Response) -> Sent:
    try:
        found = response.json()
        code, words = int(found["errcode"]), str(found.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return unknown("response_url: 回答看不懂 / the answer is not understood")
    return SENT if code == 0 else refused(code, words)


def _markdown(text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": cut(text)}}


def _whole(card: CardView) -> str:
    """The card as text; whatever has to be cut off it, the words that decide are never among that."""
    text = card.text or as_text(card)
    if not card.footer or (card.footer in text and size(text) <= LIMIT):
        return text
    return cut(text, LIMIT - size(card.footer) - 2) + "\n\n" + card.footer


def _one(parts: list[str]) -> str:
    """There is one late reply: what goes beyond it is left out, and it is said so."""
    if len(parts) == 1:
        return parts[0]
    return cut(parts[0], LIMIT - size(CUT_SHORT) - 2) + "\n\n" + CUT_SHORT
