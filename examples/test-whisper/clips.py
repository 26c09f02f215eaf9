"""Clips for training or for judging: `python clips.py FOLDER --n 6000 --seed 1 [--held-out]` writes samples and texts."""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from phrases import bank, fixed, sentence
from speak import any_voice, spoken, telephoned

ENGLISH, CALLS, TELEPHONE = 0.2, 0.15, 0.35
"""Shares: English clips, sentences of the test call, clips over a telephone line."""


def main() -> None:
    """Write FOLDER/sound.i16 and FOLDER/clips.jsonl."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--n", type=int, default=6000)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--held-out", action="store_true")
    given = words.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    r = random.Random(given.seed)
    variants = bank()["voices"]["held_out" if given.held_out else "trained"]
    at = 0
    with (given.folder / "sound.i16").open("wb") as sound, (given.folder / "clips.jsonl").open("w") as texts:
        for _ in range(given.n):
            lang = "en" if r.random() < ENGLISH else "zh"
            text = r.choice(fixed()) if lang == "zh" and r.random() < CALLS else sentence(lang, r)
            voice = any_voice(variants, r)
            said = spoken(text, lang, voice, r.randint(0, 1))
            samples = telephoned(said.samples) if r.random() < TELEPHONE else said.samples
            sound.write((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
            row = {"text": text, "lang": lang, "voice": voice.variant, "from": at, "to": at + len(samples)}
            row["words"] = [[round(x, 3), round(y, 3), i, n] for x, y, i, n in said.words]
            row["sounds"] = [[round(x, 3), round(y, 3), name] for x, y, name in said.sounds]
            texts.write(json.dumps(row, ensure_ascii=False) + "\n")
            at += len(samples)


if __name__ == "__main__":
    main()
