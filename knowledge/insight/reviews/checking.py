"""Whether a review's words still stand in the transcript: a quote that was changed, or moved to another line, is found out."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.insight.minutes import Said, Talk

from .evidence import Review


def tampered(found: Review, talk: Talk) -> tuple[Said, ...]:
    """Every piece of evidence that is not a verbatim part of the line it names, said by that line's speaker at its second."""
    return tuple(said for said in _evidence(found) if not _stands(said, talk))


def _evidence(found: Review) -> Iterator[Said]:
    for answer in found.answers:
        yield from answer.evidence
    for point in found.points:
        yield point.moment
    for _, said in found.spin.examples:
        yield said


def _stands(said: Said, talk: Talk) -> bool:
    if said.line >= len(talk.lines):
        return False
    line = talk.lines[said.line]
    words = line.text.strip() or line.speaker or "…"
    return (
        (said.quote in line.text or said.quote == words)
        and said.speaker == line.speaker
        and said.t == line.start
    )
