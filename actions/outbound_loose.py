"""A second, looser reading: a sentence that brings a contract matter together with a figure, a condition or a payer.

It finds what the exact rules have no wording for, at the price of false alarms; so it only asks the sender to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from .outbound_numbers import CN, Number
from .outbound_terms import Approved, as_offered

_N = rf"(?:\d+(?:\.\d+)?|[{CN}]+|半)"
_TIME = rf"{_N}\s*个?半?(?:分钟|小时|天|日|周|星期|月|季度|年|工作日)"
_DAY = rf"(?:年底|月底|季末|节前|节后|春节|元旦|国庆|五一|{_N}\s*[月号]|周[一二三四五六日]|下个?月|下周|年内|月内)"
_NUM = (
    r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|sixty"
    r"|ninety|half|a\s+few|couple)"
)
_SPAN = rf"{_NUM}[\s-]+(?:\w+\s+)?(?:minutes?|hours?|days?|weeks?|months?|quarters?|years?)"
_WHEN = r"(?:monday|tuesday|wednesday|thursday|friday|january|february|march|april|may|june|july|august|september|october|november|december|christmas|year[- ]end|next\s+(?:week|month|quarter|year)|q[1-4])"  # noqa: E501

PAIRS = tuple(
    (re.compile(matter), re.compile(figure))
    for matter, figure in (
        (
            r"交付|交货|到货|供货|发货|上线(?![后以])|安装(?!包|手册|说明|文档|指南)|装机|装好|装完|实施(?!工程|顾问|团队"
            r"|经理|同事|方案|人员)|部署(?!图|方案|架构)|工期|货期|割接|投产|运到|备货",
            rf"{_TIME}|{_DAY}",
        ),
        (
            r"(?<!付)付款|付钱|付清|货款|押金|定金|订金|首付|预付|尾款|余款|账期|打款|结清|赊|垫",
            rf"再|才|先|分期|分批|缓|宽限|一半|{_TIME}|{_N}\s*(?:%|成)|以后|之后|满意",
        ),
        (r"停机|宕机|故障|响应|中断|恢复|抢修|到场|备机|断网|丢数据", rf"{_TIME}|{_N}\s*次|零|绝|不会"),
        (
            r"运费|差旅|培训|安装|维保|升级|接口|授权|模块|调试|服务费|税费|税点|搬运|耗材|配件",
            r"由我|我们(?:来)?(?:出|承担|付|包|负担|管)|算我们|不要钱|不用钱|白给|免费|全免|奉送|附带|不算钱|不单收|不另算",
        ),
        (r"延误|延迟|逾期|拖期|晚交|迟交|超期|违反|没做到|做不到|达不到", r"扣|罚|赔|让步|补偿|抵|免单"),
        (r"押金|货款|钱|费用|款", r"退(?![出休役步后群伍])|返还|还给您"),
        (r"质保|保修|包修|包换|三包", rf"{_TIME}|终身|延|全"),
        (r"代理|经销|渠道|区域|地区|省|市场", r"独|唯一|只(?:给|跟|和|有)|保护|不(?:再|会)(?:给|放|开)|排除"),
        (
            r"\b(?:deliver(?:y|ies|ed)?|shipping|shipment|installation|install(?:ed)?|go-live|implementation|rollout"
            r"|migration|handover|commissioning)\b",
            rf"\b(?:{_SPAN}|{_WHEN})\b",
        ),
        (
            r"\b(?:pay|payment|payments|deposit|balance|invoice|instal?lments?|half\s+now|up\s?front|credit\s+terms?)\b",
            rf"\b(?:after|later|before|once|over|half|split|defer\w*|wait|{_SPAN}|until)\b|\d\s*%",
        ),
        (
            r"\b(?:downtime|outages?|incidents?|tickets?|response|respond|respon\w+|recover\w*|failures?|uptime|on[- ]site)\b",
            rf"\b{_SPAN}|\b\d+(?:\.\d+)?\s*%|\bzero\b|\bnever\b",
        ),
        (
            r"\b(?:shipping|delivery|training|installation|travel|customs|taxes|maintenance|upgrades?|setup|onboarding"
            r"|support|licen[cs]es?)\b",
            r"\b(?:on\s+us|our\s+treat|we\s+pay|we\s+cover|we(?:'ll|\s+will)\s+(?:pay|cover|bear)"
            r"|(?<!feel\s)(?<!toll-)free|no\s+charge|included|complimentary|gratis|waived?)\b",
        ),
        (r"\b(?:delay|delays|late|miss|missed|fail|slip)\b", r"\b(?:deduct|penal\w+|compensat\w+|discount|credit|reduc\w+|pay|owe)\b"),
        (
            r"\b(?:money|deposit|payment|fee|goods|equipment|system|everything|it)\b",
            r"\b(?:refund\w*|send\s+\w+\s+back|return\w*\s+(?:it|them|everything|the)|get\s+\w+\s+back|give\s+\w+\s+back)\b",
        ),
        (r"\bwarrant\w+|\bguarante\w+", rf"\b{_SPAN}|\blife"),
        (
            r"\b(?:territory|region|province|market|area|distribut\w+|resell\w+|agent)\b",
            r"\b(?:only|sole|alone|nobody|no\s+one|exclusive\w*|protected?)\b",
        ),
    )
)  # fmt: skip
SENTENCE = re.compile(r"(?:[^。!?;\n.]|\.(?=\S))+[。!?.]?")
ASKING = re.compile(
    r"请问|是否|多久|多长|几(?![个点])|哪[个位些年天]?|多少|怎么|如何|什么时候|您(?:那|这)边|贵(?:院|司|方"
    r"|公司)(?:的|目前|现在|那边)|吗|呢"
    r"|\b(?:how|what|when|which|where|who|do\s+you|does\s+your|is\s+your|are\s+your|have\s+you|could\s+you"
    r"|can\s+you|would\s+you|did\s+you)\b"
)
PAST = re.compile(
    r"已经?|昨天|上周|上个月|去年|前天|刚刚?|曾|当时|上次|目前|正在|收到|寄出|[完好到过]了"
    r"|\b(?:was|were|has\s+been|have\s+been|had|yesterday|last\s+(?:week|month|year|time)|already|received|took|went)\b"
)
MEETING = re.compile(
    r"培训会|会议|演示|交流会|研讨|直播|参观|拜访|预约|\b(?:meeting|demo|webinar|call|workshop|session|agenda|invit\w+)\b"
)
SHORT_SUM = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?(?:m|mn|k|w)(?![\w/²³])")
BYTES = re.compile(
    r"内存|硬盘|带宽|流量|文件|附件|存储|显存|分辨率|像素|屏|bandwidth|memory|disk|file|upload|resolution|screen"
    r"|monitor|display|bytes?|video"
)


def loose_terms(
    text: str, found: tuple[Number, ...], approved: Approved, today: date
) -> Iterator[tuple[int, int]]:
    """Sentences of cleaned text that may hold a term; questions to the customer, tales of the past
    and what the offer says itself are left out."""
    for match in SENTENCE.finditer(text):
        sentence = match.group()
        if len(sentence) < 4 or PAST.search(sentence) or MEETING.search(sentence):
            continue
        if _short_sum(sentence, match.start(), found):
            yield match.span()
        elif not ASKING.search(sentence) and any(m.search(sentence) and f.search(sentence) for m, f in PAIRS):
            yield from () if as_offered("payment", sentence, approved, today) else (match.span(),)


def _short_sum(sentence: str, offset: int, found: tuple[Number, ...]) -> bool:
    """1.05m, 880k, 119w with nothing counted after it: a sum somebody wrote in haste."""
    if BYTES.search(sentence):
        return False
    starts = {number.start for number in found if number.scaled and number.value >= 10_000}
    return any(offset + one.start() in starts for one in SHORT_SUM.finditer(sentence))
