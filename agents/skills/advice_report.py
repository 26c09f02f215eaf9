"""Skill: what the assistant's own advice was worth: taken or not, as is or edited, kept, and how good its predictions were."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel, Field

from agents.advice_text import figure_line, kind_lines, prediction_lines, reasons
from agents.kpi_pictures import reliability_picture, trend_picture
from agents.scopes import begins, today
from agents.skill import Skill, Turn

ORDER = (
    "acceptance", "as_is", "edited", "rewritten", "ignored", "retained", "unread_accept", "adoption", "engagement",
    "override", "uplift",
)  # fmt: skip


class Arguments(BaseModel):
    """What advice_report takes. Dates are ISO days, both included."""

    period_start: date | None = Field(
        default=None, description="first day, YYYY-MM-DD; omit for the last 30 days"
    )
    period_end: date | None = Field(default=None, description="last day, YYYY-MM-DD; omit for today")
    team_id: str = Field(default="", max_length=80, description="one team's id; usually omitted")


def run(turn: Turn, arguments: Arguments) -> str:
    """Report what became of the assistant's advice ("你的建议采纳率怎么样", "你的预测准吗", "how often is your advice taken", "how
    good are your predictions"): accepted as is, edited, rewritten, ignored, kept after 7 days, unread, by kind, with n and
    intervals, prediction quality, uplift against a hold-out. One's own advice, or that of the teams one leads; never
    rank people. Report the numbers exactly as returned."""
    now = today(turn)
    last = min(arguments.period_end or now, now)
    first = arguments.period_start or last - timedelta(days=29)
    until = min(begins(last + timedelta(days=1)), turn.desk.now + timedelta(microseconds=1))
    found = turn.desk.advice.measured(begins(first), until, arguments.team_id)
    turn.focus["intent"] = "advice_report"
    if found is None:
        return turn.say("没有找到这个组。", "I found no such team.")
    report = found.report
    scope = (
        turn.say("、", ", ").join(found.teams) if found.scope == "teams" else turn.say("您自己", "yourself")
    )
    lines = [
        turn.say(f"{first} 至 {last} 我的建议({scope}):", f"My advice from {first} to {last} ({scope}):"),
        *(figure_line(turn, report.figures[name]) for name in ORDER),
    ]
    if report.alarm:
        lines.append(
            turn.say(
                "⚠ 没看就采纳的超过 30%:请抽几条逐字核对",
                "⚠ More than 30% was accepted unread: check a few word by word",
            )
        )
    kinds = kind_lines(turn, report)
    if kinds:
        lines += [turn.say("按种类:", "By kind:"), *kinds]
    if report.reasons:
        lines.append(reasons(turn, report.reasons))
    lines += [turn.say("预测准不准(这段时间有结果的):", "Predictions that came to an end in the time:")]
    lines += prediction_lines(turn, report.predicted)
    without = [trend_picture(turn, report), reliability_picture(turn, report.predicted["win"].figures)]
    return "\n".join([*lines, *dict.fromkeys(one for one in without if one)])


SKILL = Skill(name="advice_report", arguments=Arguments, run=run)
