"""What a WeCom client makes of a Markdown message (platforms.md 1.10), read letter by letter and without a line of ours.

It is more willing than the real one to see a mark: single stars and backticks, backslashes, entities, bare `@names`, lists,
tables and blocks count, too, so that a text in which it finds nothing forbidden forms nothing anywhere.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

TAG = re.compile(r"</?([A-Za-z@][^<>]*)>?")
ENTITY = re.compile(r"&(?:#\w+|\w+);|&(?:lt|gt|amp|quot)\b")


@dataclass
class Page:
    """`visible` are the words without the marks, line by line; the rest is what was a mark."""

    lines: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """tags, entities, escapes, single stars and the like: nothing that we may send"""

    @property
    def visible(self) -> str:
        return "\n".join(self.lines)


def read(content: str) -> Page:
    """The whole message."""
    page = Page()
    for line in re.split(r"\r\n|\r|\n", content):
        page.lines.append(_line(line, page))
    return page


def _line(line: str, page: Page) -> str:
    bare = line.lstrip(" \t")
    if bare.startswith(("```", "|", "- ", "+ ", "* ")) or line.startswith(("    ", "\t")):
        page.others.append(line)
    signs = len(bare) - len(bare.lstrip("#"))
    if 1 <= signs <= 6 and bare[signs : signs + 1] in (" ", "\t"):
        words = _inline(bare[signs:].strip(), page)
        page.headings.append((signs, words))
        return words
    if bare.startswith(">"):
        words = _line(bare[1:].lstrip(" "), page)
        page.quotes.append(words)
        return words
    return _inline(line, page)


def _inline(text: str, page: Page) -> str:
    out: list[str] = []
    at = 0
    while at < len(text):
        words, at = _one(text, at, page)
        out.append(words)
    return "".join(out)


def _one(text: str, at: int, page: Page) -> tuple[str, int]:
    """The next letter or mark, as words, and where to go on."""
    letter = text[at]
    match letter:
        case "`" if (end := text.find("`", at + 1)) > at + 1:
            page.code.append(text[at + 1 : end])
            return text[at + 1 : end], end + 1
        case "*" if text.startswith("**", at) and (end := text.find("**", at + 2)) > at + 2:
            page.bold.append(_inline(text[at + 2 : end], page))
            return page.bold[-1], end + 2
        case "[":
            return _link(text, at, page)
        case "<" if (found := TAG.match(text, at)) is not None:
            (page.mentions if found[1].startswith("@") else page.others).append(found[0])
            return "", found.end()
        case "@" if re.match(r"@\w", text[at : at + 2], re.ASCII) and not re.search(
            r"[\w.+-]$", text[:at], re.ASCII
        ):
            page.mentions.append(text[at : at + 20])
        case "&" if (entity := ENTITY.match(text, at)) is not None:
            page.others.append(entity[0])
            return html.unescape(entity[0]), entity.end()
        case "*" | "`" | "\\" | "<":
            page.others.append(text[at : at + 10])
    return letter, at + 1


def _link(text: str, at: int, page: Page) -> tuple[str, int]:
    middle = text.find("](", at)
    end = text.find(")", middle)
    if middle < 0 or end < 0:
        return "[", at + 1
    label = _inline(text[at + 1 : middle], page)
    page.links.append((label, text[middle + 2 : end]))
    return label, end + 1
