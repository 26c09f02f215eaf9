"""Which sentences of a talk are promises, requests, decisions and questions, by their wording, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.insight.open_points import is_deferral, is_question
from knowledge.insight.sentences import split
from knowledge.terms import fold

from .shape import Talk

_DO = (
    r"发|提供|寄|回复|答复|确认|安排|整理|准备|反馈|更新|同步|提交|联系|补充|核实|协调|申请|修订|过一遍|书面|约|派|带(?:一|上|去|您)|出(?:一|两|个|书面|方案)|"
    r"做(?:一|个|份|两)|写(?:一|个|份|清)|给(?:您|你|贵|他|她|刘|王|法务|财务)|来讲|来处理|去办|上门|到现场|来现场|过来|开个"
)
_WHEN = (
    r"今天|明天|后天|下周|本周|这周|周[一二三四五六日天末]|星期|礼拜|月底|月初|年底|国庆|春节|节后|会后|稍后|回头|回去|下来|下个?月|"
    r"\d{1,2}\s*[月号日]|[一二三四五六七八九十]+[月号]"
)
_MINE_ZH = re.compile(
    rf"(?:我|我们|我方|我司|我这边|咱们?)(?![^。]{{0,6}}[?？])[^。?？!！，,]{{0,20}}?(?:{_DO})"
    rf"|(?:^|[，,])(?:好的?|行|没问题|可以|就|那就|那么?|接下来)?[，,]?(?:{_WHEN})[^。?？]{{0,16}}?(?:{_DO})|(?:{_WHEN})[^。?？，,]{{0,8}}我[^。?？]{{0,12}}?(?:{_DO})"
    r"|(?:发|寄|提供)给?(?:您|你)"
)
_MINE_EN = re.compile(
    r"\b(?:I|we)(?:['’]ll| will| am going to| are going to| can have)\s[^.?]{0,80}?\b(?:send|provide|get|confirm|arrange|prepare|"
    r"share|follow|schedule|set up|update|check|forward|come|introduce|write|draft|make|bring|call|run|put|have|look|talk|ask)\b"
    r"|\blet me\s[^.?]{0,40}?\b(?:send|check|confirm|prepare|get back|set up|put)\b",
    re.I,
)
_YOURS_ZH = re.compile(
    rf"(?:请(?!实施|财务|法务|同事|我们)|麻烦|劳驾|(?<!给)你们)[^。?？，,]{{0,16}}?(?:{_DO}|给个|给一|看|报)|(?:书面|正式)[^。?？]{{0,8}}(?:发|给|来)"
    r"|发我|发过来|给我(?:们)?(?:发|寄|出|一|看)|(?:分开|分项|单独)列"
)
_TO_US = re.compile(r"发我|发过来|给我|给个|正式(?:发|给)")
_YOURS_EN = re.compile(
    r"^(?:please|could you|can you|would you|kindly|send|bring|give|show|let me have|get me|come back)\b|\bplease\s+\w+"
    r"|\byou (?:should|need to|must|have to|will)\b",
    re.I,
)
_DECIDED_ZH = re.compile(
    r"(?:就|那就|先)?(?:这么|这样|按[^，。]{1,16})(?:定|办|执行)|定了|定下来|说定|敲定|拍板|决定|同意|批准|通过了|没问题[，,]?就"
    r"|成交|签(?:了|吧)|选(?:你们|您)|就(?:用|选|要)[^，。吗]{1,16}"
)
_DECIDED_EN = re.compile(
    r"\b(?:we(?:['’]ve| have)? (?:agreed|decided)|let['’]s go (?:with|ahead)|agreed|it['’]s a deal"
    r"|we(?:['’]ll| will) (?:go with|take|sign)|approved|the decision is|that['’]s settled|i can (?:sign|approve))\b",
    re.I,
)
_NOT_YET = re.compile(
    r"[?？吗]\s*$|没(?:有)?(?:定|决定|同意|批)|还没|不同意|未(?:定|批)|如果|要是|除非|\bif\b|\bnot (?:yet|agreed)|要.{0,8}(?:同意|批准)",
    re.I,
)
_ASIDE = re.compile(
    r"^(?:您|你)?(?:方便(?!的话)|现在方便|说话方便)|现在说话方便|声音(?:清楚|清晰)|听得?(?:到|见)|打扰|稍等|您看这里"
    r"|can you hear|do you have (?:a|ten) minute|is this a good (?:moment|time)",
    re.I,
)
_MEET = re.compile(
    r"的会(?![议员]|不)|[这那]个会|会(?:得|要)?(?:改|挪|推|换|提前)|(?:点钟?|半|[天日号]|周[一二三四五六日天])见|有(?:没有)?(?:空|时间)(?:吗|么|嘛|[?？])|"
    r"见面|见个面|见一面|面谈|当面|开(?:一?个|一次|场)?(?:短|小|线上|视频|电话|碰头|讨论|沟通)?会|会议|例会|"
    r"碰(?:一下|一次|半|头|个面|面|个头|一碰)|拜访|再(?:聊|谈|约|见|碰|沟通|开|通|过一?遍)|(?:聊|谈|沟通)(?:一下|一次|下|聊)|"
    r"约(?:个|一个|在|到|您|你|王|周|下|好|了)|演示|视频|电话会|(?:打|通)(?:一?个|一?次)?电话|打给(?:您|你)|打过[去来]|对(?:一下|一次)|"
    r"过去(?:一趟|给|找|看|讲)|带[^，。]{0,8}过[去来]|来一趟|考察|参观|(?:评审|启动|交流|复盘|沟通|推进|技术|项目|专题)会|"
    r"上门|到现场|来现场|去现场|(?:到|来|去)(?:你们?|您|贵|我们?|这边)?(?:公司|单位|医院|办公室|院里|司)|下次(?:会|见)"
    r"|\b(?:meet|meeting|call|demo|visit|video|workshop|come (?:by|over)|see you|"
    r"are you (?:free|available)|pencil\w* in|schedule (?:a|an|another|some)|"
    r"(?:talk|speak|chat|catch up|sync|reconnect|regroup|connect|get together|"
    r"sit down|touch base) (?:again|then|on|at|next|this|with|in|to(?:morrow|day)|mon|tue|wed|thu|fri)|call back|zoom|teams)\b",
    re.I,
)
_HANDS = re.compile(
    r"(?:发|寄|邮)(?:给|您|你|过|一|份|出|我|到|送)|(?:把|将)[^，。]{1,16}(?:发|寄|给|提交|准备|整理|写|改|做|补)|提交|提供|准备好|给(?:您|你)(?:报|出|答复|回复|反馈)|签(?:合同|约|字|完)|上线|交付|到期|到货|付款|"
    r"\b(?:send|forward|share|prepare|draft|submit|e-?mail|provide|sign|deliver|go live|get you)\b",
    re.I,
)
_INVITES = re.compile(r"邀请|日程|invit|calendar", re.I)
_LEAD = re.compile(
    r"^(?:(?:好的?|行|嗯+|哦|对|是的?|明白|可以|没问题|ok(?:ay)?|yes|yeah|sure|perfect|great|right|then|that makes sense)[，,、。.!！\s]+"
    r"|(?:那么?|接下来|就)(?=我|咱))+",
    re.I,
)


_PAST = re.compile(
    r"(?:发|给|做|说|看|寄|报)(?:过|了)[。，,吧]|上次|昨天|刚才|(?<![一二三四五六日天月])之前(?:发|说|给)|不(?:凭|会|能|口头)[^，,]{0,6}$"
    r"|\byesterday\b|\bsent you\b",
    re.I,
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of line `line`, verbatim."""

    line: int
    text: str
    speaker: str
    side: str


def sentences(talk: Talk) -> list[Sentence]:
    """The talk sentence by sentence."""
    return list(_sentences(talk))


def _sentences(talk: Talk) -> Iterator[Sentence]:
    for number, line in enumerate(talk.lines):
        for text in split(line.text):
            yield Sentence(number, text, line.speaker, line.side)


def promise(text: str) -> bool:
    """Somebody says what they will do. A question is none, unless it only asks whether that is convenient."""
    if _ASIDE.search(text) or _only_asks(text):
        return False
    return bool(_MINE_ZH.search(text) or _MINE_EN.search(text)) and bool(_far_enough(text))


def wants(text: str) -> bool:
    """A request that says who should get it: it is no promise, whatever day it names."""
    return bool(_TO_US.search(text))


def request(text: str) -> bool:
    """Somebody says what the other side should do."""
    if _ASIDE.search(text) or _only_asks(text):
        return False
    plain = _LEAD.sub("", text)
    return bool(_YOURS_ZH.search(text) or _YOURS_EN.search(plain))


def decision(text: str) -> bool:
    return bool(_DECIDED_ZH.search(text) or _DECIDED_EN.search(text)) and not _NOT_YET.search(text)


def meets(text: str) -> bool:
    """A meeting, call or visit is spoken of."""
    return bool(_MEET.search(text)) and not _ASIDE.search(text)


def hands_over(text: str) -> bool:
    """Something is sent, written or done by then; a day in it is that thing's, unless an invitation is what is sent."""
    return bool(_HANDS.search(text)) and not _INVITES.search(text)


def question(text: str) -> bool:
    """Somebody asks for something; asking whether one can be heard is no question."""
    return is_question(text) and not _ASIDE.search(text)


def deferred(text: str) -> bool:
    return is_deferral(text)


def bare(text: str) -> str:
    """Without the agreement a sentence begins with and without its full stop; still a piece of it."""
    return _LEAD.sub("", text).strip().rstrip("。.!！;；，,")


def _only_asks(text: str) -> bool:
    ends = text.rstrip()
    return ends.endswith(("?", "？", "吗", "呢")) and not re.search(
        r"(?:方便吗|可以吗|行吗|好吗|看行不行|okay\?|all right\?)[?？]?$", ends
    )


def _far_enough(text: str) -> bool:
    """Long enough to be about something, and not a thing of the past."""
    return len(fold(text)) >= 5 and not _PAST.search(text)
