"""Numbers as people write them: 十二, 12.8万, 128w, 1.2 million, 八八折, 12 个点, 5 percent off."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from knowledge.name_forms import words_of

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "w": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6, "thousand": 10**3}
_BIG |= {"million": 10**6, "mn": 10**6, "billion": 10**9, "百万": 10**6, "千万": 10**7}
HAN = "零一二三四五六七八九十百千两〇"
EN_NUMBERS = {
    word: value
    for value, word in enumerate(
        words_of("zero one two three four five six seven eight nine ten eleven twelve")
    )
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "a": 1, "an": 1}

_NUMBER = rf"(?:\d[\d,,]*(?:\.\d+)?|[{HAN}]+(?:点[{HAN}]+)?)"
_MONEY = re.compile(
    rf"(?P<sign>[¥¥$€]|rmb|cny|usd)?\s*(?P<n>{_NUMBER})\s*"
    rf"(?P<big>百万|千万|万|亿|thousand|million|billion|mn|[wkm](?![a-z]))?\s*(?P<unit>元|块钱|块|人民币|美元|rmb|cny|usd|yuan|dollars)?",
    re.IGNORECASE,
)
_ZHE = re.compile(rf"(?:打)?(\d(?:\.\d+)?|\d\d|[{HAN}]{{1,2}})\s*折")
_PERCENT = re.compile(
    rf"(\d+(?:\.\d+)?|[{HAN}]+|\b(?:five|ten|fifteen|twenty|eight|twelve|three)\b)\s*"
    r"(?:%|%|个百分点|个点|percent\b|per cent\b|pct\b|points?\b)|百分之([零一二三四五六七八九十]+|\d+(?:\.\d+)?)",
    re.IGNORECASE,
)


def number(text: str) -> Decimal | None:
    """三十二 -> 32, 1,280 -> 1280, 一点五 -> 1.5, twelve -> 12; None when it is no number."""
    text = text.strip().lower().replace(",", "").replace(",", "")
    if text in EN_NUMBERS:
        return Decimal(EN_NUMBERS[text])
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    whole, _, part = text.partition("点")
    if not whole or any(char not in _DIGITS and char not in _UNITS for char in whole + part):
        return None
    value = _han(whole)
    if part:
        value += Decimal("0." + "".join(str(_DIGITS.get(char, 0)) for char in part))
    return value


def _han(text: str) -> Decimal:
    if not any(char in _UNITS for char in text):
        return Decimal("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return Decimal(total + digit)


def money_fen(text: str) -> int | None:
    """The first amount of money in a text, in hundredths of its unit: 12.8万 -> 12_800_000; None without one."""
    for match in _MONEY.finditer(text):
        if not (match["sign"] or match["big"] or match["unit"]):
            continue
        value = number(match["n"])
        if value is not None:
            return int(value * _BIG.get((match["big"] or "").lower(), 1) * 100)
    return None


_NO_DISCOUNT = re.compile(
    r"(?:去掉|取消|不要|不给|别给|删掉?|拿掉)[^,，。;；]{0,6}(?:折扣|优惠)|(?:折扣|优惠)[^,，。;；]{0,4}(?:去掉|取消|不要|不给|删掉?|拿掉)"
    r"|\b(?:drop|remove|no|without|take out|delete)\b[^.,;]{0,12}\bdiscount",
    re.I,
)


def discount_pct(text: str) -> float | None:
    """A discount in percent: 12% -> 12.0, 八八折 -> 12.0, 九折 -> 10.0, 12 个点 -> 12.0, 5 percent off -> 5.0.

    Taking it back (把折扣去掉, drop the discount) is 0.0; None when nothing is said of one."""
    if _NO_DISCOUNT.search(text):
        return 0.0
    zhe = _ZHE.search(text)
    if zhe:
        kept = number(zhe[1])
        if kept is not None and 0 < kept < 100:
            share = kept * 10 if kept < 10 else kept
            return float(100 - share)
    match = _PERCENT.search(text)
    if match is None:
        return None
    try:
        value = number(match[1] or match[2])
    except InvalidOperation:
        return None
    return float(value) if value is not None and 0 <= value <= 100 else None


def hide_quantities(text: str) -> str:
    """The text with discounts and amounts replaced by {pct} and {money}."""
    text = _PERCENT.sub(" {pct} ", _ZHE.sub(" {pct} ", text))
    return _MONEY.sub(lambda m: " {money} " if m["sign"] or m["big"] or m["unit"] else m[0], text)


def count(text: str) -> int | None:
    """How many are asked for: 前五个, 三笔, top 5, three biggest; None when not said."""
    match = re.search(
        rf"(?:前|最大的|最小的|头)\s*(\d+|[{HAN}]+)\s*[个笔单大名家]?"
        r"|(?:top|first|biggest|largest)\s+(\d+|two|three|four|five|ten)\b"
        r"|\b(\d+|two|three|four|five|ten)\s+(?:biggest|largest|riskiest|most|top|newest|latest)",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return None
    value = number(next(group for group in match.groups() if group))
    return int(value) if value is not None and 0 < value <= 100 else None
