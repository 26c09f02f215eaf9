"""Numbers of a workbook as their format shows them: percent, dates, and words that a format hangs on a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .xml_events import parse

BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
}
"""ECMA-376 part 1, 18.8.30: what the numbered formats without a code are."""

EPOCH = datetime(1899, 12, 30)
LITERAL = re.compile(r'"([^"]*)"')
DATE = re.compile(r"[ymd]", re.IGNORECASE)
MAX_SERIAL = 2_958_465


@dataclass(frozen=True)
class Formats:
    """Format code by cell style number."""

    codes: Mapping[str, str]

    def shown(self, raw: str, style: str) -> str:
        """The number as one reads it; the raw value stays where the format only rounds."""
        code = self.codes.get(style, "")
        first = code.split(";")[0]
        plain = LITERAL.sub("", re.sub(r"\[[^\]]*\]", "", first))
        try:
            value = float(raw)
        except ValueError:
            return raw
        words = "".join(LITERAL.findall(first))
        if "%" in plain:
            return f"{value * 100:.10g}%{words}"
        if DATE.search(plain) and 0 < value < MAX_SERIAL:
            return f"{EPOCH + timedelta(days=int(value)):%Y-%m-%d}"
        return f"{_digits(raw, value)}{words}"


def _digits(raw: str, value: float) -> str:
    """880000 for 8.8E5 and for 880000.0; long fractions as they are."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else raw


@dataclass
class _Styles:
    """The table of formats and which of them each cell style uses."""

    codes: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    _in_cells: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, tag: str) -> None:
        self._in_cells = self._in_cells and tag != "cellXfs"

    def text(self, words: str) -> None: ...


def read_formats(data: bytes) -> Formats:
    """The formats of styles.xml."""
    styles = _Styles()
    parse(data, styles)
    built_in = {str(number): code for number, code in BUILT_IN.items()}
    return Formats(
        {str(place): styles.codes.get(key, built_in.get(key, "")) for place, key in enumerate(styles.used)}
    )
