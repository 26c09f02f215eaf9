"""What a person means by a change: 第五条: 新文字, 质保改成三年, 预付 50%, 删除第六条. What is not understood is said so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .catalogue import PaperTemplate, Term
from .clauses import FURNITURE, PREAMBLE, SIGNING, Clause
from .edits import Edit, find

_CLAUSE = r"第\s*[一二三四五六七八九十百零〇两\d]+\s*条"
_REWRITE = re.compile(
    rf"^({_CLAUSE}|(?:Clause|Article)\s+\d+)\s*(?:[^:：，。]{{0,12}})[:：]\s*(.+)$", re.S | re.I
)
_REMOVE = re.compile(
    rf"^(?:请)?(?:删除|删掉|去掉|取消|划掉|remove|delete|strike)\s*(?:the\s+)?({_CLAUSE}|[^，。]{{2,12}}?)(?:条款|这一条|条)?\s*$",
    re.I,
)
_ADD = re.compile(
    r"^(?:请)?(?:再)?(?:增加|加上|加|新增|补充|add)(?:一条|一款|条款|a clause)*\s*[:：]\s*(.+)$", re.S | re.I
)
_CHANGE = re.compile(
    r"^(?:请)?(?:把|将)?\s*(.+?)\s*(?:改成|改为|改到|变成|变为|调整为|调整到|调成|调到|延长到|延长至|延长为|缩短到|缩短至|提高到|降到|降低到|降为|换成|定为|写成|to)\s*(.+?)[。.]?$",
    re.S | re.I,
)
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
SHORTEST_QUOTE = 4
"""Characters from which an unquoted phrase counts as words of the contract rather than as the name of something."""

_COUNT = r"(?:\d+(?:\.\d+)?|[零〇一二三四五六七八九十百千两]+)"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was understood: values for the template's terms, and edits of clauses; `unclear` are words that were not."""

    terms: Mapping[str, int | str]
    edits: tuple[Edit, ...]
    unclear: tuple[str, ...]


def understood(words: Sequence[str], template: PaperTemplate, clauses: Sequence[Clause], today: date) -> Wish:
    """Each wish as a term, else as an edit of a clause, else as unclear. Nothing is guessed."""
    terms: dict[str, int | str] = {}
    edits: list[Edit] = []
    unclear: list[str] = []
    for said in filter(None, (one.strip() for one in words)):
        if named := _term(said, template, today):
            terms.update(named)
        elif edit := _edit(said, clauses):
            edits.append(edit)
        else:
            unclear.append(said)
    return Wish(terms=terms, edits=tuple(edits), unclear=tuple(unclear))


def _term(said: str, template: PaperTemplate, today: date) -> dict[str, int | str] | None:
    """A term by one of its words, with a value of its kind: 质保改成三年, 预付 50%."""
    plain = unicodedata.normalize("NFKC", said)
    if re.match(rf"^{_CLAUSE}\s*[:：]", plain):
        return None
    change = _CHANGE.match(plain)
    subject, value = (change[1], change[2]) if change else (plain, plain)
    hits = [
        (len(w), name)
        for name, term in template.terms.items()
        for w in term.words
        if w.casefold() in subject.casefold()
    ]
    if not hits:
        return None
    name = max(hits)[1]
    term = template.terms[name]
    if change is None:  # 质保三年: the value is what is left when the term's own words are taken away
        for word in sorted(term.words, key=len, reverse=True):
            value = re.sub(re.escape(word), " ", value, flags=re.I)
        if term.kind == "text" or len(value.strip()) > 14:
            return None
    read = value_of(term, value, today)
    return None if read is None else {name: read}


def value_of(term: Term, text: str, today: date) -> int | str | None:
    """A value of the term's kind (percent 0-100, whole months, a count, an ISO date, words); None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if term.kind == "text":
        return plain[:200] or None
    if term.kind == "date":
        return date_in(plain, today)
    number = {"percent": _percent, "months": _months, "number": _count}[term.kind](plain)
    most = 100 if term.kind == "percent" else term.most
    return number if number is not None and 0 <= number <= (most or 10_000) else None


def _percent(text: str) -> int | None:
    if found := re.search(rf"({_COUNT})\s*成(半)?", text):
        return (number_of(found[1]) or 0) * 10 + (5 if found[2] else 0)
    found = re.search(rf"百分之({_COUNT})|({_COUNT})\s*(?:%|个点|percent)", text) or re.fullmatch(
        rf"()({_COUNT})", text
    )
    return number_of(found[1] or found[2]) if found else None


def _months(text: str) -> int | None:
    spans = _spans(text)
    if not spans:
        return None
    return sum(
        count * (12 if unit.startswith(("年", "year")) else 1) + before + after
        for count, before, unit, after in spans
    )


def _spans(text: str) -> list[tuple[int, int, str, int]]:
    """(count, half before in months, unit, half after in months) of every span of time in a text."""
    found = []
    for match in re.finditer(rf"(半)?({_COUNT})?\s*个?(月|months?|年|years?)(半)?", text, re.I):
        unit = match[3].lower()
        year = unit.startswith(("年", "year"))
        if not match[1] and not match[2]:
            continue
        count = number_of(match[2]) if match[2] else 0
        if count is None:
            continue
        found.append((count, 6 if match[1] and year else 0, unit, 6 if match[4] and year else 0))
    return found


def _count(text: str) -> int | None:
    found = re.search(_COUNT, text)
    return number_of(found[0]) if found else None


def number_of(text: str) -> int | None:
    """12, 十二, 三十六, 一百二十 -> the number; None for a broken one or one that is not whole."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    if "." in text:
        return None
    total = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total, digit = total + (digit or 1) * _TENS[sign], 0
    return total + digit


def date_in(text: str, today: date) -> str | None:
    """The ISO date a text names: 2026-12-31, 2026年12月31日, 12月31日 (the next one); None when it names none."""
    found = re.search(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})", text)
    short = re.search(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]", text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if short:
            day = date(today.year, int(short[1]), int(short[2]))
            return (day if day >= today else day.replace(year=today.year + 1)).isoformat()
    except ValueError:
        return None
    return None


def _edit(said: str, clauses: Sequence[Clause]) -> Edit | None:
    if found := _REWRITE.match(said):
        number = re.sub(r"(?i)(?:clause|article)\s+(\d+)", r"第\1条", found[1])
        return (
            Edit(op="rewrite", clause=number, text=found[2].strip(), said=said)
            if find(clauses, number)
            else None
        )
    if found := _REMOVE.match(said):
        return Edit(op="remove", clause=found[1], said=said) if find(clauses, found[1]) else None
    if found := _ADD.match(said):
        return Edit(op="add", text=found[1].strip(), said=said)
    if found := _CHANGE.match(said):
        return _phrase(found[1].strip(), found[2].strip(), clauses, said)
    return None


def _phrase(subject: str, text: str, clauses: Sequence[Clause], said: str) -> Edit | None:
    """A phrase that stands in exactly one clause, or the name of a clause whose words are given anew."""
    inside = re.match(rf"^({_CLAUSE})(?:里|中)?(?:的)?\s*(.*)$", subject)
    if inside and inside[2]:
        clause = find(clauses, inside[1])
        old = inside[2].strip("“”\"'")
        return (
            Edit(op="replace", clause=inside[1], old=old, text=text, said=said)
            if clause and old in clause.text
            else None
        )
    if inside:
        return (
            Edit(op="rewrite", clause=inside[1], text=text, said=said) if find(clauses, inside[1]) else None
        )
    old = subject.strip("“”\"'")
    # 质保 must not be found inside 质保金: a bare short word is no quotation of what stands there.
    quoted = old != subject or bool(re.search(r"\d", old)) or len(old) >= SHORTEST_QUOTE
    holding = [
        one for one in clauses if old in one.text and one.heading not in (PREAMBLE, SIGNING, FURNITURE)
    ]
    if quoted and len(holding) == 1 and holding[0].text.count(old) == 1 and old != holding[0].name:
        return Edit(op="replace", clause=holding[0].number, old=old, text=text, said=said)
    if (clause := find(clauses, old)) and len(text) >= 6:
        return Edit(op="rewrite", clause=clause.number, text=text, said=said)
    return None
