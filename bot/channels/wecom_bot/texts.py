"""Texts for a platform that counts UTF-8 bytes: cutting, splitting, and the sentences this channel says itself."""

from __future__ import annotations

LIMIT = 20480
"""bytes of UTF-8 in one snapshot or message [WX 101031]"""

PLACEHOLDER = "…"
"""The first frame of a stream; whitespace alone is ignored by the client."""
POINTER = "⏳ 还没说完,剩下的稍后发给你 / still working; the rest follows in a moment"
UNREADABLE = "这种消息我还看不懂,请发文字、图片或文件 / I cannot read this kind of message yet; send text, a picture or a file"
BELOW = "↓ 见下一条 / see the next message"
CUT_SHORT = "(太长了,其余的略去 / too long, the rest is left out)"
LOST = "刚才那条没收好,请再发一次 / that one could not be taken in, please send it again"
_BREAKS = ("\n\n", "\n", "。", "! ", "!", "?", ". ", ";", ", ", ",", " ")


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def clean(text: str) -> str:
    """Without what neither a database nor UTF-8 can hold: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` bytes that ends between two characters."""
    return text.encode("utf-8", "replace")[: max(limit, 0)].decode("utf-8", "ignore")


def cut(text: str, limit: int = LIMIT) -> str:
    """The text, or its beginning and an ellipsis, within `limit` bytes."""
    return text if size(text) <= limit else head(text, limit - size("…")) + "…"


def short(text: str, characters: int) -> str:
    """One line of at most so many characters; the last is an ellipsis where something is missing."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def pieces(text: str, limit: int = LIMIT) -> list[str]:
    """The text in parts of at most `limit` bytes, broken at paragraphs, lines or sentences. A code block that is broken is
    closed and opened again, so that no part looks like code that is none."""
    found: list[str] = []
    fence = ""
    rest = text
    while size(fence + rest) > limit:
        room = limit - size(fence) - len("\n```")
        part = _natural(head(rest, room))
        rest = rest[len(part) :].lstrip("\n")
        shown = fence + part.rstrip("\n")
        fence = _open_fence(shown)
        found.append(shown + ("\n```" if fence else ""))
    return [*found, fence + rest] if rest.strip() or not found else found


def settled(text: str) -> str:
    """The part of a running answer that will not change its looks: up to the last paragraph outside a code block."""
    end = text.rfind("\n\n")
    while end > 0:
        if not _open_fence(text[:end]):
            return text[: end + 2]
        end = text.rfind("\n\n", 0, end)
    return ""


def _natural(part: str) -> str:
    """Break as late as possible, but in the second half, at the strongest break there is."""
    for mark in _BREAKS:
        at = part.rfind(mark)
        if at >= len(part) // 2:
            return part[: at + len(mark)]
    return part


def _open_fence(text: str) -> str:
    """The line that opened a code block still open at the end, with its newline; else nothing."""
    opened = ""
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            opened = "" if opened else line.strip()[:40] + "\n"
    return opened
