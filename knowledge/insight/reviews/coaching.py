"""What to do better after a call: few points, each at a moment of it. No judgement of a person, no mood, no tone."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.blueprints.playbook import Playbook
from knowledge.insight.minutes import acts

from .answers import answered, banned, objections_of, rep_reply
from .evidence import Heard, Point

FEW_QUESTIONS = 2
"""Fewer questions of ours than this in a talk of LONG_ENOUGH turns of ours are worth a word."""

LONG_ENOUGH = 4


def points(heard: Heard, playbook: Playbook) -> tuple[Point, ...]:
    """Every point of a call, the weightiest first; how many are shown is the card's."""
    if not heard.talk.reps or not heard.talk.customers:
        return ()
    found = [*_banned(heard, playbook), *_objections(heard, playbook), *_next_step(heard)]
    return tuple(dict.fromkeys([*found, *_unanswered(heard), *_questions(heard)]))


def _banned(heard: Heard, playbook: Playbook) -> Iterator[Point]:
    for moment in banned(heard, playbook):
        phrase = "、".join(playbook.banned_in(moment.quote))
        yield Point(
            kind="banned",
            moment=moment,
            why=f"说了禁用语“{phrase}”",
            why_en=f"“{phrase}” is a phrase nobody may use",
        )


def _objections(heard: Heard, playbook: Playbook) -> Iterator[Point]:
    """An objection that got no answer of substance, or one that may not be given."""
    for one in objections_of(heard):
        known = playbook.objection(one.class_id)
        number, reply = rep_reply(heard, one.line)
        bad = playbook.banned_in(reply, one.class_id) if number >= 0 else ()
        if answered(heard, one.line) and not bad:
            continue
        name, name_en = (known.name, known.name_en) if known else (one.class_id, one.class_id)
        yield Point(
            kind="objection",
            class_id=one.class_id,
            moment=heard.said(one.line, one.quote),
            why=f"客户提出{name}异议,没有得到实质回应",
            why_en=f"an objection ({name_en}) got no answer of substance",
        )


def _next_step(heard: Heard) -> Iterator[Point]:
    if heard.minutes.next_meeting or any(one.due_iso for one in heard.minutes.todos):
        return
    last = max((at for at, line in enumerate(heard.talk.lines) if line.side == "rep"), default=-1)
    if last >= 0:
        yield Point(
            kind="next_step",
            moment=heard.said(last),
            why="结束时没有约定有日期的下一步",
            why_en="the call ended without a dated next step",
        )


def _unanswered(heard: Heard) -> Iterator[Point]:
    for one in heard.minutes.open_questions:
        yield Point(
            kind="unanswered",
            moment=heard.said(one.line, one.quote),
            why="客户的问题没有回答,也没有说何时回复",
            why_en="the customer's question was neither answered nor given a day",
        )


def _questions(heard: Heard) -> Iterator[Point]:
    ours = [at for at, line in enumerate(heard.talk.lines) if line.side == "rep"]
    asked = [one for one in acts.sentences(heard.talk) if one.side == "rep" and acts.question(one.text)]
    if len(ours) >= LONG_ENOUGH and len(asked) < FEW_QUESTIONS:
        longest = max(ours, key=lambda at: (len(heard.talk.lines[at].text), -at))
        yield Point(
            kind="question",
            moment=heard.said(longest),
            why=f"我方 {len(ours)} 轮里只提了 {len(asked)} 个问题",
            why_en=f"{len(asked)} question(s) in {len(ours)} turns of ours",
        )
