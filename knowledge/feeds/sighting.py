"""What a mailbox shows of a mail whose sending ended in doubt: its copy, an answer to it, a server's report that it bounced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from knowledge.mail_text import header
from knowledge.model import MailSighting

from .imap import Folder, Head, Mailbox

LOOK_AT = ("inbox", "sent")
BEFORE = timedelta(days=1)
"""A day of leeway before the sending: mail servers date by clocks of their own."""


def look_for(
    mailbox: Mailbox, feed: str, doubtful: Sequence[tuple[str, datetime]], now: datetime
) -> list[MailSighting]:
    """One sighting for every mail (Message-ID, when it was sent) and folder, also where nothing was found. It says what
    is there and decides nothing: whoever settles the action does."""
    if not doubtful:
        return []
    found = []
    for folder in mailbox.folders():
        if folder.role not in LOOK_AT:
            continue
        mailbox.open(folder.name)
        found += [_sighting(mailbox, feed, folder, one, at, now) for one, at in doubtful]
    return found


def _sighting(
    mailbox: Mailbox, feed: str, folder: Folder, message_id: str, at: datetime, now: datetime
) -> MailSighting:
    kind, head = _found(mailbox, folder, message_id, at - BEFORE)
    message = message_from_bytes(head.header if head else b"", policy=default)
    assert isinstance(message, EmailMessage)
    return MailSighting(
        message_id=message_id,
        feed=feed,
        folder=folder.name,
        found=kind,
        sender=header(message, "From")[:200],
        subject=header(message, "Subject")[:200],
        at=head.at if head else None,
        seen_at=now,
    )


def _found(mailbox: Mailbox, folder: Folder, message_id: str, since: datetime) -> tuple[str, Head | None]:
    for name in ("Message-ID", "In-Reply-To", "References"):
        for head in mailbox.heads(mailbox.search_header(name, message_id)[:5]):
            return ("copy" if name == "Message-ID" else _answer(head)), head
    if folder.role == "inbox":
        for head in mailbox.heads(mailbox.search_body(message_id, since)[:5]):
            if _answer(head) == "bounce":
                return "bounce", head
    return "nothing", None


def _answer(head: Head) -> str:
    message = message_from_bytes(head.header, policy=default)
    assert isinstance(message, EmailMessage)
    sender = header(message, "From").casefold()
    report = "multipart/report" in header(message, "Content-Type").casefold()
    return "bounce" if report or "mailer-daemon" in sender or "postmaster" in sender else "reply"
