"""A whole house over the demo company with real platforms' fakes at its doors and a real mail server behind it.

    async with town(demo_dir, "wecom", "telegram") as there:
        await there.bind("lina", bench); await there.ask(bench); ...

The clock goes on by itself, so that what is tried again in a second is tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, func, select

from actions.action import State
from actions.binding import Binding
from actions.gateways.mail import gateway_from
from actions.sight import find
from actions.tables import Action
from bot.settings import Settings
from bot.street.pad import SharedPad
from bot.street.street import Street
from bot.web.app import web_app
from bot.wiring import House, open_house
from knowledge.model import ArrivalRow, Person, Role
from tests.fakes.channel_benches import Bench, Seen
from tests.fakes.channel_menu import BENCHES
from tests.fakes.channel_stage import Door
from tests.fakes.clock import RunningClock
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.wecom_serving import serving

WISH = "给华东医疗的王建国主任写一封跟进邮件,折扣给到 8%"
PATIENCE_S = 40.0


@dataclass
class Town:
    """What a story needs: who says and presses what is the bench's, what came of it is asked here."""

    house: House
    clock: RunningClock
    street: Street
    smtp: SmtpServer
    benches: dict[str, Bench]
    door: str

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Wait until it is so; fails with what everybody sees instead."""
        ends = asyncio.get_running_loop().time() + PATIENCE_S
        while not true():
            seen = {
                (name, who): [*bench.screen(who), *(card.text for card in bench.cards(who))]
                for name, bench in self.benches.items()
                for who in ("lina", "zhaolei", "stranger")
            }
            assert asyncio.get_running_loop().time() < ends, f"{what} did not happen; seen: {seen}"
            await asyncio.sleep(0.02)

    async def answered(self, bench: Bench, who: str, words: str, wanted: str) -> str:
        """Say this, and wait for a new or changed text with `wanted` in it."""
        before = bench.screen(who)
        await bench.say(who, words)
        await self.until(lambda: _news(before, bench.screen(who), wanted), f"{wanted} for {who}")
        return _news(before, bench.screen(who), wanted)

    async def bind(self, who: str, bench: Bench) -> str:
        """With a code that an administrator made, once; returns it."""
        binding = Binding(self.house.gate)
        said, code = binding.code_for(self._admin(), f"p-{who}", bench.name)
        assert code, said
        await self.answered(bench, who, f"绑定 {code}", "已绑定")
        return code

    async def ask(self, bench: Bench) -> str:
        """The rep's wish that the manager must approve, and her yes to the draft; returns the action's code."""
        await self.answered(bench, "lina", WISH, "王建国")
        await bench.say("lina", "发出去")
        await self.until(lambda: self.waiting(), "an action that waits")
        (code,) = self.waiting()
        return code

    async def card(self, bench: Bench, code: str, who: str = "zhaolei") -> Seen:
        """This person's card of this action, as it is now."""
        await self.until(lambda: self._cards(bench, who, code), f"a card of {code} for {who}")
        return self._cards(bench, who, code)[-1]

    async def settled(self, bench: Bench, code: str, who: str = "zhaolei") -> Seen:
        """This card when its buttons are gone."""
        await self.card(bench, code, who)
        await self.until(lambda: not self._cards(bench, who, code)[-1].buttons, "the settled card")
        return self._cards(bench, who, code)[-1]

    @staticmethod
    def _cards(bench: Bench, who: str, code: str) -> list[Seen]:
        return [card for card in bench.cards(who) if f"[{code}]" in card.text]

    async def press(self, bench: Bench, who: str, card: Seen, token: str) -> Callable[[], Awaitable[object]]:
        """Press, and wait until the house has decided it."""
        before = self._decided()
        again = await bench.press(who, card, token)
        await self.until(lambda: self._decided() > before, f"a decision on the press of {token}")
        return again

    async def press_again(self, bench: Bench, who: str, card: Seen, token: str) -> None:
        """Press what this person has pressed before: where a platform tells no two presses apart there is nothing to wait
        for but a moment."""
        await bench.press(who, card, token)
        await asyncio.sleep(0.5)

    def _decided(self) -> int:
        query = select(func.count()).select_from(ArrivalRow)
        query = query.where(ArrivalRow.kind == "click", ArrivalRow.state == "done")
        with self.house.store.reading() as session:
            return session.exec(query).one()

    def waiting(self) -> list[str]:
        """Codes of what waits for somebody's yes."""
        with self.house.store.reading() as session:
            rows = session.exec(select(Action.code).where(Action.state == State.PENDING)).all()
        return [code for code in rows if code not in self.old]

    old: tuple[str, ...] = ()

    def state(self, code: str) -> str:
        with self.house.store.reading() as session:
            action = find(session, code)
            assert action is not None
            return action.state

    async def mail(self) -> None:
        """The time in which it can be called off passes; the mail is at the other server."""
        self.clock.pass_(3600)
        await self.until(lambda: self.smtp.received, "the mail at the mail server")

    def _admin(self) -> str:
        with self.house.store.reading() as session:
            everybody = session.exec(select(Person).order_by(col(Person.id))).all()
        return next(person.id for person in everybody if Role.ADMIN in person.roles)


def _news(before: list[str], now: list[str], wanted: str) -> str:
    """A text that was not there before."""
    left = list(before)
    for text in now:
        if text in left:
            left.remove(text)
        elif wanted in text:
            return text
    return ""


@asynccontextmanager
async def town(folder: Path, *platforms: str) -> AsyncIterator[Town]:
    """Open for as long as the block lasts; `folder` holds the demo company."""
    clock, door = RunningClock(), Door()
    with SmtpServer() as smtp:
        mail = gateway_from(smtp.url, folder / "outbox")
        house = open_house(Settings(var_dir=folder, canary_every=0, _env_file=None), clock, mail)
        try:
            async with AsyncExitStack() as stack:
                base = await stack.enter_async_context(serving(door))
                benches = {name: await stack.enter_async_context(BENCHES[name](clock)) for name in platforms}
                channels = [
                    bench.channel(SharedPad(house.store, clock, bench.name), base)
                    for bench in benches.values()
                ]
                street = await stack.enter_async_context(Street(house, channels))
                door.app = web_app(street, dict)
                for bench, channel in zip(benches.values(), channels, strict=True):
                    await bench.ready(channel)
                there = Town(house, clock, street, smtp, benches, base)
                there.old = tuple(there.waiting())
                yield there
        finally:
            house.close()
