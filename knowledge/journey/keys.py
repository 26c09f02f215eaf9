"""Identifiers as keyed hashes: what is stored of a phone number, an address or a login (capabilities C2.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from knowledge.insight.journey.identifiers import is_blocked, normalised, strongest_first
from knowledge.secret_file import SHORTEST, kept_secret


class HouseKey:
    """Makes identifiers (`kind:hex`, 128 bits of HMAC-SHA256). Without the key nobody can try numbers until one fits."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"journey\x00" + secret).digest()

    @classmethod
    def from_setting(cls, given: str, folder: Path) -> HouseKey:
        """The key of a setting, else of a file in `folder`, made once. Raises ValueError, in words, for one too short."""
        if given and len(given) < SHORTEST:
            raise ValueError(
                f"IDENTITY_SECRET 至少要 {SHORTEST} 个字符 / IDENTITY_SECRET needs {SHORTEST} characters at least"
            )
        return cls(given.encode() if given else kept_secret(folder / "key"))

    def identifier(self, kind: str, value: Any, blocked: Collection[str] = ()) -> str:
        """The identifier of a value as it came; "" when it identifies nobody (malformed, or on the list)."""
        plain = normalised(kind, value)
        if not plain or is_blocked(kind, plain, blocked):
            return ""
        return f"{kind}:{self.digest(kind, plain)}"

    def identifiers(self, raw: Iterable[tuple[str, Any]], blocked: Collection[str] = ()) -> tuple[str, ...]:
        """The identifiers of (kind, value) pairs that identify somebody, the strongest first, each once."""
        made = {self.identifier(kind, value, blocked) for kind, value in raw} - {""}
        return tuple(strongest_first(made))

    def digest(self, purpose: str, text: str) -> str:
        """32 hex characters for a text, another series for each purpose."""
        return hmac.new(self._secret, f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()[:32]
