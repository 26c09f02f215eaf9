"""A Telegram channel over the fake Bot API, with clock, sleep, intake and pad in the test's hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.channels.telegram import Telegram
from bot.channels.telegram.wire import Limits
from bot.street.port import Asked
from bot.street.words import Address, Button, CardView, FilePart, Load, Parcel
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import Shown, TelegramServer
from tests.fakes.telegram_street import FakeIntake, FakePad

LI, WANG = 5_000_000_001, 5_000_000_002
GROUP = -1_001_234_567_890
QUICK = Limits(poll_s=1, read_s=1.0, connect_s=1.0, upload_s=2.0, click_s=0.3, pace_s=0.0)
SECRET = "s3cret_for-the-webhook"


@dataclass
class Stage:
    """What a test has in hand."""

    server: TelegramServer
    channel: Telegram
    intake: FakeIntake
    pad: FakePad
    clock: FakeClock
    sleeps: list[float] = field(default_factory=list)
    running: asyncio.Task[None] | None = None

    async def until(self, true: Callable[[], object], patience_s: float = 5.0) -> None:
        async with asyncio.timeout(patience_s):
            while not true():
                await asyncio.sleep(0.005)

    def figure(self, name: str) -> int:
        """A counter of health()."""
        return (self.channel.health().figures or {}).get(name, 0)

    def seen(self, chat: int = LI) -> list[Shown]:
        return self.server.seen(chat)


@asynccontextmanager
async def staged(
    server: TelegramServer,
    *,
    run: bool = True,
    webhook: str = "",
    secret: str = SECRET,
    pad: FakePad | None = None,
    limits: Limits = QUICK,
) -> AsyncIterator[Stage]:
    """A channel that runs until the end of the block. Sleeps are noted and cut to a blink."""
    sleeps: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds:
            sleeps.append(seconds)
        await asyncio.sleep(min(seconds, 0.01))

    clock, notes, intake = FakeClock(), pad or FakePad(), FakeIntake()
    channel = Telegram(
        server.token,
        pad=notes,
        clock=clock,
        api_base=server.base_url,
        webhook_url=webhook,
        webhook_secret=secret if webhook else "",
        limits=limits,
        sleep=sleep,
    )
    stage = Stage(server, channel, intake, notes, clock, sleeps)
    if run:
        stage.running = asyncio.create_task(channel.run(intake))
    try:
        yield stage
    finally:
        if stage.running is not None:
            stage.running.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await stage.running
        await channel.close()


def asked(body: bytes, secret: str = SECRET, method: str = "POST") -> Asked:
    headers = {"x-telegram-bot-api-secret-token": secret} if secret else {}
    return Asked(method=method, query={}, headers=headers, body=body)


def here(to: int = LI, *, group: bool = False, **route: str) -> Address:
    return Address(channel="telegram", to=str(to), group=group, route=route)


def words(text: str, to: int = LI, **more: object) -> Parcel:
    parcel = Parcel(id="p1", load=Load.TEXT, address=here(to), text=text)
    return replace(parcel, **more)  # type: ignore[arg-type]


def draft(text: str, turn: str = "t1", address: Address | None = None) -> Parcel:
    return Parcel(id=f"draft:{turn}", load=Load.DRAFT, address=address or here(), text=text, turn=turn)


def final(text: str, turn: str = "t1", address: Address | None = None) -> Parcel:
    return Parcel(
        id=f"reply:{turn}", load=Load.TEXT, address=address or here(), text=text, turn=turn, last=True
    )


BUTTONS = tuple(
    Button(text=label, token=f"{verb}.0123456789abcdef", tone=tone)
    for verb, label, tone in (
        ("ok", "批准", "primary"),
        ("no", "驳回", "danger"),
        ("ed", "修改", "plain"),
        ("ho", "转交", "plain"),
        ("ex", "解释", "plain"),
    )
)


def card(**more: object) -> CardView:
    view = CardView(
        id="0123456789abcdef",
        code="A7F3",
        title="[A7F3] 给星海科技发报价",
        facts=(("代表", "李梅"), ("收件人", "陈 <chen@xinghai.example> & co"), ("金额", "¥120,000")),
        body="⟦尊敬的陈总: <b>特价</b> **今天** [点这里](http://evil.example)⟧",
        buttons=BUTTONS,
        footer="也可以打字: 批准 A7F3",
        text="全文 A7F3",
    )
    return replace(view, **more)  # type: ignore[arg-type]


def card_parcel(view: CardView, load: Load = Load.CARD, **refs: str) -> Parcel:
    return Parcel(id=f"c:{load}", load=load, address=here(), card=view, refs=refs)


def file_parcel(path: Path, name: str, load: Load = Load.FILE, text: str = "") -> Parcel:
    part = FilePart(path=str(path), name=name)
    return Parcel(id="f1", load=load, address=here(), file=part, text=text)
