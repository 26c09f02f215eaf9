"""The arguments of contracts, quotes and sending them."""

from __future__ import annotations

import re
from typing import Any

from . import slots
from .dates import period
from .deed_arguments import deal_of, with_deal
from .quantities import EN_NUMBERS, HAN, discount_pct, number
from .said import Built, Said, ask_person

_CHANGE = re.compile(
    r"改成|改为|改到|换成|调整|延长|缩短|增加|加一?条|加上|新增|补充|删[掉除]?|去掉|取消"
    r"|\b(?:change|extend|set|make|raise|add|remove|delete|strike|replace|rewrite)\b",
    re.I,
)
_DELIVERY = re.compile(r"交货|交付|发货|deliver", re.I)
_TERMS = re.compile(
    r"合同|协议|条款|第.{1,3}条|质保|保修|付款|账期|预付|尾款|违约|验收|contract|agreement|clause|warranty|payment|penalty",
    re.I,
)


def contract(said: Said) -> Built:
    delivery = period(said.text, said.now) if _DELIVERY.search(said.text) else None
    day = delivery and (delivery.until or delivery.since)
    made = {
        "deal": deal_of(said),
        "template": None,
        "price_basis": "last_offer",
        "changes": [] if day else _changes(said),
        "delivery_date": day.isoformat() if day else None,
    }
    return with_deal(said, made)


def _changes(said: Said) -> list[str]:
    """Each change of a clause in the person's words, without saying once more that it is the contract's."""
    if not _CHANGE.search(said.text) or not (
        _TERMS.search(said.text) or said.focus.get("intent") == "prepare_contract"
    ):
        return []
    found = []
    for piece in re.split(r"[,,;；。]|\band\b", said.text):
        words = re.sub(
            r"^\s*(?:请|帮我|麻烦|把|将)*(?:这份|这个|那份)?(?:合同|协议)(?:里面|里|中|上|的)*(?:把|将|的)?",
            "",
            piece,
        ).strip(slots.ENDS)
        if _CHANGE.search(words) and not re.fullmatch(
            r"(?:改|修改|调整|重新?出)(?:一?下|一版|改)?(?:合同|条款)*", words
        ):
            found.append(words)
    return found


def quote(said: Said) -> Built:
    text = said.text
    english = re.search(r"英文|英语|\benglish\b", text, re.I)
    made: dict[str, Any] = {
        "deal": deal_of(said),
        "discount_pct": discount_pct(text),
        "valid_days": _valid_days(text),
        "language": "en" if english else None,
    }
    if made["valid_days"] is None:
        del made["valid_days"]
    return with_deal(said, made)


def _valid_days(text: str) -> int | None:
    """有效期两周 -> 14, valid for ten days -> 10, one month -> 30; None when not said."""
    match = re.search(
        rf"(\d+|[{HAN}]+|\b(?:{'|'.join(EN_NUMBERS)})\b)\s*(?:个)?(天|日|周|星期|礼拜|月|days?|weeks?|months?)",
        text,
        re.I,
    )
    if match is None or not re.search(r"有效|valid", text, re.I):
        return None
    count = number(match[1])
    length = {"天": 1, "日": 1, "周": 7, "星": 7, "礼": 7, "月": 30, "d": 1, "w": 7, "m": 30}[
        match[2].lower()[0]
    ]
    return min(30, int(count) * length) if count else None


def document(said: Said) -> Built:
    made: dict[str, Any] = {"document": said.focus.get("paper_id"), "to": slots.email(said.text)}
    if made["to"] is None and said.aim.people:
        if len(said.aim.people) > 1:
            return made, ask_person(said)
        made["to"] = said.aim.people[0].name
    return made, None
