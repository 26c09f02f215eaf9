"""espeak-ng speaks: samples at 16 kHz and when each character and sound is said, in many voices, speeds and head sizes."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 16_000
VOICES = {"zh": ("cmn-latn-pinyin",), "en": ("gmw/en-US", "gmw/en")}
"""Plain `cmn` reads the pinyin of espeak's dictionary aloud as English; only this one speaks Mandarin."""

SYNCHRONOUS, WITH_PHONEMES, UTF8 = 2, 1, 1
SPEED, PITCH = 1, 3
END, WORD, PHONEME = 0, 1, 7

Samples = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Voice:
    """espeak's variant, words a minute, pitch 0-99, and how much smaller the head is (1.1: all formants 10 % higher)."""

    variant: str
    speed: int = 160
    pitch: int = 50
    head: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Samples without the silence around them, loudest 0.5. `words` are (start, end, first character, how many),
    `sounds` (start, end, espeak's name of the phoneme); seconds."""

    samples: Samples
    words: list[tuple[float, float, int, int]]
    sounds: list[tuple[float, float, str]]


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


class _Speaker:
    """The library, opened once in a process."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = int(self.library.espeak_Initialize(SYNCHRONOUS, 0, None, WITH_PHONEMES))
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))
        self.listener = kind(self._take)
        self.library.espeak_SetSynthCallback(self.listener)
        self.data, self.events = bytearray(), list[tuple[int, int, int, int, str]]()

    def _take(self, data: int | None, count: int, events: Any) -> int:
        if data and count:
            self.data += ctypes.string_at(data, 2 * count)
        at = 0
        while events[at].type != END:
            one = events[at]
            name = bytes(one.name).split(b"\0")[0].decode("utf-8", "replace") if one.type == PHONEME else ""
            self.events.append((one.type, one.sample, one.text_position, one.length, name))
            at += 1
        return 0

    def say(
        self, text: str, voice: str, speed: int, pitch: int
    ) -> tuple[Samples, list[tuple[int, int, int, int, str]]]:
        self.data, self.events = bytearray(), []
        if self.library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice}")
        self.library.espeak_SetParameter(SPEED, speed, 0)
        self.library.espeak_SetParameter(PITCH, pitch, 0)
        data = text.encode()
        self.library.espeak_Synth(data, len(data) + 1, 0, 0, 0, UTF8, None, None)
        return np.frombuffer(bytes(self.data), dtype="<i2").astype(np.float32) / 32768.0, self.events


@cache
def _speaker() -> _Speaker:
    return _Speaker()


def any_voice(variants: list[str], r: random.Random) -> Voice:
    """A voice by chance."""
    return Voice(
        variant=r.choice(variants),
        speed=r.randint(125, 205),
        pitch=r.randint(20, 80),
        head=r.uniform(0.92, 1.1),
    )


def spoken(text: str, lang: str, voice: Voice, accent: int = 0) -> Spoken:
    """The sentence in this voice."""
    name = VOICES[lang][accent % len(VOICES[lang])]
    raw, events = _speaker().say(text, f"{name}+{voice.variant}", voice.speed, voice.pitch)
    rate = _speaker().rate
    samples = resampled(raw, rate, RATE)
    if voice.head != 1.0:
        at = np.arange(0, len(samples) - 1, voice.head)
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    begin, end = int(loud[0]), int(loud[-1]) + 1
    length = (end - begin) / RATE

    def when(sample: int) -> float:
        return min(max(sample / rate / voice.head - begin / RATE, 0.0), length)

    words = [(when(s), position - 1, size) for kind, s, position, size, _ in events if kind == WORD]
    sounds = [(when(s), name) for kind, s, _, _, name in events if kind == PHONEME]
    kept = samples[begin:end]
    return Spoken(
        samples=(kept * (0.5 / np.abs(kept).max())).astype(np.float32),
        words=[
            (start, until, at, size)
            for (start, at, size), until in zip(words, _next(words, length), strict=True)
        ],
        sounds=[
            (start, until, name) for (start, name), until in zip(sounds, _next(sounds, length), strict=True)
        ],
    )


def _next(found: Sequence[tuple[Any, ...]], length: float) -> list[float]:
    return [*(one[0] for one in found[1:]), length]


def resampled(samples: Samples, was: int, to: int) -> Samples:
    """The samples at another rate."""
    by = gcd(was, to)
    made: Samples = resample_poly(samples, to // by, was // by).astype(np.float32)
    return made


def telephoned(samples: Samples) -> Samples:
    """As a telephone line gives it: 8 kHz, mu-law."""
    narrow = np.clip(resampled(samples, RATE, 8000), -1, 1)
    level = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256.0) * 127) / 127
    return resampled(
        (np.sign(level) * (np.power(256.0, np.abs(level)) - 1) / 255).astype(np.float32), 8000, RATE
    )
