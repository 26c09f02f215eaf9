"""Skill: how likely a deal is to be won, with reasons both ways and what would change it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.advising import Piece, advise
from agents.citing import cite_deal, cite_interaction
from agents.lookup import Unclear, the_deal
from agents.score_text import missing, rests_on, signal
from agents.skill import Skill, Turn
from agents.wording import process_of
from knowledge.insight.scoring.model import Contribution
from knowledge.insight.warnings import deal_warnings
from knowledge.insight.win import NoScore, WinOdds
from knowledge.snapshot import DealFacts


class Arguments(BaseModel):
    """What win_odds takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")


def run(turn: Turn, arguments: Arguments) -> str:
    """Tell how likely one open deal is to be won ("这单能成吗", "赢面多大", "how likely is this deal"): the chance with n and
    method, reasons for and against with their effect in percentage points, warnings, what is missing, and what booking a
    next meeting would change. Report the numbers exactly as returned; never estimate one yourself."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    facts = chosen.facts
    found = turn.desk.scores.win(facts.deal.id)
    turn.focus["intent"] = "win_odds"
    mark = cite_deal(turn, facts.deal)
    name = f"{facts.deal.name}({facts.deal.id})"
    if found is None or isinstance(found, NoScore):
        why = turn.say(found.zh, found.en) if found else ""
        return f"{name}: {why} {mark}"
    said = {"chance": round(found.chance, 6), "version": found.version or "prior", "n": found.n}
    advise(turn, [Piece(kind="win", deal_id=facts.deal.id, said=said)])
    lines = [
        turn.say(
            f"{name}:成交概率 {_pct(found.chance)} {mark}",
            f"{name}: chance of winning {_pct(found.chance)} {mark}",
        ),
        _method(turn, found),
        *_reasons(turn, facts, found),
        _meeting(turn, found),
    ]
    if found.missing:
        gaps = missing(turn, found.missing)
        lines.append(turn.say(f"缺:{gaps}", f"Missing: {gaps}"))
    if chosen.note:
        lines.append(chosen.note)
    turn.suggestions.append(turn.say("这单有什么风险?", "What are the risks?"))
    return "\n".join(lines)


def _pct(chance: float) -> str:
    return f"{100 * chance:.0f}%"


def _method(turn: Turn, found: WinOdds) -> str:
    """Where the number comes from, in one line."""
    categories = {"commit": "承诺", "best case": "乐观", "pipeline": "漏斗"}
    kind = turn.say(categories[found.category], found.category)
    if found.method == "model":
        line = turn.say(
            f"自有模型 {found.version[:8]},n={found.n};归类:{kind}",
            f"own model {found.version[:8]}, n={found.n}; category: {kind}",
        )
    else:
        line = turn.say(
            f"先验法,n={found.n} 个已关闭商机(其中走过本阶段的 {found.stage_n} 个),不是训练出来的模型{_drawn(turn, found)};归类:{kind}",
            f"Prior method, n={found.n} closed deals ({found.stage_n} of them went through this stage), no trained model"
            f"{_drawn(turn, found)}; category: {kind}",
        )
    if found.skewed:
        line += turn.say(
            "。注意:历史几乎一边倒,概率参考价值低",
            ". Mind: the history is nearly one-sided, so this tells little",
        )
    return line


def _drawn(turn: Turn, found: WinOdds) -> str:
    """Whose odds they are: the experts' alone, or drawn to the history."""
    if not found.learned:
        return turn.say(",赔率是经验值", ", odds are the experts'")
    return turn.say(
        f",经验赔率已按 n={found.learned.n} 个回放过的商机收缩校准",
        f", the experts' odds drawn to n={found.learned.n} replayed deals",
    )


def _reasons(turn: Turn, facts: DealFacts, found: WinOdds) -> list[str]:
    fore, against = found.scored.reasons()
    lines = []
    for head, parts in ((("有利:", "For:"), fore), (("不利:", "Against:"), against)):
        if parts:
            lines += [turn.say(*head), *(_reason(turn, facts, found, one) for one in parts)]
    return lines


def _reason(turn: Turn, facts: DealFacts, found: WinOdds, one: Contribution) -> str:
    """A warning is told in its own words with its source; any other signal with the deal's record."""
    points = turn.say(f"{found.points_of(one):+.1f} 个百分点", f"{found.points_of(one):+.1f} points")
    warning = next((w for w in deal_warnings(facts, process_of(turn)) if w.id == one.name), None)
    row = next((r for r in facts.interactions if warning and r.id == warning.source_id), None)
    words = (
        turn.say(warning.reason, warning.reason_en)
        if warning and one.value == "yes"
        else signal(turn, one.name, one.value)
    )
    words += rests_on(turn, found, one.name)
    if warning and row and warning.quote:
        return f"- {words}: {points} {cite_interaction(turn, row, warning.quote, warning.speaker)}"
    return f"- {words}: {points} {cite_deal(turn, facts.deal)}"


def _meeting(turn: Turn, found: WinOdds) -> str:
    gain = 100 * (found.with_meeting - found.chance)
    if abs(gain) < 0.05:
        return turn.say("下一次会已约好或近期开过会。", "A next meeting is booked, or you met lately.")
    return turn.say(
        f"若约好下一次会议:{gain:+.1f} 个百分点(重新计算,到 {_pct(found.with_meeting)})",
        f"If a next meeting is booked: {gain:+.1f} points (recomputed, to {_pct(found.with_meeting)})",
    )


SKILL = Skill(name="win_odds", arguments=Arguments, run=run)
