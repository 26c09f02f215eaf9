"""The child that decodes one recording: PyAV in a process of its own, PCM on its stdout, bounded in everything.

stdout: a JSON line with what the file is, then blocks, each a length (4 bytes, big-endian) and so many bytes of interleaved
16-bit samples; length 0 ends it, and a last JSON line says how it ended. Run as `python -m speech.decoding`, arguments as
JSON on stdin. FFmpeg may open nothing but the one file: playlists and other formats that point elsewhere are not on the
list of formats.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

FORMATS = (
    "wav", "w64", "aiff", "caf", "au", "flac", "ogg", "mp3", "aac", "loas", "ac3",
    "amr", "amrnb", "amrwb", "g722", "gsm", "mov", "mp4", "m4a", "3gp", "3g2", "mj2",
    "matroska", "webm", "avi", "asf", "mpeg", "mpegts", "mpegvideo", "flv", "tta", "wv",
)  # fmt: skip
"""Containers that carry their sound themselves."""

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 1800
BLOCK = 1 << 16
HOLE_S, LONGEST_HOLE_S = 0.1, 3600.0
MOST_FAULTS = 2000
"""Packets in a row that cannot be decoded before the rest is given up."""


def main() -> None:
    """Decode the file that stdin names."""
    wanted = json.loads(sys.stdin.buffer.readline())
    bind()
    out = sys.stdout.buffer
    try:
        ending = _decoded(wanted, out)
    except BrokenPipeError:
        return
    except MemoryError:
        ending = {"error": "too_large"}
    ending["held_mb"] = held_mb()
    if "head" in ending:
        out.write(json.dumps(ending.pop("head")).encode() + b"\n")
    out.write(bytes(4) + json.dumps(ending).encode() + b"\n")
    out.flush()


def bind() -> None:
    """No more memory and processor time than a recording deserves, and nothing can be written."""
    try:
        import resource
    except ImportError:  # a system without limits; the parent's clock still holds
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in limits:
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def held_mb() -> float:
    """The most memory that this process held, MiB; what its parent held before is not counted. 0 where nobody says."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _decoded(wanted: dict[str, Any], out: BinaryIO) -> dict[str, Any]:
    """How it ended: {"seconds", "faults"}, or {"head": {}, "error": code} when it never began."""
    import av
    from av.audio.resampler import AudioResampler
    from av.error import FFmpegError

    av.logging.set_level(None)
    options = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    try:
        container = av.open(wanted["path"], metadata_errors="ignore", container_options=options)
    except (FFmpegError, ValueError, OSError):
        return {"head": {}, "error": "no_recording"}
    with container:
        stream = next((one for one in container.streams.audio if one.codec_context), None)
        if stream is None:
            return {"head": {}, "error": "no_sound"}
        stereo = bool(wanted["split"]) and stream.codec_context.channels == 2
        head = _head(container, stream, stereo)
        out.write(json.dumps(head).encode() + b"\n")
        out.flush()
        layout = "stereo" if stereo else "mono"
        resampler = AudioResampler(format="s16", layout=layout, rate=wanted["rate"])
        return _Flow(wanted, out, 4 if stereo else 2).run(container, stream, resampler)


def _head(container: InputContainer, stream: AudioStream, stereo: bool) -> dict[str, Any]:
    length = None
    if stream.duration and stream.time_base:
        length = float(stream.duration * stream.time_base)
    elif container.duration:
        length = container.duration / 1_000_000
    context = stream.codec_context
    return {
        "form": container.format.name,
        "codec": context.name,
        "rate": context.sample_rate or 0,
        "source_channels": context.channels or 0,
        "channels": 2 if stereo else 1,
        "claimed": length if length is not None and length > 0 else None,
    }


class _Flow:
    """The samples on their way out: skips what is before `start`, stops at `most` seconds or when time is up."""

    def __init__(self, wanted: dict[str, Any], out: BinaryIO, width: int) -> None:
        self._out, self._width, self._rate = out, width, int(wanted["rate"])
        self._skip = round(float(wanted["start"]) * self._rate) * width
        self._most = round(float(wanted["most"]) * self._rate) * width
        self._silent = float(wanted["patience"])
        self._sent = 0
        self._faults = 0
        self._first: float | None = None

    def run(
        self, container: InputContainer, stream: AudioStream, resampler: AudioResampler
    ) -> dict[str, Any]:
        """Everything from the file to the pipe."""
        error = ""
        for frame in self._frames(container, stream):
            self._fill(frame)
            if not self._send(resampler, frame):
                error = "too_long"
                break
        else:
            self._send(resampler, None)
        ending: dict[str, Any] = {"seconds": self._sent / self._width / self._rate, "faults": self._faults}
        return ending | ({"error": error} if error else {})

    def _frames(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        """Every frame that decodes; what does not is counted. A file that yields nothing for long is given up."""
        from av.error import EOFError as EndOfFile
        from av.error import FFmpegError

        in_a_row, last = 0, time.monotonic()
        packets = container.demux(stream)
        while in_a_row < MOST_FAULTS and time.monotonic() - last < self._silent:
            try:
                packet = next(packets)
            except (StopIteration, EndOfFile):
                return
            except (FFmpegError, ValueError, OSError):
                self._faults += 1
                in_a_row += 1
                continue
            try:
                frames = packet.decode()
            except (FFmpegError, ValueError, OSError):
                self._faults += 1
                in_a_row += 1
                continue
            for frame in frames:
                in_a_row = 0
                yield frame
                last = time.monotonic()  # what the reader takes to work is not the file's fault

    def _send(self, resampler: AudioResampler, frame: AudioFrame | None) -> bool:
        """Write what a frame becomes; False when the recording is longer than it may be."""
        from av.error import FFmpegError

        try:
            made = resampler.resample(frame)
        except (FFmpegError, ValueError):
            self._faults += 1
            return True
        for one in made:
            self._write(bytes(one.planes[0])[: one.samples * self._width])
        return self._sent <= self._most

    def _fill(self, frame: AudioFrame) -> None:
        """Silence where the file has a hole: frames that cannot be decoded (comfort noise of AMR, damage) and parts that
        were never recorded must not move what comes later to an earlier second."""
        if frame.time is None:
            return
        if self._first is None:
            self._first = frame.time
        gap = frame.time - self._first - self._sent / self._width / self._rate
        if HOLE_S < gap < LONGEST_HOLE_S and self._sent <= self._most:
            self._write(bytes(round(gap * self._rate) * self._width))

    def _write(self, data: bytes) -> None:
        before, self._sent = self._sent, self._sent + len(data)
        data = data[max(0, self._skip - before) :]
        for at in range(0, len(data), BLOCK):
            piece = data[at : at + BLOCK]
            self._out.write(len(piece).to_bytes(4, "big") + piece)


if __name__ == "__main__":
    main()
