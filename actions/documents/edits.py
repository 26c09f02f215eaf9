"""Changes of a contract's words: one clause rewritten, a phrase replaced, a clause added or struck out, in the Word file."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .clauses import FURNITURE, PREAMBLE, SIGNING, Clause, clauses_of
from .faults import DocumentRefused
from .numbering import Numbers, chinese
from .package import packed, parts_of
from .places import paragraphs, text_of
from .wordxml import Element, W, bytes_of, new, tree_of

STRUCK = "（删除）"
ADDED_NAME = "补充约定"
_BODY = "word/document.xml"
_LEAD = re.compile(r"^\s*第\s*[一二三四五六七八九十百零〇两\d]+\s*条\s*[^\s，。；：:]{0,16}\s*")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One change. `rewrite`: `text` becomes what clause `clause` says; `replace`: `old` in it becomes `text`; `add`: a new
    last clause; `remove`: struck out, its number stays. `said` are the words it was asked for in."""

    op: Literal["rewrite", "replace", "add", "remove"]
    clause: str = ""
    old: str = ""
    text: str = ""
    said: str = ""


def edited(docx: bytes, edits: Iterable[Edit]) -> bytes:
    """The document with the changes made, in order. Raises DocumentRefused when a clause or a phrase is not there."""
    for one in edits:
        docx = _edited(docx, one)
    return docx


def _edited(docx: bytes, edit: Edit) -> bytes:
    parts = parts_of(docx)
    root = tree_of(parts[_BODY])
    found = _clauses(parts, root)
    if edit.op == "add":
        _add(found, edit.text)
    else:
        clause = find(found, edit.clause)
        if clause is None:
            raise DocumentRefused(
                f"合同里没有“{edit.clause}”这一条。", f"the contract has no clause “{edit.clause}”"
            )
        if edit.op == "replace":
            _replace(clause, edit)
        else:
            _rewrite(clause, STRUCK if edit.op == "remove" else edit.text)
    parts[_BODY] = bytes_of(root)
    return packed(parts)


def find(found: Sequence[Clause], called: str) -> Clause | None:
    """The clause called so: by its number (第五条, 5) or by its name; None when there is none or several."""
    key = re.sub(r"\s", "", called)
    if re.fullmatch(r"\d{1,3}", key):
        key = f"第{chinese(int(key))}条"
    key = re.sub(r"第(\d{1,3})条", lambda match: f"第{chinese(int(match[1]))}条", key)
    terms = _terms(found)
    by_number = [one for one in terms if re.sub(r"\s", "", one.number) == key]
    named = by_number or [one for one in terms if re.sub(r"\s", "", one.name) == key]
    named = named or [one for one in terms if key and key in re.sub(r"\s", "", one.name)]
    return named[0] if len(named) == 1 else None


def _terms(found: Sequence[Clause]) -> list[Clause]:
    return [one for one in found if one.heading not in (PREAMBLE, SIGNING, FURNITURE)]


def _clauses(parts: dict[str, bytes], root: Element) -> list[Clause]:
    """The clauses over the elements of `root` itself, so that changing them changes the document."""
    read = clauses_of(packed(parts))
    numbers = Numbers.of(parts)
    own = paragraphs(root, "body")
    for one in own:
        numbers.before(one.element)
    by_place = {one.place.paragraph: one for one in own}
    return [
        Clause(
            heading=one.heading,
            text=one.text,
            paragraphs=tuple(by_place[p.place.paragraph] for p in one.paragraphs if p.place.part == "body"),
        )
        for one in read
    ]


def _rewrite(clause: Clause, text: str) -> None:
    """The heading stays, what it says is replaced; tables of the clause stay where they are."""
    head, rest = clause.paragraphs[0], [one for one in clause.paragraphs[1:] if not one.place.table]
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [STRUCK]
    if not rest:
        lead = _LEAD.match(text_of(head.element))
        _set_text(head.element, f"{lead[0].strip()} {lines[0]}" if lead else lines[0])
        last, lines = head.element, lines[1:]
    else:
        _set_text(rest[0].element, lines[0])
        last, lines = rest[0].element, lines[1:]
        for one in rest[1:]:
            one.element.getparent().remove(one.element)
    for line in lines:
        fresh = copy.deepcopy(last)
        _set_text(fresh, line)
        last.addnext(fresh)
        last = fresh


def _replace(clause: Clause, edit: Edit) -> None:
    for one in clause.paragraphs:
        if edit.old in text_of(one.element):
            _exchange(one.element, edit.old, edit.text)
            return
    raise DocumentRefused(
        f"“{clause.number}”里没有“{edit.old}”这几个字。", f"{clause.number} does not say “{edit.old}”"
    )


def _add(found: Sequence[Clause], text: str) -> None:
    """A new clause after the last one, in the shape of that one."""
    terms = _terms(found)
    if not terms:
        raise DocumentRefused("这份合同没有分条，加不了条款。", "this contract has no clauses to add one to")
    last = terms[-1]
    name, _, body = (
        text.partition("：") if re.match(r"^[^，。；\n]{2,12}：", text) else (ADDED_NAME, "", text)
    )
    number = f"第{chinese(len(terms) + 1)}条"
    automatic = not text_of(last.paragraphs[0].element).strip().startswith("第")
    shape = [one.element for one in last.paragraphs if not one.place.table]
    end = last.paragraphs[-1].element
    heading = copy.deepcopy(shape[0])
    _set_text(heading, name if automatic else f"{number} {name}")
    end.addnext(heading)
    at = heading
    for line in filter(None, (line.strip() for line in body.splitlines())):
        fresh = copy.deepcopy(shape[1] if len(shape) > 1 else shape[0])
        _set_text(fresh, line)
        at.addnext(fresh)
        at = fresh


def _set_text(paragraph: Element, text: str) -> None:
    """The whole text of a paragraph, in the look of its first run."""
    runs = [run for run in paragraph.iter(f"{W}r") if run.find(f"{W}t") is not None]
    for run in runs[1:]:
        run.getparent().remove(run)
    if not runs:
        run = new("r")
        run.append(new("t"))
        paragraph.append(run)
        runs = [run]
    texts = list(runs[0].iterchildren(f"{W}t"))
    for extra in [child for child in runs[0] if child.tag in (f"{W}t", f"{W}br", f"{W}tab")]:
        if extra is not texts[0]:
            runs[0].remove(extra)
    _write(texts[0], text)


def _exchange(paragraph: Element, old: str, text: str) -> None:
    """Replace one phrase, wherever Word has cut it into runs."""
    nodes = list(paragraph.iter(f"{W}t"))
    whole = "".join(node.text or "" for node in nodes)
    start = whole.find(old)
    if start < 0:
        raise DocumentRefused(f"找不到“{old}”。", f"“{old}” was not found")
    at, end = 0, start + len(old)
    for node in nodes:
        here = node.text or ""
        low, high = max(start - at, 0), min(end - at, len(here))
        if low < high:
            put = text if at <= start < at + len(here) else ""
            _write(node, here[:low] + put + here[high:])
        at += len(here)


def _write(node: Element, text: str) -> None:
    node.text = text
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
