"""What an address of this channel carries beyond the person or group: enough to answer, nothing secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.street.words import Address


def stream_id(msgid: str) -> str:
    """The stream that answers a message. The same message, delivered again, has the same stream."""
    return "s" + hashlib.sha256(msgid.encode("utf-8", "replace")).hexdigest()[:31]


@dataclass(frozen=True, kw_only=True)
class Route:
    """`stream` names the answer of one message or event and the notes about it; `at` is when it came (seconds since 1970 by
    our clock); `event` is empty for a message, else hello or click; `req_id` exists on the long connection only."""

    stream: str = ""
    at: float = 0.0
    event: str = ""
    req_id: str = ""

    @classmethod
    def of(cls, address: Address) -> Route:
        """As it was written into an Arrival's address; an address without one gives an empty route."""
        return cls.read(address.route)

    @classmethod
    def read(cls, route: Mapping[str, str]) -> Route:
        """As it was written into a Click's refs."""
        try:
            at = float(route.get("at", "0"))
        except ValueError:
            at = 0.0
        return cls(
            stream=route.get("stream", ""),
            at=at,
            event=route.get("event", ""),
            req_id=route.get("req_id", ""),
        )

    def written(self) -> dict[str, str]:
        """For Address.route."""
        said = {"stream": self.stream, "at": f"{self.at:.3f}", "event": self.event, "req_id": self.req_id}
        return {name: value for name, value in said.items() if value}

    def age(self, now: datetime) -> float:
        """Seconds since it came."""
        return now.timestamp() - self.at

    @property
    def streams(self) -> bool:
        """Whether it can be answered by a stream: only messages can."""
        return bool(self.stream) and not self.event
