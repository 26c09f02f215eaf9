"""How far a text has moved from the template it was made from."""

from __future__ import annotations

import difflib
import re

FIELD = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")
FIELD_LENGTH = 60


def template_distance(template: str, text: str) -> int:
    """Basis points: 0 when the text is the template with its `{fields}` filled in, 10000 when nothing is shared.

    A field holds at most 60 characters of one line. Else 1 - the normalised indel similarity of the text and the
    template without its fields, at least 1.
    """
    wanted, given = _spaced(template), _spaced(text)
    if _filled(FIELD.split(wanted), given):
        return 0
    from rapidfuzz.distance import Indel

    return max(1, round(10_000 * Indel.normalized_distance(FIELD.sub("", wanted), given)))


def _spaced(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines))


def _filled(literals: list[str], text: str) -> bool:
    """Whether the literal pieces follow each other through the whole text with only short fields between them."""
    if not text.startswith(literals[0]):
        return False
    if len(literals) == 1:
        return text == literals[0]
    place = len(literals[0])
    for literal in literals[1:-1]:
        found = text.find(literal, place, place + FIELD_LENGTH + len(literal))
        if found < 0 or "\n" in text[place:found]:
            return False
        place = found + len(literal)
    last = literals[-1]
    gap = text[place : len(text) - len(last)]
    return (
        text.endswith(last)
        and len(text) - len(last) >= place
        and len(gap) <= FIELD_LENGTH
        and "\n" not in gap
    )


def difference(template: str, body: str) -> str:
    """Unified diff of the text against its template; empty when there is no template."""
    if not template:
        return ""
    lines = difflib.unified_diff(template.splitlines(), body.splitlines(), "模板", "邮件", lineterm="", n=0)
    return "\n".join(lines)
