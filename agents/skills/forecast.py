"""Skill: what a time will bring: weighted pipeline with its interval, by category, with reasons and the record of past ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import BaseModel, Field

from agents.forecast_pictures import funnel_picture, pipeline_picture
from agents.forecast_text import book_lines, deal_lines, left_out, method, moves, past
from agents.lookup import Unclear
from agents.scopes import quarter, today, whose
from agents.skill import Skill, Turn


class Arguments(BaseModel):
    """What forecast takes. Dates are ISO days, both included."""

    period_start: date | None = Field(
        default=None, description="first day, YYYY-MM-DD; omit for this quarter"
    )
    period_end: date | None = Field(default=None, description="last day, YYYY-MM-DD; omit for this quarter")
    everything: bool = Field(
        default=False, description="true for the whole weighted pipeline, whenever it closes"
    )
    owner: str | None = Field(default=None, description="a colleague's name; omit for the user")
    team: bool = Field(default=False, description="true for the whole team or everything the user may see")
    team_id: str = Field(default="", max_length=80, description="one team's id; usually omitted")


def run(turn: Turn, arguments: Arguments) -> str:
    """Forecast what a time will bring ("这个季度能做多少", "加权漏斗多少", "what will we close this quarter", "weighted pipeline"):
    won already, amounts times chances, an 80% interval, commit / best case / pipeline, by month, team and colleague, per
    currency, with the deals that weigh most, what would change it and how good past forecasts were. Report exactly what
    this returns; never add currencies up."""
    scope = whose(turn, arguments.owner, arguments.team, arguments.team_id)
    if isinstance(scope, Unclear):
        return scope.sentence
    since, until = _days(turn, arguments)
    timed = not arguments.everything
    made = turn.desk.forecasts.made(replace(scope, since=since, until=until) if timed else scope)
    turn.focus["intent"] = "forecast"
    head = (
        turn.say(f"{since} 至 {until} 的业绩预测:", f"Forecast for {since} to {until}:")
        if timed
        else turn.say("全部进行中商机的加权漏斗:", "Weighted pipeline of everything open:")
    )
    books = made.forecast.books
    if not books:
        none = turn.say(
            "这段时间没有已赢的,也没有预计成交的商机。",
            "Nothing was won in it and nothing is expected to close.",
        )
        return "\n".join([head, none, *_undated(turn, len(made.forecast.undated)), *past(turn, made.record)])
    lines = [head]
    for book in books:
        lines += [*book_lines(turn, book, made, timed), *deal_lines(turn, book, made)]
        changes = moves(turn, book, made)
        if changes:
            lines += [turn.say("什么会改变它(重新计算):", "What would change it (recomputed):"), *changes]
        lines += left_out(turn, book, made)
    turn.focus["listed"] = [one.deal_id for book in books for one in book.deals[:5]]
    lines += [*_undated(turn, len(made.forecast.undated)), method(turn, made), *past(turn, made.record)]
    unseen = [pipeline_picture(turn, made)]
    if not timed:
        unseen.append(funnel_picture(turn, turn.desk.forecasts.counted(scope)))
    turn.suggestions.append(turn.say("哪些单子有风险?", "Which deals are at risk?"))
    return "\n".join([*lines, *dict.fromkeys(filter(None, unseen))])


def _days(turn: Turn, arguments: Arguments) -> tuple[date, date]:
    """The days that are meant, this quarter where none are given."""
    since, until = quarter(today(turn))
    if arguments.period_start or arguments.period_end:
        since = arguments.period_start or today(turn)
        until = arguments.period_end or quarter(since)[1]
    return since, until


def _undated(turn: Turn, n: int) -> list[str]:
    if not n:
        return []
    return [
        turn.say(
            f"另有 {n} 单没有预计成交日,不在内", f"{n} more deals have no expected close and are not in it"
        )
    ]


SKILL = Skill(name="forecast", arguments=Arguments, run=run)
