"""Connecting the WeCom AI bot: what to ask the admin for, and whether the platform takes it."""

from __future__ import annotations

import asyncio

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from bot.channel_settings import ChannelSettings
from bot.channels.wecom_bot import frames
from bot.channels.wecom_bot.frames import Ack
from bot.channels.wecom_bot.outcome import BUSY, limited
from bot.channels.wecom_bot.sealing import bot_key
from bot.checkup import Finding

from .steps import Step

_WHERE_ZH = (
    "企业微信管理后台 > 安全与管理 > 管理工具 > 智能机器人 > 创建机器人 > 手动创建 > 页面最下方“API 模式创建”"
)
_WHERE_EN = "WeCom admin console > Security & management > Tools > AI bot > create > by hand > API mode (bottom of the page)"

STEPS: tuple[Step, ...] = (
    Step(
        setting="WECOM_BOT_ID",
        ask_zh="机器人的 BotID(长连接方式;用回调 URL 方式就跳过)",
        ask_en="the bot's BotID (long connection; skip it for the callback URL)",
        where_zh=f"{_WHERE_ZH} > 连接方式选“使用长连接”> BotID",
        where_en=f"{_WHERE_EN} > connect by long connection > BotID",
        optional=True,
    ),
    Step(
        setting="WECOM_BOT_SECRET",
        ask_zh="机器人的 Secret(长连接方式)",
        ask_en="the bot's Secret (long connection)",
        where_zh="同一页 > Secret > 点击获取",
        where_en="the same page > Secret",
        secret=True,
        optional=True,
    ),
    Step(
        setting="WECOM_BOT_TOKEN",
        ask_zh="回调的 Token(回调 URL 方式;用长连接就跳过)",
        ask_en="the callback's Token (callback URL; skip it for the long connection)",
        where_zh=f"{_WHERE_ZH} > 连接方式选“使用URL回调”> Token;URL 填 https://你的域名/hooks/wecom-bot",
        where_en=f"{_WHERE_EN} > connect by callback URL > Token; the URL is https://YOUR.HOST/hooks/wecom-bot",
        secret=True,
        optional=True,
    ),
    Step(
        setting="WECOM_BOT_AES_KEY",
        ask_zh="EncodingAESKey,43 位(回调 URL 方式)",
        ask_en="the EncodingAESKey, 43 characters (callback URL)",
        where_zh="同一页 > EncodingAESKey > 随机获取",
        where_en="the same page > EncodingAESKey > random",
        secret=True,
        optional=True,
    ),
    Step(
        setting="WECOM_BOT_NAME",
        ask_zh="机器人的名字,和群里 @ 出来的一字不差",
        ask_en="the bot's name, exactly as @ shows it in a group",
        where_zh="同一页 > 名称",
        where_en="the same page > name",
        optional=True,
    ),
)

_MODE, _SUBSCRIBE, _KEY, _REPLY, _NAME = (
    "智能机器人模式 / AI bot mode",
    "长连接订阅 / subscribing",
    "回调密钥 / callback key",
    "回复地址 / where replies go",
    "机器人名字 / the bot's name",
)
ACK_S = 5.0


async def check(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Every credential against the platform, as far as it can be asked. In long-connection mode this subscribes for a
    moment, which takes the connection from an instance that runs."""
    long = bool(settings.wecom_bot_id or settings.wecom_bot_secret.get_secret_value())
    hook = bool(settings.wecom_bot_token.get_secret_value() or settings.wecom_bot_aes_key.get_secret_value())
    if long and hook:
        fix = "清空 WECOM_BOT_ID/SECRET 或 WECOM_BOT_TOKEN/AES_KEY / empty one of the two pairs"
        return [
            _broken(_MODE, "两种模式都填了,后台只允许一种 / both modes are set, the console allows one", fix)
        ]
    if not (long or hook):
        return [
            Finding(what=_MODE, level="note", says="没有设置 / not set", fix="docs/channels/wecom-bot.md")
        ]
    found = await _long(settings) if long else await _hook(settings, http)
    return [*found, _name(settings)]


def _broken(what: str, says: str, fix: str) -> Finding:
    return Finding(what=what, level="broken", says=says, fix=fix)


async def _long(settings: ChannelSettings) -> list[Finding]:
    secret = settings.wecom_bot_secret.get_secret_value()
    missing = [
        name
        for name, value in (("WECOM_BOT_ID", settings.wecom_bot_id), ("WECOM_BOT_SECRET", secret))
        if not value
    ]
    if missing:
        return [_broken(_MODE, f"缺 {missing[0]} / is missing", missing[0])]
    mode = Finding(what=_MODE, level="ok", says="长连接 / long connection")
    try:
        ack = await _subscribed(settings.wecom_bot_ws_url, settings.wecom_bot_id, secret)
    except InvalidURI:
        return [mode, _broken(_SUBSCRIBE, "地址不是 ws(s):// / no ws(s) address", "WECOM_BOT_WS_URL")]
    except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as error:
        says = f"连不上 {settings.wecom_bot_ws_url} / cannot be reached: {type(error).__name__}"
        fix = "检查网络、代理和防火墙(出站 443) / check network, proxy and firewall (outbound 443)"
        return [mode, _broken(_SUBSCRIBE, says, fix)]
    return [mode, *_judged(ack)]


async def _subscribed(url: str, bot_id: str, secret: str) -> Ack:
    async with connect(url, open_timeout=10, close_timeout=1, ping_interval=None) as socket:
        req_id = frames.fresh_id(frames.SUBSCRIBE)
        await socket.send(frames.written(frames.SUBSCRIBE, req_id, {"bot_id": bot_id, "secret": secret}))
        async with asyncio.timeout(ACK_S):
            async for raw in socket:
                frame = frames.read(raw)
                if frame and frame.ack and frame.req_id == req_id:
                    return frame.ack
    raise OSError("closed before the answer")


def _judged(ack: Ack) -> list[Finding]:
    if ack.code == 0:
        running = (
            "如果成单正在运行,它的连接刚被这次检查挤下线,约一分钟后自己回来 / a running instance was evicted by this "
            "check and comes back by itself after about a minute"
        )
        return [
            Finding(what=_SUBSCRIBE, level="ok", says="BotID 和 Secret 有效 / id and secret are good"),
            Finding(what="一个机器人一条连接 / one connection a bot", level="note", says=running),
        ]
    says = f"被拒: errcode {ack.code} {ack.words} / refused"
    if ack.code == BUSY or limited(ack.code, ack.words):
        return [Finding(what=_SUBSCRIBE, level="note", says=says, fix="过一分钟再试 / try again in a minute")]
    fix = (
        "在机器人页面重新复制 BotID,重新获取 Secret(旧的立即失效),并确认连接方式是“长连接” / copy the id again, get a new "
        "secret (the old one ends at once), and see that the bot connects by long connection"
    )
    return [_broken(_SUBSCRIBE, says, fix)]


async def _hook(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    token, key = (
        settings.wecom_bot_token.get_secret_value(),
        settings.wecom_bot_aes_key.get_secret_value(),
    )
    for name, value in (("WECOM_BOT_TOKEN", token), ("WECOM_BOT_AES_KEY", key)):
        if not value:
            return [_broken(_MODE, f"缺 {name} / is missing", name)]
    says = "回调 URL;不能主动发消息,审批要走自建应用或长连接 / callback URL; it cannot write first: approvals need another channel"
    found = [Finding(what=_MODE, level="note", says=says)]
    try:
        bot_key(key)
    except ValueError as error:
        return [*found, _broken(_KEY, str(error), "WECOM_BOT_AES_KEY: 从后台整段复制 / copy all of it")]
    saved = (
        "格式正确;平台在后台点“保存”时才验证 URL: 先启动成单,再填 https://你的域名/hooks/wecom-bot 并保存 / the form is right; the "
        "platform verifies the URL when it is saved in the console, so start Chengdan first"
    )
    found.append(Finding(what=_KEY, level="ok", says=saved))
    return [*found, await _reachable(settings.wecom_api_base, http)]


async def _reachable(base: str, http: httpx.AsyncClient) -> Finding:
    """A late answer goes out by ourselves; any answer of the host will do."""
    try:
        response = await http.get(base, timeout=10, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = f"连不上 {base} / cannot be reached: {type(error).__name__}"
        return _broken(_REPLY, says, "检查网络和 WECOM_API_BASE / check the network and WECOM_API_BASE")
    return Finding(what=_REPLY, level="ok", says=f"{base}: HTTP {response.status_code}")


def _name(settings: ChannelSettings) -> Finding:
    if settings.wecom_bot_name:
        return Finding(what=_NAME, level="ok", says=f"@{settings.wecom_bot_name}")
    says = "没有设置: 群里只去掉第一个 @词,名字带空格就去不干净 / not set: a name with spaces is not cut off cleanly in groups"
    return Finding(what=_NAME, level="note", says=says, fix="WECOM_BOT_NAME")
