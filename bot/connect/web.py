"""Is the web console right? Where it is open, over what, and whether its public address really leads here."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.channel_settings import ChannelSettings
from bot.checkup import Finding
from bot.connect.steps import Step

SHORTEST = 32

STEPS = (
    Step(
        setting="WEB_PUBLIC_URL",
        ask_zh="同事打开的地址,如 https://sales.example.com;只在本机用就留空",
        ask_en="the address colleagues open, e.g. https://sales.example.com; empty for this machine alone",
        where_zh="反向代理的域名,转到 chengdan serve",
        where_en="the name of the proxy that leads to chengdan serve",
        optional=True,
    ),
    Step(
        setting="WEB_SECRET",
        ask_zh="会话签名密钥,32 个字符以上;多台机器不共用 VAR_DIR 时才需要",
        ask_en="what signs sessions, 32 characters or more; only where machines do not share VAR_DIR",
        where_zh="自己生成: openssl rand -hex 32",
        where_en="make one: openssl rand -hex 32",
        secret=True,
        optional=True,
    ),
)


async def check(settings: ChannelSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Every check in order; asks nobody but the console's own public address."""
    if not settings.web_console:
        return [_finding("页面 / pages", "note", "已关闭 / turned off", "WEB_CONSOLE=true")]
    found = [_secret(settings), _way(settings)]
    if urlsplit(settings.web_public_url).netloc:
        found.append(await _leads_here(settings.web_public_url.rstrip("/"), http))
    return found


def _secret(settings: ChannelSettings) -> Finding:
    given = settings.web_secret.get_secret_value()
    if not given:
        return _finding("密钥 / key", "ok", "存在 VAR_DIR/web/key / kept in VAR_DIR/web/key")
    if len(given) < SHORTEST:
        says = f"WEB_SECRET 太短,至少 {SHORTEST} 个字符 / too short"
        return _finding("密钥 / key", "broken", says, "openssl rand -hex 32")
    return _finding("密钥 / key", "ok", "WEB_SECRET")


def _way(settings: ChannelSettings) -> Finding:
    """Codes and sessions must not travel in the open."""
    host = str(getattr(settings, "serve_host", "127.0.0.1"))
    public = urlsplit(settings.web_public_url)
    if settings.web_public_url and (public.scheme not in ("http", "https") or not public.netloc):
        says = f"WEB_PUBLIC_URL 写得不对: {settings.web_public_url} / is not an address"
        return _finding("地址 / address", "broken", says, "https://sales.example.com")
    if public.scheme == "https":
        return _finding("地址 / address", "ok", settings.web_public_url)
    if _loopback(public.hostname or host):
        return _finding("地址 / address", "ok", "只有本机能打开 / this machine alone")
    says = "登录码和会话走明文 http,同网的人可以看到 / codes and sessions travel in the open over http"
    return _finding("地址 / address", "broken", says, "https 反向代理 + WEB_PUBLIC_URL=https://…")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _leads_here(public: str, http: httpx.AsyncClient) -> Finding:
    """Whether the sign-in page comes under that address, with its policy."""
    what = "对外地址 / public address"
    try:
        answer = await http.get(f"{public}/login")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = f"打不开 ({type(error).__name__}) / cannot be opened"
        return _finding(
            what,
            "broken",
            says,
            "代理、证书、DNS,以及 chengdan serve 是否在运行 / proxy, certificate, DNS, serve",
        )
    if answer.status_code == 421:
        says = "代理改了 Host / the proxy changes Host"
        return _finding(what, "broken", says, "proxy_set_header Host $host;")
    if answer.status_code != 200 or "default-src 'none'" not in answer.headers.get(
        "content-security-policy", ""
    ):
        says = f"那里不是本控制台 (HTTP {answer.status_code}) / something else answers there"
        return _finding(
            what, "broken", says, "代理要转到 chengdan serve / the proxy must lead to chengdan serve"
        )
    return _finding(what, "ok", f"{public}/login")


def _finding(what: str, level: Any, says: str, fix: str = "") -> Finding:
    return Finding(what=f"Web {what}", level=level, says=says, fix=fix)
