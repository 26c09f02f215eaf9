"""`connect wecom` against the fake: each thing that can be wrong is named, with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from bot.channel_settings import ChannelSettings
from bot.checkup import Finding
from bot.connect.wecom import STEPS, check
from tests.fakes.wecom_server import WecomServer


def checked(prepare: Callable[[WecomServer], object] | None = None, **changes: object) -> list[Finding]:
    async def run() -> list[Finding]:
        async with WecomServer() as wecom, httpx.AsyncClient(trust_env=False) as http:
            given: dict[str, object] = {
                "wecom_corp_id": wecom.corp_id,
                "wecom_agent_id": wecom.agent_id,
                "wecom_secret": wecom.secret,
                "wecom_token": wecom.token,
                "wecom_aes_key": wecom.aes_key,
                "wecom_api_base": wecom.base,
            }
            if prepare:
                prepare(wecom)
            settings = ChannelSettings(_env_file=None, **{**given, **changes})  # type: ignore[arg-type]
            return await check(settings, http)

    return asyncio.run(run())


def broken(found: list[Finding]) -> str:
    return "\n".join(f"{one.what} {one.says} → {one.fix}" for one in found if one.level == "broken")


def test_everything_right() -> None:
    found = checked()
    assert not broken(found)
    told = "\n".join(one.says for one in found)
    assert "3 人" in told
    assert "127.0.0.*" in told
    assert any("/hooks/wecom" in one.fix for one in found)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wecom_secret": "wrong"}, "WECOM_SECRET"),
        ({"wecom_corp_id": "wwOTHER"}, "WECOM_CORP_ID"),
        ({"wecom_agent_id": 5}, "WECOM_AGENT_ID"),
        ({"wecom_agent_id": 0, "wecom_secret": ""}, "WECOM_AGENT_ID, WECOM_SECRET"),
        ({"wecom_aes_key": "a" * 42}, "现在 42 个"),
        ({"wecom_token": ""}, "WECOM_TOKEN"),
        ({"wecom_api_base": "http://127.0.0.1:9"}, "WECOM_API_BASE"),
    ],
)
def test_each_wrong_setting_is_named(changes: dict[str, object], words: str) -> None:
    assert words in broken(checked(None, **changes))


def test_what_is_wrong_at_the_platform_is_named() -> None:
    assert "from ip: 203.0.113.7" in broken(checked(lambda wecom: setattr(wecom, "trusted", False)))
    assert "50003" in broken(checked(lambda wecom: setattr(wecom, "enabled", False)))
    assert "可见范围" in broken(checked(lambda wecom: wecom.members.clear()))


def test_no_finding_has_a_secret() -> None:
    found = checked(lambda wecom: setattr(wecom, "trusted", False))
    told = "".join(one.says + one.fix for one in found)
    for secret in (
        "app-secret-of-the-test",
        "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo",
        "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt",
    ):
        assert secret not in told


def test_the_steps_are_settings_with_words_in_two_languages() -> None:
    names = [step.setting for step in STEPS]
    assert names == [
        name for name in (field.upper() for field in ChannelSettings.model_fields) if name in names
    ]
    for step in STEPS:
        assert step.ask_zh
        assert step.ask_en
        assert bool(step.where_zh) == bool(step.where_en)
    assert {step.setting for step in STEPS if step.secret} == {"WECOM_SECRET", "WECOM_TOKEN", "WECOM_AES_KEY"}
