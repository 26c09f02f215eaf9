"""The mailboxes that IMAP_URL names: one address each, the secret never in a sentence."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import httpx

from knowledge.feeds.errors import FeedError
from knowledge.feeds.imap import Box

from .settings import Settings

TOKEN_WITHIN_S = 30.0
_PORTS = {"imaps": 993, "imap": 143}


def boxes(settings: Settings) -> dict[str, Box]:
    """User -> mailbox. Raises FeedError for an address that cannot be understood, without its password."""
    found = {}
    for number, text in enumerate(settings.imap_url.get_secret_value().split(), start=1):
        box = _box(text, number, settings)
        found[box.user] = box
    return found


def _box(text: str, number: int, settings: Settings) -> Box:
    try:
        address = urlsplit(text)
        port = address.port or _PORTS[address.scheme]
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
    except (ValueError, KeyError):
        raise FeedError(_wrong(number)) from None
    user, password = unquote(address.username or ""), unquote(address.password or "")
    if not address.hostname or not user or set(query) - {"auth", "tls"}:
        raise FeedError(_wrong(number))
    auth: Literal["password", "xoauth2"] = "xoauth2" if query.get("auth") == "xoauth2" else "password"
    refreshed = auth == "xoauth2" and settings.imap_oauth_token_url
    return Box(
        host=address.hostname,
        port=port,
        user=user,
        secret=partial(_token, settings, password, user) if refreshed else partial(str, password),
        auth=auth,
        tls=_tls(address, query),
        ca_file=settings.imap_ca_file,
    )


def _tls(address: SplitResult, query: dict[str, str]) -> Literal["implicit", "starttls", "none"]:
    if address.scheme == "imaps":
        return "implicit"
    return "none" if query.get("tls") == "none" else "starttls"


def _wrong(number: int) -> str:
    return (
        f"IMAP_URL 第 {number} 个地址看不懂,要写成 imaps://用户:密码@主机:993(用户里的 @ 写 %40) "
        f"(address {number} of IMAP_URL: write imaps://user:password@host:993, %40 for @ in the user)"
    )


def _token(settings: Settings, refresh_token: str, user: str) -> str:
    """A fresh access token. Raises FeedError with what the provider says of it, which is no secret."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": settings.imap_oauth_client_id,
        "client_secret": settings.imap_oauth_client_secret.get_secret_value(),
    }
    try:
        answer = httpx.post(settings.imap_oauth_token_url, data=form, timeout=TOKEN_WITHIN_S)
        said: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise FeedError(f"换不到 {user} 的令牌 (no access token)：{type(error).__name__}") from None
    token = said.get("access_token")
    if answer.status_code != httpx.codes.OK or not isinstance(token, str):
        why = str(said.get("error", answer.status_code))[:60]
        raise FeedError(f"换不到 {user} 的令牌，要重新授权 (no access token, authorise anew)：{why}")
    return token
