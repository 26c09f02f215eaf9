"""Files that come in by chat: what each really is, its words, and whether it is taken. Nothing here writes anything."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from knowledge.reading.apart import apart

from .naming import safe_name
from .sniff import HEAD, TYPES, media_of
from .words import IMAGE, MAX_DOCUMENT, Examined, FileType, Words

__all__ = ["MAX_DOCUMENT", "TYPES", "Examined", "FileType", "Words", "examine", "safe_name"]

WALL_SECONDS = 20.0
_CHUNK = 1024 * 1024


def examine(path: Path, announced: str, *, wall_seconds: float = WALL_SECONDS) -> Examined:
    """What the file at `path` is and says. `announced` is the sender's name for it and decides nothing.

    Documents are read in a child process (about 0.2 s; at most `wall_seconds`), pictures and recordings are only
    looked at. Raises OSError when the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        type_ = media_of(stream.read(HEAD))
    if not size:
        return Examined(name=safe_name(announced)[0], refused="empty")
    if type_ is not None:
        words = Words(form=type_.form, notes=("no_ocr",) if type_.kind == IMAGE else ())
        return _named(announced, type_, size, _digest(path), words)
    if size > MAX_DOCUMENT:
        return Examined(name=safe_name(announced)[0], refused="too_large", size=size)
    data = path.read_bytes()
    words = _words(data, wall_seconds)
    type_ = TYPES.get(words.form)
    if words.refused or type_ is None:
        return Examined(name=safe_name(announced)[0], refused=words.refused or "unknown", size=size)
    return _named(announced, type_, size, hashlib.sha256(data).hexdigest(), words)


def _words(data: bytes, wall_seconds: float) -> Words:
    found = apart(f"{__name__}.child", {}, data, wall_seconds)
    if not isinstance(found, str):
        return Words(**{**found, "segments": tuple(found["segments"]), "notes": tuple(found["notes"])})
    if found == "too_slow" and data.startswith(b"%PDF-"):
        return Words(form="pdf", notes=("too_slow",))
    return Words(refused=found)


def _named(announced: str, type_: FileType, size: int, sha256: str, words: Words) -> Examined:
    name, lied = safe_name(announced, type_, sha256)
    notes = (*words.notes, "renamed") if lied else words.notes
    return Examined(name=name, type=type_, size=size, sha256=sha256, words=replace(words, notes=notes))


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
