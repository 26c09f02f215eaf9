"""The outbox: mails as .eml files in a folder, for a house without a mail server. Written once, never overwritten."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Literal

from .letter import BadMail, Delivery, Mail
from .mime import message_id, render
from .steps import TEXT_SENT, OnStep, Overtaken, unheard

UNSAFE = re.compile(r"[^A-Za-z0-9@._+=-]")
WHY = {
    errno.ENOSPC: "磁盘已满，请清理后重试 / the disk is full, free some space and try again",
    errno.EDQUOT: "磁盘配额已用完 / the disk quota is used up",
    errno.EFBIG: "文件超过允许的大小 / the file is larger than allowed",
    errno.EROFS: "磁盘是只读的 / the disk is read-only",
    errno.EACCES: "没有写入权限 / no right to write there",
    errno.EPERM: "没有写入权限 / no right to write there",
    errno.ENOTDIR: "路径里有一段是文件 / a part of the path is a file",
}


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
            new = _write_once(target, content)
        except Overtaken as why:
            return Delivery(status="failed", detail=str(why), fault="own")
        except OSError as error:
            return Delivery(status="failed", detail=f"写不进发件箱 {self._folder}: {_why(error)}")
        if new:
            detail = f"已写入发件箱 {target.name} / written to the outbox"
        else:
            detail = f"同一封邮件先前已写入，保留原件 {target.name} / already written before, the first copy is kept"
        return Delivery(status="sent", detail=detail, reference=str(target))


def file_name(identity: str) -> str:
    """A file name made from a message id: readable, safe, and different for different ids."""
    bare = message_id(identity)[1:-1]
    safe = UNSAFE.sub("_", bare).lstrip(".")
    if safe == bare and len(safe) <= 120 and safe == safe.lower():
        return f"{safe}.eml"
    return f"{safe[:100]}-{hashlib.sha256(bare.encode()).hexdigest()[:12]}.eml"


def _write_once(target: Path, content: bytes) -> bool:
    """Write so that the name appears only with all its bytes on disk; False when the name was taken before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return False
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new = _claim(part, target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return new


def _claim(part: Path, target: Path) -> bool:
    """Give the finished file its name; a hard link, unlike a rename, never replaces what a rival wrote meanwhile."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK):
            raise
        part.rename(target)  # a file system without hard links
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: OSError) -> str:
    return WHY.get(error.errno or 0, error.strerror or type(error).__name__)
