"""Template tags as lawyers type them into Word: found in a paragraph, broken ones named, and read as one Jinja text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .faults import Fault, Place
from .places import Paragraph

_TOKEN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_WHOLE = re.compile(r"(\{\{|\{%)(tr|tc|p|r)\s")
_STATEMENT = re.compile(r"\{%[-+]?\s*(?:(?:tr|tc|p|r)\s+)?([A-Za-z_]+)")
_SINGLE = re.compile(r"(?<![{%#])\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}(?!\})")
_WIDE = re.compile(r"[｛﹛]\s*[｛﹛%％]?|[%％]?\s*[｝﹜]")
_ENDS = {"endfor": "for", "endif": "if"}
_INSIDE = {"else": ("if", "for"), "elif": ("if",)}
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


@dataclass
class Reading:
    """A part read as one Jinja text: `lines[n]` is the paragraph at `places[n]`, tags only as docxtpl will see them."""

    lines: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def place(self, line: int) -> Place | None:
        """The place of a 1-based line."""
        return self.places[line - 1] if 0 < line <= len(self.places) else None


@dataclass(frozen=True)
class Tag:
    """One `{{ … }}`, `{% … %}` or `{# … #}` as typed."""

    text: str
    start: int

    @property
    def whole(self) -> str:
        """tr, tc, p or r when the tag takes the place of its row, cell, paragraph or run; else ""."""
        found = _WHOLE.match(self.text)
        return found[2] if found else ""

    @property
    def is_statement(self) -> bool:
        return self.text.startswith("{%")

    @property
    def plain(self) -> str:
        """The tag as Jinja reads it."""
        return _WHOLE.sub(r"\1 ", self.text.translate(_QUOTES)).replace("\n", " ")


def read(found: list[Paragraph]) -> Reading:
    """All paragraphs of one part, with what is wrong with single tags and with loops that do not close."""
    reading = Reading()
    open_blocks: list[tuple[str, Place]] = []
    for paragraph in found:
        tags, faults = _tags(paragraph)
        faults += [*_odd(paragraph), *_beside(paragraph, tags)]
        for tag in tags:
            faults += _block(tag, open_blocks, paragraph.place)
        reading.faults += faults
        reading.places.append(paragraph.place)
        reading.lines.append("" if faults else "".join(tag.plain for tag in tags))
    for word, place in open_blocks:
        reading.faults.append(_broken(place, f"{word} 没有对应的 end{word}", f"this {word} has no end{word}"))
    reading.faults += _rows(found)
    return reading


def _tags(paragraph: Paragraph) -> tuple[list[Tag], list[Fault]]:
    tags: list[Tag] = []
    faults: list[Fault] = []
    opened = ""
    start = 0
    for token in _TOKEN.finditer(paragraph.text):
        sign = token[0]
        if opened and sign == _CLOSES[opened]:
            tags.append(Tag(paragraph.text[start : token.end()], start))
            opened = ""
        elif opened and sign in _CLOSES:
            faults.append(_unclosed(paragraph, start, opened))
            opened, start = sign, token.start()
        elif not opened and sign in _CLOSES:
            opened, start = sign, token.start()
        elif not opened:
            zh, en = f"多出一个 {sign}，前面没有开头", f"a {sign} without a beginning"
            faults.append(_broken(paragraph.place, zh, en))
    if opened:
        faults.append(_unclosed(paragraph, start, opened))
    return tags, faults


def _unclosed(paragraph: Paragraph, start: int, opened: str) -> Fault:
    shown = " ".join(paragraph.text[start : start + 24].split())
    zh = f"标签“{shown}”没有写完：要在同一段里用 {_CLOSES[opened]} 结束"
    return _broken(
        paragraph.place,
        zh,
        f"the tag “{shown}” is not closed: end it with {_CLOSES[opened]} in the same paragraph",
    )


def _odd(paragraph: Paragraph) -> Iterator[Fault]:
    if found := _SINGLE.search(paragraph.text):
        name = found[1]
        yield _broken(
            paragraph.place,
            f"“{found[0]}”只有一层花括号，应写成 {{{{ {name} }}}}",
            f"“{found[0]}” has single braces; write {{{{ {name} }}}}",
        )
    if _WIDE.search(paragraph.text):
        yield _broken(
            paragraph.place, "花括号是全角的，请改成半角 { }", "the braces are full-width; type plain { }"
        )


def _beside(paragraph: Paragraph, tags: list[Tag]) -> Iterator[Fault]:
    """`{%p … %}` and its like take the place of everything around them: text beside them would be lost."""
    for tag in tags:
        if tag.whole and not tag.is_statement:
            yield Fault(
                kind="forbidden",
                place=paragraph.place,
                zh=f"“{tag.text}”：{{{{{tag.whole} 这种写法不允许，请写 {{{{ … }}}}",
                en=f"“{tag.text}”: {{{{{tag.whole} is not allowed; write {{{{ … }}}}",
            )
        if tag.whole in ("tc", "r"):
            yield Fault(
                kind="forbidden",
                place=paragraph.place,
                zh=f"不支持 {{%{tag.whole}，请用 {{%tr（表格行）或 {{%p（段落）",
                en=f"{{%{tag.whole} is not supported; use {{%tr (table row) or {{%p (paragraph)",
            )
        if tag.whole == "tr" and not paragraph.place.table:
            yield _broken(paragraph.place, "{%tr 只能写在表格的一行里", "{%tr belongs in a row of a table")
        if tag.whole == "p" and paragraph.text.replace(tag.text, "", 1).strip():
            yield Fault(
                kind="lost_text",
                place=paragraph.place,
                zh=f"“{tag.text}”所在的整段会被去掉，请让它独占一段",
                en=f"the paragraph around “{tag.text}” is taken out; give the tag a paragraph of its own",
            )


def _rows(found: list[Paragraph]) -> Iterator[Fault]:
    """A row with `{%tr … %}` is taken out whole: nothing else may stand in it."""
    rows: dict[tuple[int, int], list[Paragraph]] = {}
    for paragraph in found:
        if paragraph.place.table:
            rows.setdefault((paragraph.place.table, paragraph.place.row), []).append(paragraph)
    for cells in rows.values():
        text = "".join(cell.text for cell in cells).strip()
        holder = next((cell for cell in cells if re.search(r"\{%\s*tr\s|\{%tr\s", cell.text)), None)
        if holder is not None and not re.fullmatch(r"\{%tr\s[^{}]*%\}", text):
            yield Fault(
                kind="lost_text",
                place=holder.place,
                zh="{%tr 所在的整行会被去掉，请让它独占一行",
                en="the row of a {%tr tag is taken out; give the tag a row of its own",
            )


def _block(tag: Tag, opened: list[tuple[str, Place]], place: Place) -> Iterator[Fault]:
    found = _STATEMENT.match(tag.text) if tag.is_statement else None
    word = found[1] if found else ""
    if word in ("for", "if"):
        opened.append((word, place))
    elif word in _ENDS:
        if opened and opened[-1][0] == _ENDS[word]:
            opened.pop()
        else:
            yield _broken(
                place, f"{word} 前面没有对应的 {_ENDS[word]}", f"this {word} has no {_ENDS[word]} before it"
            )
    elif word in _INSIDE and not (opened and opened[-1][0] in _INSIDE[word]):
        yield _broken(
            place, f"{word} 不在 {_INSIDE[word][0]} 里面", f"this {word} stands in no {_INSIDE[word][0]}"
        )


def _broken(place: Place, zh: str, en: str) -> Fault:
    return Fault(kind="broken_tag", place=place, zh=zh, en=en)
