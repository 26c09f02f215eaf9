"""An answer's marks as the small Markdown of WeCom (platforms.md 1.10): headings, bold, links, code in a line, quotations.

What WeCom's Markdown lacks is said with what it has: a list with dots, a code block with code line by line, a table with
bars. There is no documented way to escape, so a sign that is nobody's mark is written with its full-width twin: no text of
others becomes a tag, a mention, a link or emphasis. Only links to hosts that were vouched for are links; of any other the
address is shown, so that a label hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import quote, urlsplit

from bot.street.marks import BULLET, FENCE, HEADING, INLINE, QUOTED, ROW, RULE, disguised
from bot.street.splitting import utf8_bytes

from .plain import plain
from .twins import NBSP, in_code, literal

LINE = "———"
"""Instead of a rule, which WeCom does not draw."""


class Kind(Enum):
    """What a line is."""

    CODE = auto()
    HEADING = auto()
    QUOTED = auto()
    BULLET = auto()
    ROW = auto()
    RULE = auto()
    PLAIN = auto()


@dataclass(frozen=True)
class Line:
    """`lead` is what stood before the words: the number signs of a heading, the blanks before a bullet."""

    kind: Kind
    lead: str
    body: str


@dataclass(frozen=True)
class Markup:
    """Shows texts. `hosts` are those whose links are links, as they stand in an address (`sales.example.com:8443`)."""

    hosts: frozenset[str] = frozenset()

    def carries(self, text: str) -> bool:
        """Whether there is anything in it that only WeCom's Markdown can show."""
        shown = (Kind.CODE, Kind.HEADING, Kind.QUOTED)
        return any(line.kind in shown or self._marked(line.body) for line in lines_of(text))

    def markdown(self, text: str) -> str:
        """For a message of the type `markdown`."""
        out: list[str] = []
        before = Kind.PLAIN
        for line in lines_of(text):
            if before is Kind.QUOTED and line.kind is not Kind.QUOTED and line.body.strip():
                out.append("")  # or it would be taken for the quotation's own next line
            out.append(self._line(line))
            before = line.kind
        return "\n".join(out)

    def words(self, text: str) -> str:
        """The same words as plain text, for a client that shows no Markdown."""
        return "\n".join(self._bare(line) for line in lines_of(text))

    def measure(self, text: str) -> int:
        """Bytes of the longest way in which this text may be sent."""
        ways = [plain(text), plain(self.words(text))]
        if self.carries(text):
            ways.append(self.markdown(text))
        return max(map(utf8_bytes, ways))

    def _line(self, line: Line) -> str:
        match line.kind:
            case Kind.CODE:
                return in_code(line.body)
            case Kind.HEADING:
                return f"{line.lead} {literal(self._words(line.body))}"
            case Kind.QUOTED:
                return f"> {self._inline(line.body)}".rstrip()
            case Kind.BULLET:
                return f"{_blanks(line.lead)}• {self._inline(line.body)}"
            case Kind.RULE:
                return LINE
        indent = line.body[: len(line.body) - len(line.body.lstrip(" \t"))]
        return _blanks(indent) + self._inline(line.body[len(indent) :])

    def _bare(self, line: Line) -> str:
        match line.kind:
            case Kind.CODE:
                return line.body
            case Kind.QUOTED:
                return f"> {self._words(line.body)}".rstrip()
            case Kind.BULLET:
                return f"{line.lead}• {self._words(line.body)}"
            case Kind.RULE:
                return LINE
        return self._words(line.body)

    def _inline(self, body: str) -> str:
        """The line with its marks. What is between two of them is made harmless as one text: two harmless halves might form
        a mark together."""
        out: list[str] = []
        plainly, at = "", 0
        for found in INLINE.finditer(body):
            plainly += body[at : found.start()]
            at = found.end()
            if (mark := self._mark(found)) is None:
                plainly += _said(found)
                continue
            if mark.startswith("[") and plainly.endswith("!"):
                plainly = f"{plainly[:-1]}！"  # or the link would be a picture
            out += [literal(plainly, first=not out), mark]
            plainly = ""
        return "".join([*out, literal(plainly + body[at:], first=not out)])

    def _mark(self, found: re.Match[str]) -> str | None:
        """None for what is none: words of others, and a link that is not vouched for."""
        if found["code"]:
            return in_code(found["code"])
        if found["bold"]:
            return f"**{literal(self._words(found['bold']), first=False)}**"
        if found["url"] and self._vouched(found["label"], found["url"]):
            return f"[{literal(found['label'], first=False)}]({quote(found['url'], safe=SAFE)})"
        return None

    def _words(self, body: str) -> str:
        """The line without its marks; nothing in it is harmless yet."""
        return INLINE.sub(
            lambda found: found["code"] or (self._words(found["bold"]) if found["bold"] else _said(found)),
            body,
        )

    def _vouched(self, label: str, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        known = parts.scheme in ("http", "https") and parts.netloc.lower() in self.hosts
        return known and bool(label.strip()) and not disguised(label, url)

    def _marked(self, body: str) -> bool:
        return any(
            found["code"] or found["bold"] or (found["url"] and self._vouched(found["label"], found["url"]))
            for found in INLINE.finditer(body)
        )


SAFE = "%:/?#@!$&'+,;=-._~"
"""Left as it is in a link's address; anything else, a mark in it above all, is percent-encoded."""


def lines_of(text: str) -> Iterator[Line]:
    """The lines with what each is. The fences of a code block and the rule under a table's head are only marks."""
    fenced = False
    before = Kind.PLAIN
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if FENCE.match(line):
            fenced = not fenced
            continue
        found = Line(Kind.CODE, "", line) if fenced else _read(line)
        rule = found.kind is Kind.ROW and before is Kind.ROW and not found.body.strip(" :|-")
        before = found.kind
        if not rule:
            yield found


def _read(line: str) -> Line:
    if heading := HEADING.match(line):
        return Line(Kind.HEADING, heading[1], heading[2])
    if RULE.match(line):
        return Line(Kind.RULE, "", line)
    if bullet := BULLET.match(line):
        return Line(Kind.BULLET, bullet[1], line[bullet.end() :])
    if quoted := QUOTED.match(line):
        return Line(Kind.QUOTED, quoted[0], BULLET.sub(r"\1• ", line[quoted.end() :], count=1))
    if row := ROW.match(line):
        return Line(Kind.ROW, "", " | ".join(cell.strip() for cell in row[1].split("|")))
    return Line(Kind.PLAIN, "", line)


def _said(found: re.Match[str]) -> str:
    """Words of others as they are; a link as its label and where it leads."""
    return found["said"] or f"{found['label']} ({found['url']})"


def _blanks(lead: str) -> str:
    return NBSP * len(lead.expandtabs(4))
