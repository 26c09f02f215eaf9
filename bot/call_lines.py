"""What a person types about the call they are talking of: a correction, an older version, consent, proposals. No model reads
this: what it does is a person's own, so that only their own words can ask for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speech.corrections import LABEL, NAME, SPEAKER, WORDS, Correction

_ELSEWHERE = """
阶段 金额 预计成交日 成交日 下一步 下一步时间 负责人 竞争对手 竞品 丢单原因 备注 主题 正文 标题 收件人 折扣 日期 时间 地点 会议 任务
草稿 语言 语气 邮件 报价 合同 商机 stage amount owner subject body title note discount date time draft
"""
NOT_NAMES = frozenset(_ELSEWHERE.split())
"""What is changed elsewhere: fields of a deal, parts of a draft."""

_Q = "[\"'“”「」『』‘’]?"
_PLACE = r"(?:(?:在|把)?(?:这段|这通|刚才的?|那段)?(?:录音|通话|电话|文字稿|转写稿?|逐字稿|记录)(?:里|中|上)?(?:面)?的?)"
_NUMBER = r"(\d{1,4}|[一二三四五六七八九十百]{1,5})"
_END = r"\s*[。.!！吧了]*\s*$"
_RENAME = re.compile(
    rf"^\s*(?:请|帮我|麻烦你?|应该)?\s*(?P<place>{_PLACE})?\s*(?:的)?(?:把|将)\s*(?P<place2>{_PLACE})?{_Q}(?P<old>[^“”\"]{{1,30}}?){_Q}\s*"
    rf"(?:都|全部?|统一)?(?:改成|改为|更正[为成]|换成|纠正[为成])\s*{_Q}(?P<new>[^“”\"]{{1,40}}?){_Q}{_END}"
)
_RENAME_EN = re.compile(
    r"^\s*(?:please )?(?:in the (?P<place>transcript|recording|call),? )?(?:change|correct|rename|replace)\s+"
    rf"{_Q}(?P<old>[^\"“”]{{1,40}}?){_Q}\s+(?:to|into|with|by)\s+{_Q}(?P<new>[^\"“”]{{1,60}}?){_Q}"
    r"(?P<place2> in the (?:transcript|recording|call))?\s*[.!]?\s*$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"^\s*(?:把)?第\s*{_NUMBER}\s*[句段行条](?:话)?\s*(?:改成|改为|更正为|应该?是|应为|其实是|说的是|换成)\s*[::]?\s*{_Q}(?P<new>.{{1,2000}}?){_Q}\s*$",
    re.DOTALL,
)
_WORDS_EN = re.compile(
    rf"^\s*(?:change )?(?:line|utterance|sentence)\s+(\d{{1,4}})\s+(?:should (?:be|read|say)|to|reads|actually says)\s*:?"
    rf"\s*{_Q}(?P<new>.{{1,2000}}?){_Q}\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SPEAKER = re.compile(
    rf"^\s*第\s*{_NUMBER}\s*[句段行条](?:话)?(?:其实|应该)?是\s*(?P<who>[^,,。?？]{{1,20}}?)\s*(?:说|讲)的{_END}"
)
_SPEAKER_EN = re.compile(
    r"^\s*(?:line|utterance|sentence)\s+(\d{1,4})\s+(?:was|is)\s+(?:said |spoken )?(?:by\s+)?(?P<who>[^,.?]{1,40}?)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"^\s*(?P<label>(?:说话人|发言人|讲话人|声道)\s*[0-9A-Za-z一二三四]{{1,2}})\s*(?:其实|应该)?(?:是|就是|为|=)\s*(?P<who>[^,,。?？]{{1,20}}?){_END}"
)
_LABEL_EN = re.compile(
    r"^\s*(?P<label>(?:speaker|channel)\s*[0-9a-z])\s+(?:is|=)\s+(?P<who>[^,.?]{1,40}?)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_RESTORE = re.compile(
    rf"^\s*(?:把)?(?:文字稿|录音|通话|转写)?(?:恢复|回到|还原)(?:到|成|为)?(?:文字稿)?(?:的)?第?\s*{_NUMBER}\s*版(?:文字稿)?{_END}"
    r"|^\s*restore (?:transcript )?version (\d{1,4})\s*[.!]?\s*$",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"^\s*(?:看看|看一?下|列出)?(?:这段|这通)?(?:文字稿|转写稿?|录音|通话)的?(?:历史|版本|改动|修改记录|修改历史)(?:记录)?\s*[??。]?\s*$"
    r"|^\s*谁改过(?:这段|这份)?(?:文字稿|录音|转写)[??]?\s*$"
    r"|^\s*(?:show )?(?:the )?(?:transcript|call) (?:history|versions)\s*\??\s*$"
    r"|^\s*who (?:edited|corrected) (?:this|the) transcript\s*\??\s*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\s*(?:(?:客户|对方|他们?|她|大家)(?:都|已经?)*(?:同意|允许)(?:录音|转写|录)*了?|已(?:经)?同意(?:录音|转写)*了?|同意了?(?:录音|转写)*"
    r"|(?:they|he|she|the customer) agreed(?: to (?:be recorded|the recording))?|consent given)"
    r"(?:\s*[。.!！]?\s*$|\s*[,,::。.;;]\s*(?P<how>.+)$)",
    re.IGNORECASE | re.DOTALL,
)
_NO = re.compile(
    r"^\s*(?:(?:客户|对方|他们?|她)?(?:不|没|没有)(?:有)?同意(?:录音|转写)*|不要?转写|别转写"
    r"|(?:they|he|she|the customer) (?:did not|didn't|refused to) (?:agree|consent)|no consent|refused)\s*[。.!！了]*\s*$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"^\s*(?:还没问|没问过?|还没有问|我去问问?|在问|not asked yet|i(?:'ll| will) ask)\s*[。.!！了]*\s*$",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"^\s*(?:全部|都|全都?|所有的?)\s*(?:接受|采纳|同意|照办|更新)(?:建议)?[了吧]?\s*[。.!！]?\s*$|^\s*(?:接受|采纳)(?:全部|所有|以上)?(?:的)?建议\s*[。.!！]?\s*$"
    r"|^\s*(?:接受|采纳)(?:全部|所有)\s*$|^\s*accept (?:all|everything)(?: (?:of it|suggestions))?\s*[.!]?\s*$",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"^\s*(?P<verb>接受|采纳|不要|不接受|去掉|accept|drop|skip)\s*(?:建议|第|suggestions?|numbers?|no\.?)?\s*"
    r"(?P<numbers>\d{1,2}(?:\s*(?:号|条|个)?\s*(?:[、,,和与&]|and|\s)\s*第?\s*\d{1,2})*)\s*(?:号|条|个)?\s*[。.!！]?\s*$",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"^\s*(?:建议)?(?:都不要|全部?不要|都不接受|一个都不要|accept none|drop all)(?:建议)?[了吧]?\s*[。.!！]?\s*$",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"^\s*(?:建议|第)?\s*(\d{1,2})\s*(?:号|条|个)?\s*(?:归|给|交给|派给|由)\s*(?P<who>[^\s,,。]{1,20}?)\s*(?:做|负责|跟进|来做)?\s*[。.!！]?\s*$"
    r"|^\s*(?:give|assign) (?:number |no\.? )?(\d{1,2}) to (?P<who_en>[^,.]{1,40}?)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, kw_only=True)
class CallLine:
    """`verb` is edit, restore, history, consent, accept, refuse or give. `named` says that the words themselves speak of
    a recording, so that nothing else can be meant."""

    verb: str
    edit: Correction | None = None
    number: int = 0
    numbers: tuple[int, ...] = ()
    who: str = ""
    state: str = ""
    how: str = ""
    named: bool = False


def correction(text: str) -> CallLine | None:
    """A correction of the transcript, a version of it, or its history; None for anything else."""
    if len(text) > 2200:
        return None
    if _HISTORY.match(text):
        return CallLine(verb="history", named=True)
    if found := _RESTORE.match(text):
        return CallLine(verb="restore", number=_value(found[1] or found[2]), named=True)
    if found := _SPEAKER.match(text) or _SPEAKER_EN.match(text):
        edit = Correction(kind=SPEAKER, line=_value(found[1]) - 1, new=found["who"].strip())
        return CallLine(verb="edit", edit=edit, named=True) if edit.line >= 0 else None
    if found := _WORDS.match(text) or _WORDS_EN.match(text):
        edit = Correction(kind=WORDS, line=_value(found[1]) - 1, new=found["new"].strip())
        return CallLine(verb="edit", edit=edit, named=True) if edit.line >= 0 else None
    if found := _LABEL.match(text) or _LABEL_EN.match(text):
        edit = Correction(kind=LABEL, old=found["label"].strip(), new=found["who"].strip())
        return CallLine(verb="edit", edit=edit, named=True)
    return _rename(text)


def _rename(text: str) -> CallLine | None:
    found = _RENAME.match(text) or _RENAME_EN.match(text)
    if found is None:
        return None
    old, new = found["old"].strip(), found["new"].strip()
    if not old or not new or old == new or old.lower().removeprefix("the ") in NOT_NAMES:
        return None
    named = bool(found["place"] or found["place2"])
    return CallLine(verb="edit", edit=Correction(kind=NAME, old=old, new=new), named=named)


def consent(text: str) -> CallLine | None:
    """Whether those on the recording agreed: given (with how, when it is said), refused, or still to be asked."""
    if _ASKED.match(text):
        return CallLine(verb="consent", state="asked")
    if _NO.match(text):
        return CallLine(verb="consent", state="refused")
    found = _YES.match(text)
    return CallLine(verb="consent", state="given", how=(found["how"] or "").strip()) if found else None


def answer(text: str) -> CallLine | None:
    """What becomes of the numbered proposals: all, some, none, or one given to a colleague."""
    if _ALL.match(text):
        return CallLine(verb="accept")
    if _NONE.match(text):
        return CallLine(verb="refuse")
    if found := _SOME.match(text):
        verb = "accept" if found["verb"].lower() in ("接受", "采纳", "accept") else "refuse"
        return CallLine(verb=verb, numbers=tuple(map(int, re.findall(r"\d+", found["numbers"]))))
    if found := _GIVEN.match(text):
        return CallLine(
            verb="give", numbers=(int(found[1] or found[3]),), who=(found["who"] or found["who_en"]).strip()
        )
    return None


def _value(sign: str) -> int:
    """12, 十二, 一百二十 -> a number; 0 for what is none."""
    if sign.isdigit():
        return int(sign)
    total, digit = 0, 0
    for letter in sign:
        if letter == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif letter == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            digit = _DIGITS.get(letter, 0)
    return total + digit
