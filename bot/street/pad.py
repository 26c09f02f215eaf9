"""The shared notes of all workers, on the house's database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from knowledge.library import doors
from knowledge.store import Store


class SharedPad:
    """See bot.street.port.Pad. Keys are put under the channel's name, so that channels do not meet."""

    def __init__(self, store: Store, clock: Callable[[], datetime], channel: str) -> None:
        self._store, self._clock, self._channel = store, clock, channel

    def get(self, key: str) -> dict[str, Any] | None:
        with self._store.reading() as session:
            return doors.note(session, self._name(key), self._clock())

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        with self._store.session() as session:
            doors.put_note(session, self._name(key), value, self._clock(), ttl_s)

    def take(self, key: str) -> dict[str, Any] | None:
        with self._store.session() as session:
            return doors.take_note(session, self._name(key), self._clock())

    def _name(self, key: str) -> str:
        return f"{self._channel}:{key}"
