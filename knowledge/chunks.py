"""Interactions become passages: short enough to quote, long enough that an objection keeps its reply."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .model import Account, Blueprint, Deal, Interaction
from .objections import classify
from .passages import PUBLIC_GROUP, Passage

VERSION = "chunks-1"
"""Changes whenever the same interaction would give other passages."""

TARGET = 400
"""About so many characters make a passage; half as many again are allowed before a text is cut."""

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;\n]+[”’」』\"')）]*|(?<=\S)\.(?=\s)|$)")


@dataclass(frozen=True)
class Turn:
    """A stretch of the text, by offsets; `speaker` and `side` are empty where nobody is named."""

    start: int
    end: int
    speaker: str = ""
    side: str = ""


def passages_of(
    interaction: Interaction, *, deal: Deal | None, account: Account | None, playbook: Mapping[str, Any]
) -> tuple[Passage, ...]:
    """The passages of one interaction, in order; `text[start:end]` of the interaction is each one's text."""
    whole = whole_of(interaction, deal=deal, account=account)
    turns = _turns(interaction) or _paragraphs(interaction.text)
    cuts = [piece for turn in turns for piece in _cut(interaction.text, turn)]
    made = []
    for number, run in enumerate(_runs(cuts)):
        text = interaction.text[run.start : run.end]
        made.append(
            replace(
                whole, id=f"{interaction.id}#{number}", text=text, start=run.start, end=run.end,
                speaker=run.speaker, side=run.side, objections=classify(text, playbook),
            )
        )  # fmt: skip
    return tuple(made)


def whole_of(interaction: Interaction, *, deal: Deal | None, account: Account | None) -> Passage:
    """The whole interaction as one passage, with its owner's rights and its deal's fate."""
    stage = deal.stage if deal else ""
    return Passage(
        id=interaction.id,
        interaction_id=interaction.id,
        text=interaction.text,
        kind=interaction.kind,
        title=interaction.subject or (deal.name if deal else "") or (account.name if account else ""),
        at=interaction.at,
        group=group_of(interaction, deal, account),
        account_id=interaction.account_id or (deal.account_id if deal else ""),
        deal_id=interaction.deal_id or "",
        stage=stage,
        outcome=("open" if deal.is_open else stage) if deal else "",
        industry=account.industry if account else "",
        language=interaction.language,
        end=len(interaction.text),
    )


def group_of(interaction: Interaction, deal: Deal | None, account: Account | None) -> str:
    """The rights group: the row's own team, else the deal's, else the account's. A row that nobody owns has the
    group "", which no colleague has."""
    owners = (interaction.team_id, deal and deal.team_id, account and account.team_id)
    return next((owner for owner in owners if owner), "")


def playbook_passages(blueprint: Blueprint) -> tuple[Passage, ...]:
    """One public passage for each objection class of a published playbook: its name and its talk tracks."""
    made = []
    for entry in blueprint.content.get("objections") or ():
        tracks = [
            str(track.get(key) or "") for track in entry.get("tracks") or () for key in ("text", "text_en")
        ]
        text = "\n".join(line for line in tracks if line)
        made.append(
            Passage(
                id=f"playbook:{blueprint.name}:{entry['id']}",
                interaction_id=f"playbook:{blueprint.name}:{entry['id']}",
                text=text,
                kind="playbook",
                title=" ".join(str(entry.get(key) or "") for key in ("name", "name_en")).strip(),
                at=blueprint.published_at,
                group=PUBLIC_GROUP,
                objections=(str(entry["id"]),),
                end=len(text),
            )
        )
    return tuple(made)


def _turns(interaction: Interaction) -> list[Turn]:
    """The segments found again in the text, in order; none when one of them cannot be found."""
    turns: list[Turn] = []
    at = 0
    for segment in interaction.segments:
        said = str(segment.get("text") or "").strip()
        start = interaction.text.find(said, at)
        if start < 0:
            return []
        at = start + len(said)
        if said:
            turns.append(Turn(start, at, str(segment.get("speaker") or ""), str(segment.get("side") or "")))
    return turns


def _paragraphs(text: str) -> list[Turn]:
    return [
        Turn(found.start(), found.start() + len(found.group().rstrip()))
        for found in _PARAGRAPH.finditer(text)
    ]


def _cut(text: str, turn: Turn) -> list[Turn]:
    """A turn that is too long is cut at sentence ends, and hard where a sentence itself is too long."""
    if turn.end - turn.start <= TARGET * 3 // 2:
        return [turn]
    ends = [
        turn.start + found.end() for found in _SENTENCE.finditer(text[turn.start : turn.end]) if found.end()
    ]
    pieces: list[Turn] = []
    start = turn.start
    for end, following in zip(ends, [*ends[1:], turn.end], strict=False):
        while end - start > TARGET * 3 // 2:
            pieces.append(replace(turn, start=start, end=start + TARGET))
            start += TARGET
        if end > start and (following - start > TARGET or end == turn.end):
            pieces.append(replace(turn, start=start, end=end))
            start = end
    if start < turn.end:
        pieces.append(replace(turn, start=start, end=turn.end))
    return [_trimmed(text, piece) for piece in pieces if text[piece.start : piece.end].strip()]


def _trimmed(text: str, turn: Turn) -> Turn:
    said = text[turn.start : turn.end]
    return replace(
        turn, start=turn.start + len(said) - len(said.lstrip()), end=turn.start + len(said.rstrip())
    )


def _runs(turns: Sequence[Turn]) -> list[Turn]:
    """Neighbouring turns joined up to TARGET. What a customer said is never the end of a run while a reply follows:
    the reply joins, up to half as much again, and otherwise the customer's words open the next run as well."""
    runs: list[Turn] = []
    at = 0
    while at < len(turns):
        last = at
        while last + 1 < len(turns) and turns[last + 1].end - turns[at].start <= TARGET:
            last += 1
        while _asks(turns, last) and turns[last + 1].end - turns[at].start <= TARGET * 3 // 2:
            last += 1
        members = turns[at : last + 1]
        named = {(turn.speaker, turn.side) for turn in members}
        speaker, side = named.pop() if len(named) == 1 else ("", "")
        runs.append(Turn(members[0].start, members[-1].end, speaker, side))
        at = last if _asks(turns, last) and last > at else last + 1
    return runs


def _asks(turns: Sequence[Turn], at: int) -> bool:
    return turns[at].side == "customer" and at + 1 < len(turns)
