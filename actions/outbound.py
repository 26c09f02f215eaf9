"""What a text says before it leaves the house: kinds of content, discounts, sums, leaks, terms, personal numbers.

Rules only, the same answer every time. It judges nothing: the findings are facts for the policy and marks for the
approver. Whatever is ambiguous is read as the stricter of its meanings; a refusal of a discount still mentions one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .outbound_context import OutboundContext
from .outbound_reading import TextReading, read
from .outbound_terms import CLASS_OF
from .outbound_text import Cleaned, Finding, clean, decoded

__all__ = ["Finding", "OutboundContext", "OutboundFindings", "merged", "scan", "scan_parts"]

FREE_PRICE = re.compile(
    r"(?:打(?:个)?折|特价|底价|成本价|内部价|最低价|跳楼价|返点|返利|回扣)"
    r"|\b(?:rock[- ]bottom|lowest\s+price|kickback|cost\s+price)\b"
)
QUIET = frozenset({"greeting", "logistics", "url", "email"})
PERSONAL = ("mobile", "identity_card", "bank_card", "passport")
CLASSES = {
    **{name: (name,) for name in ("commitment", "legal", "complaint", "greeting", "logistics", "discount")},
    **CLASS_OF,
    **dict.fromkeys(("rate", "contradiction", "floor"), ("price",)),
    **dict.fromkeys((*PERSONAL, "other_contact", "third_address"), ("personal_data",)),
    "customer_hint": ("third_party",),
    "maybe_term": ("terms",),
    "suspicious": ("disguised",),
}
"""The content classes that each kind of finding makes."""

OFF_OFFER = frozenset({"rate", "contradiction"})


@dataclass(frozen=True, kw_only=True)
class OutboundFindings:
    """What was found. `spans` are in the original text; kinds: discount, amount, rate, contradiction, floor,
    other_customer, customer_hint, other_contact, third_address, the kinds of terms (outbound_terms.CLASS_OF), commitment,
    legal, complaint, greeting, logistics, url, email, unknown_link, mobile, identity_card, bank_card, passport,
    maybe_term (a sentence the loose reading stopped at), suspicious. `price_matches_offer` is true when every
    sum and every discount stands in an approved offer and no
    quantity contradicts it. `suspicious` names the disguises met: zero_width, bidi, homoglyph, base64, hex,
    quoted_printable, percent_encoding, html_entity, unicode_escape."""

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


def scan(text: str, context: OutboundContext, where: str = "") -> OutboundFindings:
    """Read one text (subject and body joined by a line end, or a part of an attachment); hidden encodings are opened
    once and read as well. `where` is kept in every span."""
    cleaned = clean(text)
    readings = [read(cleaned.text, context)]
    spans = [cleaned.finding(start, end, kind) for start, end, kind in readings[0].marks]
    odd = [*cleaned.oddities]
    for start, end, kind, plain in decoded(text):
        odd.append(Finding(start=start, end=end, kind=kind, text=text[start:end]))
        inner = read(clean(plain).text, context)
        readings.append(inner)
        spans += [
            Finding(start=start, end=end, kind=mark, text=text[start:end])
            for mark in sorted({mark for _, _, mark in inner.marks} - QUIET)
        ]
    spans += [Finding(start=one.start, end=one.end, kind="suspicious", text=one.text) for one in odd]
    return _findings(
        cleaned,
        readings,
        [replace(one, where=where) for one in spans],
        frozenset(o.kind for o in odd),
        context,
    )


def scan_parts(parts: Iterable[tuple[str, str]], context: OutboundContext) -> OutboundFindings:
    """Read several texts, each with where it stands, and put the findings together."""
    return merged([scan(text, context, where) for where, text in parts])


def merged(found: list[OutboundFindings]) -> OutboundFindings:
    """Several findings as one: the union of what was seen, the worst of what was measured."""
    return OutboundFindings(
        content_classes=frozenset[str]().union(*(one.content_classes for one in found)),
        discount_bp=max((one.discount_bp for one in found), default=0),
        amounts_fen=tuple(sorted({fen for one in found for fen in one.amounts_fen})),
        price_matches_offer=all(one.price_matches_offer for one in found),
        leaks_floor=any(one.leaks_floor for one in found),
        leaks_other_customer=any(one.leaks_other_customer for one in found),
        spans=tuple(span for one in found for span in one.spans),
        urls=tuple(url for one in found for url in one.urls),
        emails=tuple(mail for one in found for mail in one.emails),
        personal_ids=tuple(number for one in found for number in one.personal_ids),
        suspicious=tuple(sorted({kind for one in found for kind in one.suspicious})),
    )


def _findings(
    cleaned: Cleaned,
    readings: list[TextReading],
    spans: list[Finding],
    odd: frozenset[str],
    context: OutboundContext,
) -> OutboundFindings:
    kinds = {span.kind for span in spans}
    amounts = tuple(sorted({fen for reading in readings for fen in reading.amounts_fen}))
    discount = max(reading.discount_bp for reading in readings)
    as_offered = context.offered_fen.issuperset(amounts) and discount in {0, *context.offer_discounts_bp}
    return OutboundFindings(
        content_classes=_classes(kinds, bool(amounts), readings[0].quiet_rest, cleaned.text),
        discount_bp=discount,
        amounts_fen=amounts,
        price_matches_offer=as_offered and not OFF_OFFER & kinds,
        leaks_floor="floor" in kinds,
        leaks_other_customer="other_customer" in kinds,
        spans=tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.kind))),
        urls=tuple(span.text for span in spans if span.kind == "url"),
        emails=tuple(span.text for span in spans if span.kind == "email"),
        personal_ids=tuple(span.text for span in spans if span.kind in PERSONAL),
        suspicious=tuple(sorted(odd)),
    )


def _classes(kinds: set[str], money: bool, quiet_rest: bool, text: str) -> frozenset[str]:
    names = {name for kind in kinds for name in CLASSES.get(kind, ())}
    if money or FREE_PRICE.search(text):
        names.add("price")
    if not quiet_rest:
        names.add("info")
    return frozenset(names)
