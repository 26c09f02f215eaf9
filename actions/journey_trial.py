"""Interventions tried on the past: what they would have asked for, and why not; nothing is asked for and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from knowledge import journeys
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Journey
from knowledge.insight.journey.triggers import Trigger, triggers

from .intervening import Cannot, request_for, scene_for


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One trigger with what it would ask for: an action, or the reason why it cannot be."""

    trigger: Trigger
    account_id: str
    action: str = ""
    note: str = ""


def simulate(
    session: Session, rows: Interventions, book: Journey, since: datetime, now: datetime
) -> Iterator[Planned]:
    """What these rows would have asked for since then, had they been in force: every person, window and reason as live, with
    what is on record today. Nothing is asked for and nothing is written."""
    for account_id in journeys.account_ids(session):
        _, touches = next(journeys.by_account(session, [account_id], now))
        for mine in journeys.followed(session, touches).values():
            by_id = {one.id: one for one in mine}
            for trigger in triggers(mine, book, rows.rows, since, now):
                row, touch = rows.row(trigger.intervention), by_id.get(trigger.touch_id)
                scene = scene_for(session, account_id, trigger.person, touch)
                if row is None:
                    continue
                wish = (
                    scene
                    if isinstance(scene, Cannot)
                    else request_for(session, row, trigger, scene, touch, now)
                )
                if isinstance(wish, Cannot):
                    yield Planned(trigger=trigger, account_id=account_id, note=wish.note)
                else:
                    yield Planned(trigger=trigger, account_id=account_id, action=wish.action)
