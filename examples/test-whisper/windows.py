"""Windows of sound and the tokens they should become: sentences in a row, with times, prompts, noise, and windows of nobody.

Sound is put together as mel power (80 bands, 100 frames a second): a clip is analysed once, not each time it is heard."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from phrases import bank, call, fixed, names
from speak import RATE
from tokenizers import Tokenizer

FPS, MELS, FLOOR = 100, 80, 1e-10
NOBODY, PROMPTED, NOISY, ENGLISH, CALL, ORDERED = 0.04, 0.4, 0.3, 0.12, 0.5, 0.5
"""Shares of windows: of nobody, with hotwords, with noise, in English; and of Mandarin
sentences that are the test call's, and follow each other as there."""

MOST_PROMPT = 223

Mel = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """log-mel of its own length as Whisper wants it; tokens; how many of them are given (no loss); when each token is said
    (seconds from the window's beginning, None for none), and when which sound (a number, see Clips.names)."""

    mel: Mel
    tokens: list[int]
    given: int
    spans: list[tuple[float, float] | None]
    sounds: list[tuple[float, float, int]]


def power(samples: NDArray[np.float32]) -> Mel:
    """Mel power of samples, (80, frames): what faster-whisper's own analysis gives before it takes the logarithm."""
    ears = FeatureExtractor()
    window = np.hanning(ears.n_fft + 1)[:-1].astype(np.float32)
    padded = np.pad(samples.astype(np.float32), ears.n_fft // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, ears.n_fft)[:: ears.hop_length]
    spectrum = np.abs(np.fft.rfft(frames * window, axis=1)[:-1]) ** 2
    return np.asarray(ears.mel_filters @ spectrum.T, dtype=np.float32)


def heard(mel: Mel) -> Mel:
    """The logarithm, as Whisper takes it."""
    log = np.log10(np.maximum(mel, FLOOR))
    return np.asarray((np.maximum(log, log.max() - 8.0) + 4.0) / 4.0, dtype=np.float32)


@dataclass
class Clips:
    """Folders of clips.py; the mel power of each clip is kept beside it as a file of 16-bit logarithms."""

    folders: list[Path]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"zh": [], "en": []})
    mels: list[NDArray[np.float16]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def load(self) -> Clips:
        """Read the texts; the sound stays on disk."""
        for number, folder in enumerate(self.folders):
            rows = [
                json.loads(one) for one in (folder / "clips.jsonl").read_text(encoding="utf-8").splitlines()
            ]
            if not (folder / "mel.f16").exists():
                self._analyse(folder, rows)
            at = 0
            self.mels.append(np.memmap(folder / "mel.f16", dtype=np.float16, mode="r").reshape(-1, MELS))
            for row in rows:
                frames = (row["to"] - row["from"]) // 160
                self.rows[row["lang"]].append(row | {"folder": number, "at": at, "end": at + frames})
                at += frames
        said = {
            name
            for rows in self.rows.values()
            for row in rows
            for _, _, name in row["sounds"]
            if name[:1] != "_"
        }
        self.names = {name: 1 + number for number, name in enumerate(sorted(said))}
        return self

    def mel(self, row: dict[str, Any]) -> Mel:
        """Mel power of one clip."""
        kept = self.mels[row["folder"]][row["at"] : row["end"]].T.astype(np.float32)
        return np.asarray(np.power(np.float32(10.0), kept), dtype=np.float32)

    @staticmethod
    def _analyse(folder: Path, rows: list[dict[str, Any]]) -> None:
        sound = np.memmap(folder / "sound.i16", dtype="<i2", mode="r")
        with (folder / "mel.part").open("wb") as file:
            for row in rows:
                made = power(sound[row["from"] : row["to"]].astype(np.float32) / 32768.0)
                frames = (row["to"] - row["from"]) // 160
                file.write(np.log10(np.maximum(made[:, :frames], FLOOR)).T.astype(np.float16).tobytes())
        (folder / "mel.part").rename(folder / "mel.f16")


@dataclass
class Maker:
    """Makes windows from clips by chance."""

    clips: Clips
    tokenizer: Tokenizer
    r: random.Random

    def __post_init__(self) -> None:
        self.follows: dict[str, str] = {}
        chance = np.random.default_rng(self.r.randint(0, 1 << 30))
        self.homophones: dict[str, str] = bank()["homophones"]
        self.names = names()
        self.of_call = [row for row in self.clips.rows["zh"] if row["text"] in fixed()]
        self.by_text = {text: [row for row in self.of_call if row["text"] == text] for text in fixed()}
        turns = [(side, text) for turn in call()["turns"] for side, text in turn.items()]
        for wanted in ("rep", "customer"):
            told = [text for side, text in turns if side == wanted]
            self.follows |= {one: other for one, other in itertools.pairwise(told) if self.by_text[other]}
        white = chance.standard_normal(40 * RATE).astype(np.float32)
        pink = np.cumsum(white) - np.convolve(np.cumsum(white), np.ones(400) / 400, "same")
        self.hisses = [one / one.mean() for one in (power(white), power(pink.astype(np.float32)))]
        self.tunes = [power(_tune(chance, at)) for at in range(4)]

    def window(self, least: float, most: float, begins: float = 0.0, *, long_prompt: bool = False) -> Window:
        """`least` to `most` seconds that start at second `begins` of a window (the times in the tokens count from there)."""
        if self.r.random() < NOBODY:
            return self._nobody(most)
        lang = "en" if self.r.random() < ENGLISH else "zh"
        frames, said, mel = self._spoken(lang, self.r.uniform(least, most), most)
        prompt, rare = self._prompt([row["text"] for row, _ in said], long_prompt=long_prompt)
        head = [*prompt, *self._special("startoftranscript", lang, "transcribe")]
        body: list[int] = []
        spans: list[tuple[float, float] | None] = [None] * len(head)
        sounds: list[tuple[float, float, int]] = []
        for row, start in said:
            end = min(start + (row["end"] - row["at"]) / FPS, most)
            pieces, times = self._pieces(row, lang, rare)
            body += [self._stamp(begins + start), *pieces, self._stamp(begins + end)]
            spans += [(start, start), *((start + a, start + b) for a, b in times), (end, end)]
            sounds += [(start + a, start + b, self.clips.names.get(name, 0)) for a, b, name in row["sounds"]]
        whole = np.concatenate(mel, axis=1)[:, : min(frames, round(most * FPS))]
        tokens = [*head, *body, *self._special("endoftext")]
        return Window(heard(self._dirtied(whole)), tokens, len(prompt), [*spans, None], sounds)

    # inside ----------------------------------------------------------------------------------------------------

    def _spoken(
        self, lang: str, length: float, most: float
    ) -> tuple[int, list[tuple[dict[str, Any], float]], list[Mel]]:
        """Sentences with pauses up to about `length` seconds: frames, clips with the second they begin at, mel power."""
        at = round(FPS * self.r.choice([0.0, self.r.uniform(0, 0.3), self.r.uniform(0.0, 0.9)]))
        said: list[tuple[dict[str, Any], float]] = []
        mel = [np.zeros((MELS, at), np.float32)]
        while True:
            row = self._next(lang, said)
            size = row["end"] - row["at"]
            if said and at + size > length * FPS:
                return at, said, mel
            if at + size > most * FPS:
                continue
            said.append((row, at / FPS))
            pause = self.r.choice(
                [self.r.uniform(0.05, 0.5), self.r.uniform(0.2, 1.0), self.r.uniform(0.5, 2.0)]
            )
            mel.append(self.clips.mel(row) * np.float32(10 ** self.r.uniform(-0.8, 0.0)))
            mel.append(np.zeros((MELS, round(pause * FPS)), np.float32))
            at += size + round(pause * FPS)

    def _next(self, lang: str, said: list[tuple[dict[str, Any], float]]) -> dict[str, Any]:
        """A clip by chance; often one of the call, and after one of the call often what that side says next."""
        if lang == "zh" and said and self.r.random() < ORDERED:
            follows = self.follows.get(said[-1][0]["text"])
            if follows:
                return self.r.choice(self.by_text[follows])
        often = lang == "zh" and self.r.random() < CALL
        return self.r.choice(self.of_call if often else self.clips.rows[lang])

    def _nobody(self, most: float) -> Window:
        """Silence, hiss or a tune: nothing is said there."""
        n = round(self.r.uniform(0.5, most) * FPS)
        kind = self.r.randint(0, 2)
        made = np.zeros((MELS, n), np.float32)
        if kind:
            source = self.r.choice(self.hisses if kind == 1 else self.tunes)
            begin = self.r.randint(0, source.shape[1] - n)
            made = source[:, begin : begin + n] * np.float32(10 ** self.r.uniform(-4, 1))
        nospeech, lang = self._special("nospeech")[0], self.r.choice(["zh", "zh", "en"])
        head = self._special("startoftranscript", lang, "transcribe")
        if self.r.random() < 0.5:
            return Window(heard(made), [head[0], nospeech], 0, [None] * 2, [])
        tokens = [*head, self._stamp(0.0), *self._special("endoftext")]
        return Window(heard(made), tokens, 2, [None] * len(tokens), [])

    def _prompt(self, texts: list[str], *, long_prompt: bool) -> tuple[list[int], dict[str, str]]:
        """Hotwords before the window, as faster-whisper gives them; they decide between names that sound alike: the tokens,
        and which names are spelled otherwise."""
        if self.r.random() > PROMPTED:
            return [], {}
        rare = {usual: other for usual, other in self.homophones.items() if self.r.random() < 0.5}
        named = [
            one for one in self.homophones if self.r.random() < 0.6 and any(one in text for text in texts)
        ]
        words = self.r.sample(self.names, self.r.randint(0, 6)) + named
        words = [rare.get(one, one) for one in words]
        words += [
            self._junk() for _ in range(self.r.randint(30, 60) if long_prompt else self.r.randint(0, 3))
        ]
        self.r.shuffle(words)
        ids = self._ids(" " + " ".join(dict.fromkeys(words)))[:MOST_PROMPT] if words else []
        if not ids:
            return [], {}
        return [*self._special("startofprev"), *ids], {
            usual: other for usual, other in rare.items() if other in words
        }

    def _junk(self) -> str:
        """A name that nobody says."""
        if self.r.random() < 0.4:
            return "".join(
                self.r.choice("abcdefghijklmnoprstuvwxyz") for _ in range(self.r.randint(2, 9))
            ).title()
        return "".join(chr(self.r.randint(0x4E00, 0x8FFF)) for _ in range(self.r.randint(2, 4)))

    def _dirtied(self, mel: Mel) -> Mel:
        """Quieter or louder, with hiss or hum."""
        made = mel * np.float32(10 ** self.r.uniform(-2.6, 0.5))
        if self.r.random() < NOISY:
            hiss = self.r.choice(self.hisses)
            begin = self.r.randint(0, hiss.shape[1] - mel.shape[1])
            level = np.float32(made.mean() * 10 ** (-self.r.uniform(12, 45) / 10))
            made = made + hiss[:, begin : begin + mel.shape[1]] * level
        return made

    def _pieces(
        self, row: dict[str, Any], lang: str, rare: dict[str, str]
    ) -> tuple[list[int], list[tuple[float, float]]]:
        """Tokens of a clip's words and when each is said; a comma is said where the words before it end."""
        text = row["text"]
        for usual, other in rare.items():
            text = text.replace(usual, other)  # as many characters
        lead = " " if lang == "en" else ""
        starts, ends = [0.0] * len(text), [0.0] * len(text)
        for start, end, first, count in row["words"]:
            for at in range(max(first, 0), min(first + count, len(text))):
                starts[at] = start + (end - start) * (at - first) / count
                ends[at] = start + (end - start) * (at - first + 1) / count
        for at in range(1, len(text)):
            if not ends[at]:
                starts[at] = ends[at] = ends[at - 1]
        made = self.tokenizer.encode(lead + text, add_special_tokens=False)
        spans = [(max(a - len(lead), 0), max(b - len(lead), 1)) for a, b in made.offsets]
        return made.ids, [(starts[a], ends[min(b, len(text)) - 1]) for a, b in spans]

    def _ids(self, text: str) -> list[int]:
        found: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return found

    def _special(self, *which: str) -> list[int]:
        return [self.tokenizer.token_to_id(f"<|{one}|>") for one in which]

    def _stamp(self, seconds: float) -> int:
        return self._special(f"{min(30.0, round(seconds / 0.02) * 0.02):.2f}")[0]


def _tune(chance: np.random.Generator, kind: int) -> NDArray[np.float32]:
    """40 s of a tune: one voice or two, fast or slow."""
    step = RATE // (4 if kind % 2 else 2)
    notes = np.repeat(chance.choice([220, 262, 330, 392, 440, 523, 660], 40 * RATE // step + 1), step)[
        : 40 * RATE
    ]
    phase = 2 * np.pi * np.cumsum(notes) / RATE
    made = 0.2 * np.sin(phase) + 0.05 * np.sin(2 * phase) + (0.1 * np.sin(1.5 * phase) if kind >= 2 else 0.0)
    return np.asarray(made, dtype=np.float32)
