"""Work that is done again and again: after a pause, in spite of a failure, and no more once it is ended."""

from __future__ import annotations

import threading

import pytest

from bot.keeping import keeping
from bot.repeated import Repeated
from bot.wiring import House


def test_work_that_fails_is_logged_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    thrice, calls = threading.Event(), list[int]()

    def work() -> None:
        calls.append(1)
        if len(calls) == 3:
            thrice.set()
        raise RuntimeError("no disk")

    one = Repeated("sweeping", work, 0.001)
    one.start()
    assert thrice.wait(30)
    one.end()
    assert "sweeping could not be done" in caplog.text
    done = len(calls)
    assert not threading.Event().wait(0.02)
    assert len(calls) == done


def test_what_was_stopped_before_its_first_time_does_nothing() -> None:
    calls = list[int]()
    one = Repeated("walking", lambda: calls.append(1), 0.001, first_s=60)
    one.start()
    one.end()
    assert calls == []


def test_ended_before_it_began_is_no_error() -> None:
    Repeated("walking", lambda: None, 1).end()


def test_every_customer_is_looked_at_apart_from_what_is_due_now(demo_house: House) -> None:
    names = [one._thread.name for one in keeping(demo_house)]
    assert names == ["keeping", "walking", "tidying"]
