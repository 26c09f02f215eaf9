"""The child that reads one file: it gives up its rights first, then reads bytes from stdin and answers in JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 5
OPEN_FILES = 64


def bind(cpu_seconds: int = CPU_SECONDS) -> None:
    """No more memory, processor time and files than a document deserves, and nothing can be written."""
    try:
        import resource
    except ImportError:  # a system without limits; the parent's clock still holds
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def main() -> None:
    """stdin: a JSON line with the name, then the bytes. stdout: the reading."""
    bind()
    sys.setrecursionlimit(2_000)
    name = json.loads(sys.stdin.buffer.readline())["name"]
    data = sys.stdin.buffer.read()
    from .extract import extract

    sys.stdout.write(json.dumps(asdict(extract(name, data))))


if __name__ == "__main__":
    main()
