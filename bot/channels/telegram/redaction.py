"""Keeps the bot token out of every log: Telegram has it in each URL, and httpx and PTB write URLs down."""

from __future__ import annotations

import logging
import re
from urllib.parse import quote

HIDDEN = "***"
LIKE_A_TOKEN = re.compile(r"\b\d{5,}(?::|%3A)[A-Za-z0-9_-]{20,}")
NOISY = ("httpx", "httpcore", "telegram")


class Redactor(logging.Filter):
    """Replaces tokens in whatever a logger it is put on is told. Knows the tokens it was given and what looks like one."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: set[str] = set()

    def keep(self, token: str) -> None:
        """Never to be seen from now on."""
        self._tokens |= {token, quote(token, safe="")} - {""}

    def hide(self, text: str) -> str:
        for token in self._tokens:
            text = text.replace(token, HIDDEN)
        return LIKE_A_TOKEN.sub(HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            return True  # logging itself reports what cannot be formatted
        hidden = self.hide(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


REDACTOR = Redactor()
"""One for the process: a filter on a logger is there for all who use that logger."""


def silence(token: str) -> None:
    """Hide this token in the logs of httpx, httpcore and PTB. Their levels are left alone: others use them too."""
    REDACTOR.keep(token)
    known = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISY]
    for name in {*known, *NOISY}:  # a filter does not reach the children of its logger
        logging.getLogger(name).addFilter(REDACTOR)


def hide(text: object) -> str:
    """Any words without tokens."""
    return REDACTOR.hide(str(text))
