"""A chat platform that speaks plain JSON over HTTP: the channel as the house sees it. Its other end is hook_platform."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot.street.port import Asked, Health, Intake, Told, Traits
from bot.street.words import Address, Arrival, Attachment, Fate, Fetched, Gone, Parcel, Sent


class HookChannel:
    """Callbacks are `{"id", "from", "text"}`; what goes out is a POST of `{"id", "to", "load", "text"}` to `outlet`."""

    name = "hook"

    def __init__(self, outlet: str, *, resend: bool = False) -> None:
        self.traits = Traits(limit=4000, resend=resend)
        self._outlet = outlet
        self._http = httpx.AsyncClient(timeout=5, limits=httpx.Limits(max_connections=32))

    async def run(self, intake: Intake) -> None:
        await asyncio.Event().wait()

    async def callback(self, asked: Asked, intake: Intake) -> Told:
        try:
            said = json.loads(asked.body)
            arrival = Arrival(
                channel=self.name,
                external_id=str(said["id"]),
                sender=str(said["from"]),
                address=Address(channel=self.name, to=str(said["from"])),
                at=datetime.now(UTC),
                text=str(said["text"]),
            )
        except (ValueError, KeyError, TypeError):
            return Told(status=400)
        receipt = await intake.accept(arrival)
        return Told(body=b"fresh" if receipt.fresh else b"known")

    async def send(self, parcel: Parcel) -> Sent:
        record = {"id": parcel.id, "to": parcel.address.to, "load": parcel.load.value, "text": parcel.text}
        try:
            answer = await self._http.post(self._outlet, json=record)
        except httpx.ConnectError:
            return Sent(fate=Fate.LATER, note="no connection", after_s=0.1)
        except httpx.HTTPError as error:
            return Sent(fate=Fate.UNKNOWN, note=type(error).__name__)
        return Sent(fate=Fate.SENT if answer.status_code == 200 else Fate.UNKNOWN)

    async def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        raise Gone("no files here")

    def health(self) -> Health:
        return Health(ok=True, says="plain HTTP")
