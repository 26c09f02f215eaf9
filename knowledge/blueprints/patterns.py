"""Regular expressions that anybody may propose: a small language whose cost is counted before it is ever run.

Literals, `.`, classes, `\\d \\w \\s \\b`, groups, alternatives, and `? * + {m,n}` behind one character or class (`*` and `+` go up to
30). A group may only be optional. So a search tries at most `cost` ways at each place, whatever the text is: no pattern of this
language backtracks for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 200
"""Characters of a pattern."""

MOST_REPEATS = 30
MOST_COST = 2000
_QUANTIFIER = re.compile(r"([*+?])|\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")
_CLASS = re.compile(r"\[\^?(?:\\[dws\\\]\[^.-]|[^\]\[\\])+\]")
_ESCAPE = re.compile(r"\\([dwsbDWS]|[^\w\s])")


class PatternError(ValueError):
    """A pattern outside of the language; the sentence says where, in both languages."""


@dataclass
class _Reader:
    """Reads a pattern once, left to right, and writes what Python's `re` takes."""

    text: str
    at: int = 0
    out: list[str] = field(default_factory=list)

    def alternatives(self, depth: int = 0) -> int:
        """Up to the end of the group. Returns the cost: that of alternatives adds up."""
        cost = self._sequence(depth)
        while self._next("|"):
            self.out.append("|")
            cost += self._sequence(depth)
        return cost

    def _sequence(self, depth: int) -> int:
        cost = 1
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            cost = min(cost * self._item(depth), MOST_COST + 1)
        return cost

    def _item(self, depth: int) -> int:
        if self.text.startswith("(?", self.at) and not self.text.startswith("(?:", self.at):
            raise self._wrong("只支持普通的组 (…) 和 (?:…)", "only plain groups, (…) and (?:…)")
        if self._next("(?:") or self._next("("):
            return self._group(depth)
        single = self._single()
        self.out.append(single)
        return self._repeated(single)

    def _group(self, depth: int) -> int:
        if depth > 5:
            raise self._wrong("嵌套太深", "nested too deep")
        self.out.append("(?:")
        cost = self.alternatives(depth + 1)
        if not self._next(")"):
            raise self._wrong("组没有结束", "a group does not end")
        self.out.append(")")
        if self._next("?"):
            self.out.append("?")
            return cost + 1
        if _QUANTIFIER.match(self.text, self.at):
            raise self._wrong("组不能重复,只能用 ?", "a group may not repeat, only be optional")
        return cost

    def _single(self) -> str:
        for known in (_CLASS, _ESCAPE):
            found = known.match(self.text, self.at)
            if found:
                self.at = found.end()
                return found[0]
        one = self.text[self.at]
        if one in "*+?{}[]\\)":
            raise self._wrong(f"这里不能是 {one}", f"{one} cannot stand here")
        self.at += 1
        return one if one in ".^$" else re.escape(one)

    def _repeated(self, single: str) -> int:
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return 1
        if single in ("^", "$", "\\b"):
            raise self._wrong("位置不能重复", "a place cannot repeat")
        low, high = _bounds(found)
        if high > MOST_REPEATS or low > high:
            raise self._wrong(
                f"重复次数要在 0 到 {MOST_REPEATS} 之间", f"repeats lie between 0 and {MOST_REPEATS}"
            )
        self.at = found.end()
        if _QUANTIFIER.match(self.text, self.at):
            raise self._wrong("不能连着写两个重复", "two repeats in a row")
        self.out.append(f"{{{low},{high}}}")
        return high - low + 1

    def _next(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _wrong(self, zh: str, en: str) -> PatternError:
        return PatternError(f"{self.text!r} 第 {self.at + 1} 个字符:{zh} / character {self.at + 1}: {en}")


def compiled(text: str) -> re.Pattern[str]:
    """The pattern as Python's `re` runs it, case ignored. Raises PatternError for what is not in the language, costs too much,
    or would find nothing everywhere."""
    if not text.strip() or len(text) > LONGEST:
        raise PatternError(f"表达式要有 1 到 {LONGEST} 个字符 / a pattern has 1 to {LONGEST} characters")
    reader = _Reader(text)
    cost = reader.alternatives()
    if reader.at < len(text):
        raise reader._wrong("多了一个 )", "a ) too many")
    if cost > MOST_COST:
        raise PatternError(
            f"{text!r}:可能的走法超过 {MOST_COST} 种,请缩短重复 / more than {MOST_COST} ways to match, shorten the repeats"
        )
    found = re.compile("".join(reader.out), re.IGNORECASE)
    if found.search("") is not None:
        raise PatternError(f"{text!r}:空文本也会命中 / it matches nothing at all")
    return found


def _bounds(found: re.Match[str]) -> tuple[int, int]:
    if found[1]:
        return {"?": (0, 1), "*": (0, MOST_REPEATS), "+": (1, MOST_REPEATS)}[found[1]]
    low = int(found[2])
    return low, low if not found[3] else int(found[4]) if found[4] else MOST_REPEATS
