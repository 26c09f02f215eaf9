"""A transcript: who said what and when, in the one shape every floor above understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["rep", "customer", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One utterance. `start` and `end` are seconds from the beginning, None where the source has no times."""

    speaker: str
    text: str
    side: Side = "unknown"
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """An ordered run of segments with the format it was read from (vtt, srt, txt, json, ...)."""

    segments: tuple[Segment, ...]
    source_format: str

    @property
    def text(self) -> str:
        """One line an utterance, `speaker: words`, the form in which transcripts are searched and quoted."""
        return "\n".join(f"{s.speaker}: {s.text}" for s in self.segments)
