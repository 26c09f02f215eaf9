"""A letter as bytes: headers by RFC 5322, 2047 and 6532, plain text with a safe HTML sister, invitations, attachments."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import encode_rfc2231, format_datetime

from .letter import Attachment, BadMail, Invitation, Mail, Mailbox, check

INVITE = "invite.ics"
"""The invitation once more as a file, for mail programs that do not read the calendar part."""

LINK = re.compile(r"https?://[^\s<>\"'，。；！？、）】》]+", re.I)
TRAILING = ".,;:!?)]"
SPECIALS = re.compile(r"[^A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]")


def render(mail: Mail) -> bytes:
    """The mail as it goes over the wire, CRLF line ends; the same mail gives the same bytes. Raises BadMail."""
    check(mail)
    utf8 = needs_smtputf8(mail)
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(mail))
    return head.encode("utf-8" if utf8 else "ascii") + _content(mail).as_bytes(policy=SMTP)


def needs_smtputf8(mail: Mail) -> bool:
    """Whether an address has letters before the @ that only RFC 6531 servers carry."""
    return any(not local_part(address).isascii() for address in (mail.sender_address, *mail.recipients))


def local_part(address: str) -> str:
    return address.rpartition("@")[0]


def wire_address(address: str) -> str:
    """The address with its domain in ASCII (IDNA). Raises BadMail for a domain that cannot be one."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna

    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise BadMail(f"域名不合规: {domain!r} / not a domain name") from error


def message_id(text: str) -> str:
    """The id in its angle brackets."""
    return f"<{text.strip('<>')}>"


def as_html(body: str) -> str:
    """Plain text as HTML: escaped, blank lines make paragraphs, http(s) addresses become links, nothing else."""
    blocks = re.split(r"\n\s*\n", body.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    paragraphs = "\n".join(f"<p>{_linked(block)}</p>" for block in blocks)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n<body>\n{paragraphs}\n</body></html>\n'
    )


def _linked(text: str) -> str:
    parts: list[str] = []
    last = 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(TRAILING)
        shown = html.escape(address)
        parts += [html.escape(text[last : match.start()]), f'<a href="{shown}">{shown}</a>']
        last = match.start() + len(address)
    return "".join([*parts, html.escape(text[last:])]).replace("\n", "<br>\n")


def _headers(mail: Mail) -> Iterator[tuple[str, str]]:
    sender = Mailbox(name=mail.sender_name, address=mail.sender_address)
    yield "From", _mailbox(sender)
    yield "To", ",\r\n ".join(_mailbox(box) for box in mail.to)
    if mail.cc:
        yield "Cc", ",\r\n ".join(_mailbox(box) for box in mail.cc)
    yield "Subject", _words(mail.subject, "Subject")
    yield "Date", format_datetime(mail.date)
    yield "Message-ID", message_id(mail.message_id)
    thread = mail.references or ((mail.in_reply_to,) if mail.in_reply_to else ())
    if mail.in_reply_to:
        yield "In-Reply-To", message_id(mail.in_reply_to)
    if thread:
        yield "References", "\r\n ".join(message_id(one) for one in thread)


def _mailbox(box: Mailbox) -> str:
    address = wire_address(box.address)
    if not box.name.strip():
        return address
    if not box.name.isascii() or len(box.name) > 60 or "=?" in box.name:
        return f"{_words(box.name, 'To')}\r\n <{address}>"
    if SPECIALS.search(box.name):
        escaped = box.name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{escaped}" <{address}>'
    return f"{box.name} <{address}>"


def _words(text: str, header: str) -> str:
    """Text for a header: as it is when short ASCII, else as RFC 2047 encoded words of at most 75 characters."""
    if text.isascii() and len(text) <= 60 and "=?" not in text and text == text.strip():
        return text
    return Header(text, "utf-8", header_name=header, maxlinelen=75).encode(linesep="\r\n")


def _content(mail: Mail) -> MIMEBase:
    boundary = hashlib.sha256(message_id(mail.message_id).encode()).hexdigest()[:32]
    both = MIMEMultipart("alternative", boundary=f"=_alt_{boundary}")
    both.attach(_text(mail.body, "plain"))
    both.attach(_text(as_html(mail.body), "html"))
    files = mail.attachments
    if mail.calendar is not None:
        both.attach(_invitation(mail.calendar))
        files = (*files, Attachment(name=INVITE, content_type="application/ics", data=mail.calendar.data))
    if not files:
        return both
    mixed = MIMEMultipart("mixed", boundary=f"=_mix_{boundary}")
    mixed.attach(both)
    for file in files:
        mixed.attach(_attached(file))
    return mixed


def _invitation(part: Invitation) -> MIMEBase:
    """The last and richest alternative: what Outlook, Gmail, Apple Mail and Foxmail show with yes and no buttons."""
    made = _text(part.data.decode("utf-8"), "calendar")
    made.set_param("method", part.method)
    return made


def _text(text: str, kind: str) -> MIMEText:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    part = MIMEText(lines.replace("\n", "\r\n"), kind, "utf-8")
    del part["MIME-Version"]
    return part


def _attached(file: Attachment) -> MIMEBase:
    import base64

    main, _, sub = file.content_type.partition("/")
    part = MIMEBase(main, sub)
    del part["MIME-Version"]
    name = encode_rfc2231(file.name, "utf-8")
    part["Content-Disposition"] = f"attachment; filename*={name}"
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(file.data).decode("ascii"))
    return part
