"""A saved mail: its text, and its headers as facts that anybody can have written."""

from __future__ import annotations

from datetime import UTC
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

from knowledge.mail_text import addresses, body_of, file_names, header
from knowledge.reading.parts import MAX_TEXT

from .cleaning import clean
from .words import Words

LONGEST = 500
"""Characters of one header that are kept."""


def read_letter(data: bytes) -> Words:
    """The mail's text and its header facts; what is attached to it is named, not read."""
    try:
        message = message_from_bytes(data, policy=default)
        attached = [name for name in file_names(message) if name.strip()]
        facts = {
            "from": ", ".join(addresses(message, "From")),
            "to": ", ".join(addresses(message, "To")),
            "cc": ", ".join(addresses(message, "Cc")),
            "subject": " ".join(header(message, "Subject").split()),
            "message_id": header(message, "Message-ID").strip(),
            "date": _date(header(message, "Date")),
            "attachments": " | ".join(attached),
        }
        body = body_of(message)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return Words(refused="damaged")
    kept = {name: clean(value)[:LONGEST] for name, value in facts.items() if value.strip()}
    notes = [*(["attached"] if attached else []), *(["too_long"] if len(body) > MAX_TEXT else [])]
    return Words(form="letter", text=clean(body[:MAX_TEXT]).strip(), facts=kept, notes=tuple(notes))


def _date(text: str) -> str:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return ""
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC).isoformat()
