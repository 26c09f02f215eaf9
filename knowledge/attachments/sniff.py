"""What a file is by its first bytes: pictures and recordings here, documents by the readers. Names are not asked."""

from __future__ import annotations

import re

from .words import DOCUMENT, IMAGE, MAIL, RECORDING, TRANSCRIPT, FileType

HEAD = 4096
"""Bytes from the beginning that tell."""

_FTYP = {
    b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"msf1": "heic", b"avif": "avif",
    b"M4A ": "m4a", b"M4B ": "m4a", b"3gp4": "3gp", b"3gp5": "3gp", b"3gp6": "3gp", b"3ga ": "3gp",
}  # fmt: skip
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"),
    (b"#!AMR-WB\n", "amr"), (b"#!AMR\n", "amr"), (b"#!SILK_V3", "silk"), (b"\x02#!SILK_V3", "silk"),
    (b"OggS", "ogg"), (b"fLaC", "flac"), (b"caff\x00\x01", "caf"), (b"\x1aE\xdf\xa3", "webm"),
    (b"0&\xb2u\x8ef\xcf\x11", "wma"), (b"\x00\x00\x01\xba", "mpg"), (b"\x00\x00\x01\xb3", "mpg"),
)  # fmt: skip
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}

TYPES: dict[str, FileType] = {
    form: FileType(kind=kind, form=form, suffix=f".{suffix}", mime=mime)
    for kind, rows in {
        IMAGE: (
            ("png", "png", "image/png"), ("jpg", "jpg", "image/jpeg"), ("gif", "gif", "image/gif"),
            ("webp", "webp", "image/webp"), ("heic", "heic", "image/heic"), ("avif", "avif", "image/avif"),
            ("tiff", "tiff", "image/tiff"), ("bmp", "bmp", "image/bmp"),
        ),
        RECORDING: (
            ("amr", "amr", "audio/amr"), ("silk", "silk", "audio/silk"), ("ogg", "ogg", "audio/ogg"),
            ("flac", "flac", "audio/flac"), ("caf", "caf", "audio/x-caf"), ("webm", "webm", "video/webm"),
            ("wma", "wma", "audio/x-ms-wma"), ("mpg", "mpg", "video/mpeg"), ("wav", "wav", "audio/wav"),
            ("avi", "avi", "video/x-msvideo"), ("mp3", "mp3", "audio/mpeg"), ("aac", "aac", "audio/aac"),
            ("aiff", "aiff", "audio/aiff"), ("m4a", "m4a", "audio/mp4"), ("3gp", "3gp", "audio/3gpp"),
            ("mp4", "mp4", "video/mp4"),
        ),
        DOCUMENT: (
            ("pdf", "pdf", "application/pdf"),
            ("word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("sheet", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("slides", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            ("odf", "odt", "application/vnd.oasis.opendocument.text"),
            ("text", "txt", "text/plain"),
        ),
        MAIL: (("letter", "eml", "message/rfc822"),),
        TRANSCRIPT: (
            ("vtt", "vtt", "text/vtt"), ("srt", "srt", "application/x-subrip"), ("talk", "txt", "text/plain"),
        ),
    }.items()
    for form, suffix, mime in rows
}  # fmt: skip
"""Every form that is taken."""

ENDINGS: dict[str, frozenset[str]] = {
    "jpg": frozenset({"jpg", "jpeg"}),
    "heic": frozenset({"heic", "heif"}),
    "tiff": frozenset({"tif", "tiff"}),
    "ogg": frozenset({"ogg", "oga", "opus", "ogv"}),
    "mp4": frozenset({"mp4", "m4v", "mov", "m4a", "qt"}),
    "webm": frozenset({"webm", "mkv"}),
    "wma": frozenset({"wma", "wmv", "asf"}),
    "mpg": frozenset({"mpg", "mpeg"}),
    "aiff": frozenset({"aif", "aiff"}),
    "word": frozenset({"docx", "dotx"}),
    "sheet": frozenset({"xlsx", "xltx"}),
    "odf": frozenset({"odt", "ods", "odp"}),
    "text": frozenset({"txt", "md", "csv", "tsv", "log", "json", "yaml", "yml", "ics", "vcf", "eml", "vtt", "srt"}),
    "talk": frozenset({"txt", "md", "log"}),
}  # fmt: skip
"""The endings that are honest for a form; for the others their own suffix alone."""

_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):(?:[ \t]|$)")
_TOLD = frozenset({"from", "date", "subject", "message-id", "received", "to", "return-path", "mime-version"})
_SRT = re.compile(r"\s*(?:\d{1,6}[ \t]*\n)?\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->")


def media_of(head: bytes) -> FileType | None:
    """The picture or recording that begins so; None for everything else."""
    return TYPES.get(_media(head))


def _media(head: bytes) -> str:
    for sign, form in _SIGNS:
        if head.startswith(sign):
            return form
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else ""
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "mp4")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and head[14:18] in _BMP_HEADERS:
        return "bmp"
    return _frames(head)


_BMP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def _frames(head: bytes) -> str:
    """MPEG audio has no sign of its own but its frame headers: layer III, or ADTS for AAC. FF FE is a text's mark."""
    if head[:3] == b"ID3" and head[3:4] in (b"\x02", b"\x03", b"\x04"):
        return "mp3"
    if len(head) < 4 or head[0] != 0xFF:
        return ""
    if head[1] in (0xF1, 0xF9):
        return "aac"
    sound = (
        head[1] in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2) and head[2] >> 4 not in (0, 15) and head[2] & 12 != 12
    )
    return "mp3" if sound else ""


def text_form(text: str) -> str:
    """letter, vtt, srt or text: what a text file is by its first lines. `text` without a byte order mark."""
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    if _SRT.match(text[:400].replace("\r\n", "\n")):
        return "srt"
    return "letter" if _is_letter(text) else "text"


def _is_letter(text: str) -> bool:
    """Mail headers down to an empty line, a sender and at least one more of those that every mail has."""
    seen: set[str] = set()
    for line in text[:64_000].lstrip("\r\n").splitlines():
        if not line.strip():
            break
        if line[0] in " \t" and seen:
            continue
        found = _HEADER.match(line)
        if found is None:
            return False
        seen.add(found[1].lower())
    return (
        "from" in seen
        and len(seen & _TOLD) >= 2
        and bool(seen & {"date", "message-id", "received", "mime-version"})
    )
