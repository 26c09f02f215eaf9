"""The key that signs sessions and forms: from a setting, or made once and kept in a file that only we can read."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from knowledge.secret_file import SHORTEST, kept_secret


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
        return cls(kept_secret(folder / "key"))

    def sign(self, purpose: str, text: str) -> str:
        """160 bits in base 16."""
        key = hashlib.sha256(self._secret + b"\x00" + purpose.encode()).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:40]

    def proves(self, purpose: str, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))
