"""A Whisper as large as a real one (tiny, base) with weights from a seed: it costs what the real one costs and says nonsense.

Its words follow from their place alone (the places' codes are far louder than everything else), a set number a window, so
that decoding ends as it does with a real model: no loops, no doubts. For time and memory only; nothing is heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .hollow_whisper import AFTER, MELS, PROMPT, STAMPS, WINDOW, WORDS, byte, languages, write_tokenizer

LOUD, SURE = 60.0, 15.0
EOT = WORDS


@dataclass(frozen=True)
class Size:
    """As OpenAI's models: width, layers of each half, heads; and how many words a window of 30 s gives."""

    width: int
    layers: int
    heads: int
    words: int = 100


SIZES = {"tiny": Size(384, 4, 6), "base": Size(512, 6, 8)}


def sized_whisper(folder: Path, size: Size, seed: int = 11) -> Path:
    """Write the model into `folder` (int8) and return it."""
    from ctranslate2.specs import WhisperSpec

    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    tokens = _tokens(random)
    spec = WhisperSpec(size.layers, size.heads, size.layers, size.heads)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = _weights(random, size.width, MELS, 3), _zeros(size.width)
    encoder.conv2.weight, encoder.conv2.bias = _weights(random, size.width, size.width, 3), _zeros(size.width)
    encoder.position_encodings.encodings = _weights(random, WINDOW, size.width)
    _norm(encoder.layer_norm, size.width)
    for layer in encoder.layer:
        _attention(layer.self_attention, random, size.width, (3, 1))
        _feed(layer.ffn, random, size.width)
    decoder.embeddings.weight = _weights(random, len(tokens), size.width)
    for layer in decoder.layer:
        _attention(layer.self_attention, random, size.width, (3, 1))
        _attention(layer.attention, random, size.width, (1, 2, 1))
        _feed(layer.ffn, random, size.width)
    _norm(decoder.layer_norm, size.width)
    _script(decoder, random, size, len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.lang_ids = list(range(WORDS + 2, WORDS + 2 + len(languages())))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, EOT]
    spec.config.alignment_heads = [[size.layers - 1, head] for head in range(size.heads)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    write_tokenizer(folder, tokens)
    return folder


def _script(decoder: Any, random: np.random.Generator, size: Size, count: int) -> None:
    """Each place has a code of its own, and the word that is said there answers to it; after the last comes the end."""
    codes = random.standard_normal((PROMPT, size.width)).astype(np.float32)
    codes[size.words :] = codes[size.words]
    codes -= codes.mean(axis=1, keepdims=True)
    codes /= codes.std(axis=1, keepdims=True)
    said = random.choice(np.arange(256, WORDS - 1), size.words, replace=False)
    projection = _weights(random, count, size.width) * np.float32(0.05)
    projection[said] = codes[: size.words] * np.float32(SURE / size.width)
    projection[EOT] = codes[size.words] * np.float32(SURE / size.width)
    decoder.position_encodings.encodings = codes * np.float32(LOUD)
    decoder.projection.weight, decoder.projection.bias = projection, _zeros(count)
    decoder.projection.bias[WORDS + 2 + len(languages()) + len(AFTER)] = (
        6.0  # 0.00, where a time must come first
    )


def _tokens(random: np.random.Generator) -> list[str]:
    """Words of four letters, none twice, so that what is said looks like text to whoever compresses it."""
    numbers = random.choice(26**4, WORDS - 1 - 256, replace=False)
    words = ["".join(chr(97 + number // 26**at % 26) for at in range(4)) for number in map(int, numbers)]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages())]
    special += [f"<|{name}|>" for name in AFTER]
    return [*map(byte, range(256)), *words, "", *special, *(f"<|{n * 0.02:.2f}|>" for n in range(STAMPS))]


def _attention(spec: Any, random: np.random.Generator, width: int, sizes: tuple[int, ...]) -> None:
    _norm(spec.layer_norm, width)
    for linear, times in zip(spec.linear, sizes, strict=True):
        linear.weight, linear.bias = _weights(random, times * width, width), _zeros(times * width)


def _feed(spec: Any, random: np.random.Generator, width: int) -> None:
    _norm(spec.layer_norm, width)
    spec.linear_0.weight, spec.linear_0.bias = _weights(random, 4 * width, width), _zeros(4 * width)
    spec.linear_1.weight, spec.linear_1.bias = _weights(random, width, 4 * width), _zeros(width)


def _norm(spec: Any, width: int) -> None:
    spec.gamma, spec.beta = np.ones(width, np.float32), _zeros(width)


def _weights(random: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return (random.standard_normal(shape) * 0.02).astype(np.float32)


def _zeros(size: int) -> NDArray[np.float32]:
    return np.zeros(size, np.float32)
