"""Files by content: kept under their SHA-256, checked when they are read, never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SHA = re.compile(r"[0-9a-f]{64}")
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Shelf:
    """A folder of files named by their hash (`ab/abcd….pdf`); implements actions.effect.Files."""

    folder: Path

    def keep(self, data: bytes, suffix: str) -> str:
        """Store bytes and return their SHA-256 in hex; storing the same bytes again changes nothing."""
        sha = hashlib.sha256(data).hexdigest()
        target = self.folder / sha[:2] / f"{sha}{suffix}"
        if target.exists():
            return sha
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as temporary:
            temporary.write(data)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).replace(target)
        return sha

    def adopt(self, source: Path, suffix: str) -> str:
        """Store a file of any size, a piece at a time, and return its SHA-256; the source stays where it is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sha = hashlib.sha256()
        with source.open("rb") as stream, tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as copy:
            half = Path(copy.name)
            try:
                while piece := stream.read(_PIECE):
                    sha.update(piece)
                    copy.write(piece)
                copy.flush()
                os.fsync(copy.fileno())
            except OSError:
                half.unlink(missing_ok=True)
                raise
        target = self.folder / sha.hexdigest()[:2] / f"{sha.hexdigest()}{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        half.replace(target)
        return sha.hexdigest()

    def remove(self, sha256: str) -> None:
        """Forget the bytes; nothing happens when they are not there."""
        for path in self._all(sha256):
            path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the file lies. Raises FileNotFoundError with a sentence."""
        found = self._all(sha256)
        if not found:
            raise FileNotFoundError(f"没有这个文件 {sha256[:16]} / no such file on the shelf")
        return found[0]

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash. Raises FileNotFoundError, or ValueError when the file was changed."""
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"文件 {sha256[:16]} 被改动过 / the file was changed on disk")
        return data

    def _all(self, sha256: str) -> list[Path]:
        return sorted((self.folder / sha256[:2]).glob(f"{sha256}*")) if _SHA.fullmatch(sha256) else []
