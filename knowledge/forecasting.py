"""Chances of many deals at once, and the forecast of a day written down: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from knowledge import own_models
from knowledge.blueprints import active_or_default
from knowledge.blueprints.process import Process
from knowledge.insight.calendar import local_day
from knowledge.insight.deal_signals import signals
from knowledge.insight.forecast import Closed, Expected
from knowledge.insight.win import NoScore, WinOdds, stage_chance, win_odds
from knowledge.library import deals as deal_rows
from knowledge.library import forecasts as rows
from knowledge.library import people, plans
from knowledge.model import OPEN_STAGES, Deal, ForecastRow, Role
from knowledge.snapshot import DealFacts, many_facts
from knowledge.win_history import win_history
from knowledge.win_replay import learned_history

Keep = Callable[[Sequence[DealFacts]], Sequence[DealFacts]]
SELLING = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR})
"""Who counts as somebody who could have used the assistant."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An open deal with its facts and what is forecast of it; `odds` has the reasons, or why there is no chance."""

    facts: DealFacts
    odds: WinOdds | NoScore
    expected: Expected


def judged(session: Session, deals: Sequence[Deal], now: datetime, keep: Keep | None = None) -> list[Judged]:
    """The open ones among these deals, in their order. `keep` takes out what somebody may not see."""
    rules = own_models.scores_of(session).win
    process = Process.model_validate(active_or_default(session, "process"))
    model, version = own_models.in_use(session, "win") or (None, "")
    history = win_history(session, rules, now) if model else learned_history(session, rules, process, now)
    facts = many_facts(session, [one for one in deals if one.is_open], now)
    booked = plans.booked(session, [one.deal.id for one in facts], now)
    bought = plans.bought_before(session, now)
    found = []
    for one in keep(facts) if keep else facts:
        deal = one.deal
        seen = signals(
            one,
            process,
            booked=deal.id in booked or (deal.next_step_at is not None and deal.next_step_at >= now),
            returning=deal.account_id in bought,
        )
        odds = win_odds(one, seen, process, rules, history, model, version)
        expected = Expected(
            deal_id=deal.id,
            name=deal.name,
            owner_id=deal.owner_id,
            team_id=deal.team_id,
            stage=deal.stage,
            amount_fen=max(deal.amount_fen, 0),
            currency=deal.currency,
            chance=odds.chance if isinstance(odds, WinOdds) else None,
            base=stage_chance(deal.stage, process, rules, history),
            n=odds.n if isinstance(odds, WinOdds) else history.n,
            expected_close=deal.expected_close,
            version=odds.version if isinstance(odds, WinOdds) else "",
        )
        found.append(Judged(facts=one, odds=odds, expected=expected))
    return found


def closed_of(deals: Sequence[Deal], now: datetime) -> list[Closed]:
    """Those among these deals that have ended by now."""
    return [
        Closed(
            deal_id=one.id,
            owner_id=one.owner_id,
            team_id=one.team_id,
            amount_fen=one.amount_fen,
            currency=one.currency,
            won=one.stage == "won",
            closed_at=one.closed_at,
        )
        for one in deals
        if one.stage in ("won", "lost") and one.closed_at is not None and one.closed_at <= now
    ]


def expected_of(row: ForecastRow) -> Expected:
    """A forecast as it was made."""
    return Expected(
        deal_id=row.deal_id,
        name="",
        owner_id=row.owner_id,
        team_id=row.team_id,
        stage=row.stage,
        amount_fen=row.amount_fen,
        currency=row.currency,
        chance=row.chance,
        base=row.base,
        n=0,
        expected_close=row.expected_close,
        version=row.version,
    )


def write_day(session: Session, now: datetime, utc_offset_hours: int = 8) -> bool:
    """Put the forecast of this day on record, whole, within the caller's transaction; False when it is there already."""
    day = local_day(now, utc_offset_hours).isoformat()
    if rows.has_day(session, day):
        return False
    deals = deal_rows.deals(session, stages=OPEN_STAGES)
    licensed: dict[str, list[str]] = {}
    for person in people.people(session):
        if SELLING & set(person.roles):
            licensed.setdefault(person.team_id or "", []).append(person.id)
    made = [_row(day, one.expected) for one in judged(session, deals, now)]
    return rows.add_day(session, day, now, licensed, made)


def _row(day: str, one: Expected) -> ForecastRow:
    return ForecastRow(
        id=f"{day}:{one.deal_id}",
        day=day,
        deal_id=one.deal_id,
        owner_id=one.owner_id,
        team_id=one.team_id,
        stage=one.stage,
        amount_fen=one.amount_fen,
        currency=one.currency,
        chance=one.chance,
        base=one.base,
        version=one.version,
        expected_close=one.expected_close,
    )
