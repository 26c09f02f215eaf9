"""The card side of the fake DingTalk: templates, instances, streaming with its flow, and what each person sees on a card."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .dingtalk_http import Call, Reply

if TYPE_CHECKING:
    from .dingtalk_server import FakeDingTalk

CREATE, INSTANCES, STREAMING, DELIVER = (
    "/v1.0/card/instances/createAndDeliver", "/v1.0/card/instances", "/v1.0/card/streaming", "/v1.0/card/instances/deliver",
)  # fmt: skip
APPROVAL, ANSWER = "approval.schema", "answer.schema"


@dataclass
class FakeCard:
    """One card in a chat."""

    template: str
    chat: str
    space: str
    params: dict[str, str]
    private: dict[str, dict[str, str]] = field(default_factory=dict)
    guids: list[str] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)
    final: bool = False


class CardSide:
    """`templates` says which are published. `monotonic` times the streaming calls: more than `qps` in a second are refused."""

    def __init__(self, fake: FakeDingTalk) -> None:
        self._fake = fake
        self.templates = {APPROVAL: True, ANSWER: True}
        self.all: dict[str, FakeCard] = {}
        self._undelivered: dict[str, dict[str, Any]] = {}
        self.undeliverable: set[str] = set()
        """Chats to which a card is not brought, in an answer with status 200."""
        self.qps, self.too_fast = 20, 0
        self.monotonic: Callable[[], float] = time.monotonic
        self._recent: deque[float] = deque()

    def of(self, chat: str) -> list[FakeCard]:
        return [card for card in self.all.values() if card.chat == chat]

    def track(self, chat: str) -> str:
        """The outTrackId of the newest card of a chat."""
        return [key for key, card in self.all.items() if card.chat == chat][-1]

    def buttons(self, track: str) -> list[str]:
        """The words on the buttons."""
        return [one["text"] for one in json.loads(self.all[track].params.get("btns", "[]"))]

    def event(self, track: str, button: str) -> dict[str, Any]:
        for one in json.loads(self.all[track].params["btns"]):
            if one["text"] == button and one["event"]["type"] == "sendCardRequest":
                params = one["event"]["params"]
                assert isinstance(params, dict)
                return params
        raise AssertionError(f"no button {button}: {self.buttons(track)}")

    def apply(self, track: str, user: str, response: dict[str, Any]) -> None:
        """What an acknowledgement carries."""
        card = self.all[track]
        options = response.get("cardUpdateOptions", {})
        if "cardData" in response:
            self._change(
                card, response["cardData"]["cardParamMap"], options.get("updateCardDataByKey", False)
            )
        if "userPrivateData" in response:
            card.private.setdefault(user, {}).update(response["userPrivateData"]["cardParamMap"])

    def route(self, call: Call) -> Reply:
        routes = {
            ("POST", INSTANCES): self._made, ("POST", DELIVER): self._deliver,
            ("POST", CREATE): self._create, ("PUT", INSTANCES): self._update, ("PUT", STREAMING): self._stream,
        }  # fmt: skip
        act = routes.get((call.method, call.path))
        if act is None:
            return _refused(404, "InvalidAction.NotFound", call.path)
        if self._too_fast():
            self.too_fast += 1
            return _refused(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "qps")
        return act(call.json())

    def _too_fast(self) -> bool:
        now = self.monotonic()
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        self._recent.append(now)
        return len(self._recent) > self.qps

    def _made(self, body: dict[str, Any]) -> Reply:
        """The first of two steps."""
        if bad := self._bad(body):
            return bad
        track = body["outTrackId"]
        self._undelivered[track] = body
        self.all[track] = FakeCard(body["cardTemplateId"], "", "", dict(body["cardData"]["cardParamMap"]))
        return Reply(200, {"success": True, "result": body["outTrackId"]})

    def _deliver(self, body: dict[str, Any]) -> Reply:
        made = self._undelivered.pop(body["outTrackId"], None)
        if made is None:
            return _refused(400, "param.cardNotExist", "卡片不存在")
        del self.all[body["outTrackId"]]
        return self._create(made | body)

    def _create(self, body: dict[str, Any]) -> Reply:
        if bad := self._bad(body):
            return bad
        kind, _, chat = body["openSpaceId"].removeprefix("dtv1.card//").partition(".")
        model = "imGroup" if kind == "IM_GROUP" else "imRobot"
        if f"{model}OpenSpaceModel" not in body or f"{model}OpenDeliverModel" not in body:
            return _refused(400, "param.deliverModel", "缺少投放模型")
        member = kind == "IM_GROUP" or chat in self._fake.members
        ok = member and chat not in self.undeliverable
        if ok:
            params = dict(body["cardData"]["cardParamMap"])
            self.all[body["outTrackId"]] = FakeCard(body["cardTemplateId"], chat, body["openSpaceId"], params)
        result = {
            "success": ok,
            "errorMsg": "" if ok else "spaceId is illegal",
            "spaceId": chat,
            "spaceType": kind,
        }
        return Reply(
            200, {"success": True, "result": {"deliverResults": [result], "outTrackId": body["outTrackId"]}}
        )

    def _bad(self, body: dict[str, Any]) -> Reply | None:
        if body["cardTemplateId"] not in self.templates:
            return _refused(400, "param.templateNotExist", "模板不存在")
        if not self.templates[body["cardTemplateId"]]:
            return _refused(400, "param.templateUnpublished", "模板未发布")
        if body["outTrackId"] in self.all:
            return _refused(400, "param.outTrackIdExists", "outTrackId 重复")
        if body.get("callbackType") != "STREAM" or body.get("userIdType", 1) != 1:
            return _refused(400, "param.callbackType", "callbackType")
        return _not_strings(body)

    def _update(self, body: dict[str, Any]) -> Reply:
        card = self.all.get(body["outTrackId"])
        if card is None:
            return _refused(400, "param.cardNotExist", "卡片不存在")
        if bad := _not_strings(body):
            return bad
        by_key = body.get("cardUpdateOptions", {}).get("updateCardDataByKey", False)
        self._change(card, body["cardData"]["cardParamMap"], by_key)
        return Reply(200, {"success": True, "result": True})

    @staticmethod
    def _change(card: FakeCard, params: dict[str, str], by_key: bool) -> None:
        card.params = {**card.params, **params} if by_key else dict(params)

    def _stream(self, body: dict[str, Any]) -> Reply:
        card = self.all.get(body["outTrackId"])
        if card is None:
            return _refused(400, "param.cardNotExist", "卡片不存在")
        if card.template != ANSWER or card.params.get("flowStatus") != "2":
            return _refused(500, "unknownError", "flowStatus")
        if body["guid"] in card.guids:
            return Reply(200, {"success": True, "result": True})
        if card.final:
            return _refused(400, "param.streamFinalized", "已结束")
        card.guids.append(body["guid"])
        card.updates.append(self.monotonic())
        old = "" if body["isFull"] else card.params.get(body["key"], "")
        card.params[body["key"]] = old + body["content"]
        card.final = body["isFinalize"]
        return Reply(200, {"success": True, "result": True})


def _not_strings(body: dict[str, Any]) -> Reply | None:
    params = body["cardData"]["cardParamMap"]
    if all(isinstance(one, str) for one in params.values()):
        return None
    return _refused(400, "param.cardParamMap", "cardParamMap 的值必须是字符串")


def _refused(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message})
