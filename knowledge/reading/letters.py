"""Text of a saved mail: its headers, its bodies, and what is attached to it, one level down."""

from __future__ import annotations

from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser

from ..mail_text import part_text
from .office import Recurse
from .package import Budget, Refused
from .pages import read_page
from .parts import Basket

MAX_PARTS = 200
SHOWN = ("From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date")


def read_letter(data: bytes, basket: Basket, recurse: Recurse, budget: Budget) -> None:
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(message, EmailMessage)
        basket.text("headers", "\n".join(f"{name}: {message[name]}" for name in SHOWN if message[name]))
        for count, part in enumerate(message.walk()):
            if count > MAX_PARTS:
                basket.cannot("", "too_long")
                return
            _part(part, basket, recurse, budget)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise Refused("damaged") from error


def _part(part: EmailMessage, basket: Basket, recurse: Recurse, budget: Budget) -> None:
    if part.is_multipart():
        return
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    budget.take(len(raw))
    if part.get_filename() or part.get_content_maintype() != "text":
        recurse(part.get_filename() or "", raw, basket, budget)
        return
    text = part_text(part)
    if part.get_content_subtype() == "html":
        read_page(text, basket)
    else:
        basket.text("body", text)
