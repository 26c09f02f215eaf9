"""`connect wecom-bot`: every credential is tried, and what is wrong is said in words."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.channel_settings import ChannelSettings
from bot.checkup import Finding
from bot.connect.wecom_bot import STEPS, check
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_bot_http import Loopback, Request, Response
from tests.fakes.wecom_bot_server import WeComBotServer

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


async def checked(**values: str) -> list[Finding]:
    secrets: dict[str, Any] = {
        name: SecretStr(value) if name.endswith(("secret", "token", "key")) else value
        for name, value in values.items()
    }
    async with httpx.AsyncClient(timeout=2) as http:
        return await check(ChannelSettings(_env_file=None, **secrets), http)


def levels(found: list[Finding]) -> list[str]:
    return [one.level for one in found]


def test_the_steps_name_settings_that_exist_and_keep_secrets_hidden() -> None:
    for step in STEPS:
        field = ChannelSettings.model_fields[step.setting.lower()]
        assert step.secret is (field.annotation is SecretStr)
        assert step.ask_zh
        assert step.ask_en


def test_good_wrong_and_busy_credentials_of_the_long_connection() -> None:
    async def story() -> None:
        server = WeComBotServer(FakeClock())
        url = await server.start()
        good = {
            "wecom_bot_id": server.bot_id,
            "wecom_bot_secret": server.secret,
            "wecom_bot_ws_url": url,
            "wecom_bot_name": "小成",
        }
        found = await checked(**good)
        assert levels(found) == ["ok", "ok", "note", "ok"]
        found = await checked(**good | {"wecom_bot_secret": "geheim-falsch"})
        assert levels(found) == ["ok", "broken", "ok"]
        assert "40001" in found[1].says
        assert "Secret" in found[1].fix
        assert "geheim" not in "".join(one.says + one.fix for one in found)
        server.subscribe_errors = [-1]
        assert levels(await checked(**good)) == ["ok", "note", "ok"]
        await server.stop()
        found = await checked(**good)
        assert levels(found)[1] == "broken"
        assert "出站 443" in found[1].fix
        assert levels(await checked(**good | {"wecom_bot_ws_url": "http://x"}))[1] == "broken"

    asyncio.run(story())


def test_the_callback_url_as_far_as_it_can_be_tried() -> None:
    async def story() -> None:
        async def answer(request: Request) -> Response:
            return Response(404)

        api = Loopback(answer)
        await api.start()
        good = {"wecom_bot_token": "t", "wecom_bot_aes_key": KEY, "wecom_api_base": api.url}
        found = await checked(**good)
        assert levels(found) == ["note", "ok", "ok", "note"]
        assert "/hooks/wecom-bot" in found[1].says
        await api.stop()
        assert levels(await checked(**good)) == ["note", "ok", "broken", "note"]
        assert levels(await checked(**good | {"wecom_bot_aes_key": "kurz"})) == ["note", "broken", "note"]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("values", "level", "words"),
    [
        ({}, "note", "没有设置"),
        ({"wecom_bot_id": "b"}, "broken", "WECOM_BOT_SECRET"),
        ({"wecom_bot_aes_key": KEY}, "broken", "WECOM_BOT_TOKEN"),
        ({"wecom_bot_id": "b", "wecom_bot_token": "t"}, "broken", "只允许一种"),
    ],
)
def test_missing_and_contradicting_settings(values: dict[str, str], level: str, words: str) -> None:
    first = asyncio.run(checked(**values))[0]
    assert first.level == level
    assert words in first.says
