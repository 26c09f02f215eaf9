"""Asking DingTalk for a Stream connection: an endpoint and a ticket that is good for one connection and a minute or so."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx

from bot.street.words import Fate

from .frames import SUBSCRIPTIONS
from .trouble import REFUSED, TOKEN, Trouble, judge, lost

WRONG = (
    "钉钉不接受 Client ID / Client Secret,或应用未发布、机器人不是 Stream 模式、设了 IP 白名单"
    " / DingTalk refuses the credentials, or the app is not published, the robot not in Stream mode, or an IP allow-list is set"
)


class Shut(Exception):
    """The gateway says no, and asking again at once is of no use; the words are for the admin."""


@dataclass(frozen=True, repr=False)
class Ticket:
    """Where to connect, once. It has no repr: the ticket opens the connection."""

    url: str


async def open_connection(http: httpx.AsyncClient, api_base: str, client_id: str, secret: str) -> Ticket:
    """A fresh ticket. Raises Shut when the credentials are refused, Trouble for what may be tried again."""
    body = {
        "clientId": client_id,
        "clientSecret": secret,
        "subscriptions": list(SUBSCRIPTIONS),
        "ua": "chengdan/1.0",
        "localIp": "127.0.0.1",
    }
    headers = {"accept": "application/json"}  # else the answer is XML
    try:
        record = judge(
            await http.post(f"{api_base}/v1.0/gateway/connections/open", json=body, headers=headers)
        )
    except httpx.HTTPError as error:
        raise lost(error) from None
    except Trouble as trouble:
        if trouble.kind in (TOKEN, REFUSED):
            raise Shut(f"{WRONG} ({trouble.note})") from None
        raise
    endpoint, ticket = record.get("endpoint"), record.get("ticket")
    if not isinstance(endpoint, str) or not isinstance(ticket, str) or not ticket:
        raise Trouble(Fate.LATER, REFUSED, "没有拿到 ticket / no ticket in the answer")
    safe = urlsplit(api_base).scheme != "https"
    if urlsplit(endpoint).scheme != "wss" and not safe:
        raise Trouble(Fate.LATER, REFUSED, "连接地址不加密,不连 / the endpoint is not encrypted")
    return Ticket(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode({'ticket': ticket})}")
