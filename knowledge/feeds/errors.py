"""What can be wrong with a whole feed; a wrong row is a `Rejection`, not an error."""

from __future__ import annotations

from collections.abc import Iterable


class FeedError(ValueError):
    """A feed that cannot be read at all: the sentence says what is wrong and what to do, Chinese then English."""


def one_line(text: object, limit: int = 60) -> str:
    """A value as it may stand inside a sentence: one line, not endless."""
    flat = " ".join(str(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def closest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names most like `name`, best first."""
    from rapidfuzz import fuzz, process

    found = process.extract(name, list(names), scorer=fuzz.WRatio, limit=count, score_cutoff=50)
    return [str(choice) for choice, _score, _index in found]
