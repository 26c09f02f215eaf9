"""A recording becomes words: decoded, cut, heard, guarded, chunk by chunk, so that it can break off and go on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .audio import LONGEST_S, SoundEnd, SoundFacts, open_recording
from .checkpoint import Checkpoint, Done
from .chunks import Chunk, chunks
from .guards import Dropped, guarded, without_echo
from .heard import Heard, Hints
from .transcriber import Transcriber
from .transcript import Segment, Side, Transcript
from .waves import same_sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK_S = 300.0
NOBODY = "?"
CHANNELS = ("声道 1", "声道 2")
"""Speakers of a recording with two channels, until somebody says who they are."""

Progress = Callable[[float, float | None], None]
"""Seconds that are done, and of how many (None where the file does not say)."""


@dataclass(frozen=True, kw_only=True)
class Listened:
    """What came of a recording. `speaker_confidence` is what speech.metrics asks for: 1 where the channels tell the
    speakers apart, 0 where nobody does."""

    heard: tuple[Heard, ...]
    dropped: tuple[Dropped, ...]
    facts: SoundFacts
    end: SoundEnd
    engine: str
    two_channels: bool

    @property
    def speaker_confidence(self) -> float:
        return 1.0 if self.two_channels else 0.0

    def transcript(
        self, sides: tuple[Side, Side] = ("unknown", "unknown"), names: tuple[str, str] = CHANNELS
    ) -> Transcript:
        """Utterances in order of time; `sides` and `names` are those of the two channels."""
        return Transcript(
            segments=tuple(_segment(one, sides, names) for one in self.heard), source_format="speech"
        )


def listen(
    path: Path,
    engine: Transcriber,
    hints: Hints,
    *,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    chunk_s: float = CHUNK_S,
    longest: float = LONGEST_S,
) -> Listened:
    """Hear a recording from beginning to end. With `checkpoint`, a file, what was done before is taken from there and
    every finished chunk is kept; the result is the same as of a run that never broke off.

    Raises AudioError (the file) or TranscriberError (the engine), each with a sentence in both languages."""
    going = listening(path, engine, hints, checkpoint=checkpoint, chunk_s=chunk_s, longest=longest)
    while True:
        try:
            done, claimed = next(going)
        except StopIteration as end:
            found: Listened = end.value
            return found
        if progress:
            progress(done, claimed)


def listening(
    path: Path,
    engine: Transcriber,
    hints: Hints,
    *,
    checkpoint: Path | None = None,
    chunk_s: float = CHUNK_S,
    longest: float = LONGEST_S,
) -> Generator[tuple[float, float | None], None, Listened]:
    """`listen` chunk by chunk, for whoever hears several recordings in turn: yields how far it is, once at the beginning
    and then after each chunk; returns what came of it. Closing it lets the decoder go; the checkpoint stays."""
    kept = Checkpoint(checkpoint, _bound_to(path, engine, hints, chunk_s)) if checkpoint else None
    done = list(kept.load()) if kept else []
    start = done[-1].end if done else 0.0
    with open_recording(path, split=True, start=start, longest=longest) as recording:
        claimed = recording.facts.claimed
        yield start, claimed
        for chunk in chunks(recording.pieces(), chunk_s):
            one = _heard(chunk, engine, hints)
            done.append(one)
            if kept:
                kept.add(one)
            yield one.end, claimed
    assert recording.end is not None
    return Listened(
        heard=tuple(sorted((h for one in done for h in one.heard), key=_order)),
        dropped=tuple(d for one in done for d in one.dropped),
        facts=recording.facts,
        end=recording.end,
        engine=engine.name,
        two_channels=any(one.two_channels for one in done),
    )


def _heard(chunk: Chunk, engine: Transcriber, hints: Hints) -> Done:
    """Each channel by itself; where both hold the same sound, once."""
    samples, apart = chunk.samples, not same_sound(chunk.samples)
    found: list[Heard] = []
    dropped: list[Dropped] = []
    for number, channel in enumerate(samples if apart else _one(samples)):
        kept, left = guarded(engine.hear(channel, hints), channel)
        name = number if apart else None
        found += [one.moved(chunk.start, name) for one in kept]
        dropped += [Dropped(heard=one.heard.moved(chunk.start, name), why=one.why) for one in left]
    if apart:
        found, echoes = without_echo(found, samples, chunk.start)
        dropped += echoes
    return Done(
        start=chunk.start,
        end=chunk.end,
        heard=tuple(sorted(found, key=_order)),
        dropped=tuple(dropped),
        two_channels=apart,
    )


def _one(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    yield samples[0]


def _order(one: Heard) -> tuple[float, float, int, str]:
    return one.start, one.end, one.channel or 0, one.text


def _segment(one: Heard, sides: tuple[Side, Side], names: tuple[str, str]) -> Segment:
    if one.channel is None:
        return Segment(speaker=NOBODY, text=one.text, start=one.start, end=one.end)
    who, side = names[one.channel], sides[one.channel]
    return Segment(speaker=who, text=one.text, side=side, start=one.start, end=one.end)


def _bound_to(path: Path, engine: Transcriber, hints: Hints, chunk_s: float) -> dict[str, object]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(1 << 20):
            digest.update(data)
    return {
        "sha256": digest.hexdigest(),
        "engine": engine.name,
        "language": hints.language,
        "hotwords": list(hints.hotwords),
        "chunk_s": chunk_s,
    }
