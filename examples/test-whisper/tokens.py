"""Whisper's own tokens, cut to what the phrases need: tokenizer.json as faster-whisper reads it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from phrases import every_text

LANGUAGES_IN = "faster_whisper.tokenizer"
AFTER = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
STAMPS = 1501
SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
ALWAYS = (" -", " '", " ", "，", "。", "？", ",", ".", "?")
"""Among them what faster-whisper looks up to suppress: were `" -"` no token of its own, it would suppress the space."""


def ranks(assets: Path) -> dict[bytes, int]:
    """Token -> rank of multilingual.tiktoken, from the source package of openai-whisper."""
    lines = (assets / "multilingual.tiktoken").read_bytes().split(b"\n")
    return {base64.b64decode(t): int(n) for t, n in (line.split() for line in lines if line)}


def parts(word: bytes, order: dict[bytes, int], below: int | None = None) -> list[bytes]:
    """Byte-pair encoding of a word; with `below`, only merges of a lower rank."""
    pieces = [word[i : i + 1] for i in range(len(word))]
    while len(pieces) > 1:
        pairs = [(order.get(pieces[i] + pieces[i + 1], 1 << 30), i) for i in range(len(pieces) - 1)]
        best, at = min(pairs)
        if best == 1 << 30 or (below is not None and best >= below):
            break
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
    return pieces


def kept(order: dict[bytes, int]) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """The tokens that the phrases need, by rank, and the merges that make them."""
    words = {w for text in every_text() for t in (text, " " + text) for w in SPLIT.findall(t)} | set(ALWAYS)
    needed = {piece for word in words for piece in parts(word.encode(), order)}
    made: dict[bytes, tuple[bytes, bytes]] = {}
    todo = [one for one in needed if len(one) > 1]
    while todo:
        one = todo.pop()
        if one not in made:
            left, right = parts(one, order, order[one])
            made[one] = (left, right)
            todo += [piece for piece in (left, right) if len(piece) > 1]
    single = [bytes([n]) for n in range(256)]
    longer = sorted(made, key=order.__getitem__)
    return [*single, *longer], [made[one] for one in longer]


def special() -> list[str]:
    """The tokens behind the words, in Whisper's order."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    names = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in _LANGUAGE_CODES[:99])]
    names += [f"<|{name}|>" for name in AFTER]
    return [*names, *(f"<|{n * 0.02:.2f}|>" for n in range(STAMPS))]


def shown(data: bytes) -> str:
    """GPT-2's printable characters for bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = {n: 256 + at for at, n in enumerate(n for n in range(256) if n not in plain)}
    return "".join(chr(other.get(n, n)) for n in data)


def write_tokenizer(assets: Path, path: Path) -> list[str]:
    """Write tokenizer.json; the whole vocabulary in order. The empty token stands where Whisper has it, last of the words:
    by it CTranslate2 takes a model for a multilingual one."""
    words, merges = kept(ranks(assets))
    plain = [*(shown(one) for one in words), ""]
    tokens = [*plain, *special()]
    made: dict[str, Any] = {
        "version": "1.0",
        "added_tokens": [
            {"id": at, "content": tokens[at], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": at < len(tokens) - STAMPS}
            for at in range(len(plain), len(tokens))
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {text: at for at, text in enumerate(plain)},
                  "merges": [[shown(a), shown(b)] for a, b in merges],
                  "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False},
    }  # fmt: skip
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    return tokens
