"""What keeps the house in order besides what is due: incidents, the daily round, sweeping after an erasure, interventions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import col, select

from actions.call_keeping import Kept, expire_recordings
from actions.daily import Daily
from actions.holding import expire_files
from actions.incidents import Incidents
from actions.journey.churning import Churning
from actions.journey.interventions import Journeying
from actions.sweeping import Sweeper
from actions.tables import Sweep
from knowledge.library import arrivals, doors

from .repeated import Repeated
from .wiring import House

LOG = logging.getLogger(__name__)

EVERY_S, TIDY_S = 1.0, 600.0
WALK_AFTER_S = 5.0
"""The door is opened before every customer is looked at."""
FORGET_AFTER = timedelta(days=7)


def incidents_of(house: House) -> Incidents:
    return Incidents(house.gate)


def daily_of(house: House) -> Daily:
    return Daily(house.gate, house.settings.var_dir / "audit" / "heads")


def sweeper_of(house: House) -> Sweeper:
    return Sweeper(house.gate, house.search, house.settings.var_dir)


def journeying_of(house: House) -> Journeying:
    return Journeying(house.gate)


def churning_of(house: House) -> Churning:
    return Churning(house.gate)


def keep(house: House, *, stays_open: bool = False) -> list[str]:
    """End what ran out, forget files nobody placed, score anew what was touched, copy the day's head, sweep after an
    erasure; whatever goes wrong there is tried again later. What merely waited for a day is scored anew by a house that
    `stays_open`: whoever asked one question does not wait for it.

    Returns the ids of actions that something was finished for. The process that sends does none of this.
    """
    _guarded("files", lambda: expire_files(house.gate))
    _guarded("recordings", lambda: _expire_recordings(house))
    _guarded("scores", lambda: house.rescorer.tick(daily=stays_open))
    _guarded("advice", house.rounds.tick)
    return [*_guarded("daily", daily_of(house).tick), *_guarded("sweep", lambda: _sweep(house))]


def walk(house: House) -> list[str]:
    """The interventions and win-back tasks that are due: a look at every customer, which takes a while where there are many. A
    house that stays open does this, a command that answers one question does not."""
    return [
        *_guarded("journey", journeying_of(house).tick),
        *_guarded("churn", churning_of(house).tick),
    ]


def tidy(house: House) -> None:
    """Forget what the platforms handed in long ago, and notes that have run out."""
    with house.store.session() as session:
        doors.sweep_notes(session, house.clock())
        arrivals.forget_before(session, house.clock() - FORGET_AFTER)


def keeping(house: House) -> tuple[Repeated, ...]:
    """All of that for a house that is open, each in a thread of its own: nobody's card waits until every customer has been
    looked at."""
    return (
        Repeated("keeping", lambda: keep(house, stays_open=True), EVERY_S),
        Repeated("walking", lambda: walk(house), EVERY_S, WALK_AFTER_S),
        Repeated("tidying", lambda: tidy(house), TIDY_S),
    )


def _guarded(name: str, round_: Callable[[], list[str]]) -> list[str]:
    try:
        return round_()
    except Exception:
        LOG.exception("the %s round could not be made; it is tried again", name)
        return []


def _expire_recordings(house: House) -> list[str]:
    """Only when words go is the search opened."""
    kept = Kept(house.settings.recording_sound_days, house.settings.recording_words_days)
    return expire_recordings(house.gate, kept, lambda call: house.search.add([call]))


def _sweep(house: House) -> list[str]:
    """Only when there is something to sweep is the search opened."""
    with house.store.reading() as session:
        if session.exec(select(Sweep.action_id).where(col(Sweep.done_at).is_(None)).limit(1)).first() is None:
            return []
    return sweeper_of(house).tick()
