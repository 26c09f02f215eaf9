"""The stage of the WeCom AI bot's tests: a channel on loopback, quick sleeps that are remembered, parcels by the handful."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.channels.wecom_bot import LongBot
from bot.channels.wecom_bot.line import Patience
from bot.channels.wecom_bot.link import Pace
from bot.street.words import Address, Arrival, Button, CardView, FilePart, Load, Parcel
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_bot_server import WeComBotServer
from tests.fakes.wecom_bot_street import ClockedPad, RememberingIntake

NUMBERS = itertools.count(1)


SLOW = Pace(ack_s=5, beat_s=300)
"""Patient, so that a busy machine fails no test; what tests time-outs has a pace of its own."""
IMPATIENT = Pace(ack_s=0.3, beat_s=300)


class QuickSleep:
    """A hundredth of the time, and what was asked for."""

    def __init__(self, scale: float = 0.01) -> None:
        self.scale, self.asked = scale, list[float]()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(seconds * self.scale)


@dataclass
class Stage:
    """Everything a test talks to."""

    clock: FakeClock
    server: WeComBotServer
    pad: ClockedPad
    intake: RememberingIntake
    bot: LongBot
    sleep: QuickSleep
    http: httpx.AsyncClient
    running: asyncio.Task[None] = field(init=False)

    async def heard(self, count: int = 1) -> Arrival:
        """The newest of so many arrivals."""
        await self.server.until(lambda: len(self.intake.accepted) >= count)
        return self.intake.accepted[-1]


def long_bot(
    server: WeComBotServer, clock: FakeClock, pad: ClockedPad, http: httpx.AsyncClient, sleep: QuickSleep,
    pace: Pace | None = None, patience: Patience | None = None, secret: str = "",
) -> LongBot:  # fmt: skip
    """As `from_settings` makes it, with quick hands."""
    return LongBot(
        bot_id=server.bot_id, secret=secret or server.secret, pad=pad, clock=clock, ws_url=server.url, bot_name="小 成",
        http=http, media_hosts=("127.0.0.1",), pace=pace or SLOW, patience=patience or Patience(), sleep=sleep,
    )  # fmt: skip


@asynccontextmanager
async def stage(
    *,
    pace: Pace | None = None,
    patience: Patience | None = None,
    secret: str = "",
    scale: float = 0.01,
    ready: bool = True,
) -> AsyncIterator[Stage]:
    """A fake platform and our channel, running."""
    clock, sleep = FakeClock(), QuickSleep(scale)
    server, pad, intake = WeComBotServer(clock), ClockedPad(clock), RememberingIntake()
    await server.start()
    async with httpx.AsyncClient(timeout=2) as http:
        bot = long_bot(server, clock, pad, http, sleep, pace, patience, secret)
        held = Stage(clock, server, pad, intake, bot, sleep, http)
        held.running = asyncio.create_task(bot.run(intake))
        try:
            if ready:
                await server.ready()
                await server.until(lambda: bot.health().ok)
            yield held
        finally:
            held.running.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await held.running
            await server.stop()


def draft(to: Arrival | Address, text: str, turn: str = "t1") -> Parcel:
    """A snapshot."""
    return _parcel(Load.DRAFT, to, text, turn)


def final(to: Arrival | Address, text: str, turn: str = "t1") -> Parcel:
    """The end of an answer."""
    return _parcel(Load.TEXT, to, text, turn, last=True)


def push(to: Arrival | Address, text: str) -> Parcel:
    """A text that belongs to no turn."""
    return _parcel(Load.TEXT, to, text)


def _parcel(load: Load, to: Arrival | Address, text: str, turn: str = "", *, last: bool = False) -> Parcel:
    address = to.address if isinstance(to, Arrival) else to
    return Parcel(id=f"p{next(NUMBERS)}", load=load, address=address, text=text, turn=turn, last=last)


def person(user: str) -> Address:
    """Without a message to answer."""
    return Address(channel="wecom-bot", to=user)


BUTTONS = (
    Button(text="批准 / OK", token="ok:A7F3:k1", tone="primary"),
    Button(text="驳回 / No", token="no:A7F3:k1", tone="danger"),
)


def card(
    *, settled: str = "", facts: tuple[tuple[str, str], ...] = (("金额", "¥120,000"),), body: str = "", id: str = "k1"
) -> CardView:  # fmt: skip
    """An approval card."""
    return CardView(
        id=id, code="A7F3", title="折扣审批 12%", facts=facts, body=body, buttons=() if settled else BUTTONS,
        status=settled, footer="批准 A7F3", text="折扣审批 12%(A7F3)\n" + "\n".join(f"{a}: {b}" for a, b in facts) + body,
    )  # fmt: skip


def card_parcel(
    to: Address, view: CardView, load: Load = Load.CARD, refs: dict[str, str] | None = None
) -> Parcel:
    """A card, or its update."""
    return Parcel(id=f"p{next(NUMBERS)}", load=load, address=to, card=view, refs=refs or {})


def file_parcel(to: Address, path: Path, name: str, load: Load = Load.FILE) -> Parcel:
    """A file."""
    part = FilePart(path=str(path), name=name)
    return Parcel(id=f"p{next(NUMBERS)}", load=load, address=to, file=part)
