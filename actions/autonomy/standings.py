"""Where a verb stands in a scope: its level, since when, what was measured there, and what the next step lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from actions.levels import CEILING, ceiling, default_level
from actions.standing import Places, governing
from actions.tables import Action, Autonomy

from .measures import Both, Measures, measure, missing
from .traces import Placed, traces

WINDOW = timedelta(days=180)
"""What is older says little about how a verb does now."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One verb in one scope. `of_row` is the scope whose row gives the level ("" also where it is the default)."""

    verb: str
    scope: str
    level: int
    of_row: str
    since: datetime
    measures: Measures
    missing: tuple[Both, ...]

    @property
    def ceiling(self) -> int:
        return ceiling(self.verb)

    @property
    def may_rise(self) -> bool:
        return not self.missing


def all_standings(session: Session, now: datetime) -> list[Standing]:
    """Every verb of the ladder everywhere, and each scope that has a level of its own."""
    found = []
    for verb in CEILING:
        rows = levels(session, verb)
        placed = traces(session, verb, now - WINDOW, now)
        scopes = ["", *sorted(scope for scope in rows if scope)]
        found += [_standing(verb, scope, rows, placed, now) for scope in scopes]
    return found


def standing(session: Session, verb: str, scope: str, now: datetime) -> Standing:
    """One verb in one scope, whether or not the scope has a level of its own."""
    placed = traces(session, verb, now - WINDOW, now)
    return _standing(verb, scope, levels(session, verb), placed, now)


def levels(session: Session, verb: str) -> dict[str, Autonomy]:
    """The rows of a verb by scope."""
    return {row.scope: row for row in session.exec(select(Autonomy).where(Autonomy.action == verb))}


def _standing(
    verb: str,
    scope: str,
    rows: dict[str, Autonomy],
    placed: Sequence[Placed],
    now: datetime,
) -> Standing:
    row = rows.get(scope) or rows.get("")
    level = min(row.level if row else default_level(verb), ceiling(verb))
    since = max(row.at if row else now - WINDOW, now - WINDOW)
    by_scope = {name: own.level for name, own in rows.items()}
    mine = [one.trace for one in placed if one.trace.at >= since and counts_for(scope, one.scopes, by_scope)]
    begun = row.at if row else since
    measures = measure(mine, begun, now)
    return Standing(
        verb=verb,
        scope=scope,
        level=level,
        of_row=row.scope if row else "",
        since=begun,
        measures=measures,
        missing=missing(verb, level, measures),
    )


def counts_for(scope: str, scopes: Sequence[str], rows: Mapping[str, int]) -> bool:
    """Whether an action with these scopes ran at the level of `scope`. A scope without a level of its own takes what lies
    in it and has none either: that is what it would govern."""
    if scope not in scopes:
        return False
    by = governing(scopes, rows)
    return by == scope or (by == "" and scope not in rows)


def scopes_of_action(session: Session, action: Action) -> tuple[str, ...]:
    """The scopes an action lies in, narrowest first."""
    return Places.of(session).scopes(action.resource_id, action.team_id)
