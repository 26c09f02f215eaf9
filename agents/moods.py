"""The mood of a customer in a call and over their letters; and, by three conditions, one's own, for one's own eyes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.blueprints.call_metrics import OwnMood
from knowledge.insight.mood import Change, Mood, Text, mood_of_call, mood_of_texts, turns_of
from knowledge.model import INBOUND, Interaction

from .measuring import rules_of, segments_of
from .reviewing import rep_of
from .skill import Turn

OWN_MOOD = "own_mood"
"""The purpose a colleague agrees to (knowledge.model.PersonConsent)."""


def mood_in(turn: Turn, row: Interaction) -> Mood:
    """The customer's line in one call."""
    return mood_of_call(turns_of(segments_of(row), rules_of(turn, row).rules))


def mood_over(rows: Sequence[Interaction]) -> Mood:
    """The customer's line over what they wrote and said, a value an interaction, oldest first: of a mail or chat all of their
    words, of a call or meeting those of their side."""
    texts: list[Text] = []
    for row in sorted(rows, key=lambda one: (one.at, one.id)):
        words = _theirs(row)
        if words:
            texts.append(Text(text=words, customer=True, line=len(texts), id=row.id))
    return mood_of_texts(texts)


def _theirs(row: Interaction) -> str:
    if row.segments:
        said = [str(one.get("text") or "") for one in row.segments if one.get("side") == "customer"]
        return "\n".join(said).strip()
    return row.text.strip() if row.direction in INBOUND and row.kind in ("mail", "chat") else ""


def levels(change: Change) -> str:
    """The two means, each with its n, and p: "+0.31(n=9) → -0.42(n=7),p=0.01"."""
    return (
        f"{change.before:+.2f}(n={change.n_before}) → {change.after:+.2f}(n={change.n_after}),p={change.p:g}"
    )


def own_mood(turn: Turn, row: Interaction, rule: OwnMood) -> Mood | tuple[str, str]:
    """How one's own turns of one's own call sound; else why that is not looked at (capabilities.md C1.5). It is switched on, the
    person works in a known region that is not of the EU, they have agreed, and it is they who ask: nobody else ever sees it, and
    nothing of it is stored."""
    person = turn.desk.person
    if rep_of(turn, row) != person.id:
        return "员工自己的语气只给本人看", "how a colleague sounds is for their own eyes alone"
    if not rule.on:
        return "默认不分析员工的语气", "how colleagues sound is not looked at by default"
    if not person.region:
        return "不知道您在哪个地区,不分析", "your region is unknown, so it is not looked at"
    if rule.in_eu(person.region):
        return "欧盟不允许在工作中分析员工情绪", "the EU does not allow it at work"
    if not turn.desk.consented(OWN_MOOD):
        return "您没有同意分析自己的语气", "you have not agreed to it"
    return mood_of_call(
        [replace(one, customer=one.speaker == person.name) for one in turns_of(segments_of(row))]
    )
