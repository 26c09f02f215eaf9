"""A channel over its fake platform without a house: what it hands in is a list, its callbacks are served, its log is kept."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.street.port import Asked, Channel, Intake
from bot.street.words import (
    Address,
    Arrival,
    Button,
    CardView,
    ClickAnswer,
    Fate,
    FilePart,
    Kind,
    Load,
    Parcel,
    Receipt,
    Sent,
)
from tests.fakes.channel_benches import Bench
from tests.fakes.channel_menu import BENCHES
from tests.fakes.clock import RunningClock
from tests.fakes.wecom_bot_street import ClockedPad
from tests.fakes.wecom_serving import serving

NUMBERS = itertools.count(1)


class Door:
    """An ASGI app that can be served before what stands behind it is there."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@dataclass
class Ledger:
    """Every call of the intake, also repeated ones. `answer` is what a click is told."""

    heard: list[Arrival] = field(default_factory=list)
    clicks: list[Arrival] = field(default_factory=list)
    answer: ClickAnswer | None = None

    async def accept(self, arrival: Arrival) -> Receipt:
        if arrival.kind is Kind.CLICK:  # stored first, decided by `click`
            return Receipt(id=0, fresh=True)
        known = [one.external_id for one in self.heard]
        self.heard.append(arrival)
        fresh = arrival.external_id not in known
        return Receipt(id=len(known) if fresh else known.index(arrival.external_id), fresh=fresh)

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        self.clicks.append(arrival)
        return self.answer


def hooks(channel: Channel, intake: Intake) -> Starlette:
    """The house's own door without a house."""

    async def hook(request: Request) -> Response:
        asked = Asked(
            method=request.method,
            query=dict(request.query_params),
            headers={key.lower(): value for key, value in request.headers.items()},
            body=await request.body(),
        )
        told = await channel.callback(asked, intake)
        return Response(told.body, status_code=told.status, headers={"content-type": told.content_type})

    return Starlette(routes=[Route(f"/hooks/{channel.name}", hook, methods=["GET", "POST"])])


@dataclass
class Stage:
    """All there is."""

    bench: Bench
    channel: Channel
    intake: Ledger
    pad: ClockedPad
    clock: RunningClock
    door: str
    running: asyncio.Task[None]
    sent: list[Sent] = field(default_factory=list)

    async def until(self, true: Callable[[], object], what: str = "", within_s: float = 10.0) -> None:
        ends = asyncio.get_running_loop().time() + within_s
        while not true():
            assert asyncio.get_running_loop().time() < ends, f"{what} did not happen"
            await asyncio.sleep(0.01)

    async def said(self, who: str = "lina", text: str = "你好") -> Arrival:
        """Somebody says this; how it arrived."""
        before = len(self.intake.heard)
        await self.bench.say(who, text)
        await self.until(lambda: len(self.intake.heard) > before, "an arrival")
        return self.intake.heard[-1]

    async def place(self, who: str = "lina") -> Address:
        """Where this person can be written to, after they have written; without anything that only lives for a while where
        the platform allows that."""
        arrival = await self.said(who)
        if not self.bench.pushes:
            return arrival.address
        return Address(channel=self.channel.name, to=arrival.address.to)

    async def send(self, parcel: Parcel) -> Sent:
        """As the street does it: what is to be tried later is tried later."""
        for number in range(8):
            sent = await self.once(parcel)
            if sent.fate is not Fate.LATER:
                return sent
            self.clock.pass_(max(sent.after_s, 1.0))
            await asyncio.sleep(
                min(sent.after_s, 1.0) if number else 0.01
            )  # one goes by a stop-watch of its own
        raise AssertionError(f"later for ever: {sent}")

    async def once(self, parcel: Parcel) -> Sent:
        sent = await self.channel.send(parcel)
        self.sent.append(sent)
        return sent

    def chat(self, who: str = "lina") -> str:
        """Everything that this person sees, as one text."""
        return "\n".join([*self.bench.screen(who), *(card.text for card in self.bench.cards(who))])


@asynccontextmanager
async def staged(platform: str) -> AsyncIterator[Stage]:
    """The channel runs and is connected until the end of the block."""
    clock, intake, door = RunningClock(), Ledger(), Door()
    pad = ClockedPad(clock)
    async with serving(door) as base, BENCHES[platform](clock) as bench:
        channel = bench.channel(pad, base)
        door.app = hooks(channel, intake)
        await bench.opened(channel, intake)
        running = asyncio.create_task(channel.run(intake))
        try:
            await bench.ready(channel)
            yield Stage(bench, channel, intake, pad, clock, base, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            if (close := getattr(channel, "close", None)) is not None:
                await close()


def play(platform: str, story: Callable[[Stage], Awaitable[None]]) -> None:
    """In a loop of its own."""

    async def scene() -> None:
        async with staged(platform) as stage:
            await story(stage)

    asyncio.run(asyncio.wait_for(scene(), 60))


def text(to: Address, words: str, **more: Any) -> Parcel:
    return Parcel(id=f"p{next(NUMBERS)}", load=Load.TEXT, address=to, text=words, **more)


def answer(to: Address, words: str, turn: str = "t1") -> Parcel:
    """The end of an answer."""
    return text(to, words, turn=turn, last=True)


def draft(to: Address, words: str, turn: str = "t1") -> Parcel:
    return Parcel(id=f"draft:{turn}", load=Load.DRAFT, address=to, text=words, turn=turn)


def file(to: Address, path: Path, name: str) -> Parcel:
    part = FilePart(path=str(path), name=name, mime="application/pdf")
    return Parcel(id=f"p{next(NUMBERS)}", load=Load.FILE, address=to, file=part)


def card_parcel(
    to: Address, view: CardView, load: Load = Load.CARD, refs: dict[str, str] | None = None
) -> Parcel:
    return Parcel(id=f"p{next(NUMBERS)}", load=load, address=to, card=view, refs=refs or {})


VERBS = {"批准": "ok", "驳回": "no", "修改": "ed", "转交": "ho", "解释": "ex"}
STATUS = "已批准 · 赵磊批准 11月23日 10:05"


def card(*, settled: bool = False, long: bool = False) -> CardView:
    """An approval card; `long` is larger than any platform's own card."""
    number = f"{7 if long else 3:016d}"
    facts: list[tuple[str, str]] = [("代表", "李娜"), ("金额", "¥120,000"), ("还需", "经理")]
    body = "⟦王主任,折扣可以给到 8%⟧"
    if long:
        facts += [("收件人", f"第{count}位 <w{count}@example.test> [客户]") for count in range(9)]
        body = "⟦" + "\n".join(f"第{count:03d}行: 交期、价格和条款都写在这里。" for count in range(60)) + "⟧"
    lines = [f"{label}: {value}" for label, value in facts]
    return CardView(
        id=number, code="A7F3", title="[A7F3] 给华东医疗发邮件", facts=tuple(facts), body=body,
        buttons=() if settled else tuple(Button(text=words, token=f"{verb}.{number}") for words, verb in VERBS.items()),
        status=STATUS if settled else "", footer="" if settled else "也可以打字: 批准 A7F3",
        text="\n".join(["[A7F3] 给华东医疗发邮件", *lines, body]),
    )  # fmt: skip


def leaks(stage: Stage, records: list[logging.LogRecord], secrets: tuple[str, ...]) -> list[str]:
    """Where a secret can be read: in a line of the log of ours or of a library that we use (the fakes' own left out), in a
    note, in refs, on the pad, in an arrival or in what health tells."""
    ours = [one for one in records if not one.name.startswith(("websockets.server", "uvicorn", "asyncio"))]
    places = {f"log {one.name}": one.getMessage() + str(one.exc_text or "") for one in ours}
    places |= {f"sent {number}": repr(one) for number, one in enumerate(stage.sent)}
    heard = [*stage.intake.heard, *stage.intake.clicks]
    places |= {f"arrival {one.external_id}": json.dumps(asdict(one), default=str) for one in heard}
    places |= {
        "pad": stage.pad.everything(),
        "health": repr(stage.channel.health()),
        "repr": repr(stage.channel),
    }
    return [f"{place}: {said[:200]}" for place, said in places.items() if any(one in said for one in secrets)]
