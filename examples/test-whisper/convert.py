"""From torch to CTranslate2: `python convert.py --weights W.pt --assets whisper/assets --out FOLDER`.

Linear weights become 8-bit. The folder is what WHISPER_MODEL names; its config.json says that it is a test
model, and whatever reads it (speech/model_folder.py) says so in turn."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ctranslate2.specs import WhisperSpec
from numpy.typing import NDArray
from tokens import write_tokenizer

LABEL = (
    "TEST MODEL: knows a few hundred sentences spoken by espeak-ng, made by examples/test-whisper for the tests; "
    "nothing about real voices follows from it"
)
CHUNK_S = 7
"""Seconds of speech that faster-whisper puts into one window of 30: the model was taught one to three sentences at a time."""

Weights = dict[str, NDArray[np.float32]]


def main() -> None:
    """Convert and write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--weights", type=Path, required=True)
    words.add_argument("--assets", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument(
        "--heads",
        default="1.0,1.1",
        help="cross-attention heads that follow the sound, as 1.0,1.2 (layer.head)",
    )
    given = words.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    kept = torch.load(given.weights)
    sizes: dict[str, int] = kept["sizes"]
    weights: Weights = {name: one.float().numpy() for name, one in kept["weights"].items()}
    tokens = write_tokenizer(given.assets, given.out / "tokenizer.json")
    heads = [[int(n) for n in one.split(".")] for one in given.heads.split(",") if one]
    spec = spec_of(
        weights, sizes, tokens, heads or [[sizes["decoders"] - 1, n] for n in range(sizes["heads"])]
    )
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(given.out))
    config = json.loads((given.out / "config.json").read_text(encoding="utf-8"))
    config["chengdan_test_model"] = LABEL
    (given.out / "config.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    facts = {"feature_size": 80, "sampling_rate": 16000, "chunk_length": CHUNK_S}
    (given.out / "preprocessor_config.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")


def spec_of(
    weights: Weights, sizes: dict[str, int], tokens: list[str], heads: list[list[int]]
) -> WhisperSpec:
    """The model in CTranslate2's terms."""
    spec = WhisperSpec(sizes["encoders"], sizes["heads"], sizes["decoders"], sizes["heads"])
    encoder, decoder = spec.encoder, spec.decoder
    for name in ("conv1", "conv2"):
        _linear(getattr(encoder, name), weights, name)
    encoder.position_encodings.encodings = weights["places"]
    _norm(encoder.layer_norm, weights, "norm_sound")
    for at, layer in enumerate(encoder.layer):
        _block(layer, weights, f"encoder.{at}")
    decoder.embeddings.weight = weights["embed.weight"]
    decoder.projection.weight = weights["embed.weight"]
    decoder.position_encodings.encodings = weights["positions"]
    _norm(decoder.layer_norm, weights, "norm_text")
    for at, layer in enumerate(decoder.layer):
        _block(layer, weights, f"decoder.{at}")
        _norm(layer.attention.layer_norm, weights, f"decoder.{at}.norm_cross")
        _linear(layer.attention.linear[0], weights, f"decoder.{at}.cross.query")
        _joined(layer.attention.linear[1], weights, f"decoder.{at}.cross", ("key", "value"))
        _linear(layer.attention.linear[2], weights, f"decoder.{at}.cross.out")
    spec.register_vocabulary(tokens)
    first = tokens.index("<|startoftranscript|>") + 1
    spec.config.lang_ids = list(range(first, tokens.index("<|translate|>")))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [tokens.index("Ġ"), tokens.index("<|endoftext|>")]
    spec.config.alignment_heads = heads
    return spec


def _block(layer: Any, weights: Weights, name: str) -> None:
    _norm(layer.self_attention.layer_norm, weights, f"{name}.norm_self")
    _joined(layer.self_attention.linear[0], weights, f"{name}.attend", ("query", "key", "value"))
    _linear(layer.self_attention.linear[1], weights, f"{name}.attend.out")
    _norm(layer.ffn.layer_norm, weights, f"{name}.norm_feed")
    _linear(layer.ffn.linear_0, weights, f"{name}.up")
    _linear(layer.ffn.linear_1, weights, f"{name}.down")


def _linear(spec: Any, weights: Weights, name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _joined(spec: Any, weights: Weights, name: str, parts: tuple[str, ...]) -> None:
    """Several matrices as one; the keys have no bias."""
    spec.weight = np.concatenate([weights[f"{name}.{part}.weight"] for part in parts])
    zero = np.zeros(spec.weight.shape[1], np.float32)
    spec.bias = np.concatenate([weights.get(f"{name}.{part}.bias", zero) for part in parts])


def _norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


if __name__ == "__main__":
    main()
