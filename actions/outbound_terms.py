"""Terms a text offers: dates, payment, service levels, exclusivity, gifts, refunds, penalties, warranty, promises.

What the approved offer says itself, with the same figures, is no new term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from .outbound_dates import Figure, figures, shares_in_order
from .outbound_terms_en import TERMS_EN
from .outbound_terms_zh import TERMS_ZH
from .outbound_text import clean

TERMS = {
    kind: re.compile("|".join(f"(?:{p})" for p in (*TERMS_ZH[kind], *TERMS_EN[kind]))) for kind in TERMS_ZH
}
CLASS_OF = {
    "date": ("commitment",),
    "payment": ("commitment",),
    "sla": ("commitment",),
    "exclusive": ("commitment",),
    "gift": ("commitment", "discount"),
    "refund": ("commitment",),
    "penalty": ("legal",),
    "warranty": ("commitment",),
    "promise": ("commitment",),
}
"""What each kind of term is for the policy."""

MEASURED = frozenset({"date", "payment", "sla", "warranty"})
"""Kinds whose figures can be compared with the offer's."""

WITHOUT = re.compile(r"无需|不用|不需要|不必|免|零首|先发|先用|\bno\b|\bwithout\b|\bwaiv|\bskip\b")


@dataclass(frozen=True)
class Approved:
    """The figures an approved offer states, and its payment schemes: shares in order that make a whole."""

    figures: frozenset[Figure]
    schemes: frozenset[tuple[str, ...]]


def terms(text: str, approved: Approved, today: date) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each term in cleaned text that is not the offer's own."""
    for kind, pattern in TERMS.items():
        for match in pattern.finditer(text):
            if not (kind in MEASURED and as_offered(kind, _around(text, match), approved, today)):
                yield match.start(), match.end(), kind


def approved_terms(texts: Iterable[str], days: Iterable[date], today: date) -> Approved:
    """What an approved offer states in its words (`texts`) and its dates."""
    found = {(day.isoformat(), "date") for day in days}
    schemes: set[tuple[str, ...]] = set()
    for text in texts:
        plain = clean(text).text
        found |= figures(plain, today)
        schemes |= {shares for line in plain.splitlines() if (shares := shares_in_order(line))}
    return Approved(figures=frozenset(found), schemes=frozenset(schemes))


def _around(text: str, match: re.Match[str]) -> str:
    """The sentence or sentences in which the term stands."""
    start = max(text.rfind(sign, 0, match.start()) for sign in "。!?;\n") + 1
    ends = [place for sign in "。!?;\n" if (place := text.find(sign, match.end())) >= 0]
    return text[start : min(ends, default=len(text))]


def as_offered(kind: str, sentence: str, approved: Approved, today: date) -> bool:
    """Whether every figure of the sentence is the offer's. One share of a payment says little: the whole scheme must
    be the offer's, in its order."""
    said = figures(sentence, today)
    if not said or WITHOUT.search(sentence):
        return False
    shares = shares_in_order(sentence)
    if kind == "payment" and any(unit == "%" for _, unit in said):
        return shares in approved.schemes and {one for one in said if one[1] != "%"} <= approved.figures
    return said <= approved.figures
