"""Who said what in an interaction, sentence by sentence, verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge.model import INBOUND, OUTBOUND, Interaction
from knowledge.snapshot import DealFacts

TWO_WAY = frozenset({"call", "meeting"})

_SENTENCE = re.compile(r"[^。！？!?；;\n]*?(?:[。！？!?；;\n]+|\.(?=\s|$)|$)")
_QUOTED_LINE = re.compile(r"^\s*(?:>|发件人[:：]|From:|在.{4,60}写道[:：]|On .{6,80} wrote:)")


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """One sentence, a substring of `interaction.text`. `side` is customer, rep or "" when nobody knows;
    `turn` counts the turns of speech of the interaction from 0."""

    interaction: Interaction
    turn: int
    speaker: str
    side: str
    text: str


def utterances(facts: DealFacts, interaction: Interaction) -> Iterator[Utterance]:
    """The sentences of one interaction in the order they were said; quoted earlier mail is left out."""
    for turn, (speaker, side, words) in enumerate(_turns(facts, interaction)):
        for sentence in split(words):
            if sentence in interaction.text:
                yield Utterance(interaction=interaction, turn=turn, speaker=speaker, side=side, text=sentence)


@lru_cache(maxsize=16_384)
def split(words: str) -> tuple[str, ...]:
    """The sentences of a text, verbatim, without surrounding white space."""
    return tuple(found.group().strip() for found in _SENTENCE.finditer(words) if found.group().strip())


def is_customers(interaction: Interaction) -> bool:
    """Whether the customer took part or wrote: inbound, a call or meeting, or a chat in which they said something."""
    if interaction.direction in INBOUND or interaction.kind in TWO_WAY:
        return True
    return any(part.get("side") == "customer" for part in interaction.segments)


def _turns(facts: DealFacts, row: Interaction) -> Iterator[tuple[str, str, str]]:
    if row.segments:
        for segment in row.segments:
            side = str(segment.get("side") or "")
            yield (
                str(segment.get("speaker") or ""),
                side if side != "unknown" else "",
                str(segment.get("text") or ""),
            )
        return
    if row.direction in INBOUND:
        yield _contact_name(facts, row), "customer", _without_quoted(row.text)
    elif row.direction in OUTBOUND:
        yield facts.owner.name, "rep", _without_quoted(row.text)
    else:
        yield "", "", row.text


def _without_quoted(text: str) -> str:
    """A mail without the earlier mails below it."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTED_LINE.match(line):
            if not line.lstrip().startswith(">"):
                break
            continue
        kept.append(line)
    return "\n".join(kept)


def _contact_name(facts: DealFacts, row: Interaction) -> str:
    return next((one.name for one in facts.contacts if one.id == row.contact_id), row.extra.get("from", ""))
