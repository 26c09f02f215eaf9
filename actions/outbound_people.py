"""People and firms that are not this customer's: contacts of others, hints at other customers, third addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from knowledge.name_forms import PLACES, TOO_COMMON, TRADES, company_core

TITLE = (
    r"(?:总监|总经理|副总|总工|总|主任|经理|院长|处长|科长|部长|局长|校长|所长|董事长|教授|博士|医生|大夫|老师|先生|女士"
    r"|工程师|护士长|书记)"
)
CALLED = re.compile(r"(?:联系|找|问|问问|问过|认识|跟|和|与|请教|打给|咨询|叫|是|人)$")
ORGANISED = r"[^,。;!?\n]{0,4}?(?:医院|公司|集团|客户|项目|院方|那边|他们|这家|那家|厂)"
ROLE_BOX = re.compile(
    r"^(?:info|sales|support|service|hr|admin|office|contact|no-?reply|help|hello|marketing|press|kefu|400|postmaster|webmaster|procurement|caigou)@"
)
CJK_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
SHORTEST = 2


def foreign_contacts(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Names of other customers' contacts in cleaned text. A name of two signs counts only where it is used as one."""
    chinese = {name for name in names if CJK_NAME.fullmatch(name)}
    for length in sorted({len(name) for name in chinese}):
        for start in range(len(text) - length + 1):
            piece = text[start : start + length]
            if piece in chinese and (length > SHORTEST or _used_as_name(text, start, start + length)):
                yield start, start + length
    for name in names - chinese:
        if " " in name and name in text:
            for match in re.finditer(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text):
                yield match.span()


def customer_hints(text: str, names: Iterable[str], own: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The telling part of another customer's name beside a word for a house: 仁心那家医院 for 仁心医院."""
    ours = " ".join(own)
    for core in sorted({core for name in names if (core := _core(name))}):
        if core in text and core not in ours:
            for match in re.finditer(re.escape(core) + ORGANISED, text):
                yield match.span()


def third_addresses(
    text: str, spans: Iterable[tuple[int, int]], own_domains: frozenset[str], known: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Mail addresses of persons who are neither ours, nor this customer's, nor among the recipients (`known`)."""
    for start, end in spans:
        address = text[start:end].strip(".")
        domain = address.rpartition("@")[2]
        ours = any(domain == one or domain.endswith(f".{one}") for one in own_domains)
        if not ours and address not in known and not ROLE_BOX.match(address):
            yield start, end


@lru_cache(maxsize=50_000)
def _core(name: str) -> str:
    """What is left of a Chinese company's name without legal form, trade and place; "" when that tells nothing."""
    core = company_core(name)
    for place in PLACES:
        core = core.removeprefix(place + "市").removeprefix(place)
    for _ in range(3):
        core = next((core.removesuffix(trade) for trade in TRADES if core.endswith(trade)), core)
    telling = bool(CJK_NAME.fullmatch(core)) and core not in TOO_COMMON and core != name
    return core if telling else ""


def _used_as_name(text: str, start: int, end: int) -> bool:
    return bool(re.match(TITLE, text[end : end + 4]) or CALLED.search(text[max(0, start - 2) : start]))
