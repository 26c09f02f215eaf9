"""Names of files that deceive: hidden signs, right-to-left tricks, double and look-alike endings, programs."""

from __future__ import annotations

import re
import unicodedata

from ..lookalikes import plain_letters
from .kinds import EXPECTED, RUN, ending

PADDED = re.compile(r"\s{4,}|\.\s+\w{1,5}$|[ .]+$")
RESERVED = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f]")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
MAX_BYTES = 255
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def name_danger(name: str) -> str:
    """ "" for an honest name, else `executable` or `name` (of parts.DANGERS)."""
    folded = unicodedata.normalize("NFKC", name)
    shown = plain_letters(name)
    if ending(folded.rstrip(" .")) in RUN or ending(shown.rstrip(" .")) in RUN:
        return "executable"
    if any(unicodedata.category(char) in INVISIBLE for char in name) or _blank_signs(name):
        return "name"
    if RESERVED.search(folded) or PADDED.search(folded) or DEVICES.fullmatch(folded.split("/")[-1]):
        return "name"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_BYTES or not name.strip(" ."):
        return "name"
    return "name" if _double(folded) or _imitated(folded) else ""


def _blank_signs(name: str) -> bool:
    """Blanks other than the space, and signs that show nothing."""
    return any(
        char != " " and unicodedata.category(char) == "Zs" for char in name if char != "\u3000"
    ) or any(char in "\u115f\u1160\u3164\uffa0\u2800" for char in name)


def _double(name: str) -> bool:
    """report.pdf.docx: an ending that is no part of the title, before the real one."""
    parts = [part.strip().lower() for part in name.split(".")]
    inner = parts[1:-1]
    return bool(inner) and (inner[-1] in EXPECTED or any(part in RUN for part in inner if part not in _WORDS))


_WORDS = frozenset(
    {
        "one",
        "action",
        "theme",
        "job",
        "img",
        "reg",
        "command",
        "terminal",
        "application",
        "app",
        "bin",
        "com",
        "sh",
        "run",
    }
)
"""Endings that are also words or parts of an address in a title: 2026.one.page.pdf is no trick."""


def _imitated(name: str) -> bool:
    """An ending in letters of another alphabet that reads as a known one: .рdf, .ехе."""
    last = ending(name)
    return bool(last) and not last.isascii() and plain_letters(last) in {*EXPECTED, *RUN}


def agrees(name: str, kind: str) -> bool:
    """Whether the bytes are what the ending says."""
    wanted = EXPECTED.get(ending(unicodedata.normalize("NFKC", name)))
    return wanted is None or kind in wanted


_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: dict[str, frozenset[str]] = {
    "application/pdf": frozenset({"pdf"}),
    f"{_OFFICE}wordprocessingml.document": frozenset({"word"}),
    f"{_OFFICE}spreadsheetml.sheet": frozenset({"sheet"}),
    f"{_OFFICE}presentationml.presentation": frozenset({"slides"}),
    "application/zip": frozenset({"zip"}),
    "message/rfc822": frozenset({"letter", "text"}),
    "text/html": frozenset({"page", "text"}),
    **dict.fromkeys(
        ("text/plain", "text/csv", "text/calendar", "text/markdown"), frozenset({"text", "letter"})
    ),
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff"), frozenset({"picture"})
    ),
}


def agrees_with_type(kind: str, content_type: str) -> bool:
    """Whether the bytes are what the mail will say they are; a type that promises nothing is never wrong."""
    wanted = TYPES.get(content_type.split(";")[0].strip().lower())
    return wanted is None or not kind or kind in wanted
