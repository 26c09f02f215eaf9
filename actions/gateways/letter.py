"""What a mail is on its way out, what a mail gateway answers, and what is refused before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

MESSAGE_ID = re.compile(r"<?[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>?")
ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{1,255}")
CONTENT_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
METHODS = ("REQUEST", "CANCEL")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
UNSEEN_IN_BODY = re.compile(r"[\x00\ud800-\udfff]")


class BadMail(ValueError):
    """The mail cannot be written as given; the sentence says which field and why."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """One address with the name shown for it ("" for none)."""

    name: str = ""
    address: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes along; `content_type` like application/pdf."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A calendar's part of a letter (RFC 6047): `method` is REQUEST or CANCEL, `data` the iCalendar text in UTF-8."""

    method: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One letter. `message_id` is stable (`<action-id@domain>`, given by the caller); `references` are message ids,
    oldest first; `date` is an aware time in the caller's zone. There is no blind copy: who gets it is in `to`, `cc`."""

    message_id: str
    sender_name: str
    sender_address: str
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    subject: str
    body: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime
    attachments: tuple[Attachment, ...] = ()
    calendar: Invitation | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address once, in order, whatever its case."""
        return tuple({box.address.lower(): box.address for box in reversed(self.to + self.cc)}.values())[::-1]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of a mail.

    sent: the server took it (`refused_recipients` were left out). refused: it said no for good, nothing was sent.
    failed: nothing was sent, trying again is safe. unknown: the line broke after the whole text was handed over; it
    may or may not have arrived, and must not be sent again without a person having looked.

    `step` is how far it got (gateways.steps). `fault` says whose a failure was: the gateway's, which counts for its
    circuit breaker, this one mail's by the word of a working server, or our own.
    """

    status: Literal["sent", "refused", "failed", "unknown"]
    detail: str
    refused_recipients: tuple[str, ...] = ()
    reference: str = ""
    step: str = ""
    fault: Literal["gateway", "mail", "own"] = "gateway"


class MailGateway(Protocol):
    """A way out for mail. `send` never raises for what a mail, a server or a disk can do wrong."""

    def send(self, mail: Mail) -> Delivery: ...

    def describe(self) -> str:
        """Where mail goes, in a sentence without secrets."""
        ...


def check(mail: Mail) -> None:
    """Refuse what cannot be written safely. Raises BadMail naming the field."""
    for field, value in _header_values(mail):
        if UNSEEN.search(value):
            raise BadMail(
                f"{field}里有换行或控制字符，不能写进邮件头 / line break or control character in {field}"
            )
    for box in (Mailbox(address=mail.sender_address), *mail.to, *mail.cc):
        if not ADDRESS.fullmatch(box.address):
            raise BadMail(f"邮箱地址不完整: {box.address!r} / not a mail address")
    for found in (mail.message_id, *filter(None, (mail.in_reply_to, *mail.references))):
        if not MESSAGE_ID.fullmatch(found):
            raise BadMail(f"邮件编号不合格式 <id@domain>: {found!r} / not a message id")
    _check_rest(mail)


def _check_rest(mail: Mail) -> None:
    if not mail.to:
        raise BadMail("没有收件人 / no recipient")
    if mail.date.tzinfo is None:
        raise BadMail("发信时间没有时区 / the date has no time zone")
    if UNSEEN_IN_BODY.search(mail.body):
        raise BadMail("正文里有不能编码的字符 / the body holds characters that cannot be encoded")
    for file in mail.attachments:
        if not CONTENT_TYPE.fullmatch(file.content_type):
            raise BadMail(f"附件类型不合格式: {file.content_type!r} / not a content type")
    if mail.calendar is not None:
        _check_calendar(mail.calendar)


def _check_calendar(part: Invitation) -> None:
    whole = part.data.startswith(b"BEGIN:VCALENDAR\r\n") and part.data.endswith(b"END:VCALENDAR\r\n")
    if part.method not in METHODS or not whole or f"\r\nMETHOD:{part.method}\r\n".encode() not in part.data:
        raise BadMail("日历邀请不合格式 / the calendar part is not an iCalendar invitation")


def _header_values(mail: Mail) -> Iterator[tuple[str, str]]:
    yield "Message-ID", mail.message_id
    yield "发件人 From", mail.sender_name
    yield "发件人 From", mail.sender_address
    for field, boxes in (("收件人 To", mail.to), ("抄送 Cc", mail.cc)):
        for box in boxes:
            yield field, box.name
            yield field, box.address
    yield "主题 Subject", mail.subject
    yield "In-Reply-To", mail.in_reply_to
    for reference in mail.references:
        yield "References", reference
    for file in mail.attachments:
        yield "附件名 attachment", file.name
