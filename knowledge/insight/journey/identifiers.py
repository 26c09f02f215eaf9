"""What identifies a person, made comparable: phone numbers in E.164, addresses in lower case, and what means nobody. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

KINDS = ("user", "phone", "email", "wecom", "anon", "device", "session")
"""From the strongest to the weakest (definitions.md D9). `wecom` is an external_userid or unionid; `session` is the key of one
page view before anything was agreed to: it stands alone and is never joined with anything."""

RANK = {kind: rank for rank, kind in enumerate(KINDS)}

LONGEST = 200
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_CHINA_MOBILE = re.compile(r"1[3-9]\d{9}")
_CHINA_LANDLINE = re.compile(r"0[1-9]\d{8,10}")


def kind_of(identifier: str) -> str:
    """The kind of a keyed identifier (`kind:hex`)."""
    return identifier.partition(":")[0]


def rank_of(identifier: str) -> int:
    """0 for the strongest kind."""
    return RANK[kind_of(identifier)]


def strongest_first(identifiers: Collection[str]) -> list[str]:
    """By strength, then by themselves."""
    return sorted(identifiers, key=lambda one: (rank_of(one), one))


def normalised(kind: str, value: object) -> str:
    """The one form of a value; "" for one that identifies nobody (not a phone number, not an address, too long).

    Phone numbers become E.164; one without a country code is taken for a Chinese one (mobile: 11 digits from 13 to 19;
    landline with its area code).
    """
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text or len(text) > LONGEST or any(unicodedata.category(sign) == "Cc" for sign in text):
        return ""
    if kind == "phone":
        return e164(text)
    if kind == "email":
        low = text.casefold()
        return low if _EMAIL.fullmatch(low) else ""
    return text


def e164(text: str) -> str:
    """`+8613712345678` for 137 1234 5678, 0086-137…, (021) 5555-1234; "" for what is no phone number."""
    kept = re.sub(r"[\s().\-\u2010-\u2015]", "", text)
    if kept.startswith("00"):
        kept = "+" + kept[2:]
    if kept.startswith("+"):
        digits = kept[1:]
        return "+" + digits if re.fullmatch(r"[1-9]\d{6,14}", digits) else ""
    if _CHINA_MOBILE.fullmatch(kept):
        return "+86" + kept
    if re.fullmatch(r"86" + _CHINA_MOBILE.pattern, kept):
        return "+" + kept
    return "+86" + kept[1:] if _CHINA_LANDLINE.fullmatch(kept) else ""


def is_blocked(kind: str, value: str, blocked: Collection[str]) -> bool:
    """Whether a normalised value stands for nobody: on the list (`test`, `13800000000`, `null`), or one sign repeated."""
    low = value.casefold()
    forms = _forms(kind, tuple(blocked))
    bare = low.removeprefix("+86").lstrip("+")
    local = low.partition("@")[0] if kind == "email" else ""
    return not forms.isdisjoint((low, bare, local)) or (len(bare) > 1 and len(set(bare)) == 1)


@lru_cache(maxsize=64)
def _forms(kind: str, blocked: tuple[str, ...]) -> frozenset[str]:
    """What is on the list, as it was written and as this kind writes it."""
    return frozenset(
        {normalised(kind, one).casefold() for one in blocked} | {one.casefold() for one in blocked}
    ) - {""}
