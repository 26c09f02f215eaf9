"""The forecasts' side of the desk: what a time will bring and what is at risk, for one person, from the rows they may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from knowledge import own_models
from knowledge.blueprints import process_in_force
from knowledge.forecasting import closed_of, expected_of, judged
from knowledge.insight.forecast import Expected, forecast
from knowledge.insight.forecast_record import TrackRecord, beginnings, track_record
from knowledge.insight.warnings import deal_warnings
from knowledge.library import forecasts as rows
from knowledge.library import people
from knowledge.library import scores as score_rows
from knowledge.model import OPEN_STAGES, Deal, Product
from knowledge.store import Store
from knowledge.win_history import win_history

from .advice import ledger
from .forecast_view import AtRisk, ForecastAsk, Forecasted
from .rows import Rows


@dataclass(frozen=True)
class ForecastDesk:
    """Bound to one person; implements actions.forecast_view.Forecasts."""

    store: Store
    clock: Callable[[], datetime]
    rows_of: Callable[[Session], Rows]
    utc_offset_hours: int = 8

    def made(self, ask: ForecastAsk) -> Forecasted:
        now = self.clock()
        with self.store.reading() as session:
            view = self.rows_of(session)
            deals = _chosen(view.deals(), ask)
            seen = judged(session, deals, now, view.many_facts)
            found = [one.expected for one in seen]
            rules = own_models.scores_of(session).win
            history = win_history(session, rules, now)
            _, version = own_models.in_use(session, "win") or (None, "")
            share = 100 * history.won / history.n if history.n else 50.0
            names = {one.id: one.name for one in people.teams(session)}
            names |= {one.id: one.name for one in people.people(session, active_only=False)}
            return Forecasted(
                forecast=forecast(
                    found,
                    closed_of(deals, now),
                    now,
                    ask.since,
                    ask.until,
                    rules.prior_rows,
                    self.utc_offset_hours,
                ),
                record=self._record(session, deals, now),
                names=names,
                history_n=history.n,
                history_won=history.won,
                skewed=history.n > 0 and not 100 - rules.skew_pct <= share <= rules.skew_pct,
                old=history.old,
                model=version,
                listed=_listed(session, deals, found),
                judged={one.expected.deal_id: one for one in seen},
            )

    def at_risk(self, ask: ForecastAsk, only: str = "") -> Sequence[AtRisk]:
        now = self.clock()
        with self.store.reading() as session:
            view = self.rows_of(session)
            process = process_in_force(session)
            found = []
            for one in judged(session, _chosen(view.deals(), ask), now, view.many_facts):
                warnings = deal_warnings(one.facts, process)
                if only:
                    warnings = tuple(w for w in warnings if w.id == only)
                if warnings:
                    weighted = one.expected.weighted
                    found.append(
                        AtRisk(facts=one.facts, warnings=warnings, odds=one.odds, weighted_fen=weighted)
                    )
        return sorted(found, key=lambda one: (-one.weighted_fen, one.facts.deal.id))

    def counted(self, ask: ForecastAsk) -> Mapping[str, tuple[int, int]]:
        with self.store.reading() as session:
            deals = _chosen(self.rows_of(session).deals(), ask)
            passed = score_rows.stages_passed(session, deals)
            counts = {}
            for place, stage in enumerate(OPEN_STAGES):
                later = {*OPEN_STAGES[place:], "won"}
                through = [one for one in deals if passed.get(one.id, set()) & later or one.stage in later]
                counts[stage] = (len(through), sum(one.stage == "won" for one in through))
            return counts

    def _record(self, session: Session, deals: Sequence[Deal], now: datetime) -> TrackRecord:
        """Of these deals alone: what the house forecast of them, and what came."""
        rules = ledger.rules_of(session)
        ids = {one.id for one in deals}
        closed = closed_of(deals, now)
        first = rows.first_of_each(session, [one.deal_id for one in closed])
        known = [date.fromisoformat(one.day) for one in rows.days(session)]
        by_day: dict[date, list[Expected]] = {day: [] for day in beginnings(known)}
        for row in rows.of_days(session, [day.isoformat() for day in by_day]):
            if row.deal_id in ids:
                by_day[date.fromisoformat(row.day)].append(expected_of(row))
        return track_record(
            {key: expected_of(row) for key, row in first.items()},
            by_day,
            closed,
            now,
            rules.floor_prediction,
            rules.floor_months,
            self.utc_offset_hours,
        )


def _chosen(deals: Sequence[Deal], ask: ForecastAsk) -> list[Deal]:
    return [one for one in deals if ask.owner_id in ("", one.owner_id) and ask.team_id in ("", one.team_id)]


def _listed(session: Session, deals: Sequence[Deal], found: Sequence[Expected]) -> dict[str, int]:
    """List prices of one unit for those without an amount, in the deal's own currency."""
    bare = {one.deal_id for one in found if one.amount_fen <= 0}
    prices: dict[str, int] = {}
    for deal in deals:
        product = session.get(Product, deal.product_id) if deal.id in bare and deal.product_id else None
        if product is not None and product.list_price_fen > 0 and product.currency == deal.currency:
            prices[deal.id] = product.list_price_fen
    return prices
