"""Which encoding a text file is in: strict UTF-8 first, then the Chinese ones, judged by how common the signs are."""

from __future__ import annotations

import codecs
from pathlib import Path

from .errors import FeedError

SAMPLE = 256 * 1024
CHUNK = 1024 * 1024
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DAMAGED_SHARE = 0.05
"""A file that is UTF-8 but for fewer than this share of its non-ASCII signs is damaged UTF-8, not another encoding."""


def find_encoding(path: Path) -> str:
    """The name of the codec for a text file. Raises FeedError naming the line where no encoding fits."""
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    for mark, name in BOMS:
        if sample.startswith(mark):
            return name
    if _is_utf16(sample):
        return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"
    broken = first_bad_line(path, "utf-8")
    if broken is None:
        return "utf-8"
    if _damaged_utf8(sample):
        raise FeedError(
            f"{path}：第 {broken} 行有损坏的 UTF-8 字节，请修好这一行再导入 "
            f"(line {broken} has damaged UTF-8 bytes; mend that line and try again)。"
        )
    fitting = [name for name in ("gb18030", "big5") if first_bad_line(path, name) is None]
    if fitting:
        return max(fitting, key=lambda name: commonness(sample, name))
    return _guess(sample, path, broken)


def first_bad_line(path: Path, encoding: str) -> int | None:
    """The first line (from 1) that the codec cannot read; None when it reads the whole file. Streams."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def commonness(sample: bytes, encoding: str) -> float:
    """Share of the non-ASCII signs that are everyday ones when the sample is read with this codec.

    Both Chinese encodings put their few thousand most used characters into one range of lead bytes (GB 2312 level 1:
    B0-D7, Big5 level 1: A4-C6): text read with the wrong codec scatters outside of it.
    """
    low, high = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    wide = [sign for sign in sample.decode(encoding, errors="ignore") if ord(sign) > 0x7F]
    if not wide:
        return 0.0
    coded = [sign.encode(encoding, errors="ignore") for sign in wide]
    common = sum(1 for code in coded if len(code) == 2 and low <= code[0] <= high)
    return common / len(wide)


def _is_utf16(sample: bytes) -> bool:
    """UTF-16 without a mark: most line ends have a zero byte beside them. A stray zero byte in a cell is not that."""
    ends = sample.count(b"\n")
    beside = max(sample.count(b"\n\0"), sample.count(b"\0\n"))
    return beside > 0 and beside * 2 > ends and sample.count(0) * 50 > len(sample)


def _damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for sign in text if ord(sign) > 0x7F) - bad
    return good > 0 and bad / (good + bad) < DAMAGED_SHARE


def _guess(sample: bytes, path: Path, broken: int) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None or first_bad_line(path, best.encoding) is not None:
        raise FeedError(
            f"{path}：认不出文字编码（第 {broken} 行起不是 UTF-8），请另存为 UTF-8 "
            f"(unknown text encoding; not UTF-8 from line {broken}; save the file as UTF-8)。"
        )
    return best.encoding
