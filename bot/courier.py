"""Starts the process that may send, when something must leave the house and no sender is running."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field

from .process import child_environment
from .sender_settings import ENV_FD
from .settings import Settings

LOG = logging.getLogger(__name__)

NOT_FOR_SENDERS = (
    "LLM_API_KEY", "EMBEDDING_API_KEY", "IMAP_URL", "IMAP_OAUTH_CLIENT_SECRET", "HUBSPOT_ACCESS_TOKEN",
    "HUBSPOT_CLIENT_SECRET", "HUBSPOT_REFRESH_TOKEN", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_REFRESH_TOKEN",
)  # fmt: skip
AT_ONCE = 50
"""How many ids one child is given; the rest goes with the next look."""

DESCRIBE_WITHIN_S = 30.0


@dataclass
class Courier:
    """Hands ids, and nothing but ids, to a child process `python -m bot.sender --once ID...`.

    The child has its own settings and reads everything anew from the database; a Ctrl-C at this terminal does not reach
    it. One child at a time.
    """

    settings: Settings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _child: subprocess.Popen[bytes] | None = None

    def carry(self, ids: list[str], *, wait_s: float = 0.0) -> bool:
        """Have these performed; waits up to `wait_s` seconds for the end. False when a child is still busy after that."""
        with self._lock:
            if self._child is not None and not self._over(wait_s):
                return False
            self._child = self._start("--once", *ids[:AT_ONCE])
            return self._over(wait_s)

    def describe(self) -> dict[str, str]:
        """Where mail goes, as the sender says it: level (ok, note, broken), says, fix. No secret comes along."""
        ran = subprocess.run(
            self._command("--describe"), env=self._environment(), pass_fds=_handed(), check=False,
            capture_output=True, timeout=DESCRIBE_WITHIN_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            told: dict[str, str] = json.loads(ran.stdout)
        except ValueError:
            said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            return {"level": "broken", "says": said[-1] if said else "?", "fix": "SMTP_URL, SENDER_ENV_FILE"}
        return told

    def resident(self) -> subprocess.Popen[bytes]:
        """A sender that runs until its standard input closes, which happens with the end of this process."""
        return subprocess.Popen(
            self._command("--until-eof"), env=self._environment(), pass_fds=_handed(),
            stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        # Not a pipe: the child may outlive us, and must not break because nobody reads it.
        with tempfile.TemporaryFile() as told:
            return subprocess.Popen(
                self._command(*words), env=self._environment(), pass_fds=_handed(),
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
            )  # fmt: skip

    def _over(self, wait_s: float) -> bool:
        assert self._child is not None
        try:
            code = self._child.wait(wait_s)
        except subprocess.TimeoutExpired:
            return False
        if code:
            LOG.warning("the sender ended with code %s; chengdan doctor says why", code)
        self._child = None
        return True

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-P", "-m", "bot.sender", *words]

    def _environment(self) -> dict[str, str]:
        return child_environment(self.settings, NOT_FOR_SENDERS)


def _handed() -> tuple[int, ...]:
    number = os.environ.get(ENV_FD, "")
    return (int(number),) if number.isdigit() else ()
