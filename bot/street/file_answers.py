"""Whether a line of the person's says which deal the waiting files are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.offline.slots import ordinal
from knowledge.name_forms import normal
from knowledge.names import OPEN_RANK, NameEntry, NameIndex

MOST = 6
_DROP = re.compile(
    r"(?:都|全|全部)?(?:不要了?|不用了?|丢掉|丢弃|删掉|删了|算了|取消)(?:吧|它|它们)?"
    r"|(?:please )?(?:drop|discard|forget|cancel|delete)(?: it| them| all)?|never ?mind"
)
_NUMBER = re.compile(r"(?:第|no\.?|number|#)?\s*(\d{1,2}|[一二三四五六])\s*(?:个|号|项|份)?")
_CHINESE = {sign: number for number, sign in enumerate("一二三四五六", 1)}
_FILES = re.compile(
    r"(?:这|那|这些|那些)?[份个些]?(?:文件|录音|附件|资料|图片|照片|邮件|纪要)"
    r"|\b(?:the |this |that |these |those )?(?:files?|recordings?|attachments?|documents?|pictures?)\b"
)
_AROUND = re.compile(
    r"(?:是|都是|属于|归|记到|放到|记在|关于)+"
    r"|(?:那个|这个|那|这)?(?:单子|商机|项目|客户|的)+"
    r"|\b(?:it'?s|it is|they are|this is|these are|about|for|the|deal|of|under|are|is|put|in|to|belongs?)\b"
)
_ASKS = re.compile(
    r"[?？]|吗|呢|什么|怎么|多少|为什么|哪|谁|帮我|写|发|\b(?:what|how|why|when|who|which|write|send|draft)\b"
)
SHARE = 0.6
"""The least part of a line that must be the name for it to be an answer and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Deals that may be meant, likeliest first, or the wish to drop the files."""

    deals: tuple[str, ...] = ()
    drop: bool = False


def meant(text: str, names: NameIndex, offered: Sequence[str], *, strict: bool = True) -> Answer | None:
    """What a line says about the files that wait; None when it is about something else. `offered` are the deals shown
    with numbers. Not `strict`: the line came along with the files and may say more than a name."""
    plain = normal(text).strip(" 。.!！,，~")
    if strict and _DROP.fullmatch(_FILES.sub("", plain).strip(" 。.!！,，~")):
        return Answer(drop=True)
    number = _picked(plain) if strict and offered else None
    if number is not None:
        number = len(offered) if number == -1 else number
        return Answer(deals=(offered[number - 1],)) if 1 <= number <= len(offered) else None
    if strict and (_ASKS.search(plain) or len(plain) > 80):
        return None
    found = names.spot(plain)
    if strict and not _is_a_name(plain, max((one.end - one.start for one in found), default=0)):
        return None
    deals = _deals([names.by_id[one.id] for one in found], names)
    return Answer(deals=tuple(deal.id for deal in deals[:MOST])) if deals else None


def speaks_of_files(text: str) -> bool:
    """Whether a line names what waits as files."""
    return bool(_FILES.search(normal(text)))


def _picked(plain: str) -> int | None:
    """The number of the deal that is picked: 2, 第二个, the second one; -1 for the last."""
    found = _NUMBER.fullmatch(plain)
    if found:
        return _CHINESE.get(found[1]) or int(found[1])
    return ordinal(plain) if len(plain) <= 16 else None


def _is_a_name(plain: str, named: int) -> bool:
    rest = "".join(_AROUND.sub("", _FILES.sub("", plain)).split())
    return named > 0 and named >= SHARE * len(rest)


def _deals(entries: Sequence[NameEntry], names: NameIndex) -> list[NameEntry]:
    """Deals by name, else the open ones of the customers and contacts named, else their closed ones."""
    accounts = [one.id for one in entries if one.kind == "account"]
    named = [one for one in entries if one.kind == "deal"]
    if accounts and named:
        below = [one for one in named if set(one.parents) & set(accounts)]
        named = below or named
    if not named:
        above = accounts or [
            parent
            for one in entries
            if one.kind == "contact"
            for parent in one.parents
            if parent in names.by_id
        ]
        named = [names.by_id[id] for id in above if names.by_id[id].kind == "deal"]
        named += [deal for id in above for deal in names.children(id, "deal")]
    unique = list({one.id: one for one in named}.values())
    still_open = [one for one in unique if one.rank >= OPEN_RANK]
    return still_open or unique
