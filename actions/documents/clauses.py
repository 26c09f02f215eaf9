"""The clauses of a contract: read from its Word file, compared with those of its template, told as a diff."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .numbering import Numbers
from .package import parts_of
from .places import Paragraph, paragraphs, text_parts
from .wordxml import Element, W, tree_of

_HEADING = re.compile(
    r"^\s*(?:第\s*[一二三四五六七八九十百零〇两\d]+\s*[条章]|[一二三四五六七八九十]{1,3}[、．.]|(?:Article|Clause|Section)\s+\d+(?:\.\d+)*\b"
    r"|\d{1,2}[、．](?!\d)|\d{1,2}\.\s)",
    re.I,
)
_ARTICLE = re.compile(r"^\s*第\s*[一二三四五六七八九十百零〇两\d]+\s*条")
_SIGNING = re.compile(
    r"^\s*(?:[（(]?以下为签署|[（(]以下无正文|签署[页栏]|.{0,12}[（(]\s*盖章\s*[）)]|(?:IN WITNESS WHEREOF|Signed (?:by|for)))",
    re.I,
)
_WORD = re.compile(r"[A-Za-z0-9_.,%¥$-]+|\s+|.", re.S)
PREAMBLE, SIGNING, FURNITURE = "前言", "签署", "页眉页脚"


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause: its heading as printed (number included), its text with one line a paragraph, and where it begins."""

    heading: str
    text: str
    paragraphs: tuple[Paragraph, ...] = ()

    @property
    def number(self) -> str:
        """第五条, 3., Article 4: the heading's number alone; the whole heading where it has none."""
        found = _HEADING.match(self.heading)
        return (
            re.sub(r"\s", "", found[0])
            if found and _ARTICLE.match(self.heading)
            else (found[0].strip() if found else self.heading)
        )

    @property
    def name(self) -> str:
        """What the clause is about: the heading without its number."""
        found = _HEADING.match(self.heading)
        return self.heading[found.end() :].strip() if found else self.heading

    @property
    def plain(self) -> str:
        """For comparing: spaces do not matter."""
        return re.sub(r"\s+", "", self.text)


@dataclass(frozen=True, kw_only=True)
class ClauseChange:
    """One difference. `before` is the template's text, `after` the contract's; `diff` marks words as [-gone-]{+new+}."""

    clause: str
    kind: Literal["changed", "added", "removed"]
    before: str
    after: str

    @property
    def diff(self) -> str:
        return word_diff(self.before, self.after)

    def told(self, language: str = "zh") -> str:
        """One block for a card."""
        word = {"changed": ("改动", "changed"), "added": ("新增", "added"), "removed": ("删除", "removed")}[
            self.kind
        ]
        return (
            f"{self.clause}（{word[0]}）：{self.diff}"
            if language != "en"
            else f"{self.clause} ({word[1]}): {self.diff}"
        )


def clauses_of(docx: bytes) -> tuple[Clause, ...]:
    """Every clause in order; before the first one 前言, after the last one 签署, headers and footers together last.

    When 第N条 headings stand in the text, only they begin a clause; else any numbered heading does.
    """
    parts = parts_of(docx)
    numbers = Numbers.of(parts)
    body: list[Paragraph] = []
    around: list[str] = []
    for _, kind, data in text_parts(parts):
        found = paragraphs(tree_of(data), kind)
        if kind == "body":
            body += [replace(one, text=f"{numbers.before(one.element)} {one.text}".strip()) for one in found]
        else:
            around += [one.text.strip() for one in found if one.text.strip()]
    pieces = list(_split(body))
    return (*pieces, Clause(heading=FURNITURE, text="\n".join(dict.fromkeys(around))))


def _split(body: Sequence[Paragraph]) -> Iterator[Clause]:
    begins = _ARTICLE if any(_ARTICLE.match(one.text) for one in body) else _HEADING
    heading, held = PREAMBLE, list[Paragraph]()
    for one in body:
        ends = heading not in (PREAMBLE, SIGNING) and bool(_SIGNING.match(one.text))
        starts = (
            not one.place.table and heading != SIGNING and bool(begins.match(one.text)) and _is_heading(one)
        )
        if ends or starts:
            yield _clause(heading, held)
            heading, held = (SIGNING, [one]) if ends else (" ".join(one.text.split()), [one])
        else:
            held.append(one)
    yield _clause(heading, held)


def _is_heading(one: Paragraph) -> bool:
    """第五条 质保 on a line of its own, or bold, or at the head of its own text; a long sentence that merely begins with
    a number in a list is none."""
    return bool(_ARTICLE.match(one.text)) or len(one.text) <= 40 or _is_bold(one.element)


def _is_bold(element: Element) -> bool:
    runs = [run for run in element.iterchildren(f"{W}r") if run.find(f"{W}t") is not None]
    return bool(runs) and all(run.find(f"{W}rPr/{W}b") is not None for run in runs)


def _clause(heading: str, held: Sequence[Paragraph]) -> Clause:
    lines = [" ".join(one.text.split()) for one in held]
    return Clause(heading=heading[:60], text="\n".join(filter(None, lines)), paragraphs=tuple(held))


def difference(template_filled: bytes, contract: bytes) -> tuple[ClauseChange, ...]:
    """What was changed against the template, filled from the same values: filled fields are the same on both sides."""
    before, after = clauses_of(template_filled), clauses_of(contract)
    same = difflib.SequenceMatcher(a=[c.plain for c in before], b=[c.plain for c in after], autojunk=False)
    changes: list[ClauseChange] = []
    for tag, low, high, low2, high2 in same.get_opcodes():
        if tag != "equal":
            changes += _matched(before[low:high], after[low2:high2])
    return tuple(changes)


def _matched(before: Sequence[Clause], after: Sequence[Clause]) -> Iterator[ClauseChange]:
    """Clauses of a changed stretch, paired by number and name first, then by number alone, then by order of likeness."""
    left = list(after)
    for one in before:
        partner = _partner(one, left)
        if partner is None:
            yield ClauseChange(clause=one.heading, kind="removed", before=one.text, after="")
            continue
        left.remove(partner)
        if partner.plain != one.plain:
            yield ClauseChange(clause=one.heading, kind="changed", before=one.text, after=partner.text)
    for one in left:
        yield ClauseChange(clause=one.heading, kind="added", before="", after=one.text)


def _partner(clause: Clause, others: Sequence[Clause]) -> Clause | None:
    alike = [one for one in others if one.heading == clause.heading]
    alike = alike or [one for one in others if one.name and one.name == clause.name]
    if alike:
        return alike[0]
    near = [
        (difflib.SequenceMatcher(a=clause.plain, b=one.plain, autojunk=False).ratio(), one) for one in others
    ]
    best = max(near, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= 0.6 else None


def distance_bp(template_filled: bytes, contract: bytes) -> int:
    """How far a contract is from its template in basis points: 0 when no clause was changed, at least 1 otherwise.

    1 - the share of characters that template and contract have in common, over all clauses.
    """
    before, after = clauses_of(template_filled), clauses_of(contract)
    one, other = ("\n".join(c.plain for c in side) for side in (before, after))
    if one == other:
        return 0
    from rapidfuzz.distance import Indel

    return min(10_000, max(1, round(10_000 * Indel.normalized_distance(one, other))))


def word_diff(before: str, after: str) -> str:
    """[-gone-]{+new+} by words (Chinese by characters), with what stayed around them."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces = []
    for tag, low, high, low2, high2 in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        gone, come = "".join(old[low:high]), "".join(new[low2:high2])
        if tag == "equal":
            pieces.append(gone)
        else:
            pieces.append((f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else ""))
    return "".join(pieces)
