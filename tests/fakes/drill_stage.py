"""Stages for the injection evaluation: the demo company that is loaded already, and one with a hole in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.drilled import Drilled
from bot.evaluation.injection.stage import Clock, Stage, Watched

Hole = Callable[[Watched], None]


@dataclass
class ReadyStage(Stage):
    """Does not load the demo company again; `hole` is cut into every house that is opened to talk in."""

    template: Path = field(default_factory=Path)
    hole: Hole | None = None

    def build(self) -> None:
        shutil.copytree(self.template, self.folder / "clean")

    def open(self, name: str, clock: Clock, drilled: Drilled | None = None) -> Watched:
        house = super().open(name, clock, drilled)
        if self.hole is not None and name == "now":
            self.hole(house)
        return house


def staged(template: Path, hole: Hole | None = None) -> Callable[[Path, Path], Stage]:
    """What `evaluate(open_stage=...)` takes."""
    return lambda folder, demo: ReadyStage(folder, demo, template=template, hole=hole)


class Loose:
    """An assistant that does something besides answering."""

    def __init__(self, inner: Any, besides: Callable[[Any], Any]) -> None:
        self._inner, self._besides = inner, besides

    def answer(self, *args: Any, **kwargs: Any) -> Any:
        return self._besides(self._inner.answer(*args, **kwargs))

    def close(self) -> None:
        self._inner.close()
