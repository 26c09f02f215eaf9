"""Whole texts of one deal: chats, calls, meetings, mails, notes, put together from what a Voice can say."""

from __future__ import annotations

from datetime import datetime

from .voice import Voice

Lines = list[tuple[str, str]]


def _joined(lines: Lines) -> str:
    return "\n".join(f"{speaker}: {words}" for speaker, words in lines)


def _objected(voice: Voice, kind: str, ending: str, at: datetime) -> Lines:
    """The customer objects, we answer, and it ends in yield, waver or refuse."""
    us, them = voice.rep.name, voice.human.name
    reply, taken = voice.answer(kind, at)
    lines = [(them, voice.objection(kind, at)), (us, reply)]
    if voice.dice.chance(0.45):
        reply, taken = voice.answer(kind, at)
        lines += [(them, voice.say("waver", at)), (us, reply)]
    if ending == "yield":
        return [*lines, (them, taken)]
    push = "push" if voice.english else "rep_push"
    return [*lines, (them, voice.say(ending, at)), (us, voice.say(push, at))]


def _opening(voice: Voice, zh: str, at: datetime) -> Lines:
    us, them = voice.rep.name, voice.human.name
    key, back = ("open", "back") if voice.english else (f"{zh}_open", f"{zh}_back")
    lines = [(us, voice.say(key, at)), (them, voice.say(back, at))]
    if voice.dice.chance(0.35):
        ours, theirs = voice.pair("small", at)
        lines += [(us, ours), (them, theirs)]
    return lines


def _closing(voice: Voice, at: datetime) -> Lines:
    us, them = voice.rep.name, voice.human.name
    return [(us, voice.say("close", at)), (them, voice.say("close_back", at))]


def chat(voice: Voice, at: datetime, kind: str = "", ending: str = "waver") -> str:
    """A chat of several turns, about an objection if one is given."""
    us, them = voice.rep.name, voice.human.name
    lines = _opening(voice, "chat", at)
    if not kind or voice.dice.chance(0.5):
        lines.append((them, voice.say("facts" if voice.english else "chat_facts", at)))
        if not voice.english:
            lines.append((us, voice.say("chat_ok", at)))
    if kind:
        lines += _objected(voice, kind, ending, at)
    if voice.dice.chance(0.8):
        lines += _closing(voice, at)
    return _joined(lines)


def call(voice: Voice, at: datetime, kinds: tuple[str, ...], ending: str) -> str:
    """A phone call: small talk, questions, one or more objections, a next step."""
    us, them = voice.rep.name, voice.human.name
    lines = _opening(voice, "call", at)
    for _ in range(voice.dice.between(1, 2)):
        question, answer = voice.need(at)
        lines += [(us, question), (them, answer)]
    for kind in kinds:
        lines += _objected(voice, kind, ending, at)
    lines += _closing(voice, at)
    if not voice.english:
        lines.append((them, voice.say("call_end", at)))
    return _joined(lines)


def meeting(voice: Voice, at: datetime, kind: str, ending: str, others: list[str]) -> str:
    """A demo or review meeting with further people of the customer in the room."""
    us, them = voice.rep.name, voice.human.name
    lines = _opening(voice, "call", at)
    if voice.english:
        lines += [(us, voice.say("needs", at)), (them, voice.say("facts", at))]
    else:
        for _ in range(voice.dice.between(2, 3)):
            lines.append((us, voice.say("demo", at)))
            lines.append((voice.dice.pick([them, *others]), voice.say("demo_back", at)))
    if kind:
        lines += _objected(voice, kind, ending, at)
    return _joined([*lines, *_closing(voice, at)])


def mail_out(voice: Voice, at: datetime, offer: bool) -> tuple[str, str]:
    """Subject and body of a mail we write; with the price if it brings an offer."""
    if voice.english:
        subject = voice.say("offer_subjects" if offer else "subjects", at)
        parts = [voice.say("mail_hello", at), voice.say("mail_offer" if offer else "mail_body", at)]
    else:
        subject = voice.say("offer_subjects" if offer else "subjects", at)
        parts = [voice.say("mail_hello", at), voice.say("mail_offer" if offer else "mail_intro", at)]
    if not offer or voice.dice.chance(0.4):
        parts.append("\n".join(voice.say("mail_points", at) for _ in range(voice.dice.between(1, 3))))
    parts += [voice.say("mail_end", at), voice.say("mail_sign", at)]
    return subject, "\n\n".join(parts)


def mail_in(voice: Voice, at: datetime, kind: str) -> tuple[str, str]:
    """Subject and body of a mail from the customer, with an objection if one is given."""
    hello = voice.say("mail_hello" if voice.english else "mail_in_hello", at)
    if voice.english:
        hello = hello.replace(voice.facts["c"], voice.rep.name.split()[0])
    parts = [hello, voice.say("mail_in", at)]
    if kind:
        parts.append(voice.objection(kind, at))
    return voice.say("subjects", at), "\n\n".join([*parts, voice.say("mail_in_sign", at)])


def note(voice: Voice, at: datetime) -> str:
    """What the rep writes down for themselves."""
    if voice.english:
        return f"{voice.say('note', at)}\n{voice.say('note_next', at)}"
    facts = [voice.say("note_facts", at) for _ in range(voice.dice.between(2, 4))]
    return "\n".join([voice.say("note_open", at), *facts, voice.say("note_next", at)])
