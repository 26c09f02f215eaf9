"""Which version of a transcript something rests on, and what is shown when the words were corrected since: the old minutes,
said to be stale, until somebody has them made anew."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from actions.call_versions import halves
from knowledge.insight.minutes import Minutes
from knowledge.model import Interaction, TranscriptVersion
from knowledge.snapshot import DealFacts
from knowledge.transcripts import transcript_hash

from .minutes import minutes_of
from .skill import Turn
from .wording import clock, day

TOLD = "told"
"""Kind of the mark that minutes of a version were shown to somebody: others are made on the way, by reviews and the like,
and make nothing less stale."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """`number` is the version of the transcript that was judged, `newest` the one that stands there now (1: never
    corrected); `edited` is that newest one, None where nobody has corrected anything."""

    number: int = 1
    newest: int = 1
    edited: TranscriptVersion | None = None

    @property
    def stale(self) -> bool:
        return self.number != self.newest


def basis_now(turn: Turn, row: Interaction) -> Basis:
    """The basis of what is made now: the words that stand there."""
    known = turn.desk.versions(row.id)
    if not known:
        return Basis()
    newest = known[-1]
    return Basis(number=newest.number, newest=newest.number, edited=newest)


def minutes_shown(
    turn: Turn, row: Interaction, facts: DealFacts | None, *, renew: bool = False
) -> tuple[Minutes, Basis]:
    """The minutes as they are shown: those of the words that stand there, or, when these were corrected since and nobody
    has asked to `renew` them, the ones of the version before, which are stale."""
    basis = basis_now(turn, row)
    if basis.edited is not None and not renew:
        old = _of_an_older_version(turn, row, basis)
        if old is not None:
            return old
    made = minutes_of(turn, row, facts)
    turn.desk.keep_judgement(row.id, TOLD, transcript_hash(row), "-", "-", {})
    return made, basis


def stale_lines(turn: Turn, basis: Basis) -> list[str]:
    """What is said about the version: nothing for words nobody corrected; a warning and the way out where it is stale."""
    if basis.edited is None:
        return []
    author = turn.desk.colleague(basis.edited.author_id or "")
    who = author.name if author else turn.say("有人", "somebody")
    when = f"{day(basis.edited.at)} {clock(basis.edited.at.isoformat())[:5]}"
    if not basis.stale:
        return [
            turn.say(
                f"(文字稿第 {basis.number} 版,{who} {when} 改过)",
                f"(version {basis.number} of the transcript, corrected by {who} at {when})",
            )
        ]
    what = turn.say(*halves(basis.edited.what))
    turn.suggestions.insert(0, turn.say("重新生成纪要", "Renew the minutes"))
    return [
        turn.say(
            f"⚠ 已过期:这份纪要基于文字稿第 {basis.number} 版,{who} {when} 改过({what}),现在是第 {basis.newest} 版。"
            "说“重新生成纪要”即可更新。",
            f"⚠ Stale: these minutes rest on version {basis.number} of the transcript; {who} corrected it at {when} ({what}), "
            f"version {basis.newest} now. Say “renew the minutes”.",
        )
    ]


def _of_an_older_version(turn: Turn, row: Interaction, basis: Basis) -> tuple[Minutes, Basis] | None:
    """The minutes that were told last, of a version before this one; None when those of this one were told, or none."""
    numbers = {one.transcript_hash: one.number for one in turn.desk.versions(row.id)}
    told = [one.transcript_hash for one in turn.desk.made(row.id, TOLD)]
    if not told or transcript_hash(row) in told:
        return None
    for one in turn.desk.made(row.id, "minutes"):
        number = numbers.get(one.transcript_hash)
        if number is None or one.transcript_hash != told[0]:
            continue
        try:
            found = Minutes.model_validate(one.content)
        except ValidationError:  # of an older shape, or erased
            continue
        return found, Basis(number=number, newest=basis.newest, edited=basis.edited)
    return None
