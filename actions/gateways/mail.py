"""The mail gateway the rest of the house knows: SMTP when an address is configured, files in the outbox when not."""

from __future__ import annotations

from pathlib import Path

from .letter import Attachment, BadMail, Delivery, Invitation, Mail, Mailbox, MailGateway

__all__ = [
    "Attachment",
    "BadMail",
    "Delivery",
    "Invitation",
    "Mail",
    "MailGateway",
    "Mailbox",
    "gateway_from",
]


def gateway_from(url: str, outbox: Path) -> MailGateway:
    """The gateway an SMTP_URL asks for (`smtp://user:pass@host:587`, `smtps://host:465`); "" writes to `outbox`.

    Raises ValueError with a sentence (never with the password in it) when the address cannot be understood.
    """
    if not url.strip():
        from .outbox import (
            OutboxGateway,
        )  # kept off the path of a question: email and tempfile cost milliseconds

        return OutboxGateway(outbox)
    from .smtp import SmtpGateway, smtp_options

    return SmtpGateway(smtp_options(url.strip()))
