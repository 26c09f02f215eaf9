"""Cards as DingTalk keeps them: created and brought to a chat in one call, changed by key, streamed into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.street.words import Address, Fate

from .api import Api
from .pace import Bucket
from .trouble import PACE, REFUSED, Trouble, hidden


class Spaces:
    """The card APIs, at their pace. Raises Trouble."""

    def __init__(self, api: Api, bucket: Bucket, robot: str) -> None:
        self._api, self._bucket, self._robot = api, bucket, robot

    async def create(self, template: str, card: str, address: Address, params: dict[str, str]) -> None:
        """A card in a chat. It cannot be passed on: a right to decide does not travel with it. Raises Trouble, also where the
        platform says 200 and means no."""
        kind = "IM_GROUP" if address.group else "IM_ROBOT"
        body: dict[str, Any] = {
            "cardTemplateId": template,
            "outTrackId": card,
            "cardData": {"cardParamMap": params},
            "callbackType": "STREAM",
            "userIdType": 1,
            "openSpaceId": f"dtv1.card//{kind}.{address.to}",
        }
        if address.group:
            body["imGroupOpenSpaceModel"] = {"supportForward": False}
            body["imGroupOpenDeliverModel"] = {"robotCode": address.route.get("robot") or self._robot}
        else:
            body["imRobotOpenSpaceModel"] = {"supportForward": False}
            body["imRobotOpenDeliverModel"] = {"spaceType": "IM_ROBOT"}
        path = "/v1.0/card/instances/createAndDeliver"
        record = await self._paced(lambda: self._api.call("POST", path, body))
        _delivered(record)

    async def change(self, card: str, params: dict[str, str]) -> None:
        """Change what is named and leave the rest."""
        body = {
            "outTrackId": card,
            "cardData": {"cardParamMap": params},
            "userIdType": 1,
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        }
        await self._paced(lambda: self._api.call("PUT", "/v1.0/card/instances", body))

    async def stream(self, card: str, guid: str, text: str, *, final: bool) -> None:
        """The whole text so far. A draft does not wait for its turn; the final one does."""
        body = {
            "outTrackId": card,
            "guid": guid,
            "key": "content",
            "content": text,
            "isFull": True,
            "isFinalize": final,
            "isError": False,
        }

        async def call() -> dict[str, Any]:
            return await self._api.call("PUT", "/v1.0/card/streaming", body)

        if final:
            await self._paced(call)
            return
        if wait := self._bucket.try_one():
            raise Trouble(Fate.LATER, PACE, "等下一次更新 / waits for its turn", wait)
        await self._shutting(call)

    async def _paced(self, call: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Waits for its turn, and once more when the platform wants a pause."""
        for last in (False, True):
            await self._bucket.one()
            try:
                return await self._shutting(call)
            except Trouble as trouble:
                if last or trouble.kind != PACE:
                    raise
        raise AssertionError("not reached")

    async def _shutting(self, call: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        try:
            return await call()
        except Trouble as trouble:
            if trouble.kind == PACE:
                self._bucket.shut(trouble.after_s)
            raise


def _delivered(record: dict[str, Any]) -> None:
    result = record.get("result")
    results = result.get("deliverResults") if isinstance(result, dict) else None
    for one in results if isinstance(results, list) else []:
        if isinstance(one, dict) and one.get("success") not in (True, "true"):
            note = hidden(str(one.get("errorMsg") or ""))
            raise Trouble(Fate.NEVER, REFUSED, f"卡片没有送达 / the card was not delivered: {note}")
