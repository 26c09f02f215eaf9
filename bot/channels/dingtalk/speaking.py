"""Texts out: by the session webhook while it lives, by the robot API after."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.street.words import Address, Fate, Sent

from .api import Api
from .incoming import OPAQUE
from .texts import dialect, fitted, title
from .trouble import PACE, REFUSED, Trouble

LOG = logging.getLogger(__name__)

MARGIN = timedelta(minutes=2)
"""A webhook in its last minutes is not used: the request takes some time, and it may have been redelivered late."""

REMEMBERED = 5000
FLOW_S = 30.0


class Speaker:
    """Brings out texts. Webhooks of the chats that have just written are remembered in memory alone: they are credentials, and a
    message that goes by one is not counted against the month."""

    def __init__(self, api: Api, clock: Callable[[], datetime], robot: str) -> None:
        self._api, self._clock, self._robot = api, clock, robot
        self._hooks: OrderedDict[str, dict[str, str]] = OrderedDict()

    def remember(self, address: Address) -> None:
        if "webhook" in address.route:
            self._hooks[address.to] = address.route
            self._hooks.move_to_end(address.to)
            while len(self._hooks) > REMEMBERED:
                self._hooks.popitem(last=False)

    async def say(self, address: Address, text: str, *, plain: bool = False) -> Sent:
        """One text; `plain` shows it letter by letter instead of as markdown. Raises Trouble."""
        text = fitted(text)
        if hook := self._hook(address):
            try:
                await self._api.hook(hook, _by_hook(text, plain))
                return Sent(fate=Fate.SENT, refs={"by": "webhook"})
            except Trouble as trouble:
                if trouble.fate is Fate.UNKNOWN:
                    raise
                LOG.info("dingtalk: the webhook did not take it, the API is asked: %s", trouble.note)
                self._hooks.pop(address.to, None)
        if plain:
            return await self.robot(address, "sampleText", {"content": text})
        return await self.robot(address, "sampleMarkdown", {"title": title(text), "text": dialect(text)})

    async def robot(self, address: Address, key: str, param: dict[str, str]) -> Sent:
        """One message by the robot API, to a person or a group. Raises Trouble."""
        body: dict[str, object] = {
            "robotCode": address.route.get("robot") or self._robot,
            "msgKey": key,
            "msgParam": json.dumps(param, ensure_ascii=False),
        }
        if address.group:
            path = "/v1.0/robot/groupMessages/send"
            record = await self._api.call("POST", path, body | {"openConversationId": address.to})
            return Sent(fate=Fate.SENT, refs=_query_key(record))
        if address.to.startswith(OPAQUE):
            words = (
                "不在本组织,只能在对方刚发过消息后回复 / not in the organisation: only an answer is possible"
            )
            raise Trouble(Fate.NEVER, REFUSED, words)
        path = "/v1.0/robot/oToMessages/batchSend"
        record = await self._api.call("POST", path, body | {"userIds": [address.to]})
        _reached(record, address.to)
        return Sent(fate=Fate.SENT, refs=_query_key(record))

    def _hook(self, address: Address) -> str:
        """A webhook of this chat that still lives and leads to DingTalk."""
        for route in (address.route, self._hooks.get(address.to, {})):
            url = route.get("webhook", "")
            if not url or not self._lives(route):
                continue
            if self._api.trusted(url):
                return url
            LOG.warning("dingtalk: a session webhook that does not lead to DingTalk is not used")
        return ""

    def _lives(self, route: dict[str, str]) -> bool:
        try:
            until = datetime.fromisoformat(route.get("webhook_until", ""))
        except ValueError:
            return False
        return until.tzinfo is not None and self._clock() + MARGIN < until


def _by_hook(text: str, plain: bool) -> dict[str, object]:
    if plain:
        return {"msgtype": "text", "text": {"content": text}}
    return {"msgtype": "markdown", "markdown": {"title": title(text), "text": dialect(text)}}


def _query_key(record: dict[str, object]) -> dict[str, str]:
    key = record.get("processQueryKey")
    return {"process_query_key": key} if isinstance(key, str) else {}


def _reached(record: dict[str, object], staff: str) -> None:
    """A 200 may still name the person among those it was not brought to."""
    for field, fate, words in (
        ("invalidStaffIdList", Fate.NEVER, "不是本组织的人 / not a member of the organisation"),
        ("filteredStaffIdList", Fate.NEVER, "对方看不到这个机器人 / this person cannot see the robot"),
        ("flowControlledStaffIdList", Fate.LATER, "对方被限流 / too many messages to this person"),
    ):
        listed = record.get(field)
        if isinstance(listed, list) and staff in listed:
            raise Trouble(
                fate, PACE if fate is Fate.LATER else REFUSED, words, FLOW_S if fate is Fate.LATER else 0.0
            )
