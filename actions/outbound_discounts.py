"""Discounts in a text, in basis points: 12% 折扣, 打八八折, 优惠 12 个点, 便宜两成, 12% off, 半价."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from .outbound_en import english_figures
from .outbound_numbers import CN, value_of

N = rf"(?P<n>\d+(?:\.\d+)?|[{CN}]+(?:点[{CN}]+)?|半)"
PER = rf"(?:{N}\s*(?P<u>%|‰|个(?:百分)?点|percent(?:age\s+points?)?|pct|[\s-]points?(?=\s+(?:\w+\s+)?(?:off|discount|reduction|cut|rebate|drop))|成(?![本功交熟为果效员立像长])|点(?!位|名|赞|击|评|半|整|钟|\d|[一二三四五六七八九十]))|百分之(?P<c>\d+(?:\.\d+)?|[{CN}]+(?:点[{CN}]+)?))"  # noqa: E501
NOT_PLACE = r"(?!位|名|赞|击|评)"
GAP = (
    r"\s*(?:您|你|你们|贵司|贵院|贵方|掉|出|了|到|至|约|大约|差不多|最多|至多|最高|最低|再"
    r"|可以|可|给|给到|为|是|:|个|上|近|有|力度|幅度|率|价|[给让]利)?\s*"
)
GAPS = rf"(?:{GAP}){{0,4}}"
MAIN = r"(?:优惠|折扣|让利|让价|让步|下浮|便宜|返点|返利|返现|回扣|返还|减价|降价|降幅|减免|折让|让(?!.{0,8}(?:提升|增长|下降|效率)))"
PRICE = r"(?:价格|报价|总价|单价|售价|底价|价钱|费用|合同额|合同价|金额|价)"
OFF = r"(?:off|discount(?:ed)?|rebate|price\s+(?:reduction|cut|concession)|reduction\s+(?:in|on|of)\s+(?:the\s+)?(?:price|quote)|cheaper|below\s+(?:the\s+)?(?:list|price))"  # noqa: E501

PATTERNS = (
    rf"{MAIN}{GAPS}{PER}{NOT_PLACE}",
    rf"{PRICE}[^,。;!?\n\d]{{0,8}}?(?:降|减|下调|下浮|少|低|让|砍)(?:低|少)?{GAPS}{PER}{NOT_PLACE}",
    rf"{PER}{NOT_PLACE}\s*(?:左右|以内)?的?(?:价格|额外|特别|现金|一次性|最大|商务)*的?(?:折扣|优惠|让利|返点|返利|降幅|降价|减免|下浮|回扣|空间|折让|让步)",
    rf"(?:再|多|额外)(?:给|让|降|减|少|砍|便宜|优惠)(?:您|你|你们|贵司|贵院)?{GAPS}{PER}{NOT_PLACE}",
    rf"(?:降|减|砍)(?:您|你)?(?:个)?\s*(?:{N}\s*(?P<u>个(?:百分)?点|成(?!本))){NOT_PLACE}",
    rf"{PER}\s*(?:\w+\s+){{0,2}}?{OFF}\b",
    rf"\b(?:further|another|extra|additional)\s+{PER}(?!\s+(?:increase|growth|gain|improvement|faster|more|of\s+(?:the\s+)?(?:patients|users|cases|images|studies|volume)))",
    rf"{PER}\s+(?:reduction|cut|drop|concession)\b(?!\s+in\s+(?!price|the\s+price|fee|cost\s+to))",
    rf"\b(?:discount|rebate|price\s+(?:cut|reduction))(?:\s+(?:rate|level))?(?:\s+(?:of|is|to|at|by|up\s+to|around|about|as|high|an?|extra|additional|:))*\s*{PER}",
    rf"\b(?:reduc|lower|cut|drop|slash|discount|decreas)\w*\s+(?:\w+\s+){{0,2}}(?:price|quote|offer|quotation|cost\s+to\s+you|fee|total|it)s?\s+(?:\w+\s+){{0,2}}?by\s+(?:\w+\s+)?{PER}",
    rf"\b(?:knock|take|shave|get)\s+(?:\w+\s+){{0,2}}?{PER}\s+(?:\w+\s+)?(?:off|down)\b",
    rf"\b(?:save|saves|saving)\s+(?:you\s+)?{PER}\s+(?:on|off)\s+(?:the\s+)?(?:list|price|quote|licen[cs]e)",
)
RATED = tuple(re.compile(pattern) for pattern in PATTERNS)
PAID = re.compile(
    rf"(?:按|以|打)(?:照)?(?:原价|目录价|标准价|报价|列表价|总价|定价)?的?\s*{PER}\s*(?:成交|结算|收费|执行|计价|签约|的价格)"
)
FOLD = re.compile(
    rf"(?<!骨)(?<![\d.第])(?:打|按|给到?|做到?)?\s*{N}\s*折(?![合算旧叠线页中磨断腾射弯痕子扇柳])(?:扣)?(?:\s*(?P<half>半))?"
)
HALF = re.compile(r"(?<!一)半价(?!格)|对折(?!线|页)|\bhalf[\s-]price\b")
MONEY_OFF = re.compile(
    r"(?:优惠|降价|减免|立减|直降|便宜|让利|让价|返现|减|省|少收|再降|再让)(?:您|你|贵院|贵司|了|到手|掉|约|再)*\s*(?:¥|人民币)?\s*$"
)
MONEY_OFF_AFTER = re.compile(r"\s*(?:元|块)?的?(?:\s*(?:off|discount|rebate|less|优惠|折扣|让利|减免))\b")


def discounts(text: str) -> tuple[tuple[int, int, int], ...]:
    """(start, end, basis points) of each discount in cleaned text."""
    words = english_figures(text)
    return tuple(sorted({*_rated(words), *_paid(words), *_folds(words), *_halves(words)}))


def is_money_off(text: str, start: int, end: int) -> bool:
    """Whether the sum at [start, end) is taken off: 优惠 5 万, 5000 off."""
    return bool(
        MONEY_OFF.search(text[max(0, start - 12) : start]) or MONEY_OFF_AFTER.match(text[end : end + 14])
    )


def _rated(text: str) -> Iterator[tuple[int, int, int]]:
    for pattern in RATED:
        for match in pattern.finditer(text):
            found = match.groupdict()
            share = _share(found.get("n") or found.get("c"), found.get("u") or "%")
            if share is not None:
                yield match.start(), match.end(), share


def _share(words: str | None, unit: str) -> int | None:
    """Basis points of a written share; None for what cannot be a discount (0, or more than everything)."""
    value = value_of(words) if words else None
    if value is None or (words == "一" and unit == "点"):  # 便宜一点: somewhat
        return None
    points = value * {"成": 1000, "‰": 10}.get(unit, 100)
    return int(points) if 0 < points <= 10000 else None


def _paid(text: str) -> Iterator[tuple[int, int, int]]:
    """What is left to pay: 按目录价的 88% 成交 is 12 % off."""
    for match in PAID.finditer(text):
        share = _share(match["n"] or match["c"], match["u"] or "%")
        if share is not None and share < 10000:
            yield match.start(), match.end(), 10000 - share


def _folds(text: str) -> Iterator[tuple[int, int, int]]:
    """折 is what is paid in tenths: 九五折, 95折 and 9.5折 are 5 % off."""
    for match in FOLD.finditer(text):
        paid = value_of(match["n"])
        if paid is None:
            continue
        paid += Decimal("0.5") if match["half"] else 0
        tenths = paid if paid <= 10 else paid / 10
        if 0 < tenths < 10:
            yield match.start(), match.end(), int((10 - tenths) * 1000)


def _halves(text: str) -> Iterator[tuple[int, int, int]]:
    for match in HALF.finditer(text):
        yield match.start(), match.end(), 5000
