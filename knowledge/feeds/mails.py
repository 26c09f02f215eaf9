"""An .eml file becomes a Paper: any charset, HTML-only bodies to text, identity by Message-ID."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from knowledge.mail_text import addresses, body_of, file_names, header, html_to_text

from .papers import Paper, PaperError, language_of

DEAL_HEADER = "X-Chengdan-Deal"
_IDS = re.compile(r"<[^<>\s]+>")


def read_mail(path: Path) -> Paper:
    """The mail in the file. Raises PaperError where it has no sender or no date."""
    return mail_of(path.read_bytes())


def mail_of(data: bytes, html: Callable[[str], str] = html_to_text) -> Paper:
    """The mail in these bytes; `html` reads a body that is only a page. Raises PaperError where it has no sender or no
    date."""
    message = message_from_bytes(data, policy=default)
    senders = addresses(message, "From")
    if not senders:
        raise PaperError("From", "没有发件人 (the mail has no sender)")
    own = _IDS.findall(header(message, "Message-ID"))
    answers = tuple(
        _IDS.findall(header(message, "In-Reply-To")) + _IDS.findall(header(message, "References"))[::-1]
    )
    root = (_IDS.findall(header(message, "References")) or answers or own or [""])[0]
    identity = own[0] if own else hashlib.sha256(data).hexdigest()
    text = body_of(message, html)
    subject = " ".join(header(message, "Subject").split())
    return Paper(
        id=row_id(identity),
        kind="mail",
        at=_date(message),
        text=text,
        subject=subject,
        language=language_of(f"{subject} {text}"),
        deal=header(message, DEAL_HEADER).strip(),
        sender=senders[0],
        receivers=tuple(addresses(message, "To") + addresses(message, "Cc")),
        answers=tuple(dict.fromkeys(answers)),
        thread_key=root,
        extra=_extra(message, identity if own else ""),
    )


def row_id(identity: str) -> str:
    """The row of the mail with this Message-ID, however it comes to us: a file, a mailbox, a CRM."""
    return f"mail-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def ids_in(text: str) -> list[str]:
    """The message ids in a header, in order."""
    return _IDS.findall(text)


def _date(message: EmailMessage) -> datetime:
    text = header(message, "Date")
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        raise PaperError("Date", f"没有可用的日期“{text[:40]}” (no usable date)") from None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)


def _extra(message: EmailMessage, message_id: str) -> dict[str, str]:
    extra = {"message_id": message_id, "attachments": "|".join(file_names(message))}
    return {key: value for key, value in extra.items() if value}
