"""Response codes: what lets a card be changed. Each is good once and for 72 hours; sending gives one, each click another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

LIVES = timedelta(hours=72) - timedelta(minutes=5)
"""With a margin for two clocks."""

KEPT = 8
NAMES = (("response_code", "response_code_at"), ("first_code", "first_code_at"))
"""Of the last click, and of the sending: kept apart, so that a click does not cost the code we have already."""


class Codes:
    """The codes in a card copy's refs. Used ones are remembered by a short hash, so that a newer one is not blanked."""

    def __init__(self, refs: Mapping[str, str], now: datetime) -> None:
        self._refs, self._now = refs, now
        self._used = refs.get("used_codes", "").split()
        self._before = len(self._used)

    @staticmethod
    def first(code: str, now: datetime) -> dict[str, str]:
        """The refs of a card just sent."""
        return {"first_code": code, "first_code_at": now.isoformat()}

    def left(self) -> list[str]:
        """Codes not used and not too old, the newest first."""
        found = []
        for name, at in NAMES:
            code = self._refs.get(name, "")
            if code and _short(code) not in self._used and self._young(self._refs.get(at, "")):
                found.append(code)
        return found

    def use(self, code: str) -> None:
        self._used.append(_short(code))

    def used(self) -> dict[str, str]:
        """The refs to keep; nothing where nothing was used."""
        return {"used_codes": " ".join(self._used[-KEPT:])} if len(self._used) > self._before else {}

    def _young(self, at: str) -> bool:
        try:
            return self._now - datetime.fromisoformat(at) < LIVES
        except (ValueError, TypeError):
            return True  # of an unknown age: a refusal costs one call


def _short(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:12]
