"""Connecting DingTalk: what is asked for, and what each credential, permission and template really does."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channel_settings import ChannelSettings
from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.gateway import Shut, open_connection
from bot.channels.dingtalk.line import WIRE
from bot.channels.dingtalk.quota import Quota
from bot.channels.dingtalk.tokens import Tokens
from bot.channels.dingtalk.trouble import BLOCKED, LOST, QUOTA, Trouble
from bot.checkup import Finding

from .steps import Step

CONSOLE_ZH = "开放平台 open-dev.dingtalk.com → 应用开发 → 你的应用"
CONSOLE_EN = "open-dev.dingtalk.com → 应用开发 (Apps) → your app"
BUILDER = "open-dev.dingtalk.com/fe/card"
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""A check-up lasts seconds: for it no token ever ends, whatever the clock says."""

STEPS: tuple[Step, ...] = (
    Step(
        setting="DINGTALK_CLIENT_ID",
        ask_zh="应用的 Client ID(原 AppKey)",
        ask_en="the app's Client ID (formerly AppKey)",
        where_zh=f"{CONSOLE_ZH} → 凭证与基础信息",
        where_en=f"{CONSOLE_EN} → 凭证与基础信息 (Credentials)",
    ),
    Step(
        setting="DINGTALK_CLIENT_SECRET",
        ask_zh="应用的 Client Secret(原 AppSecret)",
        ask_en="the app's Client Secret (formerly AppSecret)",
        where_zh=f"{CONSOLE_ZH} → 凭证与基础信息",
        where_en=f"{CONSOLE_EN} → 凭证与基础信息 (Credentials)",
        secret=True,
    ),
    Step(
        setting="DINGTALK_ROBOT_CODE",
        ask_zh="机器人编码 RobotCode(同 Client ID 就留空)",
        ask_en="the RobotCode (leave empty when it is the Client ID)",
        where_zh=f"{CONSOLE_ZH} → 机器人;消息接收模式选 Stream 模式,再到「版本管理与发布」发布",
        where_en=f"{CONSOLE_EN} → 机器人 (Robot); receive by Stream mode, then publish a version",
        optional=True,
    ),
    Step(
        setting="DINGTALK_APPROVAL_TEMPLATE",
        ask_zh="审批卡片的模板 ID(….schema),没有就用文字审批",
        ask_en="template id of the approval card (….schema); without it approvals are texts",
        where_zh=f"{BUILDER} → 导入 dingtalk_approval_card.json → 关联应用 → 发布 → 复制模板 ID",
        where_en=f"{BUILDER} → import dingtalk_approval_card.json → bind the app → publish → copy the id",
        optional=True,
    ),
    Step(
        setting="DINGTALK_ANSWER_TEMPLATE",
        ask_zh="AI 流式卡片的模板 ID(….schema),没有就一次发完整回答",
        ask_en="template id of the streaming card (….schema); without it answers come in one piece",
        where_zh=f"{BUILDER} → 导入 dingtalk_answer_card.json → 关联应用 → 发布 → 复制模板 ID",
        where_en=f"{BUILDER} → import dingtalk_answer_card.json → bind the app → publish → copy the id",
        optional=True,
    ),
    Step(
        setting="DINGTALK_MONTHLY_CALLS",
        ask_zh="本组织每月接口额度(标准版 5000 或 10000;0: 不限)",
        ask_en="metered API calls a month of this organisation (standard: 5000 or 10000; 0: no limit)",
        where_zh="开放平台首页 → 用量 → API 调用量",
        where_en="the platform's home page → 用量 (Usage) → API calls",
        optional=True,
    ),
)


class _NoPad:
    """The few calls of a check-up are not counted."""

    def get(self, _key: str, /) -> dict[str, Any] | None:
        return None

    def put(self, _key: str, _value: dict[str, Any], _ttl_s: float, /) -> None:
        return None

    def take(self, _key: str, /) -> dict[str, Any] | None:
        return None


async def check(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Everything that can be tried without anybody seeing it. Costs up to five metered calls."""
    secret = settings.dingtalk_client_secret.get_secret_value()
    if not (settings.dingtalk_client_id and secret):
        fix = "设 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET / set both"
        return [_broken("钉钉凭证 / DingTalk credentials", "没有设置 / not set", fix)]
    base = settings.dingtalk_api_base.rstrip("/")
    tokens = Tokens(http, base, settings.dingtalk_client_id, secret, lambda: MOMENT)
    api = Api(http, base, settings.dingtalk_oapi_base, tokens, Quota(_NoPad(), lambda: MOMENT, 0))
    found = [await _token(tokens)]
    if found[0].level == "broken":
        return found
    found.append(await _stream(http, base, settings.dingtalk_client_id, secret))
    found.append(await _robot(api, settings.dingtalk_robot_code or settings.dingtalk_client_id))
    found.append(await _approval(api, settings.dingtalk_approval_template))
    found.append(await _answer(api, settings.dingtalk_answer_template))
    found.append(_calls(settings.dingtalk_monthly_calls))
    return found


async def _token(tokens: Tokens) -> Finding:
    what = "钉钉凭证 / DingTalk credentials"
    try:
        await tokens.get()
    except Trouble as trouble:
        return _broken(what, trouble.note, "从「凭证与基础信息」重新复制 / copy them again from the console")
    return Finding(what=what, level="ok", says="拿到了 access_token / a token was given")


async def _stream(http: httpx.AsyncClient, base: str, client_id: str, secret: str) -> Finding:
    """A connection that is opened and closed at once; what should come just then is delivered again."""
    what = "钉钉 Stream 连接 / Stream connection"
    fix = "机器人选 Stream 模式并发布版本;防火墙放行 wss 出站 / choose Stream mode, publish, and allow outgoing wss"
    try:
        ticket = await open_connection(http, base, client_id, secret)
        async with asyncio.timeout(15), connect(ticket.url, close_timeout=1, logger=WIRE):
            return Finding(what=what, level="ok", says="能连上 / it opens")
    except (Shut, Trouble) as error:
        return _broken(what, str(error), fix)
    except (OSError, WebSocketException) as error:
        return _broken(what, f"连不上 / it does not open: {type(error).__name__}", fix)


async def _robot(api: Api, robot: str) -> Finding:
    """Asks for a file that does not exist: the permission is checked before the file is looked for."""
    what = "钉钉机器人权限 / robot permission"
    fix = "「权限管理」开通「企业内机器人发送消息权限」;RobotCode 对照「机器人」页 / grant qyapi_robot_sendmsg, compare the RobotCode"
    body = {"downloadCode": "chengdan-check", "robotCode": robot}
    return await _tried(
        what,
        fix,
        lambda: api.call("POST", "/v1.0/robot/messageFiles/download", body),
        expected=("downloadCode",),
    )


async def _approval(api: Api, template: str) -> Finding:
    what = "审批卡片 / approval card"
    if not template:
        says = "没有模板,审批用文字 / no template: approvals are texts"
        return Finding(what=what, level="note", says=says, fix="见 docs/channels/dingtalk.md")
    return await _tried(what, _CARD_FIX, lambda: _create(api, template, uuid.uuid4().hex))


async def _answer(api: Api, template: str) -> Finding:
    what = "流式回答卡片 / streaming card"
    if not template:
        says = "没有模板,回答一次发完 / no template: answers come in one piece"
        return Finding(what=what, level="note", says=says, fix="见 docs/channels/dingtalk.md")
    card = uuid.uuid4().hex
    made = await _tried(what, _CARD_FIX, lambda: _create(api, template, card))
    if made.level != "ok":
        return made
    body = {
        "outTrackId": card, "guid": uuid.uuid4().hex, "key": "content", "content": "…",
        "isFull": True, "isFinalize": True, "isError": False,
    }  # fmt: skip
    fix = "「权限管理」开通 AI 卡片流式更新 Card.Streaming.Write / grant Card.Streaming.Write"

    async def stream() -> dict[str, Any]:
        change = {"outTrackId": card, "cardData": {"cardParamMap": {"flowStatus": "2"}}}
        await api.call(
            "PUT", "/v1.0/card/instances", change | {"cardUpdateOptions": {"updateCardDataByKey": True}}
        )
        return await api.call("PUT", "/v1.0/card/streaming", body)

    tried = await _tried(what, fix, stream)
    if tried.level == "broken" and "PermissionDenied" not in tried.says and "ApiCountLimit" not in tried.says:
        says = f"能建卡片;没有送达的卡片上试不了流式 / cards are made; streaming needs one that is shown ({tried.says})"
        return Finding(
            what=what, level="note", says=says, fix="发一条消息给机器人看看 / write to the robot and see"
        )
    return tried


_CARD_FIX = (
    "卡片搭建平台里关联本应用并发布模板,「权限管理」开通 Card.Instance.Write"
    " / bind the template to the app, publish it, and grant Card.Instance.Write"
)


async def _create(api: Api, template: str, card: str) -> dict[str, Any]:
    """A card that is brought to nobody."""
    body = {
        "cardTemplateId": template, "outTrackId": card, "callbackType": "STREAM", "userIdType": 1,
        "cardData": {"cardParamMap": {"content": "", "flowStatus": "1"}},
        "imRobotOpenSpaceModel": {"supportForward": False},
    }  # fmt: skip
    return await api.call("POST", "/v1.0/card/instances", body)


async def _tried(
    what: str, fix: str, call: Callable[[], Awaitable[dict[str, Any]]], expected: tuple[str, ...] = ()
) -> Finding:
    """The finding of one call. A refusal for an `expected` reason is what a working permission looks like."""
    try:
        await call()
    except Trouble as trouble:
        if any(word in trouble.note for word in expected):
            return Finding(what=what, level="ok", says="可用 / works")
        if trouble.kind == QUOTA:
            return _broken(what, trouble.note, "升级钉钉版本或等下个月 / upgrade, or wait for the next month")
        if trouble.kind in (LOST, BLOCKED):
            return Finding(
                what=what, level="note", says=trouble.note, fix="过几分钟再查 / check again in some minutes"
            )
        return _broken(what, trouble.note, fix)
    return Finding(what=what, level="ok", says="可用 / works")


def _calls(limit: int) -> Finding:
    what = "钉钉接口额度 / DingTalk calls"
    if not limit:
        return Finding(what=what, level="note", says="不限,只计数 / not limited, only counted")
    says = f"每月 {limit} 次,用到八成停流式 / a month; running answers stop at 80 %"
    return Finding(what=what, level="ok", says=says)


def _broken(what: str, says: str, fix: str) -> Finding:
    return Finding(what=what, level="broken", says=says, fix=fix)
