"""A zip file opened with care: counted bytes, no absurd ratios, no entry read that was not asked for."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field

from .parts import MAX_INFLATED

MAX_ENTRIES = 2_000
MAX_RATIO = 200
SMALL = 1024 * 1024
"""Below this size any ratio is harmless."""


class Refused(Exception):
    """The file is not read further; `reason` is one of parts.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Budget:
    """Bytes that may still be unfolded, shared by everything inside one attachment."""

    left: int = MAX_INFLATED

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Refused("bomb")


@dataclass
class Package:
    """The entries of a zip by name. Raises Refused for what is damaged, encrypted or a bomb."""

    data: bytes
    budget: Budget
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(self.data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise Refused("damaged") from error
        if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_INFLATED:
            raise Refused("bomb")
        if any(e.file_size > SMALL and e.file_size > e.compress_size * MAX_RATIO for e in entries):
            raise Refused("bomb")
        if len({e.filename for e in entries}) != len(entries):
            raise Refused("damaged")  # two entries of one name: readers disagree on which one counts
        self.names = tuple(e.filename for e in entries if not e.is_dir())

    def encrypted(self, name: str) -> bool:
        return bool(self._zip.getinfo(name).flag_bits & 0x1)

    def read(self, name: str) -> bytes:
        """One entry, its real size counted while it unfolds: what the directory claims is not trusted."""
        if self.encrypted(name):
            raise Refused("encrypted")
        pieces = []
        try:
            with self._zip.open(name) as stream:
                while piece := stream.read(64 * 1024):
                    self.budget.take(len(piece))
                    pieces.append(piece)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Refused("damaged") from error
        return b"".join(pieces)
