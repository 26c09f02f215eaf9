"""Interventions by the clock: who did what in which stage, asked for once each through the gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, col, func, select

from actions import record
from actions.action import digest
from actions.intervening import Cannot, request_for, scene_for
from knowledge import journeys
from knowledge.blueprints import version_of
from knowledge.blueprints.interventions import Intervention, Interventions
from knowledge.blueprints.journey import Journey
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.placing import moves
from knowledge.insight.journey.triggers import Trigger, triggers
from knowledge.model import InterventionRun

from .moving import log_moves
from .rounds import Ask, Round


class Journeying(Round):
    """The journey's round: each request is entered under the system lock beside the row that says it was begun."""

    name, every = "journey", timedelta(minutes=10)

    def asking(self, session: Session, now: datetime) -> Ask:
        book, rows = journeys.journey_book(session), journeys.intervention_book(session)
        return partial(self._of, book=book, rows=rows, now=now)

    def _of(self, account_id: str, book: Journey, rows: Interventions, now: datetime) -> list[str]:
        """One customer: log the moves, then begin what is due."""
        with self.gate.store.reading() as session:
            _, touches = next(journeys.by_account(session, [account_id], now))
            people = journeys.followed(session, touches)
            found = [move for mine in people.values() for move in moves(mine, book)]
            known = {(row.person, row.stage, row.touch_id) for person in people
                     for row in journeys.moves_on_record(session, person)}  # fmt: skip
        version = version_of(book.model_dump())
        if known != {(move.person, move.stage, move.touch_id) for move in found}:
            with self.gate.store.session() as session:
                record.lock_system(session)
                log_moves(session, account_id, found, version, now)
        asked = []
        for person, mine in people.items():
            by_id = {one.id: one for one in mine}
            for trigger in self._due(person, mine, book, rows, now):
                row = rows.row(trigger.intervention)
                if row is not None:
                    asked += self._begin(account_id, row, trigger, by_id.get(trigger.touch_id), rows, now)
        return asked

    def _due(
        self, person: str, touches: Sequence[Touch], book: Journey, rows: Interventions, now: datetime
    ) -> list[Trigger]:
        with self.gate.store.reading() as session:
            last = last_runs(session, person)
        found = []
        for row in rows.rows:
            since = now - timedelta(hours=row.fresh_hours)
            if any(since < one.at <= now for one in touches) or row.quiet_days:
                found += triggers(touches, book, [row], since, now, last)
        return found

    def _begin(
        self,
        account_id: str,
        row: Intervention,
        trigger: Trigger,
        touch: Touch | None,
        rows: Interventions,
        now: datetime,
    ) -> list[str]:
        """One request in one transaction with the row that keeps it from being made twice."""
        run_id = run_of(trigger)
        with self.gate.store.session() as session:
            record.lock_system(session)
            last = last_runs(session, trigger.person).get(row.id)
            if last is not None and trigger.at - last < timedelta(days=row.window_days):
                return []
            if session.get(InterventionRun, run_id) is not None or _today(session, now) >= rows.most_a_day:
                return []
            run = _run(run_id, account_id, row, trigger, now)
            scene = scene_for(session, account_id, trigger.person, touch)
            wish = (
                scene if isinstance(scene, Cannot) else request_for(session, row, trigger, scene, touch, now)
            )
            if isinstance(wish, Cannot):
                run.note = wish.note
            else:
                outcome = self.gate.enter(session, wish, "clock")
                run.deal_id, run.action_id = wish.resource_id, outcome.action_id
                run.note = "" if outcome.action_id else outcome.reason
            session.add(run)
            return [run.action_id] if run.action_id else []


def _run(run_id: str, account_id: str, row: Intervention, trigger: Trigger, now: datetime) -> InterventionRun:
    return InterventionRun(
        id=run_id,
        intervention=row.id,
        version=version_of(row.model_dump()),
        person=trigger.person,
        account_id=account_id,
        stage=trigger.stage,
        touch_id=trigger.touch_id,
        at=trigger.at,
        begun_at=now,
    )


def run_of(trigger: Trigger) -> str:
    """The id of the row of one trigger: the same wherever it is computed."""
    key = "\n".join((trigger.intervention, trigger.person, trigger.touch_id, trigger.at.isoformat()))
    return f"iv-{digest(key)[:20]}"


def last_runs(session: Session, person: str) -> dict[str, datetime]:
    """Intervention -> the moment of this person's last trigger that was begun."""
    query = select(InterventionRun.intervention, func.max(InterventionRun.at))
    query = query.where(InterventionRun.person == person).group_by(col(InterventionRun.intervention))
    return {name: at for name, at in session.exec(query)}


def _today(session: Session, now: datetime) -> int:
    query = select(func.count()).select_from(InterventionRun)
    query = query.where(
        col(InterventionRun.begun_at) > now - timedelta(days=1), InterventionRun.action_id != ""
    )
    return int(session.exec(query).one())
