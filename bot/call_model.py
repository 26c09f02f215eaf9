"""The configured model lent to a turn that makes minutes outside a conversation, with a deadline for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agents.skill import Turn

from .drilled import model_options
from .wiring import House


@contextmanager
def with_model(house: House, turn: Turn, patience: float = 1.0) -> Iterator[None]:
    """Where a model is configured it may write for `patience` times the deadline of a chat; else the rules make it all."""
    options = model_options(house.settings)
    if options is None:
        yield
        return
    from agents.deadline import within
    from agents.models import chat_model, close_model

    model = chat_model(options)
    turn.written_by(options.model, model)
    try:
        with within(patience * options.deadline_s):
            yield
    finally:
        close_model(model)
