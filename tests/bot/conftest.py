"""The command line over a demo company of one's own, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli.app import app
from bot.cli.trouble import guarded


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(demo_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`run("ask", "--as", "p-lina", "…")` as the shell would, through the same door."""
    monkeypatch.setenv("VAR_DIR", str(demo_dir))
    monkeypatch.chdir(demo_dir)
    return runner(capfd)


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> Ran:
        capfd.readouterr()
        code = guarded(lambda **options: app(list(words), **options))
        printed = capfd.readouterr()
        return Ran(code, printed.out, printed.err)

    return call
