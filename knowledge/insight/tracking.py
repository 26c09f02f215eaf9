"""Where trackers hit: each with the sentence, who said it, on which line and at which second. Pure and deterministic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.blueprints.patterns import compiled
from knowledge.blueprints.trackers import GAP, MOST_GAP, Tracker
from knowledge.insight.summary import Spoken
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .sentences import split, utterances

_BETWEEN = r"[\s,，、。.·\-]{0,3}"
"""What may stand between the words of a phrase: recognisers put commas where they like."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`quote` is the sentence, `matched` what in it hit, both verbatim; `t` the second its line begins (None without times)."""

    tracker: str
    quote: str
    matched: str
    line: int
    speaker: str
    side: str
    t: float | None


def hits(lines: Sequence[Spoken], trackers: Iterable[Tracker]) -> tuple[Hit, ...]:
    """Every sentence in which a tracker hits, once a tracker, in the order of lines and then of trackers. Where nobody knows who
    spoke, a tracker of one side does not hit."""
    wanted = [(one, _finder(_key(one))) for one in trackers if not one.off]
    return tuple(
        Hit(
            tracker=one.id, quote=sentence, matched=sentence[found[0] : found[1]], line=number,
            speaker=line.speaker, side=line.side, t=line.start,
        )
        for number, line in enumerate(lines)
        for sentence in split(line.text)
        for one, finder in wanted
        if one.side in ("any", line.side) and (found := finder(sentence)) is not None
    )  # fmt: skip


def first_hit(text: str, tracker: Tracker) -> str:
    """The first words of a text that hit, whoever said them; "" for none."""
    return _first_hit(text, _key(tracker))


@lru_cache(maxsize=16_384)
def _first_hit(text: str, key: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> str:
    """A deal is looked at in many moments of its life, and every time it has said the same."""
    finder = _finder(key)
    for sentence in split(text):
        found = finder(sentence)
        if found is not None:
            return sentence[found[0] : found[1]]
    return ""


def tracked_in(facts: DealFacts, row: Interaction, tracker: Tracker) -> bool:
    """Whether a tracker hits in an interaction of a deal, by whoever's words it counts."""
    if tracker.side == "any":
        return bool(first_hit(f"{row.subject}\n{row.text}", tracker))
    said = utterances(facts, row)
    return any(one.side == tracker.side and first_hit(one.text, tracker) for one in said)


class _Finder:
    """What a tracker looks for, as expressions; each costs at most its bounded number of ways at each place."""

    def __init__(self, keywords: Sequence[str], phrases: Sequence[str], patterns: Sequence[str]) -> None:
        words = [_word(one) for one in keywords] + [_phrase(one) for one in phrases]
        self._words = re.compile("|".join(words), re.IGNORECASE) if words else None
        self._patterns = [compiled(one) for one in patterns]

    def __call__(self, sentence: str) -> tuple[int, int] | None:
        """From where to where the first hit lies in the sentence."""
        plain = _plain(sentence)
        expressions = [one for one in (self._words, *self._patterns) if one is not None]
        found = [match.span() for one in expressions if (match := one.search(plain)) is not None]
        return min(found, default=None)


@lru_cache(maxsize=512)
def _finder(key: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> _Finder:
    return _Finder(*key)


def _key(one: Tracker) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return tuple(one.keywords), tuple(one.phrases), tuple(one.patterns)


def _word(word: str) -> str:
    plain = re.escape(_plain(word.strip()))
    return rf"(?<![a-z0-9]){plain}(?![a-z0-9])" if word.isascii() else plain


def _phrase(phrase: str) -> str:
    parts = [_words_of(one) for one in _plain(phrase).split(GAP) if one.strip()]
    return rf".{{0,{MOST_GAP}}}?".join(parts)


def _words_of(part: str) -> str:
    words = [re.escape(one) for one in part.split()]
    joined = _BETWEEN.join(words)
    return rf"(?<![a-z0-9]){joined}(?![a-z0-9])" if part.isascii() else joined


class _HalfWidth(dict[int, str]):
    """Letter -> itself in half width where that is one letter; learned as letters come."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = unicodedata.normalize("NFKC", letter)
        self[code] = folded if len(folded) == 1 else letter
        return self[code]


_HALF = _HalfWidth()


def _plain(text: str) -> str:
    """Full width made half, letter by letter, so that places stay what they were."""
    return text if text.isascii() else text.translate(_HALF)
