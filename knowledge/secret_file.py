"""A secret of the house, made once and kept in a file that only we can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SHORTEST = 32


def kept_secret(path: Path) -> bytes:
    """The secret in the file; made when there is none. Raises ValueError, in words, for a file that holds no whole one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _made(path)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST:
        raise ValueError(
            f"{path} 不是完整的密钥,请删除后重启 / {path} is no whole key: delete it and restart"
        )
    return key


def _made(path: Path) -> None:
    """Whole or not there: two processes that start at once end up with one key."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
