"""An .eml file becomes a Paper: any charset, HTML-only bodies to text, identity by Message-ID."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

from speech.formats import decode

from .papers import Paper, PaperError, language_of

DEAL_HEADER = "X-Chengdan-Deal"
_BREAKS = frozenset({"p", "br", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})
_SILENT = frozenset({"style", "script", "head", "title"})
_IDS = re.compile(r"<[^<>\s]+>")


def read_mail(path: Path) -> Paper:
    """The mail in the file. Raises PaperError where it has no sender or no date."""
    data = path.read_bytes()
    message = message_from_bytes(data, policy=default)
    senders = _addresses(message, "From")
    if not senders:
        raise PaperError("From", "没有发件人 (the mail has no sender)")
    own = _IDS.findall(_header(message, "Message-ID"))
    answers = tuple(
        _IDS.findall(_header(message, "In-Reply-To")) + _IDS.findall(_header(message, "References"))[::-1]
    )
    root = (_IDS.findall(_header(message, "References")) or answers or own or [""])[0]
    identity = own[0] if own else hashlib.sha256(data).hexdigest()
    text = body_of(message)
    subject = " ".join(_header(message, "Subject").split())
    return Paper(
        id=f"mail-{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
        kind="mail",
        at=_date(message),
        text=text,
        subject=subject,
        language=language_of(f"{subject} {text}"),
        deal=_header(message, DEAL_HEADER).strip(),
        sender=senders[0],
        receivers=tuple(_addresses(message, "To") + _addresses(message, "Cc")),
        answers=tuple(dict.fromkeys(answers)),
        thread_key=root,
        extra=_extra(message, identity if own else ""),
    )


def body_of(message: EmailMessage) -> str:
    """The plain body, or the HTML body as text; empty when there is neither."""
    plain = [part for part in _parts(message) if part.get_content_type() == "text/plain"]
    texts = [_part_text(part) for part in plain]
    if any(text.strip() for text in texts):
        return "\n".join(text.strip() for text in texts if text.strip())
    html = [part for part in _parts(message) if part.get_content_type() == "text/html"]
    return "\n".join(html_to_text(_part_text(part)) for part in html)


def html_to_text(html: str) -> str:
    """What a reader of the page sees: scripts and styles gone, one line a block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        if tag in _BREAKS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in _BREAKS and tag not in ("br", "hr"):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))


def _parts(message: EmailMessage) -> list[EmailMessage]:
    return [
        part
        for part in message.walk()
        if not part.is_multipart() and part.get_content_disposition() != "attachment"
    ]


def _part_text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "").lower()
    if charset in ("gb2312", "gbk"):
        charset = "gb18030"  # mail programs say gb2312 and write gbk
    try:
        text = data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message[name]
    except (
        ValueError,
        IndexError,
        AttributeError,
    ):  # the standard library's parser trips over some broken headers
        return ""
    return "" if value is None else _sound(str(value))


def _sound(text: str) -> str:
    """Raw 8-bit bytes in a header arrive as surrogates: decode what they were meant to be."""
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        return text.replace("\x00", "")
    return decode(text.encode("utf-8", "surrogateescape"))


def _addresses(message: EmailMessage, name: str) -> list[str]:
    pairs = getaddresses([_header(message, name)])
    return list(dict.fromkeys(address.strip().lower() for _name, address in pairs if "@" in address))


def _date(message: EmailMessage) -> datetime:
    text = _header(message, "Date")
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        raise PaperError("Date", f"没有可用的日期“{text[:40]}” (no usable date)") from None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)


def _extra(message: EmailMessage, message_id: str) -> dict[str, str]:
    names = [_sound(part.get_filename() or "") for part in message.walk() if part.get_filename()]
    extra = {"message_id": message_id, "attachments": "|".join(names)}
    return {key: value for key, value in extra.items() if value}
