"""The demo house without test cards: one card in fifty would be a card too many for a test that counts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.gateways.mail import gateway_from
from bot.settings import Settings
from bot.wiring import House, open_house
from tests.fakes.clock import FakeClock


@pytest.fixture
def demo_house(demo_dir: Path) -> Iterator[House]:
    outbox = gateway_from("", demo_dir / "outbox")
    house = open_house(Settings(var_dir=demo_dir, canary_every=0, _env_file=None), FakeClock(), outbox)
    yield house
    house.close()
