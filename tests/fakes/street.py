"""A chat platform in memory, and a street over a house: what people see is a list, what they do is a call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.street.port import Asked, Health, Intake, Told, Traits
from bot.street.street import EngineFor, Street
from bot.street.words import (
    Address,
    Arrival,
    Attachment,
    CardView,
    Click,
    ClickAnswer,
    Fate,
    Fetched,
    Gone,
    Kind,
    Load,
    Parcel,
    Sent,
)
from bot.wiring import House

PATIENCE_S = 20.0


@dataclass
class FakeChannel:
    """Shows parcels at once. `fates` are the ends of the next sends (then everything is sent); `slow_s` delays each;
    `files` are what can be fetched, by ref."""

    name: str = "fake"
    traits: Traits = field(
        default_factory=lambda: Traits(limit=4000, drafts=True, buttons=True, draft_gap_s=0.0)
    )
    shown: list[Parcel] = field(default_factory=list)
    tries: list[Parcel] = field(default_factory=list)
    fates: list[Sent] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    slow_s: float = 0.0
    intake: Intake | None = None

    async def run(self, intake: Intake) -> None:
        self.intake = intake
        await asyncio.Event().wait()

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        return Told(status=404)

    async def send(self, parcel: Parcel) -> Sent:
        self.tries.append(parcel)
        await asyncio.sleep(self.slow_s)
        fate = self.fates.pop(0) if self.fates else Sent(fate=Fate.SENT, refs={"message_id": parcel.id})
        if fate.fate in (Fate.SENT, Fate.UNKNOWN):
            self.shown.append(parcel)
        return fate

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        if attachment.ref not in self.files:
            raise Gone("no such file")
        path = folder / "file"
        path.write_bytes(self.files[attachment.ref])
        return Fetched(path=str(path), name=attachment.name, size=len(self.files[attachment.ref]))

    def health(self) -> Health:
        return Health(ok=True, says="in memory")

    def texts(self, to: str) -> list[str]:
        """Final texts this chat was sent, in order; drafts are not in it."""
        return [one.text for one in self.shown if one.address.to == to and one.load is Load.TEXT]

    def cards(self, to: str) -> list[CardView]:
        """Each card of this chat as it looks now."""
        last: dict[str, CardView] = {}
        for one in self.shown:
            if one.address.to == to and one.card is not None:
                last[one.card.id] = one.card
        return list(last.values())


@dataclass
class Scene:
    """A street under test: `say`, `press`, and what everybody sees."""

    street: Street
    channel: FakeChannel
    count: int = 0

    def arrival(self, who: str, text: str = "", **changes: object) -> Arrival:
        self.count += 1
        fields: dict[str, object] = {
            "channel": self.channel.name,
            "external_id": f"m{self.count}",
            "sender": who,
            "address": Address(channel=self.channel.name, to=who),
            "at": datetime(2026, 11, 23, 2, tzinfo=UTC),
            "text": text,
        }
        return Arrival(**(fields | changes))  # type: ignore[arg-type]

    async def say(self, who: str, text: str = "", **changes: object) -> Arrival:
        arrival = self.arrival(who, text, **changes)
        await self.street.intake.accept(arrival)
        return arrival

    async def press(self, who: str, token: str, **changes: object) -> ClickAnswer | None:
        click = self.arrival(who, kind=Kind.CLICK, click=Click(token=token), **changes)
        return await self.street.intake.click(click, 10)

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Wait until it is so; fails with what is seen instead."""
        ends = time.monotonic() + PATIENCE_S
        while not true():
            shown = [
                (one.address.to, one.load, one.text or (one.card and one.card.title))
                for one in self.channel.shown
            ]
            assert time.monotonic() < ends, f"{what} did not happen; shown: {shown}"
            await asyncio.sleep(0.01)

    async def answers(self, who: str, count: int) -> list[str]:
        """Wait for so many final texts in this chat."""
        await self.until(lambda: len(self.channel.texts(who)) >= count, f"{count} texts for {who}")
        return self.channel.texts(who)


async def on_stage(
    house: House,
    play: Callable[[Scene], object],
    channel: FakeChannel | None = None,
    *,
    known: bool = True,
    engine: EngineFor | None = None,
) -> Scene:
    """Open a street over this house, with everybody bound by their own id, and play."""
    channel = channel or FakeChannel()
    if known:
        bind_everybody(house, channel.name)
    async with Street(house, [channel], engine) as street:
        scene = Scene(street, channel)
        await play(scene)  # type: ignore[misc]
    return scene


def bind_everybody(house: House, channel: str) -> None:
    """Every colleague's account on this channel has their own id."""
    from knowledge.library import doors, people

    with house.store.session() as session:
        for person in people.people(session):
            doors.bind(session, channel, person.id, person.id)
