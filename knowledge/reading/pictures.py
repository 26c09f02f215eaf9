"""Whether a picture is large enough to tell something; a logo or an icon is not."""

from __future__ import annotations

import struct

TELLING_PIXELS = 250_000
UNKNOWN_BYTES = 30_000
"""Of a picture whose size is not understood, more bytes than this may tell something."""

_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def is_telling(name: str, data: bytes) -> bool:
    """Vector pictures always may hold text."""
    if name.lower().endswith((".svg", ".emf", ".wmf")):
        return True
    width, height = dimensions(data)
    return width * height > TELLING_PIXELS if width else len(data) > UNKNOWN_BYTES


def dimensions(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels of PNG, GIF, BMP or JPEG; (0, 0) when it is none of them."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24])
        if data.startswith(b"GIF8"):
            return struct.unpack("<HH", data[6:10])
        if data.startswith(b"BM"):
            width, height = struct.unpack("<ii", data[18:26])
            return width, abs(height)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
    except struct.error:
        pass
    return 0, 0


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return 0, 0
