"""Files in which the person stands: mails and messages of the outbox, papers on the shelf, rows an import rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path

from knowledge import reading
from knowledge.mail_text import header, part_text
from knowledge.reading.kinds import decoded
from knowledge.reading.parts import MAX_FILE

from .whom import Whom

PLAIN = frozenset({".jsonl", ".json", ".csv", ".txt", ".md", ".log", ".tsv", ".yaml", ".yml", ".vtt", ".srt"})
SPARED = frozenset({"index", "audit", "templates", "pictures"})
"""Folders of the data folder that are not searched: the index is built anew, the heads hold hashes, templates are the house's
own words, pictures are all forgotten after an erasure (actions.sweeping)."""


def bearing(folder: Path | None, whom: Whom, doomed: Iterable[str]) -> list[str]:
    """Paths under the data folder of every file that names them, and of those in `doomed` (hashes of papers emptied).

    A file that cannot be read is not taken: it is said when the sweep ends.
    """
    if folder is None or not folder.is_dir():
        return []
    hashes = {one for one in doomed if one}
    return sorted(str(path.relative_to(folder)) for path in _files(folder) if _bears(path, whom, hashes))


def unreadable(folder: Path | None) -> list[str]:
    """Papers nobody can look into (encrypted, scanned, damaged): a person must."""
    if folder is None or not folder.is_dir():
        return []
    return sorted(str(path.relative_to(folder)) for path in _files(folder) if _text(path) is None)


def _files(folder: Path) -> Iterator[Path]:
    for top in sorted(folder.iterdir()):
        if top.is_dir() and top.name not in SPARED:
            yield from sorted(path for path in top.rglob("*") if path.is_file())
        elif top.is_file() and top.suffix in PLAIN:
            yield top


def _bears(path: Path, whom: Whom, hashes: set[str]) -> bool:
    if path.stem in hashes:
        return True
    text = _text(path)
    if text is None:
        return False
    return whom.redactor.touches(text) or any(f'"{one}"' in text for one in whom.ids())


def _text(path: Path) -> str | None:
    """The words of a file; None when nobody can read them."""
    data = path.read_bytes()
    if path.suffix in PLAIN:
        return decoded(data) or data.decode("utf-8", "replace")
    if path.suffix == ".eml":
        return _letter(data)
    if len(data) > MAX_FILE:
        return None
    found = reading.read(path.name, data)
    words = "\n".join(part.text for part in found.parts if part.place != "name")
    return words if words.strip() or not found.unread else None


def _letter(data: bytes) -> str:
    """Headers and bodies of a mail; what is attached to one of ours is on the shelf as well."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    parts = [f"{name}: {header(message, name)}" for name in message]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            parts.append(part_text(part))
    return "\n".join(parts)
