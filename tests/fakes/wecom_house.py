"""A channel under test without a house: an intake and a pad in memory, and the callback served over loopback HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.wecom import Looks, WeCom
from bot.street.port import Asked
from bot.street.words import Arrival, ClickAnswer, Receipt
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_server import WecomServer
from tests.fakes.wecom_serving import serving


@dataclass
class MemoryPad:
    """Notes with an end, by a clock."""

    clock: FakeClock
    notes: dict[str, tuple[dict[str, Any], float]] = field(default_factory=dict)

    def get(self, key: str) -> dict[str, Any] | None:
        found = self.notes.get(key)
        return found[0] if found and found[1] > self.clock().timestamp() else None

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        self.notes[key] = (value, self.clock().timestamp() + ttl_s)

    def take(self, key: str) -> dict[str, Any] | None:
        found = self.get(key)
        self.notes.pop(key, None)
        return found


@dataclass
class MemoryIntake:
    """Keeps arrivals under their key. `broken`: the next so many are not stored; `slow_s` before storing; `answer` is what
    a click is told."""

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: int = 0
    slow_s: float = 0.0
    answer: ClickAnswer | None = None

    async def accept(self, arrival: Arrival) -> Receipt:
        await asyncio.sleep(self.slow_s)
        self.asked.append(arrival.external_id)
        if self.broken:
            self.broken -= 1
            raise OSError("disk full")
        fresh = arrival.external_id not in self.arrivals
        self.arrivals.setdefault(arrival.external_id, arrival)
        return Receipt(id=len(self.arrivals), fresh=fresh)

    async def click(self, arrival: Arrival, within_s: float = 3.0) -> ClickAnswer | None:
        await self.accept(arrival)
        return self.answer

    @property
    def last(self) -> Arrival:
        return list(self.arrivals.values())[-1]


@dataclass
class Scene:
    """All there is: platform, channel, and what the channel handed in. `slept` are the pauses it wished for."""

    wecom: WecomServer
    channel: WeCom
    intake: MemoryIntake
    pad: MemoryPad
    clock: FakeClock
    slept: list[float]

    async def quiet(self) -> None:
        """Let what runs behind an answer come to its end."""
        while self.channel._toasts:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def scene(
    *, timeout_s: float = 5.0, clock: FakeClock | None = None, looks: Looks | None = None
) -> AsyncIterator[Scene]:
    """Platform and channel, connected both ways."""
    clock = clock or FakeClock()
    pad, intake, slept = MemoryPad(clock), MemoryIntake(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with WecomServer(clock) as wecom, httpx.AsyncClient(timeout=timeout_s, trust_env=False) as http:
        channel = WeCom(
            corp_id=wecom.corp_id,
            agent_id=wecom.agent_id,
            secret=wecom.secret,
            token=wecom.token,
            aes_key=wecom.aes_key,
            api_base=wecom.base,
            pad=pad,
            clock=clock,
            http=http,
            sleep=sleep,
            looks=looks,
        )
        async with serving(hooks(channel, intake)) as base:
            wecom.callback_url = f"{base}/hooks/wecom"
            yield Scene(wecom, channel, intake, pad, clock, slept)


def hooks(channel: WeCom, intake: MemoryIntake) -> Starlette:
    """As the house's own server does it: what the channel cannot take is answered 500."""

    async def hook(request: Request) -> Response:
        asked = Asked(
            method=request.method,
            query=dict(request.query_params),
            headers={key.lower(): value for key, value in request.headers.items()},
            body=await request.body(),
        )
        try:
            told = await channel.callback(asked, intake)
        except Exception:  # noqa: BLE001 - a door
            return Response("try again", status_code=500)
        return Response(told.body, status_code=told.status, headers={"content-type": told.content_type})

    return Starlette(routes=[Route("/hooks/wecom", hook, methods=["GET", "POST"])])
