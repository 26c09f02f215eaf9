"""What happened in one invented deal, from the first web touch to the order or the bad news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from . import texts
from .dice import Dice
from .nouns import Company, Happening, Human
from .voice import Voice, workday
from .world import World

Step = tuple[str, str, str]
"""Kind, direction, and what it is about: an objection class, `offer`, or nothing."""


def thread(
    world: World, voice: Voice, dice: Dice, deal: str, company: Company, people: Sequence[Human],
    steps: Sequence[tuple[str, datetime]], kinds: tuple[str, ...], outcome: str, today: datetime,
) -> Iterator[Happening]:  # fmt: skip
    """The interactions of a deal in order; those of its last open stage reach up to `today`."""
    ends = [*(at for _, at in steps[1:]), min(today, steps[-1][1] + timedelta(days=12))]
    ending = {"won": "yield", "lost": "refuse", "open": "waver"}[outcome]
    number, asked = 0, ""
    for (stage, start), end in zip(steps, ends, strict=True):
        plan = list(_plan(dice, stage, kinds))
        gap = max(end - start, timedelta(hours=len(plan))) / (len(plan) + 1)
        for place, (kind, direction, topic) in enumerate(plan):
            number += 1
            at = workday(start + gap * (place + (0 if stage in ("won", "lost") else dice.between(2, 9) / 10)))
            at = at.replace(hour=dice.between(9, 19), minute=dice.between(0, 59))
            if at > today or stage in ("won", "lost"):
                at = start + timedelta(minutes=20 * place)
            human = dice.pick(people) if kind == "web" else people[0]
            mood = ending if stage in ("negotiation", "commit") or outcome == "won" else "waver"
            subject, text = _words(world, voice, dice, kind, direction, topic, mood, at, people)
            if kind == "mail" and direction == "outbound":
                asked = subject
            elif kind == "mail" and asked and dice.chance(0.7):
                subject = dice.pick(("Re: ", "RE: ") if voice.english else ("Re: ", "回复：")) + asked
            yield Happening(
                f"I-{deal[2:]}-{number:02d}", kind, at, deal, company.id, human.id, voice.rep.id, direction,
                subject, text, voice.language, _form(dice, kind),
            )  # fmt: skip


def _plan(dice: Dice, stage: str, kinds: tuple[str, ...]) -> Iterator[Step]:
    first, second = kinds
    if stage == "discovery":
        if dice.chance(0.5):
            yield "web", "inbound", ""
        yield (dice.pick(("call", "chat")), "", "") if dice.chance(0.7) else ("note", "", "")
        yield "mail", "outbound", ""
        if dice.chance(0.3):
            yield "note", "", ""
    elif stage == "evaluation":
        yield "meeting", "", dice.pick((first, ""))
        if dice.chance(0.6):
            yield "mail", "inbound", dice.pick((second, ""))
        if dice.chance(0.5):
            yield "note", "", ""
    elif stage == "proposal":
        yield "mail", "outbound", "offer"
        if dice.chance(0.4):
            yield "web", "inbound", ""
        yield "chat", "", first
    elif stage == "negotiation":
        yield "call", "", first
        yield "chat", "", second
        if dice.chance(0.3):
            yield "mail", "inbound", second
    elif stage == "commit":
        yield "chat", "", dice.pick((second, ""))
        if dice.chance(0.4):
            yield "mail", "outbound", ""
    elif stage == "won":
        yield "order", "inbound", ""
    else:
        yield "note", "", "lost"


def _words(
    world: World, voice: Voice, dice: Dice, kind: str, direction: str, topic: str, mood: str,
    at: datetime, people: Sequence[Human],
) -> tuple[str, str]:  # fmt: skip
    """Subject and text of one interaction."""
    title = voice.facts["prod"]
    if kind == "mail" and direction == "outbound":
        return texts.mail_out(voice, at, topic == "offer")
    if kind == "mail":
        subject, text = texts.mail_in(voice, at, topic)
        poison = world.phrases["injections"]
        return subject, text + ("\n\n" + dice.pick(poison) if dice.chance(0.035) else "")
    if kind == "chat":
        return "", texts.chat(voice, at, topic, mood)
    if kind == "call":
        return f"{title} 电话沟通", texts.call(voice, at, (topic,) if topic else (), mood)
    if kind == "meeting":
        others = [human.name for human in people[1:] if human.language == voice.language]
        return f"{title} 演示交流", texts.meeting(voice, at, topic, mood, others)
    if kind == "note" and topic == "lost":
        return "丢单复盘", voice.say("lost" if voice.english else "lost_lines", at)
    if kind == "note":
        return f"{voice.facts['short']} 拜访记录", texts.note(voice, at)
    return "", voice.say(kind, at)


def _form(dice: Dice, kind: str) -> str:
    """Most lie in the table; some are files, as they would come from a mailbox or a recorder."""
    if kind == "mail" and dice.chance(0.14):
        return "mail"
    if kind in ("call", "meeting") and dice.chance(0.11):
        return dice.pick(("vtt", "srt", "txt"))
    return "note" if kind == "note" and dice.chance(0.24) else "csv"
