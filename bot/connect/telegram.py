"""`chengdan connect telegram`: the token, the way in, privacy in groups and the command menu, each checked at Telegram."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.channel_settings import ChannelSettings
from bot.channels.telegram.redaction import hide, silence
from bot.checkup import Finding
from bot.command_help import HELP

from .steps import Step

PORTS = (443, 80, 88, 8443)
MANY = 100
"""Updates waiting at Telegram above which something does not take them."""

NOT_IN_MENU = ("as", "quit")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")

STEPS = (
    Step(
        setting="TELEGRAM_BOT_TOKEN",
        ask_zh="机器人 token",
        ask_en="Bot token",
        where_zh="Telegram 里找 @BotFather → /newbot(已有机器人: /token),形如 123456:AA…",
        where_en="In Telegram: @BotFather → /newbot (or /token for a bot you have), like 123456:AA…",
        secret=True,
    ),
    Step(
        setting="TELEGRAM_WEBHOOK_URL",
        ask_zh="回调地址(留空 = 长轮询,不需要公网地址)",
        ask_en="Webhook URL (empty: long poll, needs no public address)",
        where_zh="你的域名 + /hooks/telegram,https,端口 443、80、88 或 8443",
        where_en="Your domain + /hooks/telegram, https, port 443, 80, 88 or 8443",
        optional=True,
    ),
    Step(
        setting="TELEGRAM_WEBHOOK_SECRET",
        ask_zh="回调口令(只在填了回调地址时需要,自己编,1-256 个 A-Z a-z 0-9 _ -)",
        ask_en="Webhook secret (only with a webhook URL; your own, 1 to 256 of A-Z a-z 0-9 _ -)",
        where_zh="任意随机串,例如 openssl rand -hex 32",
        where_en="Any random string, for example openssl rand -hex 32",
        secret=True,
        optional=True,
    ),
    Step(
        setting="TELEGRAM_API_BASE",
        ask_zh="接口地址(一般不改;自建 Bot API 服务器或代理时填)",
        ask_en="Address of the Bot API (leave it; for a Bot API server or a proxy of your own)",
        optional=True,
    ),
)


@dataclass(frozen=True)
class _No(Exception):
    """Telegram, or the way to it, says no. `status` 0: no answer at all."""

    status: int
    words: str


@dataclass(frozen=True)
class _Api:
    base: str
    http: httpx.AsyncClient

    async def ask(self, method: str, **params: Any) -> Any:
        """Raises _No."""
        try:
            answer = await self.http.post(f"{self.base}/{method}", json=params)
            said = answer.json()
        except httpx.HTTPError as error:
            raise _No(0, hide(f"{type(error).__name__}: {error}")) from None
        except ValueError:
            raise _No(answer.status_code, f"HTTP {answer.status_code}, 不是 JSON / no JSON") from None
        if not isinstance(said, dict) or not said.get("ok"):
            words = said.get("description", "") if isinstance(said, dict) else ""
            raise _No(answer.status_code, hide(f"{answer.status_code} {words}"))
        return said.get("result")


async def check(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Every check in order; a token that does not work ends it. Sets the command menu when it is not ours yet."""
    token = settings.telegram_bot_token.get_secret_value().strip()
    if not token:
        return [_finding("token", "broken", "没有设置 / not set", "TELEGRAM_BOT_TOKEN, @BotFather → /newbot")]
    silence(token)
    api = _Api(f"{settings.telegram_api_base.rstrip('/')}/bot{token}", http)
    try:
        me = await api.ask("getMe")
    except _No as no:
        return [_no_token(no, token)]
    found = [_finding("token", "ok", f"@{me.get('username')} ({me.get('id')})"), *_groups(me)]
    for part in (_way_in(settings, api), _menu(api)):
        try:
            found += await part
        except _No as no:
            found.append(_finding("接口 / API", "broken", no.words, "稍后再试 / try again later"))
    return found


def _finding(what: str, level: Any, says: str, fix: str = "") -> Finding:
    return Finding(what=f"Telegram {what}", level=level, says=says, fix=fix)


def _no_token(no: _No, token: str) -> Finding:
    if no.status in (401, 404):
        odd = "" if TOKEN.fullmatch(token) else " · 样子不对 / it does not look like one"
        fix = "在 @BotFather 用 /token 重新复制;检查 TELEGRAM_API_BASE / copy it again with /token; check TELEGRAM_API_BASE"
        return _finding("token", "broken", f"{no.words}{odd}", fix)
    fix = (
        "服务器要能访问 Telegram: 检查网络、HTTPS_PROXY、TELEGRAM_API_BASE"
        " / this machine must reach Telegram: network, HTTPS_PROXY, TELEGRAM_API_BASE"
    )
    return _finding("连接 / connection", "broken", no.words, fix)


def _groups(me: Mapping[str, Any]) -> Iterator[Finding]:
    if me.get("can_read_all_group_messages"):
        says = "隐私模式关着,群里所有消息都会发给我们 / privacy mode is off: groups show us everything"
        yield _finding("群 / groups", "note", says, "@BotFather → /setprivacy → Enable")
    elif me.get("can_join_groups") is False:
        says = "不能进群,只能私聊 / cannot join groups, private chats only"
        yield _finding("群 / groups", "note", says, "@BotFather → /setjoingroups → Enable")
    else:
        says = "隐私模式开着: 只收到 @、命令和回复 / privacy mode: mentions, commands and replies only"
        yield _finding("群 / groups", "ok", says)


async def _way_in(settings: ChannelSettings, api: _Api) -> list[Finding]:
    info: dict[str, Any] = await api.ask("getWebhookInfo")
    ours, there = settings.telegram_webhook_url.strip(), str(info.get("url") or "")
    found = _waiting(info)
    if not ours:
        if not there:
            return [_finding("收消息 / way in", "ok", "长轮询 / long poll"), *found]
        says = f"别处设了回调 {_host(there)},启动时会撤掉 / a webhook is set elsewhere; it is removed at the start"
        fix = "另一个系统也在用这个机器人? 给它另建一个 / does another system use this bot? give it its own"
        return [_finding("收消息 / way in", "note", says, fix), *found]
    found += _webhook_faults(ours, settings.telegram_webhook_secret.get_secret_value())
    if there != ours:
        says = f"还没设成 {ours},serve 启动时会设 / not set yet; `chengdan serve` sets it"
        return [*found, _finding("回调 / webhook", "note", says)]
    if info.get("last_error_date"):
        at = datetime.fromtimestamp(float(info["last_error_date"]), UTC)
        says = f"{at:%Y-%m-%d %H:%M:%S} UTC: {hide(info.get('last_error_message') or '')[:200]}"
        fix = "查域名、证书、反向代理到 /hooks/telegram、口令 / check DNS, certificate, the proxy's route and the secret"
        return [*found, _finding("回调 / webhook", "note", says, fix)]
    return [*found, _finding("回调 / webhook", "ok", ours)]


def _waiting(info: Mapping[str, Any]) -> list[Finding]:
    waiting = int(info.get("pending_update_count") or 0)
    if waiting <= MANY:
        return []
    says = f"{waiting} 条消息在 Telegram 等着(只留 24 小时) / updates wait at Telegram, 24 hours at most"
    return [_finding("积压 / backlog", "note", says, "chengdan serve 在运行吗? / does it run?")]


def _webhook_faults(url: str, secret: str) -> list[Finding]:
    parts = urlsplit(url)
    found = []
    if parts.scheme != "https" or (parts.port or 443) not in PORTS:
        fix = "https, 443 / 80 / 88 / 8443"
        found.append(_finding("回调地址 / webhook URL", "broken", "Telegram 只认 / Telegram takes only", fix))
    if parts.path.rstrip("/") != "/hooks/telegram":
        says = f"路径是 {parts.path or '/'}"
        fix = "要以 /hooks/telegram 结尾(或由反向代理转到那里) / must end in /hooks/telegram, or be routed there"
        found.append(_finding("回调地址 / webhook URL", "note", says, fix))
    if not SECRET.fullmatch(secret):
        fix = "TELEGRAM_WEBHOOK_SECRET: 1-256 个 A-Z a-z 0-9 _ -"
        found.append(_finding("回调口令 / secret", "broken", "没有或不能用 / missing or unusable", fix))
    return found


def _host(url: str) -> str:
    """Only the host: the rest of somebody's webhook URL may be a secret."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def commands() -> list[dict[str, str]]:
    """The menu behind Telegram's "/" button: what /help lists."""
    return [
        {"command": name, "description": f"{zh} / {en}"[:256]}
        for usage, zh, en in HELP
        for name in re.findall(r"/([a-z0-9_]{1,32})", usage)
        if name not in NOT_IN_MENU
    ]


async def _menu(api: _Api) -> list[Finding]:
    wanted = commands()
    what = "命令菜单 / command menu"
    if await api.ask("getMyCommands") == wanted:
        return [_finding(what, "ok", f"{len(wanted)} 条 / commands")]
    await api.ask("setMyCommands", commands=wanted)
    return [_finding(what, "ok", f"已设置 {len(wanted)} 条 / commands set")]
