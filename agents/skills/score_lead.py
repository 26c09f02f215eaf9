"""Skill: how good a lead is: grade, score, reasons both ways, trend, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from actions.score_view import ScoredLead
from agents.advising import Piece, advise
from agents.lookup import not_found
from agents.score_text import cite_lead, missing, point
from agents.skill import Skill, Turn
from agents.wording import day
from knowledge.blueprints import version_of
from knowledge.blueprints.scores import Scores

LISTED, HISTORY = 8, 5
"""Leads in a list, and stored scores in an answer, at most."""


class Arguments(BaseModel):
    """What score_lead takes."""

    lead: str | None = Field(
        default=None,
        description="the lead's id, person or company as said; omit for the current lead, or for the list",
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Score a lead, somebody interested who has no deal yet ("这条线索怎么样", "栖霞岭医院这个线索打几分", "how good is this
    lead"): grade A-D, score of 100, five reasons each way with points, trend, what is missing; without a name and without
    a current lead, the best open leads. Report the numbers exactly as returned."""
    turn.focus["intent"] = "score_lead"
    wanted = (arguments.lead or "").strip()
    if wanted:
        found = _named(wanted, turn.desk.scores.leads()) or _by_id(turn, wanted)
        if not found:
            return not_found(turn, wanted).sentence
        if len(found) > 1:
            return _list(turn, found)
        return _told(turn, found[0])
    here = turn.desk.scores.lead(str(turn.focus.get("lead_id") or ""))
    return _told(turn, here) if here else _list(turn, turn.desk.scores.leads())


def _named(said: str, leads: Sequence[ScoredLead]) -> list[ScoredLead]:
    """The leads whose id, person or company is said, or whose company the words are a part of."""
    folded = said.casefold()
    whole = [
        one
        for one in leads
        if any(name and name.casefold() in folded for name in (one.lead.id, one.lead.name, one.lead.company))
    ]
    part = [one for one in leads if len(folded) >= 2 and folded in one.lead.company.casefold()]
    return whole or part


def _by_id(turn: Turn, said: str) -> list[ScoredLead]:
    closed = turn.desk.scores.lead(said.upper())
    return [closed] if closed else []


def _list(turn: Turn, leads: Sequence[ScoredLead]) -> str:
    if not leads:
        return turn.say("没有进行中的线索。", "There is no open lead.")
    lines = [turn.say(f"进行中的线索 {len(leads)} 条,分数高的在前:", f"{len(leads)} open leads, best first:")]
    for n, one in enumerate(leads[:LISTED], start=1):
        score = one.score
        arrow = {1: "↑", -1: "↓", 0: "→"}[score.trend]
        words = f"{n}. {one.lead.company} {one.lead.name}({one.lead.id})· {score.grade} · {score.score:.1f} {arrow}"
        lines.append(f"{words} {cite_lead(turn, one.lead)}")
    turn.focus["lead_id"] = leads[0].lead.id
    turn.suggestions.append(leads[0].lead.id)
    return "\n".join([*lines, _method(turn, leads[0])])


def _told(turn: Turn, one: ScoredLead) -> str:
    score, lead = one.score, one.lead
    turn.focus["lead_id"] = lead.id
    if lead.status in ("new", "working"):
        said = {"score": round(score.score, 4), "grade": score.grade, "version": score.version or "rules"}
        if score.chance is not None:
            said["chance"] = round(score.chance, 6)
        advise(turn, [Piece(kind="lead_score", lead_id=lead.id, said=said)])
    mark = cite_lead(turn, lead)
    trend = {1: ("上升", "rising"), -1: ("下降", "falling"), 0: ("平稳", "steady")}[score.trend]
    name = f"{lead.company} {lead.name}({lead.id})"
    lines = [
        turn.say(
            f"{name}:{score.grade} 级,{score.score:.1f} 分,{trend[0]}(一周前 {score.before:.1f}){mark}",
            f"{name}: grade {score.grade}, {score.score:.1f} points, {trend[1]} ({score.before:.1f} a week ago) {mark}",
        ),
        _method(turn, one),
    ]
    fore, against = score.reasons()
    for head, parts in ((("加分:", "For:"), fore), (("减分:", "Against:"), against)):
        told = [part for part in parts if abs(part.points) >= 0.25]
        if told:
            lines += [turn.say(*head), *(point(turn, part, one) for part in told)]
    if score.missing:
        gaps = missing(turn, score.missing)
        lines.append(turn.say(f"缺:{gaps}", f"Missing: {gaps}"))
    lines += [_sum(turn, one), *_stored(turn, lead.id), _rules(turn)]
    return "\n".join(lines)


def _stored(turn: Turn, lead_id: str) -> list[str]:
    """The scores that were stored, oldest first, each with what it was given for."""
    kept = list(turn.desk.scores.history(lead_id) or ())[:HISTORY]
    if len(kept) < 2:
        return []
    steps = " → ".join(f"{day(entry.at)} {entry.value:.1f} {entry.grade}" for entry in reversed(kept))
    return [turn.say(f"存下的评分:{steps}", f"Stored scores: {steps}")]


def _rules(turn: Turn) -> str:
    """The cut-offs and half-lives in force, with their version."""
    content = turn.desk.blueprint("scores", "default") or {}
    rules = Scores.model_validate(content).lead
    cuts = f"A ≥ {rules.grades.A:g}, B ≥ {rules.grades.B:g}, C ≥ {rules.grades.C:g}"
    lives = "".join(f", {group} {days:g}" for group, days in sorted(rules.half_lives.items()))
    version = version_of(content)[:8]
    return turn.say(
        f"分级:{cuts};行为半衰期 {rules.half_life_days:g} 天{lives}(规则 {version})",
        f"Grades: {cuts}; engagement halves in {rules.half_life_days:g} days{lives} (rules {version})",
    )


def _sum(turn: Turn, one: ScoredLead) -> str:
    """How the parts make the score."""
    score = one.score
    parts = sum(part.points for part in score.parts)
    cut = turn.say(f",封顶 {score.cut:+.1f}", f", capped {score.cut:+.1f}") if abs(score.cut) > 0.05 else ""
    return turn.say(
        f"合计:起点 {score.base:g} + 各项 {parts:+.1f}{cut} = {score.score:.1f}",
        f"Sum: start {score.base:g} + parts {parts:+.1f}{cut} = {score.score:.1f}",
    )


def _method(turn: Turn, one: ScoredLead) -> str:
    score = one.score
    if score.method == "model":
        chance = 100 * (score.chance or 0)
        return turn.say(
            f"自有模型 {score.version[:8]},n={score.n};转化概率 {chance:.0f}%",
            f"Own model {score.version[:8]}, n={score.n}; chance to convert {chance:.0f}%",
        )
    return turn.say(
        f"规则评分,n={score.n} 条已结束的线索;不是概率",
        f"Rule-based, n={score.n} closed leads; no probability",
    )


SKILL = Skill(name="score_lead", arguments=Arguments, run=run)
