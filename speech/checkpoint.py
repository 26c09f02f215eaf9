"""Chunks that are done, one line each in a file: what a broken-off transcription goes on from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .guards import Dropped
from .heard import Heard

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Done:
    """One chunk: seconds of the recording, and what was heard and left out in it."""

    start: float
    end: float
    heard: tuple[Heard, ...]
    dropped: tuple[Dropped, ...]
    two_channels: bool


@dataclass
class Checkpoint:
    """A file of chunks. `bound_to` is what the chunks depend on (file hash, engine, hints): a file that was begun for
    something else is begun anew. A last line that was torn off by a crash does not count."""

    path: Path
    bound_to: Mapping[str, Any]
    done: list[Done] = field(default_factory=list)

    def load(self) -> list[Done]:
        """The chunks that are done, in order; then the file holds exactly these."""
        self.done = []
        lines = self.path.read_text(encoding="utf-8").split("\n") if self.path.exists() else []
        if lines and _object(lines[0]) == self._head():
            for line in lines[1:]:
                one = _done(_object(line))
                if one is None or (self.done and one.start != self.done[-1].end):
                    break
                self.done.append(one)
        self._write("w", [json.dumps(self._head(), ensure_ascii=False), *map(_line, self.done)])
        return self.done

    def add(self, one: Done) -> None:
        """Keep a chunk; it is on the disk when this returns."""
        self._write("a", [_line(one)])
        self.done.append(one)

    def remove(self) -> None:
        """All is done."""
        self.path.unlink(missing_ok=True)

    def _head(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps({"version": VERSION, **self.bound_to}))
        return found

    def _write(self, mode: str, lines: list[str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open(mode, encoding="utf-8") as stream:
            stream.writelines(line + "\n" for line in lines)
            stream.flush()
            os.fsync(stream.fileno())


def _line(one: Done) -> str:
    return json.dumps(asdict(one), ensure_ascii=False)


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _done(data: dict[str, Any]) -> Done | None:
    try:
        return Done(
            start=data["start"],
            end=data["end"],
            heard=tuple(Heard.of(one) for one in data["heard"]),
            dropped=tuple(Dropped(heard=Heard.of(one["heard"]), why=one["why"]) for one in data["dropped"]),
            two_channels=data["two_channels"],
        )
    except (KeyError, TypeError):
        return None
