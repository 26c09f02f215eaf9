"""Pressed buttons of our cards, read into arrivals; and a card as the answer to one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.street.words import Address, Arrival, Click, ClickAnswer, Kind

from .cards import approval_params
from .frames import as_object
from .incoming import NAME, OPAQUE

_GROUP = re.compile(r"(?:IM_GROUP\.)?(cid.+)$")


def read_click(data: str, now: datetime) -> Arrival | None:
    """None for what names no card, no person or none of our tokens. DingTalk gives a click no id: the same button of the same
    card pressed by the same person is the same click, and a later one is told how the card stands."""
    record = as_object(data)
    card, user = str(record.get("outTrackId") or ""), str(record.get("userId") or "")
    params, actions = _params(record), _actions(record)
    token = params.get("token")
    if not (card and user and isinstance(token, str) and token.isascii() and 0 < len(token) <= 64):
        return None
    sender = user if str(record.get("userIdType", 1)) == "1" and ":" not in user else f"{OPAQUE}{user}"
    key = json.dumps([card, sender, sorted(actions), params], sort_keys=True, ensure_ascii=True)
    return Arrival(
        channel=NAME,
        external_id="click:" + hashlib.sha256(key.encode()).hexdigest(),
        sender=sender,
        address=_address(record, sender),
        at=now,
        kind=Kind.CLICK,
        click=Click(token=token, refs={"out_track_id": card}),
    )


def _address(record: dict[str, Any], sender: str) -> Address:
    space = str(record.get("spaceId") or "")
    found = _GROUP.search(space) if "IM_ROBOT" not in space else None
    if found and "GROUP" in (space + str(record.get("spaceType") or "")).upper():
        return Address(channel=NAME, to=found[1], group=True)
    return Address(channel=NAME, to=sender)


def _holders(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everywhere that parameters have been seen, the documented place first."""
    yield as_object(as_object(record.get("content")).get("cardPrivateData"))
    yield as_object(as_object(record.get("actionData")).get("cardPrivateData"))
    yield as_object(record.get("userPrivateData"))
    yield record


def _params(record: dict[str, Any]) -> dict[str, Any]:
    for holder in _holders(record):
        if params := as_object(holder.get("params")):
            return params
    return {}


def _actions(record: dict[str, Any]) -> list[str]:
    for holder in _holders(record):
        ids = holder.get("actionIds")
        if isinstance(ids, list) and ids:
            return [str(one) for one in ids]
        if holder.get("actionId"):
            return [str(holder["actionId"])]
    return []


def click_response(answer: ClickAnswer | None) -> dict[str, Any]:
    """What the acknowledgement carries: the card as it is now for everybody, the sentence for the one who pressed."""
    if answer is None:
        return {}
    shown: dict[str, Any] = {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "userPrivateData": {"cardParamMap": {"notice": answer.toast}},
    }
    if answer.card is not None:
        shown["cardData"] = {"cardParamMap": approval_params(answer.card)}
    return shown
