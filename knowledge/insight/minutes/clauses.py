"""What a clause about a next meeting does: names a time, refuses one, agrees, calls it off; by wording, zh and en."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a clause names. `since` to `until` are days (one day: both the same), `weekday` one without a week (0 Monday;
    -1 several), `hour` the one that was said, `assumed` where its half of the day was not; `loose` says that an hour was
    spoken of which is none or could be two. `minutes` is how long (0: not said), `zone` as knowledge.zones.named has it.
    `rest` is the clause without all that."""

    since: date | None = None
    until: date | None = None
    weekday: int | None = None
    hour: time | None = None
    loose: bool = False
    assumed: bool = False
    minutes: int = 0
    zone: str = ""
    rest: str = ""

    @property
    def dated(self) -> bool:
        return self.since is not None or self.weekday is not None

    @property
    def timed(self) -> bool:
        return self.hour is not None or self.loose


Reads = Callable[[str, date], Named]
"""Reads a clause, seen from a day."""

MOST_HAN, MOST_LETTERS = 45, 140
"""Characters and letters of a clause beyond which a time in it is not understood as a meeting's."""

_CUT = re.compile(
    r"[，,;；。!！?？…\n]+|\.(?=\s|$)(?<![ap]\.m\.)|(?:但是?|不过|然后|而且|只是)|\b(?:but|however|though)\b"
    r"|\band (?=let['’]?s|let us|we\b|i\b|then\b)|(?<=不行)(?=[^吗吧呢啊，。的])|(?<=不方便)(?=[^吗吧呢啊，。的])"
    r"|(?<=没空)(?=[^吗呢，。])|(?<=没时间)(?=[^吗呢，。])",
    re.IGNORECASE,
)
_FILL = re.compile(
    r"我们|咱们|你们|您们|上午|下午|有时间|有没有|恐怕|可能|大概|估计|真的|确实|抱歉|不好意思|同一|同样|看|吗|呀|嘛|早上|晚上|中午|傍晚|这边|那边|时间|可以|没问题|方便|有空|怎么样|怎样|如何|改到|改成|改|换到|换成|换|还是|要不然?|不如|不然|干脆|定在|定到|定|"
    r"安排在|安排|约在|约到|放在|放到|推到|推迟到|提前到|合适|比较|应该|到时候?|或者|准时|整|确认|就这样|这个|吧|呢|啊|哈|哦|嗯|唉|的|那么|那|就|我|您|你|"
    r"他|都|也|更|好|行|成|对|是|在|到|见|或|ok|okay"
    r"|\b(?:yes|yeah|yep|sure|then|so|well|let['’]?s|let|us|say|make|it|that|this|how|what|about|on|at|is|are|was|be|works?|fine|good|great|"
    r"perfect|better|best|for|me|we|i|you|would|could|can|do|does|shall|ok|okay|maybe|perhaps|instead|rather|actually|the|a|an|and|or|in|to|"
    r"please|if|possible|works|suits?|sorry|unfortunately|afraid|probably|time|there|see|with|just|all|right|hmm|um|uh|oh|am|pm|morning|afternoon|evening)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?<!行)不(?:太)?行|(?<!可)不(?:太)?可以|(?<!方)不(?:太|大)?方便|(?<!合)不(?:太|大)?合适|没(?:有)?(?:空|时间|档期)|(?:来|去|到|赶)不(?:了|上)|不在(?!乎|意)|"
    r"出差|有(?:个|别的|其他|另外的?)?会(?!议邀请|员|发|给|有)|有(?:别的|其他|另外)?安排|有别?的?事|排不开|排满|约满|来不及|不能(?:来|到|去|开|见)|冲突|够呛|休假|请假|"
    r"不是(?!不|说)|太(?:早|晚|赶|急|紧)|除了|(?:那天|当天|那个时间|那会儿?)[^，。]{0,4}(?:得|要|在|有)"
    r"|\b(?:doesn|don|won|can|couldn|isn|wouldn)['’]?t\s+(?:really\s+|quite\s+)?"
    r"(?:work|make|do|be|possible|good|available|free|suit|come|manage)"
    r"|\bcan['’]?t\s*$|\b(?:will|does|can|could|is|am|are|i['’]?m|we['’]?re) ?not\s+(?:really\s+)?"
    r"(?:work|make|do|be|possible|good|great|ideal|available|free|convenient|suit)"
    r"|\b(?:no good|busy|unavailable|tied up|booked(?: up| out)?|"
    r"on leave|out of (?:the )?office|travell?ing|conflict|rather not)\b|\bnot going to (?:work|happen|be possible)"
    r"|\b(?:another|a prior|a previous|other|an?) (?:appointment|commitment|engagement)"
    r"|\b(?:i|we) (?:already )?have (?:another|something|plans)|\btoo (?:early|late|soon)\b|\b(?:is|i['’]?m) out\b",
    re.IGNORECASE,
)
_THAT_TIME = re.compile(
    r"那天|这天|当天|那个?时间|这个?时间|那会儿?|\b(?:that (?:day|time|week)|then)\b", re.IGNORECASE
)
_OFF = re.compile(
    r"(?:先)?不(?:用|要|必)?(?:再)?(?:约|见面|见|碰|开会|开)了|(?:先|就)?不(?:约|见|碰)|别(?:再)?(?:打|来|过来|约|开会|见)|(?:不用|不必)(?:再)?(?:来|过来|打|跑)|取消(?:吧|掉|了|$|(?:这个|这次|那个|下次)?会)|^\s*(?:那|那就)?算了|"
    r"以后再(?:说|约)|再说吧|改天再?(?:说|约|聊)?|(?:换个|另找|再找)时间|回头再(?:约|定)|到时候?再(?:约|说|定)"
    r"|\b(?:let['’]?s not|no need to) (?:meet|talk|call)|\bcancel (?:it|that|the (?:meeting|call|demo|visit))|\bcall (?:it|that) off"
    r"|\b(?:some|an)other time\b|\bplay it by ear|\bleave (?:it|that) open|\bforget (?:it|the meeting)",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^(?:嗯+|哦|啊|那|那就)?[，,\s]*(?:好(?!像|几|多|久|长|不容易|说)|行(?!业|动|程|政|情)|可以|没问题|成(?!本|交|立|功|都)|对$|是的|同意|"
    r"听您的|听你的|有空|方便|"
    r"定了|就这么定|就这样|就这个时间|说定|一言为定|不见不散|到时候?见|回头见|收到|准时到|ok)"
    r"|(?:没问题|可以的|就这么定|说定了|不见不散|到时候?见|我(?:有空|方便|可以))\s*(?:吧|了|啊)?\s*$"
    r"|^(?:yes|yeah|yep|yup|sure|ok|okay|fine|good|great|perfect|deal|agreed|confirmed|"
    r"absolutely|of course|certainly|sounds (?:good|great|fine)|"
    r"(?:that|it|this)(?:['’]s| is)? (?:works?|fine|good|great|perfect|ok|okay)|that (?:would|will) (?:work|be (?:fine|great|good))|"
    r"works for|see you|looking forward|no problem|it['’]s a date|"
    r"it (?:does|would|will)|will do|done|"
    r"(?:\d[\d:]*(?: ?[ap]\.?m\.?)?|\w+day) (?:is|works|would be|will be|sounds) "
    r"(?:good|fine|great|perfect|ok|okay|better|for)|all right|alright)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"看(?:一下|下|看)(?:我的|我|他的)?(?:日程|时间|安排|行程)|(?:确认|商量|问|请示|查)(?:一下|下)?(?:再|之后|后)|"
    r"再(?:回复|答复|告诉|确认|看看)|(?:不|没)(?:太)?确定|说不(?:好|准)|"
    r"不好说|考虑(?:一下|下)|我?看看(?:吧|再)?|待定|尽量|争取"
    r"|\b(?:let me|i(?:['’]ll| will| need to| have to)) (?:check|see|ask|think|confirm|get back)"
    r"|\bnot sure\b|\bi(?:['’]ll| will) let you know"
    r"|\bdepends\b|\bget back to you|\btentativ",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"改|换|挪|更(?:好|方便|合适)|推到|推迟|提前|还是|要不|不如|不然|干脆|延到|调到|不是"
    r"|\b(?:instead|better|rather|actually|move|push|change|make it|reschedul\w*|how about|what about|or maybe)\b",
    re.IGNORECASE,
)
_IF = re.compile(r"如果|要是|假如|假设|除非|只要|\b(?:if|unless|provided|assuming)\b", re.IGNORECASE)
_POLITE = re.compile(
    r"(?:如果|要是|只要|\bif\b)[^，。,]{0,24}?(?:方便|可以|行的话|有空|有时间|没问题|合适|不忙|愿意|"
    r"ok|works?\b|convenient|free\b|possible|available|fine|suits?|"
    r"all right|like\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[?？]\s*$|[吗么嘛]\s*[。.]?\s*$|怎么样|如何|行不行|可不可以|方不方便|有没有(?:空|时间)|好不好"
    r"|\b(?:how|what) about\b|^\s*(?:can|could|would|shall|are|is|does|do|will)\b",
    re.IGNORECASE,
)
_WHICH_TIME = re.compile(
    r"几点钟?|什么时候|哪一?天|何时|周几|星期几|几号|\b(?:what time|which day|what day|when)\b", re.I
)
_ELSEWHERE = re.compile(
    r"上会|(?:董事|院办|党委|常委|办公|股东|监事|评标|招标|开标)会|例会|会议?(?:记录|纪要|材料|通知)|纪要|"
    r"(?:院里|科里|部门里?|集团|局里)(?:要|会|先)?开会|内部|自己(?:先)?(?:开|碰)|上次|上周|上个?月|刚才|昨天|前天|"
    r"(?:开|见|碰|聊|约|去|来|演示|拜访)过|去年|(?:跟|和|与|给)(?:我们)?(?:领导|老板|财务|法务|院长|总部|CFO|CEO)[^，。]{0,6}(?:开|碰|聊|谈|汇报|沟通)"
    r"|\b(?:internal(?:ly)?|board meeting|board meets|minutes of|last (?:meeting|call|time|week|month)|yesterday|"
    r"we (?:met|spoke|talked)|our (?:own )?board"
    r"|among ourselves|steering committee)\b",
    re.IGNORECASE,
)


def cut(text: str) -> list[str]:
    """The clauses of a sentence that say anything."""
    return [part.strip() for part in _CUT.split(text) if part and part.strip()]


def bare(rest: str) -> bool:
    """Whether nothing is said beyond what goes with a time: 那就……可以吧, "how about …"."""
    left = re.sub(r"[\W_]+", "", _FILL.sub(" ", rest))
    return len(left) <= 1


def refuses(clause: str) -> bool:
    """A time is turned down. Asking whether it would not do is no refusal."""
    return bool(_NO.search(clause)) and not re.search(r"[吗么]\s*$", clause)


def refuses_it_all(rest: str) -> bool:
    """Whether a refusal that names no time is one of the time on the table: 不行, 我那天出差; not 价格不行."""
    return bare(_NO.sub(" ", rest)) or bool(_THAT_TIME.search(rest))


def calls_off(clause: str) -> bool:
    return bool(_OFF.search(clause))


def agrees(clause: str) -> bool:
    """Somebody says yes."""
    return bool(_YES.search(clause.strip())) and not _LATER.search(clause)


def puts_off(clause: str) -> bool:
    """The answer is left for later: 我看一下日程, "let me check"."""
    return bool(_LATER.search(clause))


def changes(clause: str) -> bool:
    """Something else than before is meant."""
    return bool(_CHANGES.search(clause))


def hangs_on_something(sentence: str) -> bool:
    """A condition beyond courtesy: 如果预算批了, "if the board agrees"."""
    return bool(_IF.search(sentence)) and not _POLITE.search(sentence)


def asks(sentence: str) -> bool:
    return bool(_ASKS.search(sentence))


def rambles(clause: str) -> bool:
    """Too long to be about a time: who agrees on one is brief."""
    han = len(re.findall(r"[一-鿿]", clause))
    return han > MOST_HAN or len(clause) - han > MOST_LETTERS


def asks_else(sentence: str) -> bool:
    """A question about anything but the time itself."""
    return asks(sentence) and not bare(_WHICH_TIME.sub(" ", sentence))


def elsewhere(clause: str) -> bool:
    """A meeting that is not ours with them, or not to come: 内部开会, 上次, the board's."""
    return bool(_ELSEWHERE.search(clause))
