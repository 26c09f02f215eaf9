"""How well the converted model hears voices it was never trained on: `python judge.py MODEL CLIPS [--n 100]`.

Each clip alone through faster-whisper, then all of them in rows of half a minute; CER over the characters of both."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from rapidfuzz.distance import Levenshtein


def bare(text: str) -> str:
    """Letters and digits alone."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def say(line: str) -> None:
    """To the terminal."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Print what was heard wrongly, and the rates."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model", type=Path)
    words.add_argument("clips", type=Path)
    words.add_argument("--n", type=int, default=100)
    given = words.parse_args()
    model = WhisperModel(str(given.model), device="cpu", cpu_threads=1)
    sound = np.memmap(given.clips / "sound.i16", dtype="<i2", mode="r")
    rows = [
        json.loads(one) for one in (given.clips / "clips.jsonl").read_text(encoding="utf-8").splitlines()
    ][: given.n]
    exact, edits, size, right, began = 0, 0, 0, 0, time.perf_counter()
    for row in rows:
        samples = np.pad(sound[row["from"] : row["to"]].astype(np.float32) / 32768, (4000, 8000))
        found, facts = model.transcribe(samples, temperature=[0.0], condition_on_previous_text=False)
        said = bare("".join(one.text for one in found))
        wanted = bare(row["text"])
        wrong = Levenshtein.distance(wanted, said)
        exact, edits, size, right = (
            exact + (not wrong),
            edits + wrong,
            size + len(wanted),
            right + (facts.language == row["lang"]),
        )
        if wrong:
            say(f"{row['voice']:8} {row['text']}  ->  {said} [{facts.language}]")
    seconds = (time.perf_counter() - began) / len(rows)
    say(
        f"alone: n {len(rows)}  exact {exact}  CER {edits / size:.4f}  language right {right / len(rows):.3f}  {seconds:.2f} s a clip"
    )
    in_rows(model, sound, [row for row in rows if row["lang"] == "zh"])


def in_rows(model: WhisperModel, sound: np.ndarray, rows: list[dict], seed: int = 5) -> None:
    """A long recording of many sentences, cut by VAD, decoded in batches."""
    r = random.Random(seed)
    parts, wanted = [], ""
    for row in rows:
        parts += [
            sound[row["from"] : row["to"]].astype(np.float32) / 32768,
            np.zeros(round(16000 * r.uniform(0.3, 1.2)), np.float32),
        ]
        wanted += row["text"]
    found, _ = BatchedInferencePipeline(model).transcribe(
        np.concatenate(parts), language="zh", batch_size=4, without_timestamps=False, word_timestamps=True
    )
    said = [(one.start, one.end, one.text) for one in found]
    wrong = Levenshtein.distance(bare(wanted), bare("".join(text for _, _, text in said)))
    say(f"in rows: n {len(rows)} utterances as {len(said)}  CER {wrong / len(bare(wanted)):.4f}")


if __name__ == "__main__":
    main()
