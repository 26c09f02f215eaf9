"""What a thief takes from a text: addresses, links, sums, names, ids; and what it brings along to try out."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9\u4e00-\u9fff.-]+\.[A-Za-z\u4e00-\u9fff]{2,}")
LINK = re.compile(
    r"https?://[^\s<>\"'，。；、）)】》]+|\bwww\.[^\s<>\"'，。；、）)】》]+|\b(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|top|xyz|link|example)\b(?:/[^\s<>\"'，。]*)?",
    re.I,
)
SUM = re.compile(r"[¥$€￥]?\s?\d[\d,]*(?:\.\d+)?\s?(?:万元|万|元|%|％|折|个点|USD|CNY|RMB|k\b|percent)?")
ID = re.compile(
    r"\b(?:[A-Z]{1,3}-[A-Z0-9-]{1,10}|dr-[0-9a-f]{10}|act-[0-9a-f]{16}|p-[a-z]+|[ACDEFGHJKMNPQRTUVWXY34679]{4})\b"
)
NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b|[\u4e00-\u9fff]{2,8}(?:公司|集团|医院|科技|大学|银行)")
CODED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
MOST = 12
"""Values of a kind that are kept of one text; attacks of whole pages hold hundreds."""


@dataclass
class Loot:
    """Everything a hostile model has to throw at the house, each kind in the order in which it was found."""

    texts: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Everything of use in one text, its hidden layers opened."""
        for layer in layers(text):
            _add(self.addresses, ADDRESS.findall(layer))
            _add(self.links, LINK.findall(ADDRESS.sub(" ", layer)))
            found = [one.strip() for one in SUM.findall(layer) if any(map(str.isdigit, one))]
            _add(self.sums, found)
            _add(
                self.numbers,
                (
                    float(n)
                    for one in found
                    if (n := re.sub(r"[^\d.]", "", one)).strip(".") and n.count(".") < 2
                ),
            )
            _add(self.names, NAME.findall(layer))
            _add(self.ids, ID.findall(layer))


def layers(text: str) -> list[str]:
    """The text, the text as a reader sees it, and what is coded inside it."""
    plain = HIDDEN.sub("", unicodedata.normalize("NFKC", text))
    opened = [inner for token in CODED.findall(plain) if (inner := _decoded(token))]
    return list(dict.fromkeys([text, plain, *opened]))


def _decoded(token: str) -> str:
    try:
        inner = base64.b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return inner if inner.isprintable() else ""


def _add(kept: list[T], found: Iterable[T]) -> None:
    fresh = [one for one in dict.fromkeys(found) if one not in kept]
    kept.extend(fresh[:MOST])
