"""Training: `python train.py --clips A B --tokenizer T.json --out W.pt --minutes 30`. One thread, no GPU.

First short windows; espeak knows when it says what, so the encoder is told what each frame is and the decoder where to
listen; then windows of up to 7 s (convert.py tells faster-whisper so), most of them padded to 30 s as it does.
`--from W.pt` goes on from there."""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from network import MELS, WINDOW, Whisper
from tokenizers import Tokenizer
from torch.nn import functional
from windows import Clips, Maker

FRAMES = 2 * WINDOW
IGNORED = -100
GUIDED, NEAR = 2, 7.0
"""Heads of the last layer that are told where to listen, and how near that is (frames of 20 ms)."""


@dataclass(frozen=True)
class Kind:
    """Seconds of sound in a window; windows in a batch; whether they are padded to 30 s; how often, early and late."""

    least: float
    most: float
    batch: int
    whole: bool
    early: float
    late: float


KINDS = (
    Kind(0.5, 3.2, 10, whole=False, early=0.9, late=0.25),
    Kind(2.0, 8.0, 5, whole=False, early=0.1, late=0.2),
    Kind(0.5, 7.5, 3, whole=True, early=0.0, late=0.55),
)
LATE = 0.3
"""Share of the time after which the windows are as faster-whisper gives them."""

LONG_PROMPTS = 0.03


@dataclass(frozen=True)
class Batch:
    """mel (batch, 80, frames), at which place they begin, tokens and what should follow each, which token and which sound
    each frame is, and at which frame each following token is said."""

    mel: torch.Tensor
    begins: int
    tokens: torch.Tensor
    targets: torch.Tensor
    frames: torch.Tensor
    sounds: torch.Tensor
    middles: torch.Tensor


def batch_of(maker: Maker, kind: Kind, blank: int) -> Batch:
    """Windows made by chance, of one length."""
    begins = (
        0
        if kind.whole or maker.r.random() < 0.3
        else maker.r.randint(0, WINDOW - round(kind.most * 50) - 100)
    )
    long_prompt = maker.r.random() < LONG_PROMPTS
    made = [
        maker.window(kind.least, kind.most, begins * 0.02, long_prompt=long_prompt) for _ in range(kind.batch)
    ]
    longest = 2 * math.ceil(max(one.mel.shape[1] for one in made) / 2)
    length = FRAMES if kind.whole else longest + 2 * maker.r.choice([0, maker.r.randint(0, 40)])
    mel = np.zeros((len(made), MELS, length), np.float32)
    for row, one in zip(mel, made, strict=True):
        row[:, : one.mel.shape[1]] = one.mel
    size = max(len(one.tokens) for one in made)
    tokens = torch.zeros(len(made), size, dtype=torch.long)
    targets = torch.full((len(made), size), IGNORED)
    for at, one in enumerate(made):
        tokens[at, : len(one.tokens)] = torch.tensor(one.tokens)
        targets[at, one.given : len(one.tokens) - 1] = torch.tensor(one.tokens[one.given + 1 :])
    frames, sounds = (
        torch.full((len(made), length // 2), blank),
        torch.zeros(len(made), length // 2, dtype=torch.long),
    )
    middles = torch.full((len(made), size), -1.0)
    for at, one in enumerate(made):
        for place, (token, span) in enumerate(zip(one.tokens, one.spans, strict=True)):
            if span is not None:
                if token < blank:
                    frames[at, round(span[0] * 50) : round(span[1] * 50)] = token
                middles[at, place - 1] = 25 * (span[0] + span[1])
        for start, end, number in one.sounds:
            sounds[at, round(start * 50) : round(end * 50)] = number
    return Batch(torch.from_numpy(mel), begins, tokens, targets, frames, sounds, middles)


def loss_of(model: Whisper, batch: Batch, share: float) -> tuple[torch.Tensor, dict[str, float]]:
    """The sum, and its parts. `share` of the time is over: at first the encoder is told which frame is which sound and
    which token, and the decoder where to listen; that fades, the decoder's own loss stays."""
    seen = list[torch.Tensor]()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sound = model.sound(batch.mel, batch.begins)
        logits = model.text(batch.tokens, sound, seen).float()
    sound = sound.float()
    flat = batch.targets.flatten()
    decoder = functional.cross_entropy(logits.flatten(0, 1), flat, ignore_index=IGNORED, label_smoothing=0.02)
    early = max(0.05, 1 - share / 0.5)
    named = functional.cross_entropy(model.names(sound).flatten(0, 1), batch.sounds.flatten())
    parts = {"decoder": decoder, "sounds": named, "guide": _guide(seen[0].float(), batch.middles)}
    whole = decoder + early * named + (0.03 + 0.3 * early) * parts["guide"]
    if share < 0.5:
        parts["spell"] = functional.cross_entropy(model.spell(sound).flatten(0, 1), batch.frames.flatten())
        whole = whole + 0.5 * early * parts["spell"]
    return whole, {name: float(one.detach()) for name, one in parts.items()}


def _guide(seen: torch.Tensor, middles: torch.Tensor) -> torch.Tensor:
    """How little the guided heads listen near where the next token is said."""
    away = torch.arange(seen.shape[-1])[None, None] - middles[..., None]
    near = (seen[:, :GUIDED] * torch.exp(-(away**2) / (2 * NEAR**2))[:, None]).sum(-1)
    told = middles >= 0
    return -(near + 1e-4).log().mean(1)[told].mean() if told.any() else seen.sum() * 0


def kinds(minutes: float, begin: float, r: random.Random) -> Iterator[tuple[Kind, float]]:
    """A kind of windows by chance and the share of the time that is over, until it is."""
    started = time.monotonic()
    while (share := begin + (1 - begin) * (time.monotonic() - started) / 60 / minutes) < 1.0:
        yield r.choices(KINDS, [one.early if share < LATE else one.late for one in KINDS])[0], share


def main() -> None:
    """Train and write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--clips", type=Path, nargs="+", required=True)
    words.add_argument("--tokenizer", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--from", dest="before", type=Path)
    words.add_argument("--minutes", type=float, default=30)
    words.add_argument("--begin", type=float, default=0.0, help="share of the curriculum to begin at")
    words.add_argument("--rate", type=float, default=2e-3)
    words.add_argument("--seed", type=int, default=7)
    given = words.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    tokenizer = Tokenizer.from_file(str(given.tokenizer))
    blank = int(tokenizer.token_to_id("<|endoftext|>"))
    clips = Clips(given.clips).load()
    model = Whisper(tokenizer.get_vocab_size(), blank, 1 + len(clips.names))
    if given.before:
        before = torch.load(given.before)["weights"]  # the sounds of other clips may have other numbers
        model.load_state_dict(
            {name: one for name, one in before.items() if "names." not in name}, strict=False
        )
    maker = Maker(clips, tokenizer, random.Random(given.seed))
    best = torch.optim.AdamW(model.parameters(), lr=given.rate, betas=(0.9, 0.98), weight_decay=0.01)
    started, seen = time.monotonic(), 0
    for step, (kind, share) in enumerate(kinds(given.minutes, given.begin, maker.r)):
        for group in best.param_groups:
            group["lr"] = (
                given.rate
                * min(1.0, (step + 1) / 100)
                * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
            )
        loss, parts = loss_of(model, batch_of(maker, kind, blank), share)
        best.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        seen += kind.batch
        if step % 50 == 0:
            told = "  ".join(f"{name} {value:.3f}" for name, value in parts.items())
            sys.stdout.write(f"{time.monotonic() - started:6.0f} s  step {step}  windows {seen}  {told}\n")
            sys.stdout.flush()
        if step % 100 == 99:
            torch.save({"sizes": model.sizes, "weights": model.state_dict()}, given.out)
    torch.save({"sizes": model.sizes, "weights": model.state_dict()}, given.out)


if __name__ == "__main__":
    main()
