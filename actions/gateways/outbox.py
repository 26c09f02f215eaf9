"""The outbox: mails as .eml files in a folder, for a house without a mail server. Written once, never overwritten."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

from .keeping import why, write_once
from .letter import BadMail, Delivery, Mail
from .mime import message_id, render
from .steps import TEXT_SENT, OnStep, Overtaken, unheard

UNSAFE = re.compile(r"[^A-Za-z0-9@._+=-]")


class OutboxGateway:
    """Writes each mail as one file. The same message id twice keeps the first bytes and says so."""

    def __init__(self, folder: Path, on_step: OnStep = unheard) -> None:
        self._folder = folder
        self._on_step = on_step

    def watched(self, on_step: OnStep) -> OutboxGateway:
        """The same folder; `on_step` hears before the file gets its name, and may forbid it."""
        return OutboxGateway(self._folder, on_step)

    def seen(self, mail_id: str) -> Literal["seen", "not_seen", "unknown"]:
        """Whether a mail lies here. Writing is by message id and once, so that what is not here may be written again."""
        try:
            return "seen" if (self._folder / file_name(mail_id)).exists() else "not_seen"
        except OSError:
            return "unknown"

    def describe(self) -> str:
        return (
            f"未配置邮件服务器，邮件写入 {self._folder} / no mail server: mails are written to {self._folder}"
        )

    def send(self, mail: Mail) -> Delivery:
        try:
            content = render(mail)
        except BadMail as error:
            return Delivery(status="refused", detail=str(error), fault="own")
        target = self._folder / file_name(mail.message_id)
        try:
            self._on_step(TEXT_SENT)
            new = write_once(target, content)
        except Overtaken as overtaken:
            return Delivery(status="failed", detail=str(overtaken), fault="own")
        except OSError as error:
            return Delivery(status="failed", detail=f"写不进发件箱 {self._folder}: {why(error)}")
        if new:
            detail = f"已写入发件箱 {target.name} / written to the outbox"
        else:
            detail = f"同一封邮件先前已写入，保留原件 {target.name} / already written before, the first copy is kept"
        return Delivery(status="sent", detail=detail, reference=str(target))


def file_name(identity: str, suffix: str = ".eml") -> str:
    """A file name made from a message id: readable, safe, and different for different ids."""
    bare = message_id(identity)[1:-1]
    safe = UNSAFE.sub("_", bare).lstrip(".")
    if safe == bare and len(safe) <= 120 and safe == safe.lower():
        return f"{safe}{suffix}"
    return f"{safe[:100]}-{hashlib.sha256(bare.encode()).hexdigest()[:12]}{suffix}"
