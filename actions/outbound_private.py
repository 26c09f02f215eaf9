"""Personal numbers, addresses and links in a text: phones, identity cards, passports, bank cards, mails, URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOBILE = re.compile(r"(?<![\d.])(?:\+?86[\s-]?)?(1[3-9]\d[\s-]?\d{4}[\s-]?\d{4})(?![\d.]\d|\d)")
IDENTITY = re.compile(
    r"(?<![\da-z])(\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dx])(?![\da-z])"
)
CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){14,18}(?!\d)")
PASSPORT = re.compile(
    r"(?:护照|passport|通行证|签证|台胞证|回乡证)[^,。;!?\n]{0,16}?(?<![a-z\d])((?:[a-z]{1,2}\d{7,8}|\d{9}))(?![a-z\d])"
    r"|(?<![a-z\d])((?:[a-z]{1,2}\d{7,8}|\d{9}))(?![a-z\d])[^,。;!?\n]{0,6}(?:护照|passport|通行证)"
)
"""A passport or travel permit: its number beside the word; by itself it could be any code."""
ABROAD = re.compile(
    r"(?:手机|私人(?:电话|号码)|\b(?:mobile|cell(?:phone)?|private|personal|home)(?:\s+(?:phone|number|no\.?))?)[^,。;!?\n\d+]{0,12}(\+\d{1,3}[\s()-]*\d(?:[\s().-]?\d){6,12})(?!\d)"
)
"""A number from abroad that the text itself calls private or mobile."""
EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9\u4e00-\u9fff-]+(?:\.[a-z0-9\u4e00-\u9fff-]+)*\.[a-z0-9-]{2,}"
)
URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"'，。；、）)】》]+|(?<![@\w.-])(?:www\.)?(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|co|xyz|top|link|"
    r"info|biz|cc|me|app|dev|site|online|shop|ru|hk|tw)(?![\w.-]*@)(?:/[^\s<>\"'，。；、）)】》]*)?(?![a-z0-9-])"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def personal_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) with kind mobile, identity_card (checksum right), bank_card (Luhn right) or passport."""
    taken: list[tuple[int, int]] = []
    for match in IDENTITY.finditer(text):
        if identity_valid(match[1]):
            taken.append(match.span())
            yield match.start(), match.end(), "identity_card"
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if (
            16 <= len(digits) <= 19
            and digits[0] in "3456"
            and luhn_valid(digits)
            and not _inside(match.span(), taken)
        ):
            taken.append(match.span())
            yield match.start(), match.end(), "bank_card"
    for match in MOBILE.finditer(text):
        if not _inside(match.span(), taken):
            taken.append(match.span())
            yield match.start(), match.end(), "mobile"
    for pattern, kind in ((PASSPORT, "passport"), (ABROAD, "mobile")):
        for match in pattern.finditer(text):
            span = match.span(match.lastindex or 0)
            if not _inside(span, taken):
                yield *span, kind


def identity_valid(number: str) -> bool:
    """GB 11643-1999: the weighted sum of the first 17 digits gives the last character."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17]


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum a multiple of ten."""
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def urls(text: str) -> Iterator[tuple[int, int]]:
    """Links with or without a scheme; the domain of a mail address is not one."""
    mails = [match.span() for match in EMAIL.finditer(text)]
    for match in URL.finditer(text):
        if not _inside(match.span(), mails):
            yield match.span()


def emails(text: str) -> Iterator[tuple[int, int]]:
    for match in EMAIL.finditer(text):
        yield match.span()


def _inside(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
