"""What a text says before it leaves the house: kinds of content, discounts, sums, leaks, personal numbers.

Rules only, the same answer every time. It judges nothing: the findings are facts for the policy and marks for the
approver. Whatever is ambiguous is read as the stricter of its meanings; a refusal of a discount still mentions one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from . import outbound_en as en
from . import outbound_zh as zh
from .outbound_discounts import discounts, is_money_off
from .outbound_leaks import floor_leaks, named_customers
from .outbound_numbers import Number, is_money, numbers
from .outbound_private import emails, personal_numbers, urls
from .outbound_text import Cleaned, Finding, clean, decoded

RULES = {
    name: tuple(re.compile(pattern, re.M) for pattern in patterns)
    for name, patterns in {
        "commitment": zh.COMMITMENT + en.COMMITMENT,
        "legal": zh.LEGAL + en.LEGAL,
        "complaint": zh.COMPLAINT + en.COMPLAINT,
        "greeting": zh.GREETING + en.GREETING,
        "logistics": zh.LOGISTICS + en.LOGISTICS,
        "discount": zh.GIFT + en.GIFT,
    }.items()
}
SENTENCE = re.compile(r"[^。!?;\n]+")
FREE_PRICE = re.compile(
    r"(?:打(?:个)?折|特价|底价|成本价|内部价|最低价|跳楼价|返点|返利|回扣)|\b(?:rock[- ]bottom|lowest\s+price|kickback|cost\s+price)\b"
)
QUIET = frozenset({"greeting", "logistics", "url", "email"})


@dataclass(frozen=True, kw_only=True)
class OutboundContext:
    """What the check may know. Money in fen, discounts in basis points, names as written in the CRM.

    `other_customers` are names and aliases of customers this mail is not about; `own_names` those of the customer it
    is about; `open_numbers` phone numbers that may be given away (the sender's own).
    """

    offer_totals_fen: frozenset[int] = frozenset()
    unit_prices_fen: frozenset[int] = frozenset()
    offer_discounts_bp: frozenset[int] = frozenset()
    floor_prices_fen: frozenset[int] = frozenset()
    other_customers: frozenset[str] = frozenset()
    own_names: frozenset[str] = frozenset()
    known_domains: frozenset[str] = frozenset()
    open_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class OutboundFindings:
    """What was found. `spans` are in the original text; kinds: discount, amount, floor, other_customer, commitment,
    legal, complaint, greeting, logistics, url, email, unknown_link, mobile, identity_card, bank_card, suspicious.
    `price_matches_offer` is true when every sum and every discount stands in an approved offer. `suspicious` names the
    disguises met: zero_width, bidi, homoglyph, base64, percent_encoding, html_entity."""

    content_classes: frozenset[str]
    discount_bp: int
    amounts_fen: tuple[int, ...]
    price_matches_offer: bool
    leaks_floor: bool
    leaks_other_customer: bool
    spans: tuple[Finding, ...]
    urls: tuple[str, ...]
    emails: tuple[str, ...]
    personal_ids: tuple[str, ...]
    suspicious: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One text read once: its marks, the largest discount, the sums."""

    marks: tuple[tuple[int, int, str], ...]
    discount_bp: int
    amounts_fen: tuple[int, ...]
    quiet_rest: bool


def scan(text: str, context: OutboundContext) -> OutboundFindings:
    """Read subject and body (joined by a line end); hidden encodings are opened once and read as well."""
    cleaned = clean(text)
    reading = _read(cleaned.text, context)
    readings = [reading]
    spans = [cleaned.finding(start, end, kind) for start, end, kind in reading.marks]
    odd = [*cleaned.oddities]
    for start, end, kind, plain in decoded(text):
        odd.append(Finding(start=start, end=end, kind=kind, text=text[start:end]))
        inner = _read(clean(plain).text, context)
        readings.append(inner)
        spans += [
            Finding(start=start, end=end, kind=mark, text=text[start:end])
            for mark in sorted({mark for _, _, mark in inner.marks} - QUIET)
        ]
    spans += [Finding(start=one.start, end=one.end, kind="suspicious", text=one.text) for one in odd]
    return _findings(cleaned, readings, spans, frozenset(one.kind for one in odd), context)


def _findings(
    cleaned: Cleaned,
    readings: list[_Reading],
    spans: list[Finding],
    odd: frozenset[str],
    context: OutboundContext,
) -> OutboundFindings:
    kinds = {span.kind for span in spans}
    amounts = tuple(sorted({fen for reading in readings for fen in reading.amounts_fen}))
    discount = max(reading.discount_bp for reading in readings)
    offered = context.offer_totals_fen | context.unit_prices_fen
    personal = [span for span in spans if span.kind in ("mobile", "identity_card", "bank_card")]
    return OutboundFindings(
        content_classes=_classes(kinds, bool(amounts), bool(personal), readings[0].quiet_rest, cleaned.text),
        discount_bp=discount,
        amounts_fen=amounts,
        price_matches_offer=offered.issuperset(amounts) and discount in {0, *context.offer_discounts_bp},
        leaks_floor="floor" in kinds,
        leaks_other_customer="other_customer" in kinds,
        spans=tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.kind))),
        urls=tuple(span.text for span in spans if span.kind == "url"),
        emails=tuple(span.text for span in spans if span.kind == "email"),
        personal_ids=tuple(span.text for span in personal),
        suspicious=tuple(sorted(odd)),
    )


def _classes(kinds: set[str], money: bool, personal: bool, quiet_rest: bool, text: str) -> frozenset[str]:
    names = {"commitment", "legal", "complaint", "greeting", "logistics", "discount"} & kinds
    if money or "floor" in kinds or FREE_PRICE.search(text):
        names.add("price")
    if personal:
        names.add("personal_data")
    if not quiet_rest:
        names.add("info")
    return frozenset(names)


def _read(text: str, context: OutboundContext) -> _Reading:
    found = numbers(text)
    rates = discounts(text)
    private = _allowed(text, context)
    taken = [(start, end) for start, end, _ in (*rates, *private)]
    sums = [number for number in found if _is_sum(number, text, taken)]
    off = [number for number in sums if is_money_off(text, number.start, number.end)]
    worst = max([bp for _, _, bp in rates] + [_share(number.fen, context) for number in off], default=0)
    marks = [
        *((start, end, "discount") for start, end, _ in rates),
        *((number.start, number.end, "discount") for number in off),
        *((number.start, number.end, "amount") for number in sums),
        *_leaks(text, found, context),
        *private,
        *_ruled(text),
        *_links(text, context),
    ]
    return _Reading(
        marks=tuple(dict.fromkeys(marks)),
        discount_bp=worst,
        amounts_fen=tuple(number.fen for number in sums),
        quiet_rest=_only_courtesy(text, marks),
    )


def _is_sum(number: Number, text: str, taken: list[tuple[int, int]]) -> bool:
    if any(start < number.end and number.start < end for start, end in taken):
        return False
    edges = [match.span() for match in SENTENCE.finditer(text, max(0, number.start - 200), number.end + 300)]
    start, end = next(((a, b) for a, b in edges if a <= number.start < b), (number.start, number.end))
    sentence = text[start:end]
    return is_money(number, text, bool(zh.PRICED.search(sentence) or en.PRICED.search(sentence)))


def _share(off_fen: int, context: OutboundContext) -> int:
    """A sum taken off as basis points of the smallest total it can belong to; 1 when there is nothing to compare."""
    totals = [total for total in context.offer_totals_fen if total > off_fen]
    return max(1, off_fen * 10000 // min(totals)) if totals else 1


@lru_cache(maxsize=50_000)
def _plain(name: str) -> str:
    """A name in the spelling in which texts are searched; the same names come with every mail."""
    return clean(name).text


def _leaks(text: str, found: tuple[Number, ...], context: OutboundContext) -> Iterator[tuple[int, int, str]]:
    offered = context.offer_totals_fen | context.unit_prices_fen
    for start, end in floor_leaks(text, found, context.floor_prices_fen, offered):
        yield start, end, "floor"
    names = map(_plain, context.other_customers)
    for start, end in named_customers(text, names, map(_plain, context.own_names)):
        yield start, end, "other_customer"


def _allowed(text: str, context: OutboundContext) -> list[tuple[int, int, str]]:
    """Personal numbers except those that may be given away."""
    free = {re.sub(r"\D", "", number)[-11:] for number in context.open_numbers}
    found = list(personal_numbers(text))
    return [one for one in found if re.sub(r"\D", "", text[one[0] : one[1]])[-11:] not in free]


def _ruled(text: str) -> Iterator[tuple[int, int, str]]:
    for name, patterns in RULES.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield match.start(), match.end(), name


def _links(text: str, context: OutboundContext) -> Iterator[tuple[int, int, str]]:
    known = {domain.lower() for domain in context.known_domains}
    for start, end in urls(text):
        yield start, end, "url"
        host = re.sub(r"^[a-z]+://", "", text[start:end]).split("/")[0].rpartition("@")[2].split(":")[0]
        if not any(host == domain or host.endswith(f".{domain}") for domain in known):
            yield start, end, "unknown_link"
    for start, end in emails(text):
        yield start, end, "email"


def _only_courtesy(text: str, marks: list[tuple[int, int, str]]) -> bool:
    """Whether every sentence is a greeting or about times and places: then the text informs of nothing."""
    places = [start for start, _, kind in marks if kind in ("greeting", "logistics")]
    sentences = [match for match in SENTENCE.finditer(text) if re.search(r"\w", match.group())]
    return all(any(one.start() <= place < one.end() for place in places) for one in sentences)
