"""Keeps bearer addresses out of the log: httpx writes every address it asks, with its query, at level INFO."""

from __future__ import annotations

import logging


class WithoutQuery(logging.Filter):
    """Cuts the query off every address among a record's arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line stays, shorter."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(one) for one in record.args)
        return True


def _cut(argument: object) -> object:
    text = str(argument) if type(argument).__module__.startswith("httpx") else argument
    return text.partition("?")[0] + "?…" if isinstance(text, str) and "?" in text else argument


def hush() -> None:
    """Once per process is enough; more does no harm."""
    logger = logging.getLogger("httpx")
    if not any(isinstance(one, WithoutQuery) for one in logger.filters):
        logger.addFilter(WithoutQuery())
