"""Our plain or markdown-ish text as Telegram's HTML: three characters escaped, four kinds of marks understood, the rest as is.

HTML and not MarkdownV2: a model's asterisks, dots and brackets need no escaping here, so there is little to get wrong.
What is seen is never longer than the source, so the source's length may be measured against the limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.street.marks import BULLET, FENCE, HEADING, MARKS, disguised

MOST_ENTITIES = 95
"""Telegram takes 100 in a message; the rest of the marks are left out then, never the words."""


@dataclass(frozen=True)
class Marked:
    """`html` for Telegram, `plain` for when it does not understand it."""

    html: str
    plain: str


def escape(text: str) -> str:
    """The three characters that HTML of the Bot API minds."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bare(text: str) -> Marked:
    """Words that are nobody's markup (a card's facts, what strangers wrote)."""
    return Marked(escape(text), text)


def marked(text: str) -> Marked:
    """Bold, code, fences, headings, bullets and links understood."""
    return Marked(_Writer().write(text), text)


class _Writer:
    def __init__(self) -> None:
        self._left = MOST_ENTITIES

    def write(self, text: str) -> str:
        out: list[str] = []
        block: list[str] | None = None
        language = ""
        for line in text.split("\n"):
            fence = FENCE.match(line)
            if fence and block is None:
                block, language = [], fence[1]
            elif fence and block is not None:
                out.append(self._block(block, language))
                block = None
            elif block is not None:
                block.append(line)
            else:
                out.append(self._line(line))
        if block is not None:
            out.append(self._block(block, language))
        return "\n".join(out)

    def _block(self, lines: list[str], language: str) -> str:
        body = escape("\n".join(lines))
        if not body.strip() or not self._may():
            return body
        known = f' class="language-{escape(language)}"' if language else ""
        return f"<pre><code{known}>{body}</code></pre>" if known else f"<pre>{body}</pre>"

    def _line(self, line: str) -> str:
        heading = HEADING.match(line)
        if heading:
            return self._bold(heading[2].replace("**", ""))
        return self._inline(BULLET.sub(r"\1• ", line, count=1))

    def _inline(self, text: str) -> str:
        out, at = [], 0
        for match in MARKS.finditer(text):
            out += [escape(text[at : match.start()]), self._mark(match)]
            at = match.end()
        return "".join([*out, escape(text[at:])])

    def _mark(self, match: re.Match[str]) -> str:
        if match["code"]:
            body = escape(match["code"])
            return f"<code>{body}</code>" if body.strip() and self._may() else body
        return self._bold(match["bold"]) if match["bold"] else self._link(match["label"], match["url"])

    def _bold(self, text: str) -> str:
        """Bold may hold links and, by the rules of the Bot API, no code."""
        may = self._may()
        inner, at = [], 0
        for match in MARKS.finditer(text):
            inner.append(escape(text[at : match.start()]))
            linked = match["url"] and self._link(match["label"], match["url"])
            inner.append(linked or escape(match["code"] or match["bold"]))
            at = match.end()
        body = "".join([*inner, escape(text[at:])])
        return f"<b>{body}</b>" if may and body.strip() else body

    def _link(self, label: str, url: str) -> str:
        """A label that looks like another address than the one behind it is shown with that address beside it."""
        if not label.strip() or disguised(label, url) or not self._may():
            return escape(f"{label} ({url})")
        return f'<a href="{escape(url).replace(chr(34), "&quot;")}">{escape(label)}</a>'

    def _may(self) -> bool:
        self._left -= 1
        return self._left >= 0
