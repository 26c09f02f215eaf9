"""Minutes of a talk without a model: which sentence is what, by wording, place and sides. Deterministic and extractive."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from knowledge import objections
from knowledge.insight.summary import METHOD, summarise

from . import acts
from .acts import Sentence
from .clauses import Reads
from .facts import customer_facts
from .meeting import next_meeting
from .shape import (
    UNRESOLVED,
    Decision,
    Minutes,
    Objection,
    OpenQuestion,
    Said,
    Talk,
    Todo,
    Uncertain,
    attendees_of,
    heading_of,
)
from .topics import topics

Resolve = Callable[[str, date], date | None]
"""The day a sentence names, counted from the day of the talk; None without one."""

GIST_CHARS = {"zh": 160, "en": 360}
GIST_SHARE = 0.35
"""Of a short talk the gist is at most this share."""

SHORT = 60
"""Lines below which a talk is short."""

LEAST_SURE = 0.6
_RESISTS = re.compile(
    r"[太贵高难怕慢超缓]|不|没|比|再|担心|顾虑|同意|便宜|只能|考虑|暂|以后|明年|已经|一直|要求|要走|要上|要报|书面|折|降|让|丢|做主"
    r"|\b(?:too|not?|n['’]t|can['’]?t|cannot|never|already|expensive|cheaper|afraid|worr\w+|postpone|later|need|must|risk|but|who are)\b",
    re.I,
)
"""An objection resists in some way; a list of what matters does not."""

_VAGUE = re.compile(
    r"尽快|稍后|回头|会后|到时|过几天|节后|国庆以后|\b(?:soon|later|shortly|in due course)\b", re.I
)


def by_rules(
    talk: Talk, playbook: Mapping[str, Any], resolve: Resolve, reads: Reads, consent: str = "unknown"
) -> Minutes:
    """The D14 object. `playbook` is the content of a playbook blueprint; `resolve` reads dates, `reads` a meeting's time."""
    said = acts.sentences(talk)
    todos = _todos(talk, said, resolve)
    lists: dict[str, Any] = {
        "decisions": _decisions(talk, said),
        "todos": todos,
        "customer_facts": customer_facts(talk, said),
        "objections": _objections(talk, said, playbook),
        "open_questions": _open_questions(talk, said),
    }
    return Minutes(
        meeting=heading_of(talk, METHOD, consent),
        attendees=attendees_of(talk.lines),
        gist=_gist(talk, {one.line for found in lists.values() for one in found}),
        topics=topics(talk),
        next_meeting=next_meeting(talk, said, reads),
        uncertain=_uncertain(talk, todos),
        **lists,
    )


def _gist(talk: Talk, telling: Collection[int]) -> tuple[Said, ...]:
    """The telling sentences. A short talk is mostly greetings: there only lines in which something was found count."""
    short = len(talk.lines) < SHORT and len(telling) > 1
    places = sorted(telling) if short else list(range(len(talk.lines)))
    lines = [talk.lines[at] for at in places]
    length = int(GIST_SHARE * sum(len(line.text) for line in talk.lines))
    budget = min(length, GIST_CHARS["en" if talk.language == "en" else "zh"])
    return tuple(
        Said(quote=q.text, line=places[q.turn], speaker=q.speaker, t=q.at)
        for q in summarise(lines, budget_chars=budget).quotes
    )


def _decisions(talk: Talk, said: Sequence[Sentence]) -> tuple[Decision, ...]:
    found = [one for one in said if acts.decision(one.text)]
    return tuple(Decision(text=acts.bare(one.text), **_where(talk, one)) for one in found)


def _todos(talk: Talk, said: Sequence[Sentence], resolve: Resolve) -> tuple[Todo, ...]:
    """Promises by whoever makes them, requests by the other side; one sentence is one to-do at most."""
    found: list[Todo] = []
    for one in said:
        yours = acts.request(one.text)
        mine = acts.promise(one.text) and not acts.wants(one.text)
        if not (mine or yours):
            continue
        due = resolve(one.text, talk.day)
        owner = one.speaker if mine else _other_side(talk, one)
        sure = _confidence(one, mine=mine, dated=due is not None, named=owner != UNRESOLVED)
        if sure < LEAST_SURE:
            continue
        found.append(
            Todo(
                owner=owner or UNRESOLVED,
                action=acts.bare(one.text),
                due_iso=due.isoformat() if due and due >= talk.day else "",
                confidence=sure,
                **_where(talk, one),
            )
        )
    return tuple(found)


def _confidence(one: Sentence, *, mine: bool, dated: bool, named: bool) -> float:
    """How plainly it is a to-do: a dated promise of ours is 1; a customer's undated "I will" and our undated "please" say
    little. Rules of thumb, said as such: they order the list, they are no probability."""
    ours = (mine and one.side == "rep") or (not mine and one.side == "customer")
    return round(0.3 + 0.3 * ours + 0.3 * dated + 0.1 * named, 2)


def _other_side(talk: Talk, one: Sentence) -> str:
    """Whom a request is to: the only person of the other side, else nobody knows."""
    others = {"rep": talk.customers, "customer": talk.reps}.get(one.side, ())
    return others[0] if len(others) == 1 else UNRESOLVED


def _objections(talk: Talk, said: Sequence[Sentence], playbook: Mapping[str, Any]) -> tuple[Objection, ...]:
    """What the customer's side holds against it, a class and sentence once; a plain question is no objection."""
    found = [
        Objection(class_id=class_id, **_where(talk, one))
        for one in said
        if one.side == "customer" and len(one.text) >= 5 and _RESISTS.search(one.text)
        for class_id in objections.classify(one.text, playbook)
    ]
    return tuple(dict.fromkeys(found))


def _open_questions(talk: Talk, said: Sequence[Sentence]) -> tuple[OpenQuestion, ...]:
    """Customer questions after which the next words of ours only put them off, or that nothing of ours follows."""
    found: list[OpenQuestion] = []
    for at, one in enumerate(said):
        if one.side != "customer" or not acts.question(one.text):
            continue
        reply = _reply(said[at + 1 :])
        if not reply or acts.deferred(reply) or len(reply) < 6:
            found.append(OpenQuestion(**_where(talk, one)))
    return tuple(found)


def _reply(later: Sequence[Sentence]) -> str:
    """The next turn of our side, whole."""
    line = next((one.line for one in later if one.side == "rep"), -1)
    return " ".join(one.text for one in later if one.line == line)


def _uncertain(talk: Talk, todos: Sequence[Todo]) -> tuple[Uncertain, ...]:
    found = [
        Uncertain(about="owner", text=one.action, line=one.line) for one in todos if one.owner == UNRESOLVED
    ]
    found += [
        Uncertain(about="date", text=one.action, line=one.line)
        for one in todos
        if not one.due_iso and _VAGUE.search(one.quote)
    ]
    if talk.lines and not (talk.reps and talk.customers):
        found.append(Uncertain(about="speaker", text="无法分清我方和客户 / sides unknown"))
    return tuple(found)


def _where(talk: Talk, one: Sentence) -> dict[str, Any]:
    return {"quote": one.text, "line": one.line, "speaker": one.speaker, "t": talk.lines[one.line].start}
