"""What a customer tells about themselves, each value a piece of their own sentence; what is not said stays unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .acts import Sentence
from .shape import CustomerFact, Talk

_HAN = "零一二三四五六七八九十百千万亿两〇"
_AMOUNT = (
    rf"(?:[¥￥$€]\s?)?(?:\d[\d,.]*|[{_HAN}]{{2,}}|[{_HAN}](?=万|亿|千))\s*(?:万|亿|千|百万)?\s*"
    r"(?:元|块钱?|人民币|美元|欧元|k\b|m\b|million|thousand|yuan|RMB|euros?|dollars?|USD)?(?:左右|以内|上下|出头)?"
)
_SPAN = (
    rf"(?:\d+|[{_HAN}半几]+)\s*(?:个)?(?:天|周|星期|月|年|季度|小时|分钟|days?|weeks?|months?|years?|hours?)"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = (
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号])?|[一二三四五六七八九十]+月(?:底|初|中)?(?:[一二三四五六七八九十]+号)?"
    r"|(?:年底|月底|年初|春节|国庆|元旦|节)(?:前|后|以后|之前|之后)?"
    r"|(?:下|这|本)(?:周|个?月|季度|半年)(?:[一二三四五六日末]|底|初)?|明年(?:[一二三四五六七八九十]+月|初|底)?"
    rf"|(?:by |before |in |until )?(?:next (?:week|month|quarter|year)|(?:{_MONTHS})(?: \d{{1,2}})?|the end of (?:the )?\w+)"
)
_WHO = r"(?:CFO|CEO|CIO|[一-鿿]{1,2}(?:总|院长|主任|处长|科长)|财务总监|the board|my boss|headquarters|董事会|院长|老板|领导|总部)"
_REST = r"[^。？?！!，,.;；]{0,60}"

_PATTERNS: dict[str, str] = {
    "budget": rf"(?:预算|经费|资金|额度|budget)[^。？?！!]{{0,14}}?(?P<v>{_AMOUNT}|没(?:有)?|不够|用完|批下来|cut|frozen|gone)",
    "amount": rf"(?:总价|报价|价格|单价|金额|合同额|price|total|cost)[^。？?！!]{{0,12}}?(?P<v>{_AMOUNT})",
    "authority": rf"(?P<v>{_WHO}[^。？?！!，,]{{0,8}}(?:同意|批|拍板|说了算|签字|定|点头|过目|decides?|approv\w*|sign\w*|has to))"
    r"|(?P<w>我(?:做不了主|说了算|能定|来定))",
    "decision_process": rf"(?P<v>(?:上会|招标|比价|走流程|评审|院办会|党委会|采购流程|三家比|立项|tender|procurement|committee){_REST})",
    "decision_criteria": r"(?:最在意|最看重|关键是|标准是|主要看|care (?:most )?about|criteria|what matters)(?:的(?:是)?|是)?\s*"
    r"(?P<v>[^。？?！!]{2,30})",
    "timing": rf"(?:上线|交付|签|启动|投用|到货|验收|安装|go live|start|deliver\w*|sign)[^。？?！!]{{0,10}}?(?P<v>{_DATE}|{_SPAN})"
    rf"|(?P<w>{_DATE})[^。？?！!，,]{{0,8}}(?:上线|交付|签|启动|投用|到货|验收|go live)",
    "payment_terms": r"(?P<v>(?:预付|首付|分期|账期|付款|尾款|一次付清|到货付|验收付|分两年|prepay\w*|instalments?|payment|net \d+)"
    rf"{_REST})",
    "quantity": rf"(?P<v>(?:\d+|[{_HAN}几]+)\s*(?:个|名|位)?\s*(?:张床|床位|用户|账号|并发|医生|台|套|人同时|门店|院区"
    r"|users?|seats?|licen[cs]es|beds|sites))",
    "pain": rf"(?P<v>{_REST}(?:太慢|很慢|老是|总是|经常|天天|故障|宕机|出错|丢(?:片|单|数据|失)|投诉|忙不过来|failed|breaks?|slow"
    rf"|problem is|complain\w*|too long){_REST})",
    "need": r"(?:我们(?:想要?|需要|要求|希望)|需要|得有|必须|要能|we (?:need|want|would like)|must have|has to)\s*(?P<v>[^。？?！!]{2,30})",
    "existing_solution": r"(?:现在(?:用|的)|目前(?:用|的)|一直用|已经有|正在用|we (?:use|have|run)|currently)(?:的是|着|了)?\s*"
    r"(?P<v>[^。？?！!，,]{2,20})",
    "contract_terms": r"(?P<v>(?:违约|质保|维保|保修|赔偿|条款|验收标准|保密|warranty|penalty|liability|SLA)"
    rf"{_REST})",
    "security": r"(?P<v>(?:等保|数据安全|内网|私有化|本地部署|国产化|信创|加密|GDPR|on-premise|security)"
    rf"{_REST})",
}
FIELDS = tuple((name, re.compile(pattern, re.I)) for name, pattern in _PATTERNS.items())
"""Fields and how they are spoken of; group v or w is the value. competitor and product come from Talk.names."""

_ASKING = re.compile(r"[?？]\s*$|吗\s*[。]?$")


def customer_facts(talk: Talk, said: Sequence[Sentence]) -> tuple[CustomerFact, ...]:
    """At most one value a field and sentence, the latest said last; only what the customer's side says, and no question."""
    found: list[CustomerFact] = []
    for one in said:
        if one.side != "customer":
            continue
        names = [(field, name) for field, name in talk.names if _names(name, one.text)]
        found += [_fact(talk, one, field, _as_written(name, one.text)) for field, name in names]
        if _ASKING.search(one.text):
            continue
        for field, pattern in FIELDS:
            match = pattern.search(one.text)
            value = next((part for part in match.groups() if part), "") if match else ""
            if value.strip() and re.search(r"\w", value):
                found.append(_fact(talk, one, field, value.strip(" ，,的是")))
    return tuple(dict.fromkeys(one for one in found if one.value))


def _fact(talk: Talk, one: Sentence, field: str, value: str) -> CustomerFact:
    start = talk.lines[one.line].start
    return CustomerFact(field=field, value=value, quote=one.text, line=one.line, speaker=one.speaker, t=start)


def _names(name: str, text: str) -> bool:
    return bool(name.strip()) and name.lower() in text.lower()


def _as_written(name: str, text: str) -> str:
    at = text.lower().index(name.lower())
    return text[at : at + len(name)]
