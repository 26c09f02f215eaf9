"""The log of advice as the figures read it: rows become entries."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from knowledge.insight.advice import Entry
from knowledge.library import advice as rows
from knowledge.model import SuggestionEvent


def entries(
    session: Session,
    *,
    teams: frozenset[str] | None = None,
    or_person: str = "",
    until: datetime | None = None,
) -> list[Entry]:
    """The log of these teams and of one person, oldest first; `teams` None means all."""
    return [entry_of(row) for row in rows.events(session, teams=teams, or_person=or_person, until=until)]


def entry_of(row: SuggestionEvent) -> Entry:
    """One row as an entry."""
    return Entry(
        suggestion_id=row.suggestion_id,
        event=row.event,
        at=row.at,
        kind=row.kind,
        person_id=row.person_id,
        team_id=row.team_id,
        actor=row.actor,
        channel=row.channel,
        detail=row.detail,
    )
