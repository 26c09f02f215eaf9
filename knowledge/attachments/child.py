"""The child that takes the words out of one document: bytes on stdin, JSON on stdout, no rights in between."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from knowledge.reading.child import bind

CPU_SECONDS = 15


def main() -> None:
    """stdin: a JSON line, then the bytes. stdout: the words."""
    bind(CPU_SECONDS)
    sys.setrecursionlimit(2_000)
    sys.stdin.buffer.readline()
    data = sys.stdin.buffer.read()
    from .extract import words_of

    sys.stdout.write(json.dumps(asdict(words_of(data))))


if __name__ == "__main__":
    main()
