"""What an index on disk was built from: a signature for each source, and one stamp over all of them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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


def read_stamps(directory: Path) -> tuple[str, ...]:
    """The stamp of the index and the one before it: between the files and the database's own note of them a reader may
    meet either, and whatever it finds is confirmed in the database anyway. Empty when there is no index."""
    try:
        return tuple((directory / "stamp").read_text(encoding="utf-8").split())
    except (OSError, ValueError):
        return ()


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Each file is written beside its place and renamed; the stamp last, it vouches for the rest."""
    directory.mkdir(parents=True, exist_ok=True)
    content = {"embedder": manifest.embedder, "signatures": dict(manifest.signatures)}
    _replace(directory / "manifest.json", json.dumps(content, ensure_ascii=False, sort_keys=True))
    before = [one for one in read_stamps(directory)[:1] if one != manifest.stamp]
    _replace(directory / "stamp", "\n".join([manifest.stamp, *before]))


def forget(directory: Path) -> None:
    """From here on the index counts as missing, until the next manifest."""
    for name in ("stamp", "manifest.json"):
        (directory / name).unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


@contextmanager
def alone(directory: Path, patience_s: float) -> Iterator[bool]:
    """One writer of an index at a time, over all processes and threads: who reads a manifest, adds to it and writes it
    back would forget what another has added meanwhile. False after `patience_s` seconds of waiting."""
    try:
        import fcntl
    except ImportError:  # a system without such locks: one process is all there is
        yield True
        return
    place = directory.with_name(f"{directory.name}.lock")
    place.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience_s
    with place.open("a") as file:
        while not (ours := _locked(fcntl, file.fileno())) and time.monotonic() < until:
            time.sleep(0.02)
        yield ours  # closing the file gives the lock back


def _locked(fcntl: Any, number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
