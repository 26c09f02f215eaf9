"""Recognisers behind one protocol; here the local one, faster-whisper, found by name or folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .heard import Heard, Hints, TranscriberError, Word
from .model_folder import located, mark_of, told_how_much

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Channel = NDArray[np.float32]

LONGEST_PROMPT = 200
"""Characters of hotwords that are given along; more would push the speech out of the window."""

SQUEEZED, LIKELY = 2.4, -1.0
"""Compression ratio above which, and mean log probability under which, a window looks wrong (Whisper's own thresholds)."""


class Transcriber(Protocol):
    """Turns one channel of sound into utterances."""

    @property
    def name(self) -> str:
        """Engine and model: what a transcript says it was made by, and what a cached result is bound to."""
        ...

    def hear(self, samples: Channel, hints: Hints) -> list[Heard]:
        """The utterances in `samples` (float32 from -1 to 1, 16 000 a second), seconds from its beginning, in order.

        Raises TranscriberError with a sentence."""
        ...


class FasterWhisper:
    """faster-whisper on this machine. The model is loaded when first needed and used by one thread at a time.

    `model` is a name ("small") or a folder; a name is looked for in `folder` and fetched once with `fetch`. Loops and
    inventions: silence is cut out first (Silero VAD), no window is conditioned on the words before, a window that
    compresses too well or is too unlikely is decoded anew without repeated word groups, a silence around a doubtful word
    discards it; what still comes through meets speech.guards. Nothing is sampled (Whisper's own way out of a bad window
    is a higher temperature): the same sound gives the same words."""

    def __init__(
        self,
        model: str,
        *,
        folder: Path | None = None,
        device: str = "auto",
        compute_type: str = "default",
        threads: int = 0,
        batch: int = 8,
        fetch: Callable[[str, Path | None], str] | None = None,
        load: Callable[..., Any] | None = None,
        batched: Callable[[Any], Any] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._model, self._folder, self._batch = model, folder, batch
        self._how = {"device": device, "compute_type": compute_type, "cpu_threads": threads}
        self._fetch, self._load = fetch or Hub(say), load or _loaded
        self._batched = batched or _batched
        self._lock = threading.Lock()
        self._ready: Any = None
        self._mark = mark_of(model)

    @property
    def name(self) -> str:
        return f"faster-whisper:{Path(self._model).name or self._model}{self._mark}"

    def hear(self, samples: Channel, hints: Hints) -> list[Heard]:
        with self._lock:
            model = self.opened()
            try:
                return self._heard(model, samples, hints)
            except (RuntimeError, ValueError) as error:
                raise TranscriberError(
                    "engine", f"语音识别出错: {error}", f"the recogniser failed: {error}"
                ) from error

    def _heard(self, model: Any, samples: Channel, hints: Hints) -> list[Heard]:
        """Windows that look wrong are heard again one by one, in a way that cannot loop."""
        options = options_of(hints)
        if self._batch > 1:
            batched = self._batched(model)
            windows = batched.transcribe(
                samples, batch_size=self._batch, without_timestamps=False, **options
            )[0]
        else:
            windows = model.transcribe(samples, **options, **_ALONE)[0]
        found: list[Heard] = []
        for one in windows:
            if one.compression_ratio <= SQUEEZED and one.avg_logprob >= LIKELY:
                found.append(_as_heard(one))
                continue
            start = max(0, round(one.start * 16_000))
            part = samples[start : round(one.end * 16_000)]
            again = model.transcribe(part, **options, **_ALONE, **_NO_LOOPS)[0] if len(part) else []
            found += [_as_heard(each).moved(start / 16_000, None) for each in again]
        return sorted((each for each in found if each.text), key=lambda each: (each.start, each.end))

    def opened(self) -> Any:
        """faster-whisper's own model, loaded now if it was not."""
        if self._ready is None:
            path = located(self._model, self._folder, self._fetch)
            try:
                self._ready = self._load(path, **self._how)
            except (RuntimeError, ValueError, OSError) as error:
                raise TranscriberError(
                    "model_broken",
                    f"语音模型打不开({path}): {error}",
                    f"the speech model in {path} cannot be opened: {error}",
                ) from error
        return self._ready


_ALONE: dict[str, Any] = {"hallucination_silence_threshold": 2.0}
_NO_LOOPS: dict[str, Any] = {"no_repeat_ngram_size": 3, "repetition_penalty": 1.1}


def options_of(hints: Hints) -> dict[str, Any]:
    """What both ways of decoding are told, as faster-whisper names it."""
    words = " ".join(hints.hotwords)[:LONGEST_PROMPT]
    return {
        "language": hints.language or None,
        "task": "transcribe",
        "beam_size": 5,
        "condition_on_previous_text": False,
        "vad_filter": True,
        "vad_parameters": {"min_silence_duration_ms": 500, "speech_pad_ms": 200, "max_speech_duration_s": 28.0},
        "word_timestamps": True,
        "temperature": [0.0],
        "compression_ratio_threshold": SQUEEZED,
        "log_prob_threshold": LIKELY,
        "no_speech_threshold": 0.6,
        "hotwords": words or None,
    }  # fmt: skip


@dataclass(frozen=True)
class Hub:
    """The hub's client: the folder from its cache without asking the network, else fetched once."""

    say: Callable[[str], None] | None = None
    every_s: float = 5.0

    def __call__(self, model: str, folder: Path | None) -> str:
        """Raises OSError where it cannot be had."""
        import httpx
        from faster_whisper.utils import available_models, download_model  # type: ignore[import-untyped]

        if "/" not in model and model not in available_models():
            names = ", ".join(available_models())
            raise TranscriberError(
                "model_unknown",
                f"不认识语音模型 {model};可用 {names}",
                f"unknown speech model {model}: {names}",
            )
        cache = str(folder) if folder else None
        try:
            return str(download_model(model, local_files_only=True, cache_dir=cache))
        except (OSError, ValueError):
            pass  # not in the cache, or only a part of it
        say = self.say or (lambda _: None)
        say(f"本机没有语音模型 {model},正在下载,只需一次… / fetching the speech model {model}, once…")
        try:
            with told_how_much(folder, say, self.every_s) if folder else nullcontext():
                return str(download_model(model, cache_dir=cache))
        except (ValueError, httpx.HTTPError) as error:
            raise OSError(str(error)) from error


def _loaded(path: str, **how: Any) -> Any:
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]

    return WhisperModel(path, local_files_only=True, **how)


def _batched(model: Any) -> Any:
    from faster_whisper import BatchedInferencePipeline

    return BatchedInferencePipeline(model=model)


def _as_heard(one: Any) -> Heard:
    """A segment of faster-whisper; the confidence of a word is the model's probability of its tokens."""
    import math

    words = tuple(_words(one.words or ()))
    sure = (
        sum(word.confidence for word in words) / len(words) if words else math.exp(min(0.0, one.avg_logprob))
    )
    return Heard(
        start=round(float(one.start), 3),
        end=round(float(one.end), 3),
        text=one.text.strip(),
        confidence=round(sure, 4),
        words=words,
        no_speech=round(float(one.no_speech_prob), 4),
    )


def _words(found: Iterable[Any]) -> Iterable[Word]:
    for one in found:
        yield Word(
            text=one.word,
            start=round(float(one.start), 3),
            end=round(float(one.end), 3),
            confidence=round(float(one.probability), 4),
        )
