"""How a query is weighed: terms, title, translations, and what the first hits teach about it. Figures: the bench."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from .dictionary import Dictionary
from .passages import Passage
from .terms import STOP_EN, STOP_ZH, fold, is_cjk, query_terms, runs, stem, terms

Weights = dict[str, dict[str, float]]
"""Field of the index -> term -> weight."""


_LONGEST = 600
"""So many different terms of a query are asked for, the most frequent first: a pasted novel is still answered."""

_LOUD = 300
"""So many terms of the first hits are weighed at all: each costs a look into the index."""


@dataclass(frozen=True)
class Tuning:
    """Settings found on the development sets; each sits in a flat stretch where its neighbours do about as well.
    Weights are relative to a plain term of the body."""

    character: float = 0.7
    pair: float = 0.35
    context: float = 1.2
    title: float = 0.8
    translation: float = 0.4
    alternatives: int = 12
    translated_words: int = 40
    feedback: float = 0.7
    feedback_passages: int = 8
    feedback_terms: int = 30
    flat: float = 0.8


def weigh(query: str, tuning: Tuning, dictionary: Dictionary | None, spread: Callable[[str], int]) -> Weights:
    """The query's weights in every field. `spread` says in how many passages a term stands."""
    plain: dict[str, float] = {}
    for term, times in Counter(query_terms(query)).most_common(_LONGEST):
        plain[term] = times * (
            tuning.pair if "_" in term else tuning.character if is_cjk(term) and len(term) == 1 else 1.0
        )
    body = dict(plain)
    if dictionary is not None:
        for term, weight in _translated(query, tuning, dictionary, spread).items():
            body[term] = body.get(term, 0.0) + weight * tuning.translation
    return {
        "body": body,
        "context": {term: weight * tuning.context for term, weight in body.items()},
        "title": {term: weight * tuning.title for term, weight in plain.items()},
    }


def _translated(
    query: str, tuning: Tuning, dictionary: Dictionary, spread: Callable[[str], int]
) -> dict[str, float]:
    """Terms of the other language. The alternatives of one word share its weight: their sum is divided by the root
    of their number, which did better than taking the best one alone or all of them in full."""
    words = list(dict.fromkeys(_words(query, dictionary)))
    found: dict[str, float] = {}
    for word in words[: tuning.translated_words]:
        held = []
        for other, exact in dictionary.into_english(word) if is_cjk(word) else dictionary.into_chinese(word):
            pieces = (
                [other[at : at + 2] for at in range(len(other) - 1)]
                if is_cjk(other) and len(other) > 1
                else [other]
            )
            if all(spread(piece) for piece in pieces):
                held.append((pieces, exact))
        for pieces, exact in held[: tuning.alternatives]:
            for piece in pieces:
                found[piece] = found.get(piece, 0.0) + sqrt(
                    exact / min(len(held), tuning.alternatives)
                ) / len(pieces)
    return found


def _words(query: str, dictionary: Dictionary) -> list[str]:
    cut: list[str] = []
    for run in runs(fold(query)):
        cut += dictionary.words(run) if is_cjk(run) else [stem(run)]
    return [word for word in cut if word not in STOP_ZH and word not in STOP_EN]


def feedback(
    query: Weights,
    hits: Sequence[tuple[Passage, float]],
    tuning: Tuning,
    spread: Callable[[str], int],
    rows: int,
) -> tuple[Weights, float]:
    """Pseudo-relevance feedback: the telling terms that the first hits share and the query lacks, and how much to
    trust them. One hit far ahead of the others answers the question by itself, then the trust falls to nothing."""
    first = hits[: tuning.feedback_passages]
    if len(first) < 2:
        return {}, 0.0
    shares = [score / first[0][1] for _, score in first]
    told: dict[str, float] = {}
    for (passage, _), share in zip(first, shares, strict=True):
        counted = Counter(terms(passage.text))
        usual = 1.2 * (0.25 + 0.75 * sum(counted.values()) / 600)
        for term, times in counted.items():
            if term not in query["body"] and term not in STOP_EN and term not in STOP_ZH:
                told[term] = told.get(term, 0.0) + share * times / (times + usual)
    loud = sorted(told.items(), key=lambda item: (-item[1], item[0]))[:_LOUD]
    spreads = {term: spread(term) for term, _ in loud}
    values = {
        term: told[term] * log(1 + (rows - n + 0.5) / (n + 0.5)) for term, n in spreads.items() if n > 1
    }
    best = sorted(values.items(), key=lambda item: (-item[1], item[0]))[: tuning.feedback_terms]
    flatness = sum(shares[1:]) / len(shares[1:]) / 0.8
    return {"body": dict(best)}, tuning.feedback * min(1.0, flatness) ** 4


def blend(
    hits: Sequence[tuple[Passage, float]],
    learned: Sequence[tuple[Passage, float]],
    trust: float,
    tuning: Tuning,
) -> list[tuple[Passage, float]]:
    """Both lists as shares of their best score, added. What stood first by the query's own words stays first, unless
    the hits behind it say nearly as much (`flat`): then there is no one answer to protect."""
    if not hits or not learned or hits[0][1] <= 0 or learned[0][1] <= 0:
        return ordered(hits)
    passages = {passage.id: passage for passage, _ in (*learned, *hits)}
    scores = {passage.id: score / hits[0][1] for passage, score in hits}
    for passage, score in learned:
        scores[passage.id] = scores.get(passage.id, 0.0) + trust * score / learned[0][1]
    followers = [score / hits[0][1] for _, score in hits[1 : tuning.feedback_passages]]
    if not followers or sum(followers) / len(followers) <= tuning.flat:
        scores[hits[0][0].id] = max(scores.values()) + 1e-6
    return ordered([(passages[id_], score) for id_, score in scores.items()])


def fuse(
    lists: Sequence[Sequence[tuple[Passage, float]]],
    weights: Sequence[float] = (),
    constant: float = 60.0,
) -> list[tuple[Passage, float]]:
    """Reciprocal rank fusion; `weights` one a list, all equal when not given."""
    passages: dict[str, Passage] = {}
    scores: Counter[str] = Counter()
    for ranked, weight in zip(lists, weights or [1.0] * len(lists), strict=True):
        for place, (passage, _) in enumerate(ranked, 1):
            passages.setdefault(passage.id, passage)
            scores[passage.id] += weight / (constant + place)  # type: ignore[assignment]
    return ordered([(passages[id_], score) for id_, score in scores.items()])


def ordered(hits: Sequence[tuple[Passage, float]]) -> list[tuple[Passage, float]]:
    """Best first; equal scores by id, so that the same question always has the same answer."""
    return sorted(hits, key=lambda hit: (-round(hit[1], 9), hit[0].id))


def spread_out(hits: Sequence[tuple[Passage, float]], k: int, per_source: int) -> list[tuple[Passage, float]]:
    """The first `k`, at most `per_source` of one interaction."""
    seen: Counter[str] = Counter()
    kept: list[tuple[Passage, float]] = []
    for passage, score in hits:
        seen[passage.interaction_id] += 1
        if seen[passage.interaction_id] <= per_source:
            kept.append((passage, score))
    return kept[:k]


def field_texts(passages: Sequence[Passage]) -> list[Mapping[str, str]]:
    """The index terms of the passages of one interaction, field by field; the context of a passage is itself and
    the ones beside it."""
    bodies = [" ".join(terms(passage.text)) for passage in passages]
    return [
        {
            "title": " ".join(terms(passage.title)),
            "body": bodies[at],
            "context": " ".join(bodies[max(0, at - 1) : at + 2]),
        }
        for at, passage in enumerate(passages)
    ]
