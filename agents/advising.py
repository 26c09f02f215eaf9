"""Noting in the ledger what a skill advises, so that what becomes of it can be told."""

from __future__ import annotations

from collections.abc import Sequence

from actions.advice_view import Piece

from .skill import Turn

__all__ = ["Piece", "advise"]


def advise(turn: Turn, pieces: Sequence[Piece]) -> list[str]:
    """Note these pieces; they count as shown when the answer is. The ids of the suggestions, in order."""
    ids = list(turn.desk.advice.give(pieces)) if pieces else []
    turn.advised.extend(ids)
    return ids
