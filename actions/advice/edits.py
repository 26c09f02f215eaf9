"""How much of what was suggested is left in what was done: Levenshtein over the longer length (D11), 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.action import canonical

WORDS = frozenset({"email", "message"})
"""Kinds whose suggestion is a text."""
_SHORTEST = 8
"""Shorter texts are not looked for in others: they are in everything."""


def edit_ratio(before: str, after: str) -> float:
    """0 when nothing was changed, 1 when everything was."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_distance(before.strip(), after.strip()))


def ratio_of(kind: str, suggested: Mapping[str, Any], done: Mapping[str, Any]) -> float:
    """A message by its subject and body; anything else by the arguments both have."""
    if kind in WORDS:
        return edit_ratio(_text(suggested), _text(done))
    names = sorted(set(suggested) & set(done))
    if not names:
        return 0.0
    return edit_ratio(canonical({n: suggested[n] for n in names}), canonical({n: done[n] for n in names}))


def _text(payload: Mapping[str, Any]) -> str:
    return f"{payload.get('subject', '')}\n{payload.get('body', '')}"


def use_in(text: str, said: Sequence[str]) -> float:
    """The least that was changed of a suggested text wherever it may stand in what was said: 0 to 1, 1 where nothing of it
    does. The best window of each longer text is found by rapidfuzz; a shorter one is compared whole."""
    from rapidfuzz import fuzz

    wanted = text.strip()
    if len(wanted) < _SHORTEST:
        return 1.0
    best = 1.0
    for one in said:
        if len(one.strip()) < _SHORTEST:
            continue
        if len(one) > len(wanted):
            found = fuzz.partial_ratio_alignment(wanted, one, score_cutoff=40)
            window = one[found.dest_start : found.dest_end] if found else ""
        else:
            window = one
        best = min(best, edit_ratio(wanted, window))
    return best


def fate_of(ratio: float, as_is_most: float, edited_most: float) -> tuple[str, dict[str, Any]]:
    """The event and its detail: at most `as_is_most` changed, at most `edited_most`, or rewritten."""
    rounded = round(ratio, 4)
    if ratio <= as_is_most:
        return "accepted", {"mode": "as_is", "edit_ratio": rounded}
    if ratio <= edited_most:
        return "accepted", {"mode": "edited", "edit_ratio": rounded}
    return "rejected", {"reason": "rewritten", "edit_ratio": rounded}
