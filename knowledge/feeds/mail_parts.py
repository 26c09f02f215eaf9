"""One mail of a mailbox taken apart: the mail itself, and each attachment that has words. Hostile bytes end in a reason."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from knowledge.attachments import examine
from knowledge.mail_text import sound

from .mails import mail_of
from .papers import Paper, PaperError
from .plain_words import page_words

MAX_TEXT = 200_000
"""Characters of a mail or an attachment that are kept: more than anybody reads, less than what floods an index."""

MAX_FILES = 10
MAX_PARTS = 200


@dataclass(frozen=True, kw_only=True)
class Attached:
    """What is attached to a mail, with its words and what an inbound file is described by."""

    name: str
    text: str
    sha256: str
    mime: str
    size: int


def take_apart(data: bytes) -> tuple[Paper, tuple[Attached, ...]]:
    """The mail and its attachments. HTML and attachments are read in a child of their own, with little time and no rights.
    Raises PaperError."""
    try:
        paper = mail_of(data, html=page_words)
        text = paper.text if len(paper.text) <= MAX_TEXT else paper.text[:MAX_TEXT] + "\n[…]"
        return replace(paper, text=text, subject=paper.subject[:500]), tuple(_files(data))
    except PaperError:
        raise
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise PaperError(
            "mail", f"这封邮件的结构坏了 (broken beyond reading)：{type(error).__name__}"
        ) from None


def _files(data: bytes) -> Iterator[Attached]:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    count = 0
    for number, part in enumerate(message.walk()):
        if number > MAX_PARTS or count >= MAX_FILES:
            return
        name = sound(part.get_filename() or "")
        content = part.get_payload(decode=True)
        if not name or part.is_multipart() or not isinstance(content, bytes) or not content:
            continue
        count += 1
        found = _read(name, content)
        if found is not None:
            yield found


def _read(name: str, content: bytes) -> Attached | None:
    with tempfile.NamedTemporaryFile() as place:
        place.write(content)
        place.flush()
        found = examine(Path(place.name), name)
    text = found.words.text.strip()
    if found.refused or not text:
        return None
    mime = found.type.mime if found.type else ""
    return Attached(name=found.name, text=text[:MAX_TEXT], sha256=found.sha256, mime=mime, size=found.size)
