"""How well and how fast recordings are written down: CER and WER on a manifest, real-time factor, memory, overhead."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .audio_faults import AudioError
from .decoding import held_mb
from .heard import Heard, Hints
from .listening import Listened, listen
from .model_folder import TEST_MARK
from .transcriber import Transcriber

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BY_CHARACTER = frozenset({"zh", "yue", "ja", "ko", "th"})
"""Languages that are counted by character; the others by word."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


TEST_NOTE = (
    "测试模型,只听过几百句合成语音: 这些数字不说明真实语音的准确率 / "
    "a test model that knows a few hundred synthetic sentences: nothing about real voices follows from these figures"
)


class BadManifest(ValueError):
    """A manifest that cannot be used; the sentence names the line."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One recording and what is said in it; `texts` has one reference, or one for each of two channels."""

    audio: Path
    lang: str
    texts: tuple[str, ...]


@dataclass
class _Score:
    edits: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    exact: int = 0
    rates: list[float] = field(default_factory=list)


@dataclass
class _Clocked:
    """An engine and how long it took; what is not its time is ours."""

    engine: Transcriber
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.engine.name

    def hear(self, samples: NDArray[np.float32], hints: Hints) -> list[Heard]:
        began = time.perf_counter()
        try:
            return self.engine.hear(samples, hints)
        finally:
            self.seconds += time.perf_counter() - began


def read_manifest(path: Path) -> list[Clip]:
    """The clips of a JSONL file of {"audio", "text", "lang"}; paths are relative to it. `file` may stand for `audio`, and
    `text_left` with `text_right` for `text` where the channels are two speakers. Raises BadManifest with the line."""
    clips = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            audio = path.parent / str(row.get("audio") or row["file"])
            pair = (row.get("text_left"), row.get("text_right"))
            texts = (row["text"],) if row.get("text") is not None or None in pair else pair
            if not all(isinstance(text, str) for text in texts):
                raise TypeError
            clips.append(Clip(audio=audio, lang=str(row.get("lang") or "zh"), texts=tuple(map(str, texts))))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadManifest(
                f"第 {number} 行: 应为 {{audio, text, lang}} / line {number}: expected {{audio, text, lang}}"
            ) from None
    if not clips:
        raise BadManifest("清单是空的 / the manifest is empty")
    return clips


def evaluate(
    clips: Sequence[Clip],
    engine: Transcriber,
    *,
    simplify: Callable[[str], str] = str,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Rates pooled over the tokens of each language and as the mean of the clips, with n; a recording that cannot be
    decoded counts as all its words left out. `simplify` makes Traditional characters Simplified in both texts.

    Peak memory is that of this process and of the largest decoder, MiB together (None where the system does not say).
    An engine that cannot work at all raises TranscriberError."""
    clocked = _Clocked(engine)
    scores: dict[str, _Score] = {}
    rows: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    sound, decoder, began = 0.0, 0.0, time.perf_counter()
    for number, clip in enumerate(clips, 1):
        found = _listened(clip, clocked, failed)
        sound += found.end.seconds if found else 0.0
        decoder = max(decoder, found.end.held_mb if found else 0.0)
        score = scores.setdefault(clip.lang, _Score())
        for reference, heard in zip(clip.texts, _heard(clip, found), strict=True):
            rows.append(_scored(score, clip, simplify(reference), simplify(heard)))
        if progress:
            progress(number, len(clips))
    whole = time.perf_counter() - began
    return {
        "model": engine.name,
        "note": TEST_NOTE if engine.name.endswith(TEST_MARK) else "",
        "n": len(clips),
        "languages": {lang: _summary(lang, score) for lang, score in sorted(scores.items())},
        "audio_seconds": round(sound, 2),
        "seconds": round(whole, 3),
        "real_time_factor": round(whole / sound, 4) if sound else None,
        "overhead_share": round((whole - clocked.seconds) / whole, 4) if whole else None,
        "peak_memory_mb": round(held_mb() + decoder, 1) or None,
        "failed": failed,
        "rows": rows,
    }


def tokens(text: str, lang: str) -> list[str]:
    """What is counted: characters without punctuation and spaces, or lower-case words."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if lang.split("-")[0] in BY_CHARACTER:
        return [one for one in plain if one.isalnum()]
    return _WORD.findall(plain)


def _listened(clip: Clip, engine: Transcriber, failed: list[dict[str, str]]) -> Listened | None:
    try:
        return listen(clip.audio, engine, Hints(language=clip.lang.split("-")[0]))
    except AudioError as error:
        failed.append({"audio": clip.audio.name, "why": str(error)})
        return None


def _heard(clip: Clip, found: Listened | None) -> Iterator[str]:
    """What was heard for each reference: of each channel where there are two."""
    for channel in range(len(clip.texts)):
        said = found.heard if found else ()
        kept = [one for one in said if len(clip.texts) == 1 or (one.channel or 0) == channel]
        yield " ".join(one.text for one in kept)


def _scored(score: _Score, clip: Clip, reference: str, heard: str) -> dict[str, Any]:
    from rapidfuzz.distance import Levenshtein

    wanted, got = tokens(reference, clip.lang), tokens(heard, clip.lang)
    edits = Counter(op.tag for op in Levenshtein.editops(wanted, got))
    rate = sum(edits.values()) / len(wanted) if wanted else float(bool(got))
    score.edits.update(edits)
    score.tokens += len(wanted)
    score.exact += wanted == got
    score.rates.append(rate)
    return {
        "audio": clip.audio.name,
        "lang": clip.lang,
        "rate": round(rate, 4),
        "reference": reference,
        "heard": heard,
    }


def _summary(lang: str, score: _Score) -> dict[str, Any]:
    measure = "CER" if lang.split("-")[0] in BY_CHARACTER else "WER"
    return {
        "measure": measure,
        "rate": round(sum(score.edits.values()) / score.tokens, 4) if score.tokens else None,
        "mean_of_clips": round(sum(score.rates) / len(score.rates), 4),
        "n": len(score.rates),
        "tokens": score.tokens,
        "exact": score.exact,
        "substitutions": score.edits["replace"],
        "deletions": score.edits["delete"],
        "insertions": score.edits["insert"],
    }
