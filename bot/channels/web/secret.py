"""The key that signs sessions and forms: from a setting, or made once and kept in a file that only we can read."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SHORTEST = 32


class Signer:
    """Signs and proves short texts. Each purpose has a key of its own, so that one signature is never another's."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def from_setting(cls, given: str, folder: Path) -> Signer:
        """Raises ValueError, in words, for a secret that is too short or a key file that cannot be used."""
        if given:
            if len(given) < SHORTEST:
                raise ValueError(
                    f"WEB_SECRET 至少要 {SHORTEST} 个字符 / WEB_SECRET needs {SHORTEST} characters at least"
                )
            return cls(given.encode())
        return cls(_kept(folder / "key"))

    def sign(self, purpose: str, text: str) -> str:
        """160 bits in base 16."""
        key = hashlib.sha256(self._secret + b"\x00" + purpose.encode()).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:40]

    def proves(self, purpose: str, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))


def _kept(path: Path) -> bytes:
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
    fresh = path.with_name(f"key.{secrets.token_hex(6)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
