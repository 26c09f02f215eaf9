"""The Stream side of the fake DingTalk: tickets, connections, frames, acknowledgements and redelivery."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

MESSAGES = "/v1.0/im/bot/messages/get"
CARDS = "/v1.0/card/instances/callback"
TICKET_LIVES = timedelta(seconds=90)


@dataclass
class Pending:
    """A frame that waits for its acknowledgement. `key` stays the same when it is delivered again."""

    key: str
    type: str
    topic: str
    data: str
    message_ids: list[str] = field(default_factory=list)
    ack: asyncio.Future[dict[str, Any]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class StreamSide:
    """Delivers each frame to one of the open connections; `shutting` ones get nothing any more."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._server: Server | None = None
        self.port = 0
        self.tickets: dict[str, datetime] = {}
        self.used_tickets = 0
        self.refused_tickets = 0
        self.connections: list[ServerConnection] = []
        self.shutting: set[ServerConnection] = set()
        self.frames: dict[str, tuple[Pending, ServerConnection]] = {}
        self.pending: dict[str, Pending] = {}
        self.acks: list[dict[str, Any]] = []
        self.deaf = False
        """Acknowledgements are read and forgotten: the frame counts as not acknowledged."""
        self._changed = asyncio.Event()

    async def start(self) -> None:
        self._server = await serve(
            self._talk, "127.0.0.1", 0, process_request=self._admit, ping_interval=None, close_timeout=0.2
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        for frozen in self.shutting & set(self.connections):
            frozen.transport.abort()
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 2)
        for one in self.pending.values():
            one.ack.cancel()

    def ticket(self) -> dict[str, str]:
        ticket = uuid.uuid4().hex + "+/="  # must be quoted in the address
        self.tickets[ticket] = self._now()
        return {"endpoint": f"ws://127.0.0.1:{self.port}/connect", "ticket": ticket}

    async def deliver(self, key: str, topic: str, data: dict[str, Any], type: str = "CALLBACK") -> Pending:
        """One frame to one connection."""
        one = Pending(key, type, topic, json.dumps(data, ensure_ascii=False))
        self.pending[key] = one
        await self._send(one)
        return one

    async def raw(self, data: str, topic: str = MESSAGES, type: str = "CALLBACK") -> Pending:
        """A frame with data as given, JSON or not."""
        one = Pending(uuid.uuid4().hex, type, topic, data)
        self.pending[one.key] = one
        await self._send(one)
        return one

    async def redeliver(self) -> int:
        """The sixty seconds are over: everything not acknowledged comes again, with a new messageId."""
        left = [one for one in self.pending.values() if not one.ack.done()]
        for one in left:
            await self._send(one)
        return len(left)

    async def ping(self, opaque: str = "abc") -> dict[str, Any]:
        """A system ping; the acknowledgement must bring the data back."""
        one = await self.raw(json.dumps({"opaque": opaque}), "ping", "SYSTEM")
        ack = await asyncio.wait_for(one.ack, 5)
        assert json.loads(ack["data"]) == {"opaque": opaque}, "the ping's data must come back"
        return ack

    async def disconnect(self, linger_s: float = 0.2) -> None:
        """Announce the end of the newest connection: nothing is delivered on it any more, and TCP is closed a while later."""
        connection = await self._connected()
        one = Pending(
            uuid.uuid4().hex,
            "SYSTEM",
            "disconnect",
            json.dumps({"reason": "persistent connection is timeout"}),
        )
        await self._write(connection, one)
        self.shutting.add(connection)
        asyncio.get_running_loop().call_later(linger_s, lambda: asyncio.ensure_future(connection.close()))

    def freeze(self) -> None:
        """Half open: the newest connection stays, and nothing comes on it any more, not even a pong."""
        self.connections[-1].transport.pause_reading()
        self.shutting.add(self.connections[-1])

    async def wait_for(self, true: Callable[[], object], what: str) -> None:
        async with asyncio.timeout(5):
            while not true():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.02)
        assert true(), what

    def open_connections(self) -> list[ServerConnection]:
        return [one for one in self.connections if one not in self.shutting]

    async def _connected(self) -> ServerConnection:
        await self.wait_for(self.open_connections, "no connection")
        return self.open_connections()[-1]

    async def _send(self, one: Pending) -> None:
        await self._write(await self._connected(), one)

    async def _write(self, connection: ServerConnection, one: Pending) -> None:
        message_id = uuid.uuid4().hex
        one.message_ids.append(message_id)
        self.frames[message_id] = one, connection
        headers = {
            "appId": "app", "connectionId": "c1", "contentType": "application/json", "messageId": message_id,
            "time": str(int(self._now().timestamp() * 1000)), "topic": one.topic,
        }  # fmt: skip
        frame = {"specVersion": "1.0", "type": one.type, "headers": headers, "data": one.data}
        await connection.send(json.dumps(frame, ensure_ascii=False))

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """A ticket is good once, and for a while."""
        asked = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        born = self.tickets.pop(asked, None)
        if born is None or self._now() - born > TICKET_LIVES:
            self.refused_tickets += 1
            return connection.respond(401, "ticket\n")
        self.used_tickets += 1
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        self._changed.set()
        try:
            async for raw in connection:
                self._acked(connection, json.loads(raw))
        except ConnectionClosed:
            pass
        finally:
            self.connections.remove(connection)
            self._changed.set()

    def _acked(self, connection: ServerConnection, record: dict[str, Any]) -> None:
        assert isinstance(record["code"], int), record
        assert isinstance(record["data"], str), "data is JSON text"
        one, came_by = self.frames[record["headers"]["messageId"]]
        assert came_by is connection, "acknowledged on another connection than it came by"
        self.acks.append(record)
        self._changed.set()
        if not self.deaf and not one.ack.done():
            one.ack.set_result(record)
            self.pending.pop(one.key, None)
