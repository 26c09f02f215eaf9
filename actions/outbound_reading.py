"""One cleaned text read once: every mark in it, its largest discount, its sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from . import outbound_en as en
from . import outbound_zh as zh
from .outbound_context import OutboundContext
from .outbound_discounts import discounts, is_money_off
from .outbound_hints import floor_hints
from .outbound_leaks import floor_leaks, named_customers
from .outbound_loose import loose_terms
from .outbound_numbers import Number, is_money, numbers
from .outbound_people import customer_hints, foreign_contacts, third_addresses
from .outbound_private import emails, personal_numbers, urls
from .outbound_sums import contradictions
from .outbound_terms import approved_terms, terms
from .outbound_text import clean

RULES = {
    name: tuple(re.compile(pattern, re.M) for pattern in patterns)
    for name, patterns in {
        "commitment": zh.COMMITMENT + en.COMMITMENT,
        "legal": zh.LEGAL + en.LEGAL,
        "complaint": zh.COMPLAINT + en.COMPLAINT,
        "greeting": zh.GREETING + en.GREETING,
        "logistics": zh.LOGISTICS + en.LOGISTICS,
        "rate": zh.RATE + en.RATE,
    }.items()
}
SENTENCE = re.compile(r"[^。!?;\n]+")
Mark = tuple[int, int, str]


@dataclass(frozen=True, kw_only=True)
class TextReading:
    """Marks as (start, end, kind) in the cleaned text, the largest discount in basis points, the sums in fen."""

    marks: tuple[Mark, ...]
    discount_bp: int
    amounts_fen: tuple[int, ...]
    quiet_rest: bool


def read(text: str, context: OutboundContext) -> TextReading:
    """Everything the rules see in one cleaned text."""
    found = numbers(text)
    rates = discounts(text)
    private = _private(text, context)
    taken = [(start, end) for start, end, _ in (*rates, *private)]
    sums = [number for number in found if _is_sum(number, text, taken)]
    off = [number for number in sums if is_money_off(text, number.start, number.end)]
    worst = max([bp for _, _, bp in rates] + [_share(number.fen, context) for number in off], default=0)
    approved = approved_terms(context.approved_texts, context.approved_dates, context.today)
    marks = [
        *((start, end, "discount") for start, end, _ in rates),
        *((number.start, number.end, "discount") for number in off),
        *((number.start, number.end, "amount") for number in sums),
        *((*span, "contradiction") for span in contradictions(text, found, sums, context.offer_lines)),
        *_leaks(text, found, context),
        *private,
        *_ruled(text),
        *terms(text, approved, context.today),
        *((*span, "maybe_term") for span in loose_terms(text, found, approved, context.today)),
        *_links(text, context),
        *_people(text, context),
    ]
    return TextReading(
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
    priced = zh.PRICED.search(sentence) or en.PRICED.search(sentence)
    return is_money(number, text, bool(priced) or is_money_off(text, number.start, number.end))


def _share(off_fen: int, context: OutboundContext) -> int:
    """A sum taken off as basis points of the smallest total it can belong to; 1 when there is nothing to compare."""
    totals = [total for total in context.offer_totals_fen if total > off_fen]
    return max(1, off_fen * 10000 // min(totals)) if totals else 1


@lru_cache(maxsize=50_000)
def _plain(name: str) -> str:
    """A name in the spelling in which texts are searched; the same names come with every mail."""
    return clean(name).text


def _leaks(text: str, found: tuple[Number, ...], context: OutboundContext) -> Iterator[Mark]:
    offered = context.offered_fen
    for start, end in floor_leaks(text, found, context.floor_prices_fen, offered):
        yield start, end, "floor"
    secret = frozenset(floor for _, floor in context.ladders) - offered
    for start, end in floor_hints(text, found, secret, context.ladders):
        yield start, end, "floor"


def _people(text: str, context: OutboundContext) -> Iterator[Mark]:
    names = [_plain(name) for name in context.other_customers]
    own = [_plain(name) for name in context.own_names]
    for start, end in named_customers(text, names, own):
        yield start, end, "other_customer"
    for start, end in customer_hints(text, names, own):
        yield start, end, "customer_hint"
    for start, end in foreign_contacts(text, frozenset(map(_plain, context.other_contacts))):
        yield start, end, "other_contact"
    written = list(emails(text))
    for start, end in third_addresses(text, written, context.own_domains, context.known_addresses):
        domain = text[start:end].rpartition("@")[2]
        theirs = any(domain == one or domain.endswith(f".{one}") for one in context.other_domains)
        yield start, end, "other_customer" if theirs else "third_address"


def _private(text: str, context: OutboundContext) -> list[Mark]:
    """Personal numbers except those that may be given away."""
    free = {re.sub(r"\D", "", number)[-11:] for number in context.open_numbers}
    found = list(personal_numbers(text))
    return [one for one in found if re.sub(r"\D", "", text[one[0] : one[1]])[-11:] not in free]


def _ruled(text: str) -> Iterator[Mark]:
    for name, patterns in RULES.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield match.start(), match.end(), name


def _links(text: str, context: OutboundContext) -> Iterator[Mark]:
    known = {domain.lower() for domain in context.known_domains}
    for start, end in urls(text):
        yield start, end, "url"
        host = re.sub(r"^[a-z]+://", "", text[start:end]).split("/")[0].rpartition("@")[2].split(":")[0]
        if not any(host == domain or host.endswith(f".{domain}") for domain in known):
            yield start, end, "unknown_link"
    for start, end in emails(text):
        yield start, end, "email"


def _only_courtesy(text: str, marks: list[Mark]) -> bool:
    """Whether every sentence is a greeting or about times and places: then the text informs of nothing."""
    places = sorted(start for start, _, kind in marks if kind in ("greeting", "logistics"))
    for one in SENTENCE.finditer(text):
        if re.search(r"\w", one.group()):
            while places and places[0] < one.start():
                places.pop(0)
            if not places or places[0] >= one.end():
                return False
    return True
