"""Files as people send them in a chat, made on the spot: recordings, pictures, mails, and what was made to hurt."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from tests.fakes.papers import archive, package, word

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v 王建国>价格还是太贵了

00:00:04.500 --> 00:00:09.250
<v 李娜>我们可以先上两个科室
"""
SRT = "1\n00:00:01,000 --> 00:00:03,500\n王建国: 先看方案\n\n2\n00:00:04,000 --> 00:00:06,000\n李娜: 好的\n"
TALK = "王建国: 价格太贵\n李娜: 可以分期\n王建国: 分几期\n李娜: 三期\n"


def wav(seconds: float = 0.1) -> bytes:
    """Silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def amr() -> bytes:
    """What a phone's voice message begins with."""
    return b"#!AMR\n" + bytes([0x3C]) + b"\0" * 31


def png(width: int = 2, height: int = 2) -> bytes:
    """A black picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\0\0\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def mail(
    text: str,
    sender: str = "王建国 <wang@hd.example.com>",
    to: str = "lina@us.example.cn",
    at: datetime | None = datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
    attached: str = "",
    subject: str = "付款方式",
) -> bytes:
    """A saved mail."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"] = "<a1@hd.example.com>"
    if at:
        letter["Date"] = format_datetime(at)
    letter.set_content(text)
    if attached:
        letter.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=attached)
    return letter.as_bytes()


def macro_word() -> bytes:
    """A document with a macro project in it."""
    return package(word("您好"), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})


def bomb_word() -> bytes:
    """A document whose text would fill a disk."""
    huge = b"<w:document xmlns:w='x'><w:t>" + b" " * (80 * 1024 * 1024) + b"</w:t></w:document>"
    return package(word("您好"), {"word/document.xml": huge})


def xml_bomb_word() -> bytes:
    """A billion laughs in the document's XML."""
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
    )
    text = f"<?xml version='1.0'?><!DOCTYPE d [{entities}]><w:document xmlns:w='x'>&j;</w:document>"
    return package(word("您好"), {"word/document.xml": text.encode()})


def nested() -> bytes:
    """An archive in an archive in an archive."""
    return archive({"b.zip": archive({"c.zip": archive({"a.txt": b"x"})})})


def locked_zip() -> bytes:
    """An archive that says it is encrypted."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("a.txt", "x")
    data = bytearray(out.getvalue())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset] |= 1
    return bytes(data)


def saved(folder: Path, data: bytes, name: str = "download.tmp") -> Path:
    """On disk, as a channel has downloaded it: its name says nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
