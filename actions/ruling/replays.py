"""How a change would have decided the past: computed here from the record, never taken from whoever proposes it.

Answers are kept for the process: a replay before a proposal warms them, so that the proposal itself is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from actions.levels import ceiling, default_level
from actions.standing import governing
from actions.tables import Autonomy, Pilot
from policies.bundle import Bundle
from policies.engine import Judge
from policies.facts import ActionFacts
from policies.history import Answers, History, Sieve, replay_history
from policies.replay import Record, facts_from_record
from policies.strictness import Ask, loosens

from .changing import SINCE
from .published import JUDGES, in_force, usable
from .recorded import Past, past

_ANSWERS: dict[str, Answers] = {}
_SIEVES: dict[tuple[str, str], Sieve | None] = {}
_MOST = 4


def answers(judge: Judge) -> Answers:
    """What this judge has answered so far; of the last few judges."""
    known = _ANSWERS.pop(judge.policy_version, None) or Answers(judge)
    _ANSWERS[judge.policy_version] = known
    while len(_ANSWERS) > _MOST:
        _ANSWERS.pop(next(iter(_ANSWERS)))
    return known


def judge_of_today(session: Session, now: datetime) -> Judge:
    """The judge of the rules in force, as far as they can be used."""
    return JUDGES.of(session, usable(session, in_force(session, now))[0])


def _sieve(old: Judge, new: Judge) -> Sieve | None:
    """What of the past two rule books could decide otherwise; of the last few pairs."""
    pair = (old.policy_version, new.policy_version)
    if pair not in _SIEVES:
        changed = old.changed(new)
        _SIEVES[pair] = None if changed is None else Sieve(changed)
        while len(_SIEVES) > _MOST:
            _SIEVES.pop(next(iter(_SIEVES)))
    return _SIEVES[pair]


def of_rules(session: Session, new: Judge, now: datetime, since: timedelta = SINCE) -> History:
    """Every decision of the last 90 days (or as long as `since`) under other rules."""
    found = past(session, now - since)
    old = judge_of_today(session, now)
    return replay_history(
        answers(old), answers(new), found.decisions, unreadable=found.unreadable, sieve=_sieve(old, new)
    )


def of_level(session: Session, verb: str, scope: str, level: int, now: datetime) -> History:
    """Every decision about a verb if its level in a scope were another one."""
    rows = dict(session.exec(select(Autonomy.scope, Autonomy.level).where(Autonomy.action == verb)).all())

    def level_under(levels: Mapping[str, int], scopes: tuple[str, ...]) -> int:
        return min(levels.get(governing(scopes, levels), default_level(verb)), ceiling(verb))

    return _of_standing(
        session,
        verb,
        now,
        lambda facts, scopes: replace(facts, autonomy_level=level_under(rows, scopes)),
        lambda facts, scopes: replace(facts, autonomy_level=level_under(rows | {scope: level}, scopes)),
    )


def of_pilot(session: Session, verb: str, after: tuple[str, ...], now: datetime) -> History:
    """Every decision about a verb if its pilot had these scopes."""
    before = tuple(session.exec(select(Pilot.scope).where(Pilot.action == verb)))

    def inside(areas: tuple[str, ...], scopes: tuple[str, ...]) -> bool:
        return not areas or bool(set(areas) & set(scopes))

    return _of_standing(
        session,
        verb,
        now,
        lambda facts, scopes: replace(facts, pilot=inside(before, scopes)),
        lambda facts, scopes: replace(facts, pilot=inside(after, scopes)),
    )


Standing = Callable[[ActionFacts, tuple[str, ...]], ActionFacts]


def _of_standing(session: Session, verb: str, now: datetime, today: Standing, then: Standing) -> History:
    found = past(session, now - SINCE, verb)
    judge = answers(judge_of_today(session, now))
    scopes = {one.record.id: found.scopes[one.code] for one in found.decisions}

    def under(standing: Standing) -> Callable[[Record], Record]:
        return lambda record: replace(record, facts=standing(record.facts, scopes[record.id]))

    return replay_history(
        judge, judge, found.decisions, before=under(today), after=under(then), unreadable=found.unreadable
    )


@dataclass(frozen=True)
class Looser:
    """One question to which the new rules answer more mildly: a recorded action's code, or a case's file and name."""

    what: str
    step: str


def looser(session: Session, old: Bundle, new: Bundle, now: datetime) -> tuple[int, tuple[Looser, ...]]:
    """On how many questions it was tried whether the new rules let something happen that the old ones would not, and
    where they do: every decision of the last 90 days and every case of both rule books."""
    before, after = answers(old.judge()), answers(new.judge())
    asked = [*_questions(past(session, now - SINCE)), *_cases(old), *_cases(new)]
    found = []
    for what, record in asked:
        if loosens(_asking(before, record), _asking(after, record), record.facts):
            step = f"{before.decide(record).verdict.value} -> {after.decide(record).verdict.value}"
            found.append(Looser(what, step))
    return len(asked), tuple(found)


def _asking(known: Answers, record: Record) -> Ask:
    return lambda facts: known.decide(replace(record, facts=facts))


def _questions(found: Past) -> list[tuple[str, Record]]:
    return [(one.code, one.record) for one in found.decisions]


def _cases(book: Bundle) -> list[tuple[str, Record]]:
    return [
        (
            f"{case.file}: {case.name}",
            Record(
                id=case.name,
                principal=case.principal,
                action=case.action,
                resource=case.resource,
                facts=facts_from_record(case.facts),
            ),
        )
        for case in book.cases()
    ]
