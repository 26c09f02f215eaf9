"""Closed deals replayed: how each stood at moments before its end, and what that makes of the experts' odds."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from operator import attrgetter
from weakref import WeakKeyDictionary

from sqlmodel import Session, SQLModel

from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import WinRules
from knowledge.insight.deal_signals import LATER, as_of, moments, signals
from knowledge.insight.odds import Situation, learn
from knowledge.insight.win import History, odds_in_use, odds_that_apply, stage_chance
from knowledge.library import scores as rows
from knowledge.model import Deal
from knowledge.snapshot import DealFacts, many_facts
from knowledge.win_history import EVER, closed_that_count, first_wins, win_history

AGES = (14, 30, 60, 90, 120, 180, 270, 365, 540)
"""Days of age at which a deal is looked at while it was open, besides the middle of each of its stages: open deals, too,
are met at any age, and a signal such as age itself is never seen in the middle alone."""
MOST = 3000
"""The newest closed deals that are replayed: with so many the experts' odds weigh little, and an answer waits a second at
most. A company with a tenth of them has a model of its own and replays none."""


def learned_history(
    session: Session, rules: WinRules, process: Process, now: datetime, but: str = ""
) -> History:
    """What closed deals tell by stage, and the experts' odds drawn to what they showed (knowledge/insight/odds.py)."""
    history = win_history(session, rules, now, but)
    closed, _ = closed_that_count(session, rules, now, but)
    newest = sorted(closed, key=lambda one: (one.closed_at or now, one.id))[-MOST:]
    expert = {key: odds for key, odds in odds_in_use(rules, history).items() if key not in LATER}
    seen = _situations(session, newest, rules, process, now, history, frozenset(expert))
    return replace(history, learned=learn(seen, expert, rules.odds_rows))


@dataclass
class _Kept:
    """What each deal came to, while neither its rows nor `measure`, what they were measured by, have changed."""

    measure: str = ""
    deals: dict[str, tuple[bytes, tuple[Situation, ...]]] = field(default_factory=dict)


_KEPT: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()
"""By database: what is scored anew after every message would else replay the same years."""


def _situations(
    session: Session,
    closed: Sequence[Deal],
    rules: WinRules,
    process: Process,
    now: datetime,
    history: History,
    keys: frozenset[str],
) -> Iterator[Situation]:
    """The different situations these deals were in, each known from what was on record by then."""
    first_won = first_wins(rows.closed_deals(session, EVER, now))
    every = many_facts(session, closed, now)
    measure = repr((rules, process, history, sorted(keys), every[0].usual_days if every else ()))
    database = session.get_bind().engine
    kept = _KEPT.get(database)
    if kept is None or kept.measure != measure:
        kept = _KEPT[database] = _Kept(measure)
    replay = partial(_replayed, rules=rules, process=process, history=history, keys=keys)
    for facts in every:
        bought = first_won.get(facts.deal.account_id, now)
        state = _state(facts, bought)
        known = kept.deals.get(facts.deal.id)
        if known is None or known[0] != state:
            known = kept.deals[facts.deal.id] = (state, tuple(replay(facts, bought)))
        yield from known[1]


def _replayed(
    facts: DealFacts,
    bought: datetime,
    *,
    rules: WinRules,
    process: Process,
    history: History,
    keys: frozenset[str],
) -> Iterator[Situation]:
    """One deal at each of its looks; `bought`: when its customer first bought from us."""
    known: dict[str, Deal] = {}
    for moment in _looks(facts, rules):
        then = as_of(facts, moment, known)
        if then is None:
            continue
        cells = signals(then, process, returning=bought < moment).cells
        chance = stage_chance(cells["stage"], process, rules, history)
        yield Situation(
            deal_id=facts.deal.id,
            base=math.log(chance / (1 - chance)),
            hits=frozenset(keys & odds_that_apply(cells, history).keys()),
            won=facts.deal.stage == "won",
        )


def _state(facts: DealFacts, bought: datetime) -> bytes:
    """Changes whenever anything does that the deal's looks could rest on: all columns of all its rows."""
    about = [facts.deal, facts.account, facts.owner, *facts.contacts, *facts.offers, *facts.stages]
    about += [facts.product] if facts.product else []
    digest = hashlib.blake2b(repr((bought, facts.pushed)).encode(), digest_size=16)
    for row in (*about, *facts.interactions):
        digest.update(repr(_columns(type(row))(row)).encode())
    return digest.digest()


@cache
def _columns(table: type[SQLModel]) -> attrgetter[tuple[object, ...]]:
    return attrgetter(*sorted(table.model_fields))


def _looks(facts: DealFacts, rules: WinRules) -> list[datetime]:
    """The middle of each stage and the AGES, from the age on from which deals are scored, until before the end."""
    start, end = facts.deal.created_at, facts.deal.closed_at or facts.now
    youngest = start + timedelta(days=rules.youngest_days)
    found = {*moments(facts), *(start + timedelta(days=age) for age in AGES)}
    return sorted(one for one in found if youngest <= one < end)
