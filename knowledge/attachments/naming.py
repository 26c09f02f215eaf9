"""A file's announced name made safe to show and to store: no path, no hidden signs, an honest ending, not too long."""

from __future__ import annotations

import re
import unicodedata

from knowledge.reading.kinds import EXPECTED, RUN

from .sniff import ENDINGS, TYPES
from .words import FileType

MAX_NAME = 80
"""Characters of a name, its ending included."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANK = "\u115f\u1160\u3164\uffa0\u2800\u034f"
_FORBIDDEN = re.compile(r'[:*?"<>|\[\]⟦⟧`\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")

_PROMISES = frozenset({*EXPECTED, *RUN, *(one.suffix[1:] for one in TYPES.values())}.union(*ENDINGS.values()))
"""Endings that say what a file is; any other is a part of its name."""


def safe_name(announced: str, type_: FileType | None = None, sha256: str = "") -> tuple[str, bool]:
    """The name to show, and whether its ending had to be mended because it lied. A file without a name is called by
    its hash."""
    plain = _plain(announced)
    stem, ending = _parted(plain)
    if type_ is None:
        return _shortened(stem or "file", f".{ending}" if ending else ""), False
    honest = ENDINGS.get(type_.form, frozenset({type_.suffix[1:]}))
    stem = stem or f"file-{sha256[:8]}"
    if ending.lower() in honest:
        return _shortened(stem, f".{ending.lower()}"), False
    lied = ending.lower() in _PROMISES
    return _shortened(f"{stem}.{ending}" if ending else stem, type_.suffix), lied


def _plain(announced: str) -> str:
    folded = unicodedata.normalize("NFC", announced[:2000])
    last = re.split(r"[/\\∕⁄／＼]", folded)[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _HIDDEN and char not in _BLANK)
    named = " ".join(_FORBIDDEN.sub("_", seen).split()).rstrip(" .~")
    return f"_{named}" if _DEVICE.match(named) else named


def _parted(name: str) -> tuple[str, str]:
    found = _ENDING.search(name)
    if found is None:
        return name.strip(" .~"), ""
    return name[: found.start()].strip(" .~"), found[1]


def _shortened(stem: str, ending: str) -> str:
    room = MAX_NAME - len(ending)
    return (stem if len(stem) <= room else stem[: room - 1] + "…") + ending
