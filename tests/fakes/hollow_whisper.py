"""A Whisper without a mind: the architecture, tokens and files of the real one in CTranslate2's format, weights from a seed.

It runs through the whole of faster-whisper (VAD, windows, decoding, word times) and says a letter or two. No claim about accuracy
can be made with it; it is for the path alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, HEADS, MELS, WINDOW, PROMPT = 32, 2, 80, 1500, 448
WORDS = 50257
AFTER = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
STAMPS = 1501


def hollow_whisper(folder: Path, seed: int = 7) -> Path:
    """Write the model into `folder` (15 MB) and return it."""
    from ctranslate2.specs import WhisperSpec

    folder.mkdir(parents=True, exist_ok=True)
    tokens = _tokens()
    random = np.random.default_rng(seed)
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    _encoder(spec.encoder, random)
    _decoder(spec.decoder, random, len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.lang_ids = list(range(WORDS + 2, WORDS + 2 + len(languages())))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, WORDS]
    spec.config.alignment_heads = [[0, 0], [0, 1]]
    spec.validate()
    spec.save(str(folder))
    write_tokenizer(folder, tokens)
    return folder


def languages() -> tuple[str, ...]:
    """The 99 of the models up to large-v2."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return tuple(_LANGUAGE_CODES)[:99]


def _tokens() -> list[str]:
    """The tokens at the numbers that Whisper gives them; plain words are made up. CTranslate2 takes a model for a
    multilingual one when the empty token is there."""
    words = [byte(n) for n in range(256)] + [f"w{n}" for n in range(256, WORDS - 1)] + [""]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages())]
    special += [f"<|{name}|>" for name in AFTER]
    return [*words, *special, *(f"<|{n * 0.02:.2f}|>" for n in range(STAMPS))]


def byte(number: int) -> str:
    """GPT-2's printable character for a byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return (
        chr(number) if number in shown else chr(256 + [n for n in range(256) if n not in shown].index(number))
    )


def write_tokenizer(folder: Path, tokens: list[str]) -> None:
    """tokenizer.json; the words are those before <|endoftext|>."""
    made = {
        "version": "1.0",
        "added_tokens": [
            {"id": at, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": at < len(tokens) - STAMPS}
            for at, text in enumerate(tokens) if at >= WORDS
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {text: at for at, text in enumerate(tokens[:WORDS])}, "merges": [],
                  "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(made), encoding="utf-8")


def _encoder(spec: Any, random: np.random.Generator) -> None:
    spec.conv1.weight, spec.conv1.bias = _weights(random, WIDTH, MELS, 3), _zeros(WIDTH)
    spec.conv2.weight, spec.conv2.bias = _weights(random, WIDTH, WIDTH, 3), _zeros(WIDTH)
    spec.position_encodings.encodings = _weights(random, WINDOW, WIDTH)
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _attention(layer.self_attention, random, (3 * WIDTH, WIDTH))
        _feed(layer.ffn, random)


def _decoder(spec: Any, random: np.random.Generator, size: int) -> None:
    spec.embeddings.weight = _weights(random, size, WIDTH)
    spec.projection.weight = spec.embeddings.weight * np.float32(0.1)
    spec.projection.bias = _zeros(size)
    begin = WORDS + 2 + len(languages()) + len(AFTER)
    spec.projection.bias[[71, 72, WORDS, begin]] = (
        31.0,
        30.5,
        30.2,
        28.0,
    )  # at 0.00 two letters, again and again
    spec.position_encodings.encodings = _weights(random, PROMPT, WIDTH)
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _attention(layer.self_attention, random, (3 * WIDTH, WIDTH))
        _attention(layer.attention, random, (WIDTH, 2 * WIDTH, WIDTH))
        _feed(layer.ffn, random)


def _attention(spec: Any, random: np.random.Generator, sizes: tuple[int, ...]) -> None:
    _norm(spec.layer_norm)
    for linear, size in zip(spec.linear, sizes, strict=True):
        linear.weight, linear.bias = _weights(random, size, WIDTH), _zeros(size)


def _feed(spec: Any, random: np.random.Generator) -> None:
    _norm(spec.layer_norm)
    spec.linear_0.weight, spec.linear_0.bias = _weights(random, 2 * WIDTH, WIDTH), _zeros(2 * WIDTH)
    spec.linear_1.weight, spec.linear_1.bias = _weights(random, WIDTH, 2 * WIDTH), _zeros(WIDTH)


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _weights(random: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return (random.standard_normal(shape) * 0.3).astype(np.float32)


def _zeros(size: int) -> NDArray[np.float32]:
    return np.zeros(size, np.float32)
