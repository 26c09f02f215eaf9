"""Money on paper: figures (¥1,288,000.00), 大写 (人民币壹佰贰拾捌万捌仟元整) and English words, from integer fen."""

from __future__ import annotations

LARGEST_FEN = 10**18 - 1
"""Just below 壹亿亿元: what 仟万亿 and 角分 can say."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}
_NAMES = {"CNY": "RMB", "USD": "USD", "EUR": "EUR", "HKD": "HKD"}
_COINS = {"CNY": "fen"}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")


class BadAmount(ValueError):
    """A sum that must not stand on a contract: negative, or beyond what the words reach."""


def figures(fen: int, currency: str = "CNY") -> str:
    """Fen as ¥1,288,000.00: always two decimals, as on a contract. Raises BadAmount."""
    _refuse(fen)
    return f"{_SIGNS.get(currency, currency + ' ')}{fen // 100:,}.{fen % 100:02d}"


def plain_figures(fen: int) -> str:
    """Fen as 1,288,000.00, for a table column that names its unit. Raises BadAmount."""
    _refuse(fen)
    return f"{fen // 100:,}.{fen % 100:02d}"


def capital(fen: int) -> str:
    """Fen as 人民币…元…角…分, by the rules of 《支付结算办法》 annex 1 for amounts in words.

    整 ends a sum without 分 (元整, 角整); one 零 stands for any run of zeros between two digits, also across 万 and 亿
    and between 元 and 分; a sum below one yuan has no 元. Raises BadAmount.
    """
    _refuse(fen)
    yuan, (jiao, cents) = fen // 100, divmod(fen % 100, 10)
    whole = _integer(yuan)
    text = f"{whole}元" if yuan else ""
    if not jiao and not cents:
        return f"人民币{text or '零元'}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return f"人民币{text}{_DIGITS[cents]}分" if cents else f"人民币{text}整"


def words(fen: int, currency: str = "CNY") -> str:
    """Fen as RMB one million two hundred and eighty-eight thousand only. Raises BadAmount."""
    _refuse(fen)
    whole, cents = divmod(fen, 100)
    name = _NAMES.get(currency, currency)
    if not cents:
        return f"{name} {_english(whole)} only"
    return f"{name} {_english(whole)} and {_english(cents)} {_COINS.get(currency, 'cents')} only"


def _refuse(fen: int) -> None:
    if isinstance(fen, bool) or not isinstance(fen, int):
        raise BadAmount("金额必须是整数分 / an amount is a whole number of fen")
    if fen < 0:
        raise BadAmount("金额不能为负 / an amount on paper cannot be negative")
    if fen > LARGEST_FEN:
        raise BadAmount("金额超出大写能表示的范围 / the amount is larger than can be written in words")


def _integer(yuan: int) -> str:
    """The whole yuan in 大写: what stands before 亿 is read like a number of its own (壹万贰仟亿)."""
    high, low = divmod(yuan, 10**8)
    if not high:
        return _section(low)
    return f"{_section(high)}亿{'零' if 0 < low < 10**7 else ''}{_section(low)}"


def _section(number: int) -> str:
    """A number below one 亿, "" for zero."""
    wan, rest = divmod(number, 10_000)
    if not wan:
        return _four(rest)
    return f"{_four(wan)}万{'零' if 0 < rest < 1000 else ''}{_four(rest)}"


def _four(part: int) -> str:
    """One group, 0 to 9999, without a leading 零; "" for zero."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _english(number: int) -> str:
    """A whole number in British words: and before the last two digits of a group of three."""
    if number == 0:
        return _ONES[0]
    groups: list[str] = []
    for scale in range(len(_SCALES) - 1, -1, -1):
        part = number // 1000**scale % 1000
        if part:
            groups.append(f"{_hundreds(part)} {_SCALES[scale]}".strip())
    last = number % 1000
    if len(groups) > 1 and 0 < last < 100:
        return f"{' '.join(groups[:-1])} and {groups[-1]}"
    return " ".join(groups)


def _hundreds(part: int) -> str:
    hundreds, rest = divmod(part, 100)
    head = f"{_ONES[hundreds]} hundred" if hundreds else ""
    if not rest:
        return head
    tail = _ONES[rest] if rest < 20 else _TENS[rest // 10] + (f"-{_ONES[rest % 10]}" if rest % 10 else "")
    return f"{head} and {tail}" if head else tail
