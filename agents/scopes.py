"""Whose deals and which days are meant: one's own, a colleague's, a team's; a quarter, a month, any days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from actions.forecast_view import ForecastAsk

from .lookup import Unclear, not_found, the_colleague_id
from .skill import Turn

HOURS = 8


def today(turn: Turn) -> date:
    """The day on the working clock."""
    return (turn.desk.now + timedelta(hours=HOURS)).date()


def quarter(day: date) -> tuple[date, date]:
    """The first and last day of a day's quarter."""
    first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    later = (first + timedelta(days=95)).replace(day=1)
    return first, later - timedelta(days=1)


def whose(turn: Turn, owner: str | None, team: bool, team_id: str = "") -> ForecastAsk | Unclear:
    """The deals that are meant, without days: of a colleague, of everybody one may see, else one's own for a rep."""
    if owner and owner.strip():
        person_id = the_colleague_id(turn, owner)
        return ForecastAsk(owner_id=person_id) if person_id else not_found(turn, owner)
    if team_id:
        return ForecastAsk(team_id=team_id)
    if team or "rep" not in turn.desk.person.roles:
        return ForecastAsk()
    return ForecastAsk(owner_id=turn.desk.person.id)


def begins(day: date) -> datetime:
    """The first moment of a day on the working clock."""
    from datetime import UTC

    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=HOURS)
