"""The floor every test stands on: no network but loopback, no settings from outside, the demo company built once."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.gateways.mail import gateway_from
from bot.sender_settings import ENV_FD, ENV_FILE, SenderSettings
from bot.settings import Settings
from bot.wiring import House, open_house
from tests.fakes import heard_call
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import PostgresServer, postgres_server

LONG = (
    "tests/trust/",
    "tests/bot/channels/",
    "tests/bot/street/",
    "tests/bot/test_sender",
    "tests/bot/test_scribe",
)
"""What takes minutes begins first, so that no worker is left alone with it at the end."""
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_connect = socket.socket.connect


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((at for at, one in enumerate(LONG) if item.nodeid.startswith(one)), len(LONG))
    )


def _guarded(self: socket.socket, address: object) -> None:
    if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
        raise OSError(f"tests may not reach {address[0]}")
    _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """No test can reach a model or a mail server by accident."""
    socket.socket.connect = _guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, *SenderSettings.model_fields, ENV_FILE, ENV_FD):
        monkeypatch.delenv(name.upper(), raising=False)
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def test_whisper_model() -> Path:
    """The folder of the small Whisper that really hears (for WHISPER_MODEL): a TEST MODEL, see tests/fakes/heard_call.py."""
    return heard_call.MODEL


@pytest.fixture(scope="session")
def sales_call() -> heard_call.HeardCall:
    """A sales call of 101 seconds on two channels, and what is said in it when."""
    return heard_call.sales_call()


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company, loaded, indexed and scored once for all tests."""
    from bot.cli.opening import load_demo

    folder = tmp_path_factory.mktemp("demo")
    house = open_house(Settings(var_dir=folder, _env_file=None), FakeClock())
    load_demo(house)
    house.rescorer.drain()
    house.close()
    return folder


@pytest.fixture
def demo_dir(demo_template: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the demo company in it."""
    return Path(shutil.copytree(demo_template, tmp_path / "var"))


@pytest.fixture
def demo_house(demo_dir: Path) -> Iterator[House]:
    """The whole house over the demo company, at 10:00 on a Monday in Shanghai."""
    outbox = gateway_from("", demo_dir / "outbox")  # a fake clock's mails are sent in this process
    house = open_house(Settings(var_dir=demo_dir, _env_file=None), FakeClock(), outbox)
    yield house
    house.close()


@pytest.fixture(scope="session")
def _postgres() -> Iterator[PostgresServer]:
    try:
        with postgres_server() as server:
            yield server
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres_url(_postgres: PostgresServer) -> str:
    """A fresh database on a real PostgreSQL server; skipped with the reason where none can be started."""
    return _postgres.fresh_url()
