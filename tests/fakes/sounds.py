"""Recordings for tests, made on the spot with PyAV: tones and silence in any container and codec."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]


def tone(seconds: float, hertz: float = 440.0, rate: int = 48_000, level: float = 0.4) -> Wave:
    """One channel of a sine."""
    at = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def silence(seconds: float, rate: int = 48_000) -> Wave:
    """One channel of nothing."""
    return np.zeros(round(seconds * rate), dtype=np.float32)


def record(
    path: Path, channels: list[Wave], *, codec: str, rate: int = 48_000, form: str | None = None
) -> Path:
    """Write one or two channels; what the codec wants of format, rate and frame size is seen to."""
    layout = "stereo" if len(channels) == 2 else "mono"
    with av.open(str(path), "w", format=form) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(
            format=stream.format.name, layout=layout, rate=rate, frame_size=stream.frame_size or 0
        )
        frame = av.AudioFrame.from_ndarray(np.stack(channels), format="fltp", layout=layout)
        frame.sample_rate = rate
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path


def film(path: Path, sound: Wave | None, *, video: str = "mpeg4", audio: str = "aac") -> Path:
    """A video of one second, with a sound track or without."""
    with av.open(str(path), "w") as out:
        picture = out.add_stream(video, rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        voice = out.add_stream(audio, rate=48_000, layout="mono") if sound is not None else None
        for _ in range(10):
            out.mux(
                picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"))
            )
        out.mux(picture.encode(None))
        if voice is not None and sound is not None:
            resampler = av.AudioResampler(
                format=voice.format.name, layout="mono", rate=48_000, frame_size=voice.frame_size or 0
            )
            frame = av.AudioFrame.from_ndarray(sound[None, :], format="fltp", layout="mono")
            frame.sample_rate = 48_000
            for made in (*resampler.resample(frame), *resampler.resample(None)):
                out.mux(voice.encode(made))
            out.mux(voice.encode(None))
    return path


def wide_band_amr(path: Path, seconds: float) -> Path:
    """AMR-WB at 6.60 kbit/s; there is no encoder here, so its frames are zeros, which decode to a hum."""
    path.write_bytes(b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * round(seconds * 50))
    return path


def hollow_wav(path: Path, seconds: float, rate: int = 16_000) -> Path:
    """Hours of silence that take no room on the disk."""
    size = round(seconds * rate) * 2
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + size,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate * 2,
        2,
        16,
        b"data",
        size,
    )
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(len(head) + size)
    return path


def loudest(samples: Wave, rate: int = 16_000) -> float:
    """The strongest frequency of a channel, hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))
