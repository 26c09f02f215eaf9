"""`kpi`, `forecast` and `risks`: the same words as in the chat, or everything as JSON, inside the asker's rights."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.model import Person

from . import EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json
from .trouble import Trouble

if TYPE_CHECKING:
    from agents.skill import Turn

HOURS = 8


def kpi(who: str, since: str, until: str, team: str, picture: str, *, as_json: bool) -> None:
    """The report of a time that ends on a day, today by default."""
    from knowledge.insight.kpi import as_json as plain

    turn = _turn(who)
    last = _day(until) or _today(turn)
    first = last - timedelta(days=_days(since) - 1)
    if not as_json:
        _say(turn, "advice_report", {"period_start": first, "period_end": last, "team_id": team}, picture)
        return
    ends = min(_begins(last + timedelta(days=1)), turn.desk.now + timedelta(microseconds=1))
    found = turn.desk.advice.measured(_begins(first), ends, team)
    if found is None:
        raise Trouble("没有找到这个组 / no such team", EXIT_NOT_FOUND)
    made = turn.desk.forecasts.made(_ask(team))
    out_json(
        {
            "scope": found.scope,
            "teams": list(found.teams),
            **plain(found.report),
            "forecasts": made.record.as_json(),
        }
    )


def forecast(
    who: str, since: str, until: str, team: str, picture: str, *, everything: bool, as_json: bool
) -> None:
    """A forecast; without days of this quarter."""
    from agents.scopes import quarter
    from knowledge.insight.forecast_json import as_json as plain

    turn = _turn(who)
    first, last = _day(since), _day(until)
    if not as_json:
        arguments: dict[str, Any] = {"everything": everything, "team": True, "team_id": team}
        _say(turn, "forecast", arguments | {"period_start": first, "period_end": last}, picture)
        return
    begin = first or (_today(turn) if last else quarter(_today(turn))[0])
    end = last or quarter(begin)[1]
    made = turn.desk.forecasts.made(_ask(team) if everything else _ask(team, begin, end))
    out_json(
        {
            **plain(made.forecast),
            "history_n": made.history_n,
            "history_won": made.history_won,
            "old": made.old,
            "skewed": made.skewed,
            "model": made.model,
            "record": made.record.as_json(),
        }
    )


def risks(who: str, team: str, warning: str, limit: int, *, as_json: bool) -> None:
    """Deals with a warning."""
    from knowledge.insight.warnings import RULES

    if warning and warning not in RULES:
        raise Trouble(f"没有这种预警 / no such warning; {', '.join(RULES)}", EXIT_USAGE)
    turn = _turn(who)
    if not as_json:
        arguments = {"team": True, "team_id": team, "warning": warning or None, "limit": limit}
        _say(turn, "deal_risks", arguments, "")
        return
    found = turn.desk.forecasts.at_risk(_ask(team), warning)
    out_json(
        [
            {
                "deal": one.facts.deal.id,
                "name": one.facts.deal.name,
                "owner": one.facts.deal.owner_id,
                "stage": one.facts.deal.stage,
                "amount_fen": one.facts.deal.amount_fen,
                "currency": one.facts.deal.currency,
                "weighted_fen": one.weighted_fen,
                "warnings": [
                    {
                        "id": w.id,
                        "reason": w.reason,
                        "reason_en": w.reason_en,
                        "since": w.since.isoformat() if w.since else None,
                        "source": w.source_id,
                        "quote": w.quote,
                    }
                    for w in one.warnings
                ],
            }
            for one in found[:limit]
        ]
    )


def _turn(who: str) -> Turn:
    from agents.skill import Turn

    house = opened()
    person: Person = asker(house, who)
    desk = house.desk(person, "", "terminal", person.language)
    return Turn(desk=desk, text="", language=person.language)


def _say(turn: Turn, skill: str, arguments: dict[str, Any], picture: str) -> None:
    from agents.run import run_skill
    from agents.skills import SKILLS

    found = next(one for one in SKILLS if one.name == skill)
    out(run_skill(found, turn, found.arguments.model_validate(arguments)))
    if not picture:
        return
    if not turn.pictures:
        raise Trouble("这次没有图:数据不够 / no picture this time: not enough data", EXIT_NOT_FOUND)
    note = turn.pictures[-1]
    target = Path(picture)
    shutil.copyfile(note.svg if target.suffix == ".svg" else note.path, target)
    out(f"{target}: {note.alt}")


def _ask(team: str, since: date | None = None, until: date | None = None) -> Any:
    from actions.forecast_view import ForecastAsk

    return ForecastAsk(team_id=team, since=since, until=until)


def _today(turn: Turn) -> date:
    return (turn.desk.now + timedelta(hours=HOURS)).date()


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=HOURS)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Trouble(f"“{text}”不是日期,写成 2026-12-31 / write a day as 2026-12-31", EXIT_USAGE) from error


def _days(text: str) -> int:
    number = text.strip().lower().removesuffix("d")
    if not number.isdigit() or not 1 <= int(number) <= 3660:
        raise Trouble(f"“{text}”不是天数,写成 30d / write a span as 30d", EXIT_USAGE)
    return int(number)
