"""The words of a mail: headers that may be broken, bodies in any charset, HTML as a reader sees it. No database, no files."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser

from speech.formats import decode

_BREAKS = frozenset({"p", "br", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})
_SILENT = frozenset({"style", "script", "head", "title"})


def body_of(message: EmailMessage, read_html: Callable[[str], str] | None = None) -> str:
    """The plain body, or the HTML body as text (by `read_html` in place of html_to_text); empty when there is neither."""
    plain = [part for part in _parts(message) if part.get_content_type() == "text/plain"]
    texts = [part_text(part) for part in plain]
    if any(text.strip() for text in texts):
        return "\n".join(text.strip() for text in texts if text.strip())
    html = [part for part in _parts(message) if part.get_content_type() == "text/html"]
    return "\n".join((read_html or html_to_text)(part_text(part)) for part in html)


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


def part_text(part: EmailMessage) -> str:
    """A text part decoded as it was meant: the charset it names when that fits, else the one that does."""
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


def header(message: EmailMessage, name: str) -> str:
    """A header's value as text; "" where there is none or the parser trips over it."""
    try:
        value = message[name]
    except (
        ValueError,
        IndexError,
        AttributeError,
    ):  # the standard library's parser trips over some broken headers
        return ""
    return "" if value is None else sound(str(value))


def sound(text: str) -> str:
    """Raw 8-bit bytes in a header arrive as surrogates: decode what they were meant to be."""
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        return text.replace("\x00", "")
    return decode(text.encode("utf-8", "surrogateescape"))


def addresses(message: EmailMessage, name: str) -> list[str]:
    """The mail addresses in a header, lower case, each once."""
    pairs = getaddresses([header(message, name)])
    return list(dict.fromkeys(address.strip().lower() for _name, address in pairs if "@" in address))


def file_names(message: EmailMessage) -> list[str]:
    """The names of what is attached."""
    return [sound(part.get_filename() or "") for part in message.walk() if part.get_filename()]
