"""What `connect` says of the console: over what it is open, and whether its public address leads to it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pydantic import SecretStr

from bot.connect.web import STEPS, check
from bot.settings import Settings
from bot.wiring import House
from tests.fakes.web_console import Stage, play


def looked_at(**given: object) -> dict[str, str]:
    """Level by what was looked at; nobody answers."""

    async def ask() -> dict[str, str]:
        settings = Settings(_env_file=None, **given)  # type: ignore[arg-type]
        transport = httpx.MockTransport(lambda request: httpx.Response(404))
        async with httpx.AsyncClient(transport=transport) as http:
            return {one.what: one.level for one in await check(settings, http)}

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("given", "what", "level"),
    [
        ({"web_console": False}, "Web 页面 / pages", "note"),
        ({}, "Web 密钥 / key", "ok"),
        ({}, "Web 地址 / address", "ok"),
        ({"web_secret": SecretStr("short")}, "Web 密钥 / key", "broken"),
        ({"web_secret": SecretStr("x" * 32)}, "Web 密钥 / key", "ok"),
        ({"serve_host": "0.0.0.0"}, "Web 地址 / address", "broken"),
        ({"web_public_url": "http://sales.example.com"}, "Web 地址 / address", "broken"),
        ({"web_public_url": "sales.example.com"}, "Web 地址 / address", "broken"),
        ({"web_public_url": "https://sales.example.com"}, "Web 地址 / address", "ok"),
        ({"web_public_url": "https://sales.example.com"}, "Web 对外地址 / public address", "broken"),
    ],
)
def test_each_thing_is_told(given: dict[str, object], what: str, level: str) -> None:
    assert looked_at(**given)[what] == level


def test_a_public_address_that_leads_here_is_known(demo_house: House) -> None:
    async def scene(stage: Stage) -> None:
        async with httpx.AsyncClient() as http:
            settings = Settings(_env_file=None, web_public_url=stage.url)
            assert [one.level for one in await check(settings, http)] == ["ok", "ok", "ok"]
            gone = Settings(_env_file=None, web_public_url="http://127.0.0.1:9")
            assert (await check(gone, http))[-1].level == "broken"

    play(demo_house, scene)


def test_every_step_is_a_setting() -> None:
    for step in STEPS:
        assert step.setting.lower() in Settings.model_fields
        assert step.ask_zh
        assert step.ask_en
