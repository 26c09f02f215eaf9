"""The small Whisper that really hears, and the call it is tested with; both are made by examples/test-whisper.

TEST MODEL: it knows a few hundred sentences spoken by espeak-ng; nothing about real voices follows from it. For any test:

    def test_x(test_whisper_model: Path, sales_call: HeardCall) -> None:
        found = listen(sales_call.path, FasterWhisper(str(test_whisper_model)), Hints())
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SPEECH = Path(__file__).resolve().parents[1] / "speech"
MODEL = SPEECH / "model" / "test-whisper"
CALL = SPEECH / "sounds" / "sales-call.ogg"
ENGINE = "faster-whisper:test-whisper (TEST MODEL)"


@dataclass(frozen=True)
class Said:
    """One turn of the call as it was spoken; seconds."""

    side: Literal["rep", "customer"]
    text: str
    start: float
    end: float


@dataclass(frozen=True)
class HeardCall:
    """A call of 101 seconds, two channels: left 李娜 (rep), right 王总 (customer)."""

    path: Path
    turns: tuple[Said, ...]
    rep_channel: int = 1

    def said(self, side: str) -> str:
        """All that one side says, without punctuation."""
        return bare("".join(turn.text for turn in self.turns if turn.side == side))


def sales_call() -> HeardCall:
    """The call in tests/speech/sounds."""
    rows = json.loads(CALL.with_suffix(".json").read_text(encoding="utf-8"))
    return HeardCall(CALL, tuple(Said(**row) for row in rows))


def bare(text: str) -> str:
    """Letters and digits alone."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def error_rate(wanted: str, heard: str) -> float:
    """Edits over the characters that were said."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(bare(wanted), bare(heard)) / len(bare(wanted))
