"""What an index on disk was built from: a signature for each source, and one stamp over all of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Manifest:
    """`signatures` is source id -> signature; `embedder` the fingerprint of the vectors beside it ("" for none)."""

    embedder: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        text = json.dumps([self.embedder, sorted(self.signatures.items())], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of an index, or None when there is none that can be read."""
    try:
        found = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        return Manifest(embedder=str(found["embedder"]), signatures=dict(found["signatures"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_stamp(directory: Path) -> str:
    try:
        return (directory / "stamp").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Each file is written beside its place and renamed; the stamp last, it vouches for the rest."""
    directory.mkdir(parents=True, exist_ok=True)
    content = {"embedder": manifest.embedder, "signatures": dict(manifest.signatures)}
    _replace(directory / "manifest.json", json.dumps(content, ensure_ascii=False, sort_keys=True))
    _replace(directory / "stamp", manifest.stamp)


def forget(directory: Path) -> None:
    """From here on the index counts as missing, until the next manifest."""
    for name in ("stamp", "manifest.json"):
        (directory / name).unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
