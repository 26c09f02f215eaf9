"""The arguments of update_deal: which field of which deal, and the value in a form every skill reads."""

from __future__ import annotations

import re
from typing import Any

from agents.stages import meant

from .cutting import colleagues
from .dates import period
from .quantities import money_fen
from .replies import say
from .said import Built, Said, ask_deal
from .slots import ENDS, first_of, table

FIELDS = table(
    note=r"^(?:请|帮我|麻烦|在.{1,20}里|给.{1,20})*(?:备注|记一下|记录(?:一下)?|记一笔|加个?备注|写个?备注|加[条个]备注)|备注(?!的)"
    r"|\bnotes?\b|\b(?:record|log|write down|jot down)\b",
    lost_reason=r"(?:丢单|输单|失单)(?:的)?原因|(?:loss|lost) reason|reason (?:for losing|lost|it was lost)",
    next_step=r"下一?步|next step",
    expected_close=r"(?:预计|计划)?.{0,4}(?:成交|签单|签约|关单|结单|成单)(?:日期?|时间)|预计.{0,12}(?:成交|签|关单)|成交.{0,4}(?:推|延|提前|改到)"
    r"|才能签|clos(?:e|ing) date|expected close|will close|expected to close",
    owner=r"负责人|转给|交给|移交|分给|过户|换人|接手|由.{1,12}负责|\bowner\b|\bhand\b.{0,40}\bover\b|\btakes? over\b"
    r"|\b(?:re)?assign|\btransfer\b|\b(?:pass|give)\b.{0,30}\b(?:over )?to\b",
    competitor=r"竞争对手|竞品|对手|友商|competitor",
    amount=r"金额|合同额|\bamount\b|\bvalue\b|\bsize\b|预算变",
    stage=r"阶段|推进|推到|移到|进入|退回|赢单|丢单|成交了|签了|丢了|黄了|关单|关掉|重新打开"
    r"|\bstage\b|\bmark\b|\bwon\b|\blost\b|\bwin\b|\blose\b|\breopen\b|\b(?:move|advance|push|put|set)\b",
)
_VALUE_ZH = r"(?:改成|改为|改到|写成|写上?|记成|记上?|填上?|更新为|更新成|设为|设成|加上?|就?是|为|[:：,,])"
_VALUE_EN = r"(?:\bto\b|\bis now\b|\bis\b|\bas\b|\bbe\b|[:,])"
_NOTE_LEAD = re.compile(
    r"^.*?(?:备注(?:一下)?|记一?下|记录(?:一下)?|记一笔|\b(?:add|make|take) a note(?: to [^:]{1,40}?)?(?: that|:)"
    r"|\bnote (?:down )?(?:that)?|\b(?:record|log|write down|jot down)(?: that)?|\bput in the notes(?: that)?)[\s:：,，]*",
    re.I | re.S,
)


def update(said: Said) -> Built:
    """Field and value; a question where either is missing."""
    field = field_of(said)
    value = _VALUES[field](said) if field else ""
    deal = said.aim.deal or said.focus.get("deal_id")
    if said.aim.stranger and said.aim.stranger in value:
        deal = said.focus.get("deal_id")  # a competitor that is named is no deal nobody knows
    made: dict[str, Any] = {"deal": None if said.aim.choices else deal, "field": field, "value": value}
    if said.aim.choices:
        return made, ask_deal(said)
    if not deal:
        return made, say("need_deal", said.language)
    if not field:
        return made, say("need_field", said.language)
    if not value:
        return made, say("need_value", said.language)
    return made, None


def field_of(said: Said) -> str | None:
    """The field that is spoken of; a sum or a day alone say it as well."""
    found = first_of(FIELDS, said.text)
    if found == "owner" and not colleagues(said.mentions) and meant(said.text):
        found = "stage"
    if found in (None, "stage") and money_fen(said.text) is not None and not meant(said.text):
        return "amount"
    if found == "next_step" and re.search(r"时间|date", said.text, re.I) and not _tail(said.text):
        return "next_step_at"
    return found


def _stage(said: Said) -> str:
    goal = re.split(
        r"改成|改为|改到|推进到|推到|移到|调到|标成|标记[成为]|设[成为]|退回|进入|到|\b(?:to|into|as|in)\b",
        said.text,
        flags=re.I,
    )
    return next((found for part in reversed(goal) if (found := meant(part))), "")


def _amount(said: Said) -> str:
    fen = money_fen(said.text)
    if fen is None:
        bare = re.search(r"\d[\d,,]{3,}(?:\.\d+)?", said.text)
        return re.sub(r"[,,]", "", bare[0]) if bare else ""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


def _day(said: Said) -> str:
    found = period(said.text, said.now)
    day = found and (found.until or found.since)
    return day.isoformat() if day else ""


def _owner(said: Said) -> str:
    people = colleagues(said.mentions)
    if people:
        return people[-1].name
    return "我" if re.search(r"(?:转|交|分)给我|我来(?:负责|跟)|\bto me\b|\bmine\b", said.text) else ""


def _tail(text: str) -> str:
    """What stands behind the field's name and its verb, to the end."""
    plain = text.strip(ENDS)
    for field, verb in (
        (r"(?:下一?步|竞争对手|竞品|对手|友商|(?:丢单|输单|失单)的?原因)", _VALUE_ZH),
        (
            r"(?:next step|competitor|(?:loss|lost) reason|reason (?:for losing|lost))(?: (?:for|of|on) [\w\s.-]{1,40}?)?",
            _VALUE_EN,
        ),
    ):
        match = re.search(rf"{field}(?:记一下|更新一下)?\s*(?:再|先|就)?{verb}+\s*(.+)$", plain, re.I | re.S)
        if match:
            return re.sub(
                r"[,,]?\s*(?:记一下|更新一下|note it|update it|put it in)\s*$", "", match[1], flags=re.I
            ).strip(ENDS + ":：")
    return ""


def _words(said: Said) -> str:
    found = _tail(said.text)
    if found:
        return found
    match = re.search(
        r"\b(?:make|set) the next step\s+(.+)$"
        r"|\b(?:put|add|enter|list)\s+(.+?)\s+(?:in\s+)?as\s+(?:a|the|our)?\s*competitor"
        r"|\breason for losing was (.+?)(?:,|$)",
        said.text.strip(ENDS),
        re.I,
    )
    return next((group.strip() for group in match.groups() if group), "") if match else ""


def _competitor(said: Said) -> str:
    text = re.sub(r"\s+in$", "", _words(said), flags=re.I)
    return re.sub(r"^(?:a|the|our)\s+", "", text, flags=re.I)


def _note(said: Said) -> str:
    body = _NOTE_LEAD.sub("", said.text.strip(), count=1)
    return body.strip(' "“”') if body != said.text.strip() else ""


_VALUES = {
    "stage": _stage,
    "amount": _amount,
    "expected_close": _day,
    "next_step_at": _day,
    "next_step": _words,
    "owner": _owner,
    "competitor": _competitor,
    "lost_reason": _words,
    "note": _note,
}
