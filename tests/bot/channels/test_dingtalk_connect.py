"""The walk-through's check-up, and the card templates an admin imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.channel_settings import ChannelSettings
from bot.channels.dingtalk.cards import approval_params
from bot.checkup import Finding
from bot.connect.dingtalk import STEPS, check
from bot.connect.dingtalk_blocks import walk
from bot.connect.dingtalk_templates import answer_template, approval_template
from tests.bot.channels.test_dingtalk_cards import CARD
from tests.fakes.dingtalk_cards import ANSWER, APPROVAL, INSTANCES, STREAMING
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import CLIENT, FILES, OPEN, SECRET, FakeDingTalk
from tests.fakes.dingtalk_street import in_loop

DENIED = Reply(
    403, {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", "message": "应用尚未开通权限"}
)


async def looked(fake: FakeDingTalk, **changes: Any) -> dict[str, Finding]:
    given: dict[str, Any] = {
        "dingtalk_client_id": CLIENT, "dingtalk_client_secret": SecretStr(SECRET), "dingtalk_api_base": fake.base,
        "dingtalk_oapi_base": fake.base, "dingtalk_approval_template": APPROVAL, "dingtalk_answer_template": ANSWER,
    }  # fmt: skip
    async with httpx.AsyncClient(timeout=2) as http:
        found = await check(ChannelSettings(_env_file=None, **(given | changes)), http)
    assert all(SECRET not in one.says + one.fix for one in found)
    return {one.what.partition(" /")[0]: one for one in found}


@in_loop
async def test_all_is_well() -> None:
    async with FakeDingTalk() as fake:
        found = await looked(fake)
        assert {one.level for one in found.values()} == {"ok"}, found
        assert len(found) == 6
        assert fake.metered <= 5
        assert {card.chat for card in fake.cards.all.values()} == {""}
        assert not fake.stream.connections


@in_loop
async def test_nothing_is_set_or_wrong() -> None:
    async with FakeDingTalk() as fake:
        assert (await looked(fake, dingtalk_client_id=""))["钉钉凭证"].level == "broken"
        wrong = await looked(fake, dingtalk_client_secret=SecretStr("wrong"))
        assert list(wrong) == ["钉钉凭证"]
        assert "Client Secret" in wrong["钉钉凭证"].says


@in_loop
async def test_each_thing_that_is_missing_is_named_with_what_to_do() -> None:
    async with FakeDingTalk() as fake:
        fake.cards.templates[APPROVAL] = False
        fake.fail(OPEN, Reply(400, {"code": "param.error", "message": "not stream"}))
        fake.fail(FILES, DENIED)
        fake.fail(STREAMING, DENIED)
        found = await looked(fake, dingtalk_monthly_calls=0)
        levels = {what: one.level for what, one in found.items()}
        assert levels == {
            "钉钉凭证": "ok", "钉钉 Stream 连接": "broken", "钉钉机器人权限": "broken", "审批卡片": "broken",
            "流式回答卡片": "broken", "钉钉接口额度": "note",
        }  # fmt: skip
        assert "发布" in found["审批卡片"].says
        assert "Card.Streaming.Write" in found["流式回答卡片"].fix


@in_loop
async def test_without_templates_it_is_a_note_and_with_a_tired_platform_too() -> None:
    async with FakeDingTalk() as fake:
        found = await looked(fake, dingtalk_approval_template="", dingtalk_answer_template="")
        assert found["审批卡片"].level == found["流式回答卡片"].level == "note"
        fake.fail(
            INSTANCES, Reply(503, b"x"), Reply(403, {"code": "Forbidden.AccessDenied.ApiCountLimitForOrg"})
        )
        found = await looked(fake)
        assert (found["审批卡片"].level, found["流式回答卡片"].level) == ("note", "broken")
        assert "额度" in found["流式回答卡片"].says


def test_the_steps_name_settings_that_exist() -> None:
    fields = {name.upper() for name in ChannelSettings.model_fields}
    assert {one.setting for one in STEPS} <= fields
    assert [one.setting for one in STEPS if one.secret] == ["DINGTALK_CLIENT_SECRET"]
    assert all(one.where_zh and one.where_en and one.ask_zh and one.ask_en for one in STEPS)


@pytest.mark.parametrize("make", [approval_template, answer_template])
def test_a_template_holds_together(make: Any) -> None:
    record = make()
    assert set(record) == {"editorData", "widgetInfo", "type", "mode"}
    editor = json.loads(record["editorData"])
    nodes = list(walk(editor["schema"]["componentsTree"][0]))
    known = {one["componentName"] for one in editor["schema"]["componentsMap"]}
    assert {one["componentName"] for one in nodes} == known
    assert len({one["id"] for one in nodes}) == len(nodes)
    variables = {one["name"] for one in editor["variableList"]}
    for node in nodes:
        if node["componentName"] == "MarkdownBlock":
            assert node["props"]["content"]["varType"] == "markdown"
            assert node["props"]["content"]["variable"] in variables
    assert [one["props"]["status"] for one in nodes if "status" in one["props"]] == [1, 2, 4, 3, 5]


def test_the_template_knows_every_variable_that_a_card_is_given() -> None:
    editor = json.loads(approval_template()["editorData"])
    assert set(approval_params(CARD)) <= {one["name"] for one in editor["variableList"]}


def test_the_files_are_written_by_a_command(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot.connect.dingtalk_templates", str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for line in ran.stdout.split():
        assert json.loads(Path(line).read_text(encoding="utf-8"))["type"] == "im"
