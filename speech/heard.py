"""What a recogniser heard: utterances with word times and confidence, and the one error of all engines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word (of Chinese often one character), seconds, and how sure the engine is, 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One utterance. Seconds; `channel` counts from 0, None where all channels were one. `confidence` is the mean of the
    words', or the engine's own for the utterance, None where it gives none. `no_speech`: how likely the engine holds it
    that nobody speaks, 0 to 1."""

    start: float
    end: float
    text: str
    channel: int | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    no_speech: float | None = None
    remark: str = ""
    """A key of guards.REMARKS when the text was mended."""

    def moved(self, by: float, channel: int | None) -> Heard:
        """The same, `by` seconds later and of this channel."""
        words = tuple(
            Word(text=w.text, start=round(w.start + by, 3), end=round(w.end + by, 3), confidence=w.confidence)
            for w in self.words
        )
        return Heard(
            start=round(self.start + by, 3),
            end=round(self.end + by, 3),
            text=self.text,
            channel=channel,
            confidence=self.confidence,
            words=words,
            no_speech=self.no_speech,
            remark=self.remark,
        )

    def as_json(self) -> dict[str, Any]:
        """For a checkpoint."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Heard:
        """From a checkpoint."""
        return cls(**{**data, "words": tuple(Word(**one) for one in data["words"])})


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What the engine should know: one language for the whole conversation ("" lets it guess), and names it may hear."""

    language: str = "zh"
    hotwords: tuple[str, ...] = ()


class TranscriberError(RuntimeError):
    """A recogniser that cannot do its work; `zh` and `en` say what a person can do about it."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.code, self.zh, self.en = code, zh, en
