"""Files by content: kept under their SHA-256, checked when they are read, never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SHA = re.compile(r"[0-9a-f]{64}")


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

    def path(self, sha256: str) -> Path:
        """Where the file lies. Raises FileNotFoundError with a sentence."""
        found = sorted((self.folder / sha256[:2]).glob(f"{sha256}*")) if _SHA.fullmatch(sha256) else []
        if not found:
            raise FileNotFoundError(f"没有这个文件 {sha256[:16]} / no such file on the shelf")
        return found[0]

    def read(self, sha256: str) -> bytes:
        """The bytes with this hash. Raises FileNotFoundError, or ValueError when the file was changed."""
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"文件 {sha256[:16]} 被改动过 / the file was changed on disk")
        return data
