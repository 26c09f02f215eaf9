"""Dated commitments: who said that something will be done by when. Verbatim, deterministic, Chinese and English."""

from __future__ import annotations

import re

from .measure import Evidence
from .questions import questions, sentences
from .turns import MS, Conversation, Said

_DAY = r"[一二三四五六日天末1-7]"
_NUMBER = r"[0-9一二三四五六七八九十两]{1,3}"
_DATE = re.compile(
    rf"今(?:天|晚|日)|明(?:天|早|晚|日)|(?:大)?后天|(?:这|本|下下?)(?:个)?(?:周|星期|礼拜){_DAY}?|(?<!上)(?:周|星期|礼拜){_DAY}|"
    rf"(?:本|这个|下个?)(?:月|季度)(?:底|初|中)?|月底|月初|年底|年前|年后|节后|节前|{_NUMBER}月(?:{_NUMBER}[日号]|底|初|中旬)?|{_NUMBER}[日号](?!线|楼|门)|"
    rf"{_NUMBER}(?:天|个工作日|个?小时|周)(?:之?内|以内|后)|\d{{4}}-\d{{1,2}}-\d{{1,2}}|"
    r"\b(?:today|tonight|tomorrow|(?:on |by |next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|next (?:week|month|quarter)|"
    r"(?:by |at )?(?:the )?end of (?:the |this )?(?:day|week|month|quarter)|"
    r"(?:jan|febr)uary \d+|(?:march|april|june|july|august|september|october|november|december|may) \d+|\d+(?:st|nd|rd|th)\b|"
    r"(?:in|within) (?:a|an|one|two|three|four|five|\d+) (?:hours?|days?|business days?|weeks?))\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"发(?!现|生|展|愁)|给[您你]|约|见面?|开会|会议|碰|演示|拜访|确认|回复|答复|反馈|安排|签|提交|寄|提供|联系|电话|打给|沟通|对接|试用|上线|评审|汇报|过来|过去|"
    r"出(?:一)?(?:份|版|个)|准备好|完成|交付|付款|打款|走流程|报给|定下来|敲定|同步|"
    r"\b(?:send|meet|call|email|schedul\w*|demo|confirm|share|sign|review|follow up|get back|set up|provide|deliver|talk|speak|introduce|"
    r"finish|pay|join|submit|book|present)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"上(?:个?月|周|星期|次)|昨天|前天|去年|刚才|(?:^|[，,我])(?:之前|以前)|已经|(?:发|签|约|见|寄|交|付|确认|回复|安排|提交|联系|沟通)(?:过|了)(?!再)|"
    r"\b(?:yesterday|last (?:week|month|time|year)|already|sent|met|called|signed|was|were|did)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"不(?:能|行|会|一定|确定|好说|方便)|没(?:法|办法|时间|空)|没有(?:时间|办法)|再说|再看|看情况|看看(?:再|吧)|如果|要是|万一|可能|也许|大概|尽量|争取|到时候看|"
    r"\b(?:can't|cannot|won't|not|maybe|perhaps|might|if|probably|unless|no time)\b",
    re.IGNORECASE,
)
_PROPOSES = re.compile(
    r"(?:可以|行|好|方便|合适|怎么样|如何|ok)(?:吗|么|不)?[?？]?$|我们.*(?:吗|吧)[?？]?$|"
    r"\b(?:work|okay|ok|good|fine|available|free|can we|could we|shall we|should we|how about|what about)\b",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"^\s*(?:嗯+[,，。]?)?(?:好|可以|行|没问题|没有问题|成|ok|okay|sure|yes|yeah|sounds good|that works|works for|perfect|"
    r"great|fine|absolutely|of course)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"不行|不可以|不好|不太|不方便|恐怕|可是|但是|不过|\b(?:but|can't|cannot|not)\b", re.IGNORECASE
)


def next_steps(talk: Conversation) -> tuple[Evidence, ...]:
    """What either side says will be done and when, in order. A proposal in the form of a question counts when the next
    one of the other side agrees ("下周三下午可以吗?" "好的"); what is past, conditional, vague or undated does not."""
    found: list[Evidence] = []
    for at, one in enumerate(talk.said):
        for sentence, _ in sentences(one.text):
            if _dated(sentence) and (not _asks(sentence) or _agreed(talk.said, at, sentence)):
                found.append(_evidence(one, sentence, timed=talk.timing != "none"))
    return tuple(found)


def _dated(sentence: str) -> bool:
    return bool(
        _DATE.search(sentence)
        and _DEED.search(sentence)
        and not _PAST.search(sentence)
        and not _VAGUE.search(sentence)
    )


def _asks(sentence: str) -> bool:
    return any(True for _ in questions(sentence))


def _agreed(said: tuple[Said, ...], at: int, sentence: str) -> bool:
    """Whether it proposes something and the other side's next word is a yes."""
    answer = next((one for one in said[at + 1 :] if one.speaker != said[at].speaker), None)
    if answer is None or not _PROPOSES.search(sentence.rstrip("。. ")):
        return False
    first = next((text for text, _ in sentences(answer.text)), "")
    return bool(_AGREES.search(first)) and not _REFUSES.search(first)


def _evidence(one: Said, sentence: str, *, timed: bool) -> Evidence:
    start = one.start / MS if timed else None
    return Evidence(quote=sentence, speaker=one.speaker, side=one.side, start=start)
