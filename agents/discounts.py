"""Whether a person's words state a discount: 12%, 12 个点, 八八折, 九折, 12 percent off."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = "零一二三四五六七八九"
_UNITS = "%|个点|个百分点|percent|pct|points"


def says_discount(text: str, percent: float) -> bool:
    """Whether `text` states a discount of `percent` (0-100), as a percentage or as what is left to pay."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").casefold()
    amounts = {f"{percent:g}", _spoken(percent)}
    left = f"{(100 - percent) / 10:g}"
    shares = {left, "".join(_DIGITS[int(char)] for char in left if char.isdigit())}
    percentages = [rf"{re.escape(one)}(?:{_UNITS})" for one in amounts if one]
    percentages += [rf"百分之{re.escape(one)}(?![\d.十一二三四五六七八九])" for one in amounts if one]
    patterns = [*percentages, *(rf"{re.escape(share)}折" for share in shares)]
    return any(re.search(rf"(?<![\d.{_DIGITS}十百]){pattern}", plain) for pattern in patterns)


def _spoken(percent: float) -> str:
    """12 -> 十二, 5 -> 五; "" for anything else than whole numbers below 100."""
    if percent != int(percent) or not 0 < percent < 100:
        return ""
    tens, ones = divmod(int(percent), 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
