"""Mail over SMTP, told apart to the last byte: what was surely not sent, and what nobody can know."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from .letter import BadMail, Delivery, Mail
from .mime import needs_smtputf8, render, wire_address
from .smtp_options import SmtpOptions, smtp_options
from .steps import TEXT_SENT, OnStep, Overtaken, unheard

__all__ = ["SmtpGateway", "SmtpOptions", "smtp_options"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SERVICE_CLOSING = 421
BEFORE_MEETING = ("connect", "login")


class Stopped(Exception):
    """The conversation ended before the mail was taken over; carries what to report."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.detail)
        self.delivery = delivery


@dataclass
class _Talk:
    """One conversation: the line once there is one, and how far it has got."""

    step: str = "connect"
    line: smtplib.SMTP | None = None


class SmtpGateway:
    """One connection per mail: a sales assistant sends tens a day, and a fresh line has no stale state."""

    def __init__(self, options: SmtpOptions, on_step: OnStep = unheard) -> None:
        self._options = options
        self._on_step = on_step

    def watched(self, on_step: OnStep) -> SmtpGateway:
        """The same way out; `on_step` hears of the point of no return before it is passed, and may forbid it."""
        return SmtpGateway(self._options, on_step)

    def describe(self) -> str:
        safety = {
            "tls": "TLS",
            "require": "STARTTLS",
            "auto": "STARTTLS 可选/optional",
            "never": "明文/plain",
        }
        where = f"{self._options.host}:{self._options.port}"
        return f"邮件经 SMTP 服务器 {where} 发送 ({safety[self._options.security]}) / mail goes out through {where}"

    def send(self, mail: Mail) -> Delivery:
        try:
            content = render(mail)
            recipients = tuple(wire_address(address) for address in mail.recipients)
        except BadMail as error:
            return Delivery(status="refused", detail=str(error), fault="own")
        talk = _Talk()
        try:
            return self._talk(talk, mail, recipients, content)
        except Stopped as stopped:
            return replace(stopped.delivery, step=talk.step)
        except Overtaken as why:
            return Delivery(status="failed", detail=str(why), step=talk.step, fault="own")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if talk.step in BEFORE_MEETING:
                said = ("没能连上邮件服务器", "no usable connection")
            else:
                said = ("发送中断，邮件没有发出，可以重试", "broken off before it was sent")
            return replace(self._failed(*said, error), step=talk.step)
        finally:
            if talk.line is not None:
                _hang_up(talk.line, within_text=talk.step == "text")

    def _talk(self, talk: _Talk, mail: Mail, recipients: tuple[str, ...], content: bytes) -> Delivery:
        """The whole conversation, step by step; everything raised in it comes before the point of no return."""
        talk.line = line = self._connect()
        talk.step = "login"
        self._secure(line)
        if self._options.user:
            line.login(self._options.user, self._options.password)
        talk.step = "sender"
        refused = self._introduce(talk, line, mail, recipients, len(content))
        talk.step = "text"
        delivery = self._hand_over(line, content, refused)
        talk.step = delivery.step
        return delivery

    def _connect(self) -> smtplib.SMTP:
        o = self._options
        if o.security == "tls":
            context = self._context()
            return smtplib.SMTP_SSL(
                o.host, o.port, o.hello_name or None, timeout=o.timeout_seconds, context=context
            )
        return smtplib.SMTP(o.host, o.port, o.hello_name or None, timeout=o.timeout_seconds)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._options.ca_file or None)

    def _secure(self, line: smtplib.SMTP) -> None:
        """Encrypt where offered; never hand a password to another machine over an open line."""
        line.ehlo_or_helo_if_needed()
        security = self._options.security
        if security in ("auto", "require") and line.has_extn("starttls"):
            line.starttls(context=self._context())
            line.ehlo()
        elif security == "require":
            raise Stopped(self._said("服务器不提供 STARTTLS，按设置不发送", "the server offers no STARTTLS"))
        elif security != "tls" and self._options.user and self._options.host not in LOOPBACK:
            raise Stopped(
                self._said("连接未加密，不会发送密码", "the line is not encrypted, no password is sent")
            )

    def _introduce(
        self, talk: _Talk, line: smtplib.SMTP, mail: Mail, recipients: tuple[str, ...], size: int
    ) -> tuple[str, ...]:
        """MAIL and RCPT; the recipients the server would not have. Raises Stopped when none is left."""
        options = [f"size={size}"] if line.has_extn("size") else []
        if needs_smtputf8(mail):
            if not line.has_extn("smtputf8"):
                text = "邮件服务器不支持中文邮箱地址 (SMTPUTF8) / the server cannot carry such an address"
                raise Stopped(Delivery(status="refused", detail=text))
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            line.command_encoding = "utf-8"
        self._expect(line.mail(wire_address(mail.sender_address), options), "发件人", "sender")
        talk.step = "recipient"
        refused: dict[str, tuple[int, bytes]] = {}
        for address in recipients:
            reply = line.rcpt(address)
            if reply[0] == SERVICE_CLOSING:
                self._expect(reply, "收件人", "recipient")
            if reply[0] not in (250, 251):
                refused[address] = reply
        if len(refused) == len(recipients):
            code = min(code for code, _ in refused.values())
            reply = next(reply for reply in refused.values() if reply[0] == code)
            raise Stopped(self._no(reply, "收件人", "recipient", tuple(refused)))
        return tuple(refused)

    def _hand_over(self, line: smtplib.SMTP, content: bytes, refused: tuple[str, ...]) -> Delivery:
        """DATA. The dot on its own line is the point of no return: before it nothing was sent, after it who knows."""
        reply = line.docmd("DATA")
        if reply[0] != 354:
            raise Stopped(self._no(reply, "邮件", "mail", ()))
        line.send(_dotted(content))
        self._on_step(TEXT_SENT)
        try:
            line.send(b".\r\n")
            code, text = line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return self._unknown(type(error).__name__)
        if 200 <= code < 300:
            return Delivery(
                status="sent",
                detail=_sent(refused),
                refused_recipients=refused,
                reference=self._clean(text),
                step="replied",
            )
        if 400 <= code < 600:
            return replace(self._no((code, text), "邮件", "mail", refused), step="replied")
        return self._unknown(f"{code}")

    def _expect(self, reply: tuple[int, bytes], what: str, what_en: str) -> None:
        if reply[0] != 250:
            raise Stopped(self._no(reply, what, what_en, ()))

    def _no(self, reply: tuple[int, bytes], what: str, what_en: str, who: tuple[str, ...]) -> Delivery:
        """4xx is "later", 5xx is "no"; anything else before the text was handed over is a broken talk."""
        code, text = reply
        said = f"{code} {self._clean(text)}".strip()
        if 500 <= code < 600:
            detail = f"邮件服务器拒绝了{what}: {said} / the server refused the {what_en}"
            return Delivery(status="refused", detail=detail, refused_recipients=who, fault="mail")
        detail = (
            f"邮件服务器暂时不收{what}，可以稍后重试: {said} / temporary refusal of the {what_en}, try later"
        )
        fault: Literal["gateway", "mail"] = (
            "mail" if 400 <= code < 500 and code != SERVICE_CLOSING else "gateway"
        )
        return Delivery(status="failed", detail=detail, refused_recipients=who, fault=fault)

    def _unknown(self, why: str) -> Delivery:
        text = "邮件正文已交给服务器，但没有收到确认，可能已送达；请先核实，不要直接重发"
        detail = f"{text} ({why}) / handed over without an answer: check first"
        return Delivery(status="unknown", detail=detail, step=TEXT_SENT)

    def _failed(self, sentence: str, english: str, error: Exception) -> Delivery:
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return self._said(f"邮件服务器不接受账号或密码 ({error.smtp_code})", "login was not accepted")
        if isinstance(error, TimeoutError) or "timed out" in str(error):  # smtplib wraps it in its own
            return self._said(
                f"{sentence}: 等待超过 {self._options.timeout_seconds:g} 秒", f"{english}: timed out"
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._said(f"{sentence}: 证书不可信 ({error.verify_message})", f"{english}: certificate")
        return self._said(f"{sentence}: {self._clean(_words(error))}", english)

    def _said(self, sentence: str, english: str) -> Delivery:
        where = f"{self._options.host}:{self._options.port}"
        return Delivery(status="failed", detail=f"{sentence} [{where}] / {english}")

    def _clean(self, text: bytes | str) -> str:
        """Server words for a person: one line, no control characters, at most 200, our secrets blotted out."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
        for secret in self._options.secrets():
            line = line.replace(secret, "***")
        return line[:200]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__} {error}"


def _sent(refused: tuple[str, ...]) -> str:
    if not refused:
        return "已由邮件服务器接收 / accepted by the mail server"
    names = "、".join(refused)
    return f"已发送，但服务器不收这些收件人: {names} / sent, but not to these recipients"


def _dotted(content: bytes) -> bytes:
    """The text with leading dots doubled (RFC 5321 4.5.2) and a line end at its end."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    stuffed = ended.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _hang_up(line: smtplib.SMTP, *, within_text: bool) -> None:
    """Say QUIT without waiting for the answer: the end of the mail is known and must be written down. Inside an
    unfinished text even a QUIT would become a part of it."""
    if not within_text:
        with suppress(OSError, smtplib.SMTPException):
            line.putcmd("quit")
    line.close()
