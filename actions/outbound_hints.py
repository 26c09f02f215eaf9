"""A floor price told without being written: by its distance, as a share of the list price, as a sum to be worked out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .outbound_discounts import FOLD
from .outbound_numbers import CN, Number, value_of

_OURS = r"(?:我们|我司|公司|厂里|老板|领导|本|我)(?:们)?的?"
_SECRET = (
    rf"(?:底价|成本价|底线价|价格底线|保本价|保底价|最低限价|内部(?:结算)?价"
    rf"|{_OURS}(?:成本|底线|保本线|红线)(?!意识|思维|原则|控制|管理))"
)
_NUMBER = rf"(?:\d|[{CN}]|半)"
TALK = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:比|较|高于|低于|高出|超过|超出|接近|逼近|贴近|贴着|卡在|等于|不低于|跌破|击穿|离|距|在|按|以)[^,。;!?\n]{{0,4}}{_SECRET}",
        rf"{_SECRET}[^,。;!?\n]{{0,6}}(?:加|上浮|往上|之上|以上|基础上|附近|左右|差不多|不远|已经|就是|就在|是|为|在|:|有|大概|大约|比)[^,。;!?\n]{{0,4}}(?:{_NUMBER}|点|些|几|多|近|这个?数|附近|这儿|这里)",
        rf"{_SECRET}\s*[:=]?\s*{_NUMBER}",
        r"\b(?:above|below|over|under|near|close\s+to|at|off|higher\s+than|lower\s+than|beneath|hit|reach\w*|plus|from)\s+(?:our|the|my)\s+(?:own\s+)?(?:floor|reserve|walk-?away|break-?even|minimum|cost)\s+price",
        r"\b(?:above|below|over|under|near|close\s+to|at|off|higher\s+than|lower\s+than|beneath|than)\s+(?:our|my)\s+(?:own\s+)?(?:floor|cost|bottom\s+line|break-?even|walk-?away|rock\s+bottom)\b",
        r"\b(?:our|my|the)\s+(?:own\s+|absolute\s+|internal\s+)?(?:floor|reserve|walk-?away|break-?even|bottom|cost)(?:\s+price|\s+point|\s+line)?\s+(?:is|was|sits?|stands?|lies|would\s+be|plus|for\s+this)\b",
        r"\b(?:floor|walk-?away|break-?even)\s+price\b[^.!?\n]{0,12}(?:\d|not\s+far|near|close|about|around)",
    )
)
_LIST = r"(?:目录价|标价|原价|列表价|定价|标准价|牌价|挂牌价|面价|公开价)"
_PER = rf"(?:(?P<n>\d+(?:\.\d+)?)\s*(?:%|percent)|百分之(?P<c>\d+(?:\.\d+)?|[{CN}]+(?:点[{CN}]+)?))"
SHARES = (
    re.compile(rf"{_LIST}的?[^,。;!?\n\d]{{0,6}}{_PER}"),
    re.compile(rf"\b(?:list|catalog(?:ue)?|sticker|standard)\s+price\s*(?:x|×|\*|times|at|of)?\s*{_PER}"),
    re.compile(
        rf"{_PER}\s*(?:of|×|x|\*)\s*(?:the\s+|our\s+|your\s+)?(?:list|catalog(?:ue)?|sticker|standard|original|published|full)\b"
    ),
)
OFFS = (
    re.compile(
        rf"{_PER}\s*(?:off|below|under|less\s+than)\s+(?:the\s+|our\s+)?(?:list|catalog(?:ue)?|sticker|standard|original|published|full)\b"
    ),
    re.compile(
        rf"(?:比|较|低于){_LIST}[^,。;!?\n\d]{{0,8}}(?:低|少|便宜|优惠|降)?[^,。;!?\n\d]{{0,3}}{_PER}"
    ),
)
LESS = re.compile(
    r"减|少|扣|抵|让|降|便宜|优惠|去掉|不含|刨|抹|\bless\b|\bminus\b|\boff\b|\bknock\b|\bdown\b|\btake\b|-"
)
MORE = re.compile(r"加|另|再|外加|plus|\band\b|\+|分别|两笔|各")
HALF = re.compile(r"一半|对半|折半|二分之一|\bhalf\b")
TWICE = re.compile(r"两倍|翻倍|翻番|二倍|乘以?\s*[2二两]|\btwice\b|\bdouble\b")
TIMES = re.compile(r"×|\*|x|乘|每|单价|套|台|个|\beach\b|\bper\b|\bsets?\b|\bunits?\b|\blicen[cs]es?\b")
SENTENCE = re.compile(r"[^。!?;\n]+")
MAX_IN_SENTENCE = 12


def floor_hints(
    text: str, found: Iterable[Number], secret: frozenset[int], ladders: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Places in cleaned text that let a floor be worked out. `secret`: floors in fen that were not offered;
    `ladders`: (list price, floor) pairs in fen."""
    for pattern in TALK:
        yield from (match.span() for match in pattern.finditer(text))
    ratios = [Decimal(floor) / listed for listed, floor in ladders if listed > floor > 0 and floor in secret]
    if ratios:
        yield from _shares(text, ratios)
    yield from _worked_out(text, list(found), secret)


def _shares(text: str, ratios: list[Decimal]) -> Iterator[tuple[int, int]]:
    for patterns, off in ((SHARES, False), (OFFS, True)):
        for pattern in patterns:
            for match in pattern.finditer(text):
                words = match["n"] or match["c"]
                value = value_of(words)
                if value is not None and _meets(value / 100, _step(words) / 100, ratios, off):
                    yield match.span()
    for match in FOLD.finditer(text):
        paid = value_of(match["n"])
        if paid is not None:
            tenths = Decimal(10) if paid <= 10 else Decimal(100)
            if _meets(paid / tenths, _step(match["n"]) / tenths, ratios, False):
                yield match.span()


def _meets(share: Decimal, step: Decimal, ratios: list[Decimal], off: bool) -> bool:
    """Whether the share written is the floor's, to its last digit; rougher than 1 % it tells nothing."""
    paid = 1 - share if off else share
    return step <= Decimal("0.01") and any(abs(paid - ratio) * 2 <= step for ratio in ratios)


def _step(words: str) -> Decimal:
    """What the last digit of a numeral is worth: 63.25 -> 0.01, 七一 -> 1, 七 -> 1."""
    _, dot, fraction = words.replace("点", ".").partition(".")
    return Decimal(1).scaleb(-len(fraction)) if dot else Decimal(1)


def _worked_out(text: str, found: list[Number], secret: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Two numbers of one sentence whose sum, difference or product, or one whose half or double, is a floor."""
    if not secret or len(found) < 1:
        return
    place = 0
    for sentence in SENTENCE.finditer(text):
        while place < len(found) and found[place].start < sentence.start():
            place += 1
        inside = [
            n for n in found[place : place + MAX_IN_SENTENCE] if n.end <= sentence.end() and n.value > 1
        ]
        words = sentence.group()
        for number in inside:
            if (HALF.search(words) and number.fen / 2 in secret) or (
                TWICE.search(words) and number.fen * 2 in secret
            ):
                yield number.start, number.end
        yield from _pairs(inside, words, secret)


def _pairs(inside: list[Number], words: str, secret: frozenset[int]) -> Iterator[tuple[int, int]]:
    less, more, times = (bool(sign.search(words)) for sign in (LESS, MORE, TIMES))
    for index, one in enumerate(inside):
        for other in inside[index + 1 :]:
            if other.start < one.end:
                continue
            told = (
                (less and abs(one.fen - other.fen) in secret)
                or (more and one.fen + other.fen in secret)
                or (times and int(one.value * other.value * 100) in secret)
            )
            if told and max(one.value, other.value) >= 1000:
                yield one.start, other.end
