"""Lines that worked: what was said in deals that were won, inside the asker's rights, without what nobody may say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from actions.desk import Filters, Passage
from knowledge import blueprints, objections
from knowledge.blueprints.playbook import Objection, Playbook
from knowledge.insight.minutes import acts
from knowledge.insight.sentences import Utterance, utterances
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .minutes import resolve
from .offline.dates import ZONE
from .skill import Turn

_LONGEST_REPLY = 160
_ASKED_FOR = {
    "next_step": ("我下周安排 发您 约", "I'll send you by Friday set up a call"),
    "unanswered": ("我回去确认 明天给您书面答复", "I'll check and get back to you tomorrow"),
    "question": ("您平时 怎么 多久 最在意 什么", "how do you what matters most"),
}
"""What to look for in won deals when it is no objection: words that such a line has."""

_OPEN = re.compile(r"怎么|什么|哪|谁|多久|为什么|如何|\b(?:how|what|which|who|why)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Example:
    """An objection in a won deal and how the rep answered it, both verbatim."""

    facts: DealFacts
    row: Interaction
    raised: Utterance
    reply: Utterance


@dataclass(frozen=True, kw_only=True)
class WonLine:
    """A better line: what our side said in a won deal, verbatim."""

    facts: DealFacts
    row: Interaction
    text: str
    speaker: str


def playbook_of(turn: Turn) -> Playbook:
    """The playbook in force; the default that ships when the published one does not have its shape."""
    return turn.once("playbook", lambda: _playbook_of(turn))


def _playbook_of(turn: Turn) -> Playbook:
    try:
        return Playbook.model_validate(turn.desk.blueprint("playbook", "default"))
    except ValidationError:
        return Playbook.model_validate(blueprints.default("playbook"))


def exchanges(
    turn: Turn, said: str, found: Objection, playbook: Playbook, facts: DealFacts | None
) -> list[Example]:
    """Exchanges about an objection in won deals other than this one, those most like it first."""
    passages = _passages(turn, said, found)
    examples = _examples(turn, passages, found, playbook)
    if facts is not None:
        examples = [one for one in examples if one.facts.deal.id != facts.deal.id]
    return sorted(examples, key=lambda one: -_likeness(one, facts, passages))


def better_line(
    turn: Turn, kind: str, class_id: str, said: str, playbook: Playbook, facts: DealFacts | None
) -> WonLine | None:
    """One line from a won deal for a coaching point; None when there is none that may be said."""
    known = playbook.objection(class_id)
    if known is not None:
        found = exchanges(turn, said, known, playbook, facts)
        return next(
            (WonLine(facts=x.facts, row=x.row, text=x.reply.text, speaker=x.reply.speaker) for x in found),
            None,
        )
    if kind not in _ASKED_FOR:
        return None
    filters = Filters(outcomes=frozenset({"won"}), kinds=frozenset({"call", "meeting"}))
    query = turn.say(*_ASKED_FOR[kind])
    passages = turn.desk.recall(query, filters=filters, k=12)
    for deal_id, row_id in dict.fromkeys((one.deal_id, one.interaction_id) for one in passages):
        line = _line(turn, kind, deal_id, row_id, playbook, facts)
        if line is not None:
            return line
    return None


def _line(
    turn: Turn, kind: str, deal_id: str, row_id: str, playbook: Playbook, facts: DealFacts | None
) -> WonLine | None:
    won = turn.desk.deal(deal_id) if deal_id else None
    row = turn.desk.interaction(row_id)
    if won is None or row is None or won.deal.stage != "won" or (facts and facts.deal.id == won.deal.id):
        return None
    for one in utterances(won, row):
        if one.side == "rep" and _fits(kind, one.text, row) and not playbook.banned_in(one.text):
            return WonLine(facts=won, row=row, text=one.text, speaker=one.speaker)
    return None


def _fits(kind: str, text: str, row: Interaction) -> bool:
    if not 6 <= len(text) <= _LONGEST_REPLY:
        return False
    if kind == "question":
        return acts.question(text) and not acts.promise(text) and bool(_OPEN.search(text))
    dated = resolve(text, row.at.astimezone(ZONE).date()) is not None
    return acts.promise(text) and dated


def _passages(turn: Turn, said: str, found: Objection) -> Sequence[Passage]:
    filters = Filters(outcomes=frozenset({"won"}), objections=frozenset({found.id}))
    return turn.desk.recall(f"{said} {' '.join(found.keywords[:4])}", filters=filters, k=12)


def _examples(turn: Turn, passages: Sequence[Passage], found: Objection, playbook: Playbook) -> list[Example]:
    kept: list[Example] = []
    for deal_id, interaction_id in dict.fromkeys((one.deal_id, one.interaction_id) for one in passages):
        facts = turn.desk.deal(deal_id) if deal_id else None
        row = turn.desk.interaction(interaction_id)
        if facts is None or row is None or facts.deal.stage != "won":
            continue
        example = _exchange(facts, row, found, playbook)
        if example and all(one.facts.deal.id != deal_id for one in kept):
            kept.append(example)
    return kept


def _exchange(facts: DealFacts, row: Interaction, found: Objection, playbook: Playbook) -> Example | None:
    """The customer's objection and the next thing the rep said, unless that is something one may not say."""
    said = list(utterances(facts, row))
    content = playbook.model_dump()
    for at, raised in enumerate(said):
        if raised.side != "customer" or found.id not in objections.classify(raised.text, content):
            continue
        replies = [one for one in said[at + 1 :] if one.side == "rep" and len(one.text) >= 8]
        turn = replies[0].turn if replies else -1
        allowed = [
            one
            for one in replies
            if one.turn == turn
            and len(one.text) <= _LONGEST_REPLY
            and not playbook.banned_in(one.text, found.id)
        ]
        if allowed:
            return Example(
                facts=facts, row=row, raised=raised, reply=max(allowed, key=lambda one: len(one.text))
            )
    return None


def _likeness(one: Example, facts: DealFacts | None, passages: Sequence[Passage]) -> float:
    """Same industry weighs most, then the stage the talk took place in, then how well the words fit."""
    score = max((p.score for p in passages if p.interaction_id == one.row.id), default=0.0)
    if facts is None:
        return score
    stage = next((p.stage for p in passages if p.interaction_id == one.row.id), "")
    return score + 2.0 * (one.facts.account.industry == facts.account.industry) + (stage == facts.deal.stage)
