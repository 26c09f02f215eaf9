"""What a file is by its bytes, whatever its name says, and whether the two agree."""

from __future__ import annotations

import codecs

SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"MZ", "executable"), (b"\x7fELF", "executable"), (b"\xca\xfe\xba\xbe", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"), (b"\xce\xfa\xed\xfe", "executable"), (b"\xfe\xed\xfa\xcf", "executable"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "executable"), (b"#!", "executable"), (b"!<arch>", "executable"),
    (b"\x89PNG\r\n", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"), (b"BM", "picture"),
    (b"II*\x00", "picture"), (b"MM\x00*", "picture"), (b"\x00\x00\x01\x00", "picture"),
    (b"Rar!", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"), (b"\x1f\x8b", "archive"), (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"), (b"MSCF", "archive"), (b"{\\rtf", "rtf"),
)  # fmt: skip


def words(text: str) -> list[str]:
    """A list of words written with spaces between."""
    return text.split()


RUN = frozenset(
    words(
        "exe com scr pif bat cmd msi msp msix appx dll cpl sys ocx drv vb vbs vbe js jse mjs ws wsf wsc wsh ps1 ps1xml psm1 psc1 "
        "hta lnk url scf inf reg jar class app dmg pkg deb rpm apk ipa run bin sh bash zsh csh command py pyc pyw rb pl php elf "
        "iso img vhd vhdx chm hlp gadget application appref-ms xll xla xlam dotm docm xlsm xltm pptm potm ppam ppsm sldm ade adp "
        "mde mdb accde one settingcontent-ms library-ms theme diagcab msc job rgs sct shb shs ins isp workflow action terminal"
    )
)
"""Endings that run, install or open the door to what does; office files with macros among them."""

EXPECTED: dict[str, frozenset[str]] = {
    "pdf": frozenset({"pdf"}),
    "docx": frozenset({"word"}),
    "dotx": frozenset({"word"}),
    "xlsx": frozenset({"sheet"}),
    "xltx": frozenset({"sheet"}),
    "pptx": frozenset({"slides"}),
    "odt": frozenset({"odf"}),
    "ods": frozenset({"odf"}),
    "odp": frozenset({"odf"}),
    "zip": frozenset({"zip"}),
    "doc": frozenset({"ole", "rtf"}),
    "xls": frozenset({"ole"}),
    "ppt": frozenset({"ole"}),
    "rtf": frozenset({"rtf"}),
    **dict.fromkeys(
        ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic", "ico"), frozenset({"picture"})
    ),
    **dict.fromkeys(
        ("txt", "md", "csv", "tsv", "log", "ics", "vcf", "json", "yaml", "yml"), frozenset({"text"})
    ),
    **dict.fromkeys(("html", "htm", "xhtml", "svg", "xml"), frozenset({"page", "text"})),
    "eml": frozenset({"letter", "text"}),
}
"""What the bytes may be for an ending; other endings promise nothing."""

PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<svg", b"<?xml", b"<script")


def kind_of(data: bytes, name: str) -> str:
    """pdf, zip (refined by the caller), ole, executable, picture, archive, rtf, page, letter, text or unknown."""
    for sign, kind in SIGNS:
        if data.startswith(sign) and not (sign in (b"BM", b"MZ") and _is_text(data)):
            return kind
    if data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif") or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    ):
        return "picture"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if not _is_text(data):
        return "unknown"
    if data.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower().startswith(PAGE) or ending(name) in (
        "html",
        "htm",
    ):
        return "page"
    return "letter" if ending(name) == "eml" else "text"


def ending(name: str) -> str:
    """The last ending of a file name, lower case, "" when there is none."""
    stem, dot, last = name.rpartition(".")
    return last.strip().lower() if dot and stem else ""


def decoded(data: bytes) -> str | None:
    """A text file's words: a byte order mark counts, then UTF-8, then GB 18030; None when it is no text."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _strictly(data, codec)
    if b"\x00" in data:
        codec = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
        return _strictly(data, codec)
    text = _strictly(data, "utf-8")
    return _strictly(data, "gb18030") if text is None else text


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    odd = sum(1 for char in text[:4000] if char < " " and char not in "\t\n\r\f\x0b")
    return text if odd * 50 <= max(len(text[:4000]), 50) else None


def _is_text(data: bytes) -> bool:
    return decoded(data) is not None
