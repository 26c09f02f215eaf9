"""What can be seen of a piece of a talk without understanding it: centrality, register, acts, place, and the question.

Every feature is a number of about 0..1. FEATURES names the columns in order; weights.json holds one weight a column and
language, fitted by tests/bench/train_summary.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from knowledge.terms import stem

from .graph import Bag, centralities, concepts
from .rouge import tokens
from .units import LONGEST, Spoken, Unit

FEATURES = (
    "rank", "lexrank", "centroid", "frequency", "peak", "length", "filler", "pronoun", "act", "question", "answer",
    "figure", "place", "place2", "opening", "turn_length", "content", "one",
    "hit", "near", "around", "asked_speaker", "speaker_around", "hit_around",
)  # fmt: skip

ASKED = FEATURES[-6:]
"""The columns that are about the question; all zero without one."""

_FILLER = {
    "zh": re.compile(r"然后|就是|这个|那个|对吧|是吧|吧|啊|呢|嘛|呀|嗯|呃|哦|哈|我觉得|其实|一下|谢谢|大家|各位|欢迎|掌声|刚才|ok|OK"),
    "en": re.compile(
        r"\b(?:um+|uh+|hmm+|mm|yeah|okay|ok|well|you know|i mean|sort of|kind of|like|just|really|thing|stuff|gonna|"
        r"wanna|yep|oh|thank|thanks|alright|right)\b", re.I),
}  # fmt: skip
_PRONOUN = {
    "zh": re.compile(r"[我你您咱]"),
    "en": re.compile(r"\b(?:i|you|me|my|your|it|this|that|there|they|he|she|these|those|here)\b|'s\b", re.I),
}
_ACT = {
    "zh": re.compile(
        r"需要|应该|可以|通过|进行|发展|认为|希望|重要|能够|建议|计划|目标|决定|提供|实现|同时|以及|必须|主要|同意|要求|确认|问题"),
    "en": re.compile(
        r"\b(?:should|need|will|would|must|plan|decid\w+|propos\w+|agree\w*|suggest\w*|recommend\w*|discuss\w*|problem|"
        r"issue|idea|because|important|support|provide|use|used|using|could|more)\b", re.I),
}  # fmt: skip
_QUESTION = re.compile(
    r"[?？]|吗|什么|怎么|^(?:what|how|why|who|when|where|which|can|could|do|does|is|are)\b", re.I
)
_FIGURE = re.compile(
    r"\d|[一二三四五六七八九十百千万两]+(?:[万亿块元天周月年个家]|百|千)|%|percent|dollar|euro", re.I
)
_ASKING_WORDS = """
summarize summary whole meeting discussion discuss discussed think thought say said about opinion opinions team group
professor phd grad marketing user interface designer project manager industrial member members participants during
conclusion decide decided describe
"""
_ASKING = frozenset(stem(word) for word in _ASKING_WORDS.split())
"""Words of a question that say what is wanted, not what it is about."""


def features(turns: Sequence[Spoken], units: Sequence[Unit], bag: Bag, language: str, query: str) -> Any:
    """One row a unit, one column a feature, shape (n, len(FEATURES)); float64."""
    import numpy as np

    central = centralities(bag)
    order = np.argsort(np.argsort(central, kind="stable"), kind="stable") / max(1, len(units) - 1)
    columns = [order, np.minimum(central, 4) / 4, _centroid(bag), *_frequency(bag)]
    columns += [np.array(column) for column in _words(units, language)]
    columns += [np.array(column) for column in _places(turns, units)]
    columns += [np.array([len(piece) / max(1, n) for piece, n in _counted(units, bag)]), np.ones(len(units))]
    return np.column_stack([*columns, *_asked(turns, units, bag, language, query)])


def _counted(units: Sequence[Unit], bag: Bag) -> list[tuple[Counter[str], int]]:
    return [(piece, len(tokens(unit.text))) for unit, piece in zip(units, bag.pieces, strict=True)]


def _centroid(bag: Bag) -> Any:
    """Cosine of each piece with the mean of all of them."""
    import numpy as np

    rows: list[dict[str, float]] = []
    middle: Counter[str] = Counter()
    for piece in bag.pieces:
        row = {concept: count * bag.rarity(concept) for concept, count in piece.items()}
        length = math.sqrt(sum(value * value for value in row.values())) or 1.0
        rows.append({concept: value / length for concept, value in row.items()})
        for concept, value in rows[-1].items():
            middle[concept] += value  # type: ignore[assignment]
    norm = math.sqrt(sum(value * value for value in middle.values())) or 1.0
    return np.array([sum(value * middle[concept] for concept, value in row.items()) / norm for row in rows])


def _frequency(bag: Bag) -> tuple[Any, Any]:
    """Mean log frequency of a piece's concepts in the talk, and that of its four most frequent ones; 1 is the top."""
    import numpy as np

    total: Counter[str] = Counter()
    for piece in bag.pieces:
        total.update(piece)
    top = math.log(1 + max(total.values(), default=1))
    logs = [sorted(math.log(1 + total[concept]) / top for concept in piece) for piece in bag.pieces]
    mean = [sum(one) / len(one) if one else 0.0 for one in logs]
    peak = [sum(one[-4:]) / len(one[-4:]) if one else 0.0 for one in logs]
    return np.array(mean), np.array(peak)


def _words(units: Sequence[Unit], language: str) -> list[list[float]]:
    """length, filler, pronoun, act: counts for ten tokens; question, answer and figure come with the places."""
    sizes = [max(1, len(tokens(unit.text))) for unit in units]
    rates = [
        [
            10 * len(pattern[language].findall(unit.text)) / size
            for unit, size in zip(units, sizes, strict=True)
        ]
        for pattern in (_FILLER, _PRONOUN, _ACT)
    ]
    return [[len(unit.text) / LONGEST[language] for unit in units], *rates]


def _places(turns: Sequence[Spoken], units: Sequence[Unit]) -> list[list[float]]:
    """question, answer (the turn after somebody else's question), figure, place, place squared, opening, turn length."""
    asks = [bool(_QUESTION.search(turn.text[-80:])) for turn in turns]
    last = max((unit.sentence for unit in units), default=1)
    pieces = Counter(unit.turn for unit in units)
    place = [unit.sentence / last for unit in units]
    answers = [
        float(
            unit.turn > 0 and asks[unit.turn - 1] and turns[unit.turn - 1].speaker != turns[unit.turn].speaker
        )
        for unit in units
    ]
    return [
        [float(bool(_QUESTION.search(unit.text))) for unit in units],
        answers,
        [float(bool(_FIGURE.search(unit.text))) for unit in units],
        place,
        [one * one for one in place],
        [float(one < 0.03) for one in place],
        [math.log(1 + pieces[unit.turn]) / 4 for unit in units],
    ]


def _asked(turns: Sequence[Spoken], units: Sequence[Unit], bag: Bag, language: str, query: str) -> list[Any]:
    """hit (weighted share of the question's concepts), near and around (smoothed over about 2 and 8 pieces), whether
    the speaker is the one asked about, and products."""
    import numpy as np

    wanted = list(dict.fromkeys(one for one in concepts(query, language) if one not in _ASKING))
    weights = {c: math.log((bag.size + 1) / (bag.spread[c] + 0.5)) for c in wanted if bag.spread[c]}
    total = sum(weights.values()) or 1.0
    hit = np.array([sum(w for c, w in weights.items() if c in piece) / total for piece in bag.pieces])
    near, around = _smoothed(hit, 2), _smoothed(hit, 8)
    named = np.array([spoken_of(turns[unit.turn].speaker, query) for unit in units])
    return [hit, near, around, named, named * around, hit * around]


def _smoothed(hit: Any, width: int) -> Any:
    """A Gaussian window over neighbouring pieces, its top at 1."""
    import numpy as np

    reach = 3 * width
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    wide = np.convolve(hit, window, "full")[reach : reach + len(hit)]
    top = float(wide.max()) if len(wide) else 0.0
    return wide / top if top > 0 else wide


def spoken_of(speaker: str, query: str) -> float:
    """1 when a question names this speaker in full, 0.7 when it names the last word of the name, else 0."""
    name = speaker.strip()
    if not name or not query:
        return 0.0
    if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", query, re.I):
        return 1.0
    last = name.split()[-1]
    if len(last) == 1 and not last.isupper():
        return 0.0
    return 0.7 if re.search(rf"(?<![A-Za-z0-9]){re.escape(last)}(?![A-Za-z0-9])", query) else 0.0
