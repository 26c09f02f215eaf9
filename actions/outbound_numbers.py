"""Numbers in a text, in any notation a person reads as a number: 880,000, 88万, 八十八万, 0.88 million, 880k."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .outbound_en import ENGLISH_NUMBER, english_value

CN = "零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬億廿"
ARABIC = r"\d{1,3}(?:[,，'_ ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
SCALES = {
    "亿": 10**8, "億": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "萬": 10**4, "w": 10**4,
    "千": 10**3, "百": 100, "k": 10**3, "thousand": 10**3, "grand": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6,
    "million": 10**6, "mil": 10**6, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
SCALE = r"千万|百万|十万|亿|億|万|萬|千|百|thousand|million|billion|grand|mio|mil|mn|bn|[kmw]"
PLAIN = re.compile(
    rf"(?:(?<![\d.a-z])|(?<=rmb)|(?<=cny)|(?<=usd)"
    rf"|(?<=eur))(?P<n>{ARABIC})(?:\s?(?P<s>{SCALE})(?![a-z0-9]))?(?:(?<=[万萬])(?P<t>\d)(?P<q>[千百])?(?!\d))?"
)
CHINESE = re.compile(rf"[{CN}]+(?:点[{CN}]+)?|半(?=[百千万亿])")
BEFORE = re.compile(r"(?:[¥$€£]|rmb|cny|usd|人民币|eur)\s*:?\s*$")
AFTER = re.compile(
    r"\s*(?:多|左右)?\s*(?:元(?![旦素件器年宵凶老帅首数])|圆整?(?!形)|块钱|块(?=[\s,。,;!?每/的]|$)|人民币|rmb"
    r"|cny|usd|yuan|dollars?|euros?|eur(?![a-z]))"
)
COUNTED = re.compile(
    r"\s*(?:多|余|左右|以上)?\s*(?:个|人|台|例|次|张|条|家|名|位|份|小时|分钟|天|年|月|日|周|页|行|级|米|公里|平|吨|字|床|科|套|"
    r"幅|帧|病例|患者|用户|数据|图像|影像|检查|套餐|步|种|类|项|门|所|座|期|楼|号|点|时|%|个百分|"
    r"users?|patients?|images?|records?|hours?|minutes?|days?|weeks?|months?|years?|people|beds?|sites?|cases|"
    r"exams?|scans?|studies|documents?|hospitals?|customers|display|monitor|pixels?|tb|gb|mb|kb|km|kg)"
)
FINISH = re.compile(
    r"\s*(?:左右|以内|以下|起|整|吧|的|就|给|可以|成交|怎么样|如何|,|。|\.|;|!|\?|、|\)|\n|$|含税|不含税|total"
    r"|in total|if\b|and\b|when\b|should\b|flat\b|net\b|plus\b|all[- ]in|for\s+(?:everything|the\s+(?:whole|lot|package)))"
)


THINGS = re.compile(
    r"(?:硬盘|屏幕?|显示器|主板|电池|内存|显卡|板卡|玻璃|芯片|模块|电路板|盘)\s*(?:共|有|各|含|:)?\s*$"
)
"""What is counted in 块 and is no money."""


BIG = re.compile(r"万|million|thousand|grand|mil\b")
"""Words of size that stand for money when nothing is counted after them."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number at [start, end) of the cleaned text. `step` is the worth of its last written digit (88万: 10000);
    `scaled` says whether a word or letter multiplied it; `marked` whether a currency stands with it."""

    start: int
    end: int
    value: Decimal
    step: Decimal
    scaled: bool
    marked: bool
    chinese: bool

    @property
    def fen(self) -> int:
        return int((self.value * 100).to_integral_value())


def numbers(text: str) -> tuple[Number, ...]:
    """Every number in cleaned text, left to right."""
    found = [*_plain(text), *_chinese(text), *_english(text)]
    return tuple(sorted(found, key=lambda number: (number.start, -number.end)))


def is_money(number: Number, text: str, priced: bool) -> bool:
    """Whether the number is a sum of money. `priced`: its sentence speaks of prices."""
    if number.marked:
        return True
    rest = text[number.end : number.end + 12]
    if COUNTED.match(rest) or not 100 <= number.value < 10**10:
        return False
    if number.scaled and number.step * 10 >= 1 and number.value >= 1000:
        return priced or bool(FINISH.match(rest) and BIG.search(text, number.start, number.end))
    written = text[number.start : number.end]
    year = written.isdigit() and 2015 <= number.value <= 2045
    return priced and number.value >= 1000 and not number.chinese and not year


def value_of(words: str) -> Decimal | None:
    """The value of a numeral in digits or Chinese (十二, 三点五, 八八, 半); None when it is none."""
    if words == "半":
        return Decimal("0.5")
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        return Decimal(words)
    whole, dot, fraction = words.partition("点")
    value = _chinese_value(whole)
    if value is None or not dot:
        return value
    digits = "".join(str(_DIGIT.get(char, "")) for char in fraction)
    scale = 10 ** (4 if fraction.endswith(("万", "萬")) else 8 if fraction.endswith("亿") else 0)
    return (value + Decimal(f"0.{digits or 0}")) * scale


_DIGIT = {char: place for place, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2} | {
    char: place + 1 for place, char in enumerate("壹贰叁肆伍陆柒捌玖")
}  # fmt: skip


def digits_for_chinese(text: str) -> str:
    """The same text with each Chinese digit as a figure: 八八零零零零 reads 880000."""
    return "".join(str(_DIGIT[char]) if char in _DIGIT else char for char in text)


def _chinese_value(words: str) -> Decimal | None:
    import cn2an  # 0.16 s to import, and most texts need no numeral

    spelled = words.replace("俩", "两")
    if spelled[:1] in ("百", "千", "佰", "仟"):
        spelled = "一" + spelled
    try:
        return Decimal(str(cn2an.cn2an(spelled, "smart")))
    except (ValueError, KeyError, IndexError):
        return None


def _plain(text: str) -> Iterator[Number]:
    for match in PLAIN.finditer(text):
        factor = SCALES.get(match["s"] or "", 1)
        digits = re.sub(r"[^\d.]", "", match["n"])
        step = Decimal(factor).scaleb(-len(digits.partition(".")[2]))
        value = Decimal(digits) * factor
        if match["t"]:
            step = {"千": Decimal(1000), "百": Decimal(100)}.get(match["q"] or "", Decimal(1000))
            value += int(match["t"]) * step
        yield _number(text, match.start(), match.end(), value, step, factor > 1, False)


def _chinese(text: str) -> Iterator[Number]:
    for match in CHINESE.finditer(text):
        words = match.group()
        if words in ("万", "千", "百", "亿", "十") or (match.start() and text[match.start() - 1].isdigit()):
            continue
        value = value_of(words)
        if value is None and len(words) > 2:  # 两万五一套: the last sign counts what follows
            words = words[:-1]
            value = value_of(words)
        if value is not None:
            scaled = any(char in words for char in "百千万亿佰仟萬億")
            step = Decimal(10000) if words.endswith(("万", "萬")) else Decimal(1)
            yield _number(text, match.start(), match.start() + len(words), value, step, scaled, True)


def _english(text: str) -> Iterator[Number]:
    for match in ENGLISH_NUMBER.finditer(text):
        if match.group().split()[0] in SCALES or match.group().startswith("hundred"):
            continue  # the scale of figures before it: 0.88 million
        value = Decimal(english_value(match.group()))
        yield _number(text, match.start(), match.end(), value, Decimal(1), value >= 1000, True)


def _number(
    text: str, start: int, end: int, value: Decimal, step: Decimal, scaled: bool, chinese: bool
) -> Number:
    after = AFTER.match(text[end : end + 12])
    if after and after.group().strip() == "块" and THINGS.search(text[max(0, start - 8) : start]):
        after = None
    marked = bool(BEFORE.search(text[max(0, start - 12) : start]) or after)
    return Number(start=start, end=end, value=value, step=step, scaled=scaled, marked=marked, chinese=chinese)
