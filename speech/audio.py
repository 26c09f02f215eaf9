"""Recordings as samples: whatever container and codec, piece by piece, so that hours need no more memory than a minute."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .audio_faults import fault
from .waves import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

PIECE_S = 60.0
LONGEST_S = 12 * 3600.0
STUCK_S = 30.0
"""A decoder that says nothing for so long is given up."""

_SILK = (b"#!SILK_V3", b"\x02#!SILK_V3")
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class SoundFacts:
    """What a recording is. `claimed` is the length its container says, seconds; `channels` how many come out here."""

    form: str
    codec: str
    rate: int
    source_channels: int
    channels: int
    claimed: float | None


@dataclass(frozen=True, kw_only=True)
class SoundEnd:
    """How the decoding ended: seconds heard in all, packets that could not be decoded, whether the file breaks off, and
    the most memory that the decoder held (MiB)."""

    seconds: float
    faults: int
    truncated: bool
    held_mb: float = field(default=0.0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of sound: `samples` has shape (channels, n), float32 from -1 to 1, RATE a second; `start` in seconds."""

    start: float
    samples: Samples

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1]) / RATE


@dataclass
class Recording:
    """An open recording. `end` is known when all pieces were taken."""

    facts: SoundFacts
    start: float
    _reader: _Reader = field(repr=False)
    end: SoundEnd | None = None

    def pieces(self, seconds: float = PIECE_S) -> Iterator[Piece]:
        """The sound in pieces of `seconds`, the last one shorter. Raises AudioError when nothing could be decoded, the
        recording is longer than it may be, or the decoder was stuck."""
        import numpy as np

        width = 2 * self.facts.channels
        size = max(1, round(seconds * RATE)) * width
        at, held = self.start, bytearray()
        for block in self._reader.blocks():
            held += block
            while len(held) >= size:
                yield _piece(np.frombuffer(bytes(held[:size]), dtype="<i2"), self.facts.channels, at)
                del held[:size]
                at += size / width / RATE
        if len(held) >= width:
            whole = len(held) - len(held) % width
            yield _piece(np.frombuffer(bytes(held[:whole]), dtype="<i2"), self.facts.channels, at)
        self.end = self._ended()

    def _ended(self) -> SoundEnd:
        ending = self._reader.ending
        if ending.get("error"):
            raise fault(str(ending["error"]))
        seconds, claimed = float(ending["seconds"]), self.facts.claimed
        if seconds <= 0:
            raise fault("empty" if not ending["faults"] else "broken")
        short = claimed is not None and seconds < claimed - max(1.0, 0.02 * claimed)
        held = float(ending.get("held_mb") or 0.0)
        return SoundEnd(seconds=seconds, faults=int(ending["faults"]), truncated=short, held_mb=held)


@contextmanager
def open_recording(
    path: Path,
    *,
    split: bool = False,
    start: float = 0.0,
    longest: float = LONGEST_S,
    stuck: float = STUCK_S,
) -> Iterator[Recording]:
    """Open a recording for its samples, which a process of its own decodes.

    `split` keeps two channels apart (each a side of a telephone call); else all are mixed to one. `start` leaves out so
    many seconds at the beginning. Raises AudioError with a sentence for what is no recording, empty or broken."""
    _looked_at(path)
    wanted = {
        "path": str(path.resolve()),
        "split": split,
        "rate": RATE,
        "start": start,
        "most": longest,
        "patience": stuck,
    }
    child = _started(wanted)
    assert child.stdout is not None
    try:
        reader = _Reader(child.stdout, stuck)
        facts = reader.facts()
        if facts is None:
            raise fault(str(reader.ending.get("error") or "broken"))
        yield Recording(facts, start, reader)
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


class _Reader:
    """Blocks from the child; every wait has an end."""

    def __init__(self, pipe: IO[bytes], stuck: float) -> None:
        self._pipe, self._stuck = pipe, stuck
        self._held = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ)
        self.ending: dict[str, Any] = {}

    def facts(self) -> SoundFacts | None:
        """The first line; None when there was nothing to decode, and then `ending` says why."""
        head = json.loads(self._line() or b"{}")
        if head:
            return SoundFacts(**head)
        for _ in self.blocks():
            pass
        return None

    def blocks(self) -> Iterator[bytes]:
        """The blocks up to the last; then `ending` is set. Raises AudioError when the child is stuck or died."""
        while True:
            size = int.from_bytes(self._take(4), "big")
            if not size:
                self.ending = json.loads(self._line() or b"{}")
                return
            yield self._take(size)

    def _line(self) -> bytes:
        while b"\n" not in self._held:
            self._more()
        line, _, rest = bytes(self._held).partition(b"\n")
        self._held = bytearray(rest)
        return line

    def _take(self, size: int) -> bytes:
        while len(self._held) < size:
            self._more()
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _more(self) -> None:
        until = time.monotonic() + self._stuck + 1.0
        while not self._selector.select(max(0.0, until - time.monotonic())):
            if time.monotonic() >= until:
                raise fault("stuck")
        data = os.read(self._pipe.fileno(), 1 << 17)
        if not data:
            raise fault("broken")
        self._held += data


def _started(wanted: dict[str, Any]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "speech.decoding"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_bare_environment(),
    )
    assert child.stdin is not None
    with (
        contextlib.suppress(BrokenPipeError),
        child.stdin as asked,
    ):  # a child that died is found when it is read
        asked.write(json.dumps(wanted).encode() + b"\n")
    return child


def _looked_at(path: Path) -> None:
    """What needs no decoder to be refused."""
    if not path.exists():
        raise fault("missing")
    if not path.is_file():
        raise fault("no_file")
    with path.open("rb") as stream:
        first = stream.read(16)
    if not first:
        raise fault("empty")
    if first.startswith(_SILK):
        raise fault("silk")


def _piece(flat: NDArray[np.int16], channels: int, at: float) -> Piece:
    import numpy as np

    samples = (flat.reshape(-1, channels).T.astype(np.float32)) / np.float32(32768.0)
    return Piece(start=at, samples=np.ascontiguousarray(samples))


def _bare_environment() -> dict[str, str]:
    """What the interpreter needs to find our code, and no secret of ours."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
