"""A child process for one hostile file: bytes in, JSON out, nothing of ours within its reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HOUSE = Path(__file__).resolve().parents[2]


def apart(module: str, header: Mapping[str, Any], data: bytes, wall_seconds: float) -> dict[str, Any] | str:
    """Run `module` on one file: a JSON line with `header` and the bytes on its stdin, a JSON object on its stdout.

    A file that defeats the child is `too_slow` or `damaged` (of parts.REASONS), never an error.
    """
    command = [sys.executable, "-P", "-X", "utf8", "-m", module]
    try:
        ran = subprocess.run(
            command,
            input=json.dumps(dict(header)).encode() + b"\n" + data,
            capture_output=True,
            timeout=wall_seconds,
            check=False,
            env=bare_environment(),
        )
    except (subprocess.TimeoutExpired, OSError):
        return "too_slow"
    if ran.returncode:
        return "too_slow" if ran.returncode < 0 else "damaged"
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def bare_environment() -> dict[str, str]:
    """What the interpreter needs to find our code, and no secret of ours."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([str(_HOUSE), *filter(None, sys.path)])}
