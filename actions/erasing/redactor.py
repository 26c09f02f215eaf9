"""Taking a person out of a text. Pure.

Two kinds of marks: what is surely theirs (full name, address, number) goes wherever it stands; what could also be somebody
else (王总, Grace, 建国) goes only where the text is about them (`near`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from knowledge.name_forms import HONORIFICS, is_cjk, normal, person_forms, surname
from knowledge.sounds import spellings

MARK = "[已删除]"
_ADDRESS = "|".join(map(re.escape, HONORIFICS))
_GAP = r"[\s·.\-_]{0,2}"


class Redactor:
    """Marks of one person or firm: `sure` are names, addresses and numbers, `near` patterns for the near ones."""

    def __init__(self, sure: Iterable[str], near: Iterable[str] = ()) -> None:
        patterns = [
            pattern
            for value in sorted(set(sure), key=lambda v: (-len(v), v))
            if (pattern := sure_pattern(value))
        ]
        self._sure = re.compile("|".join(patterns)) if patterns else None
        self._near = re.compile("|".join(dict.fromkeys(near))) if near else None

    def touches(self, text: str, *, near: bool = False) -> bool:
        """Whether the text holds a mark."""
        return any(True for _ in self._spans(text, near))

    def clean(self, text: str, *, near: bool = False) -> str:
        """The text with every mark replaced."""
        parts, at = [], 0
        for start, end in sorted(self._spans(text, near)):
            if start >= at:
                parts += [text[at:start], MARK]
            at = max(at, end)
        return "".join([*parts, text[at:]])

    def touches_value(self, value: Any, *, near: bool = False) -> bool:
        """`touches` for any string inside plain JSON, keys included."""
        return any(self.touches(text, near=near) for text in strings(value))

    def clean_value(self, value: Any, *, near: bool = False) -> Any:
        """`clean` for every string inside plain JSON."""
        if isinstance(value, str):
            return self.clean(value, near=near)
        if isinstance(value, list):
            return [self.clean_value(one, near=near) for one in value]
        if isinstance(value, dict):
            return {self.clean(str(k), near=near): self.clean_value(v, near=near) for k, v in value.items()}
        return value

    def _spans(self, text: str, near: bool) -> Iterable[tuple[int, int]]:
        plain = normal(text)
        for pattern in (self._sure, self._near if near else None):
            if pattern is not None:
                yield from (match.span() for match in pattern.finditer(plain) if match.group())


def strings(value: Any) -> Iterable[str]:
    """Every string inside plain JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def sure_pattern(value: str) -> str:
    """A pattern over normalised text for a name, an address or a number; "" for what is too short to be anybody's."""
    plain = normal(value).strip()
    digits = re.sub(r"\D", "", plain)
    if len(digits) >= 7 and not re.search(r"[a-z@\u3400-\u9fff]", plain):
        return rf"(?<!\d)(?:\+?86{_GAP})?{_GAP.join(digits.removeprefix('86') if len(digits) > 11 else digits)}(?!\d)"
    if len(plain) < 2:
        return ""
    if is_cjk(plain):
        return r"\s?".join(map(re.escape, re.sub(r"\s", "", plain)))
    words = r"\s+".join(map(re.escape, plain.split()))
    return rf"(?<![a-z0-9]){words}(?![a-z0-9])"


def like(value: str) -> str:
    """A LIKE pattern that lets through whatever `sure_pattern` could find, and more."""
    plain = normal(value).strip()
    digits = re.sub(r"\D", "", plain)
    if len(digits) >= 7 and not re.search(r"[a-z@\u3400-\u9fff]", plain):
        return "%" + "%".join(digits[-7:]) + "%"
    parts = re.sub(r"\s", "", plain) if is_cjk(plain) else plain.split()
    return "%" + "%".join(_escaped(part) for part in parts) + "%"


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def near_patterns(name: str) -> list[str]:
    """How a person is spoken of where it is clear who is meant: 王总, 老王, 建国, wang jianguo, Mr Huang, Grace."""
    family = surname(name)
    if not family:
        return []
    found = [_latin(form) if not is_cjk(form) else re.escape(form) for form in person_forms(name)]
    if is_cjk(name):
        found.append(rf"{re.escape(family)}(?:{_ADDRESS})")
        found.append(rf"[老小阿]{re.escape(family)}")
        given = normal(name).strip()[len(family) :]
        for first in map(re.escape, spellings(family, 2)):
            for second in map(re.escape, spellings(given, 4)):
                gap = r"[\s._-]?"
                found += [
                    _latin(f"{first}{gap}{second}", raw=True),
                    _latin(f"{second}{gap}{first}", raw=True),
                ]
    else:
        found.append(rf"(?<![a-z])(?:mr|mrs|ms|miss|dr|prof)\.?\s+{re.escape(family)}(?![a-z])")
    return found


def _latin(form: str, *, raw: bool = False) -> str:
    return rf"(?<![a-z0-9]){form if raw else re.escape(form)}(?![a-z0-9])"
