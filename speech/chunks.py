"""A long recording in chunks that end where it is quiet: what one call of a recogniser gets, and where work can go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .audio import Piece
from .waves import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

FRAME = RATE // 20
"""Samples of 50 ms, the grain in which quiet is looked for."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Sound of shape (channels, n) that begins at second `start` of the recording."""

    start: float
    samples: Samples

    @property
    def end(self) -> float:
        return self.start + float(self.samples.shape[1]) / RATE


def chunks(pieces: Iterable[Piece], longest: float, look_back: float = 20.0) -> Iterator[Chunk]:
    """Chunks of at most `longest` seconds, cut at the quietest 50 ms of their last `look_back` seconds. Where a chunk ends
    depends on the sound since its beginning alone: who goes on from there gets the same ones."""
    import numpy as np

    size, begin = round(longest * RATE), 0.0
    held: list[Samples] = []
    for piece in pieces:
        begin = piece.start if not held else begin
        held.append(piece.samples)
        while sum(one.shape[1] for one in held) >= size:
            whole = np.concatenate(held, axis=1)
            cut = quiet_place(whole[:, :size], min(look_back, longest / 2))
            yield Chunk(start=begin, samples=whole[:, :cut])
            held, begin = [whole[:, cut:]], begin + cut / RATE
    rest = np.concatenate(held, axis=1) if held else None
    if rest is not None and rest.shape[1]:
        yield Chunk(start=begin, samples=rest)


def quiet_place(samples: Samples, look_back: float) -> int:
    """The sample in the middle of the quietest frame of the last `look_back` seconds; of equally quiet ones the last."""
    import numpy as np

    length = int(samples.shape[1])
    first = max(0, length - round(look_back * RATE))
    count = (length - first) // FRAME
    if count < 1:
        return length
    tail = samples[:, length - count * FRAME :].astype(np.float64)
    power = np.square(tail).mean(axis=0).reshape(count, FRAME).mean(axis=1)
    best = count - 1 - int(np.argmin(power[::-1]))
    return length - count * FRAME + best * FRAME + FRAME // 2
