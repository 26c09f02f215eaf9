"""The turn's deadline: everything a model is asked in one turn ends by then, however slowly it drips."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from .faults import too_slow

_ends_at: ContextVar[float] = ContextVar("model_deadline", default=float("inf"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything asked of a model inside this block ends after `seconds`."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left() -> float:
    """Seconds until the turn's deadline; raises ModelDown when it has passed."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise too_slow()
    return left


@lru_cache(maxsize=1)
def bounded_client_class() -> Any:
    import httpx2
    import openai

    class Bounded(httpx2.SyncByteStream):
        """A body that stops at the turn's deadline, however steadily an endpoint drips keep-alives into it."""

        def __init__(self, body: Any) -> None:
            self.body = body

        def __iter__(self) -> Iterator[bytes]:
            for piece in self.body:
                if time.monotonic() > _ends_at.get():
                    raise httpx2.ReadTimeout("deadline")
                yield piece

        def close(self) -> None:
            self.body.close()

    class Client(openai.DefaultHttpxClient):
        def send(self, request: Any, **kwargs: Any) -> Any:
            response = super().send(request, **kwargs)
            if kwargs.get("stream"):
                response.stream = Bounded(response.stream)
            return response

    return Client
