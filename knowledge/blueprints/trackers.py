"""Trackers: words, phrases and patterns that are looked for in what is said, by one side or both; as many as anybody likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .patterns import PatternError, compiled

FEEDS = ("pricing_not_mentioned", "red_flag")
"""The deal warnings (definitions.md D4) that a tracker may feed."""

GAP = "…"
MOST_GAP, MOST_GAPS = 12, 2
"""Characters that may stand in the place of GAP inside a phrase."""


class Tracker(BaseModel):
    """One tracker. `keywords` are whole words in English and any place in Chinese; `phrases` are word for word, whatever stands
    between words, `…` for up to twelve characters; `patterns` are expressions of knowledge.blueprints.patterns. `side` is whose
    words count; `feeds` the deal warning it takes part in; `off` takes it out of force."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field("", max_length=60)
    side: Literal["any", "rep", "customer"] = "any"
    keywords: list[str] = Field(default_factory=list, max_length=200)
    phrases: list[str] = Field(default_factory=list, max_length=200)
    patterns: list[str] = Field(default_factory=list, max_length=20)
    feeds: str = ""
    off: bool = False

    def title(self, language: str) -> str:
        """What a person reads."""
        return (self.name_en or self.name) if language == "en" else self.name


class TrackerBook(BaseModel):
    """Trackers that are published together: the ones that ship, or one that a colleague proposed."""

    model_config = ConfigDict(extra="forbid")

    trackers: list[Tracker] = Field(min_length=1)


def faults(book: TrackerBook) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    ids = [one.id for one in book.trackers]
    for tracker_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"trackers: {tracker_id} 出现多次 / appears more than once"
    for one in book.trackers:
        where = f"trackers: {one.id}"
        if not (one.keywords or one.phrases or one.patterns or one.off):
            yield f"{where}: 没有要找的词 / nothing to look for"
        if one.feeds and one.feeds not in FEEDS:
            yield f"{where}: feeds 只能是 {', '.join(FEEDS)} / must be one of these"
        for phrase in one.phrases:
            if phrase.count(GAP) > MOST_GAPS:
                yield f"{where}: {phrase!r} 里的 {GAP} 太多,最多 {MOST_GAPS} 个 / too many gaps"
        for words in (*one.keywords, *one.phrases):
            if len(words.replace(GAP, "").strip()) < (1 if not words.isascii() else 2) or len(words) > 80:
                yield f"{where}: {words!r} 太短或太长 / too short or too long"
        for pattern in one.patterns:
            try:
                compiled(pattern)
            except PatternError as error:
                yield f"{where}: {error}"


def in_force(books: Mapping[str, Mapping[str, Any]]) -> tuple[Tracker, ...]:
    """The trackers of all books, by id; a named book's tracker takes the place of the default book's with its id. A book that
    no longer has the shape is left out: one broken book does not silence the others."""
    found: dict[str, Tracker] = {}
    for name in sorted(books, key=lambda one: (one != "default", one)):
        try:
            book = TrackerBook.model_validate(books[name])
        except ValidationError:
            continue
        found.update({one.id: one for one in book.trackers})
    return tuple(found[key] for key in sorted(found) if not found[key].off)
