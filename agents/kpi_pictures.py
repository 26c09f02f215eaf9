"""Pictures of what advice was worth: how much was taken week by week, and whether chances came true as said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from knowledge.insight.kpi import Report
from knowledge.insight.scoring.figures import Figures
from knowledge.insight.shares import wilson
from speech.canvas import bare, key, plain

from .drawing import show
from .skill import Turn

if TYPE_CHECKING:
    from speech.canvas import Axes

BLUE, GREY = "#2f6fb5", "#c9d3de"


def trend_picture(turn: Turn, report: Report) -> str:
    """Shown and accepted by week; nothing with fewer than two weeks. "" or why there is no picture."""
    if len(report.weeks) < 2:
        return ""
    n = sum(shown for _, shown, _ in report.weeks)
    alt = turn.say(f"每周展示和采纳的建议(n={n})", f"Advice shown and taken by week (n={n})")
    return show(turn, "advice_trend", alt, partial(_trend, turn=turn, weeks=report.weeks), size=(10.0, 3.2))


def _trend(axes: Axes, *, turn: Turn, weeks: Sequence[tuple[date, int, int]]) -> None:
    names = [day.strftime("%m-%d") for day, _, _ in weeks]
    axes.bar(names, [shown for _, shown, _ in weeks], color=GREY, width=0.6)
    axes.bar(names, [taken for _, _, taken in weeks], color=BLUE, width=0.6)
    for at, (_, shown, taken) in enumerate(weeks):
        axes.text(at, shown, f"{taken}/{shown}", ha="center", va="bottom", fontsize=9)
    axes.set_ylim(0, max(shown for _, shown, _ in weeks) * 1.2)
    bare(axes, plain(turn.say("每周建议:展示与采纳", "Advice by week: shown and taken")), grid="y")
    key(axes, [(GREY, turn.say("展示", "shown")), (BLUE, turn.say("采纳", "taken"))])


def reliability_picture(turn: Turn, found: Figures | None) -> str:
    """Said against came true, with intervals, over bins of equal mass. "" or why there is no picture."""
    if found is None:
        return ""
    alt = turn.say(
        f"可靠性图:说的概率与实际(n={found.n},ECE {found.ece:.3f})",
        f"Reliability: chances said and what came (n={found.n}, ECE {found.ece:.3f})",
    )
    return show(turn, "reliability", alt, partial(_reliability, turn=turn, found=found), size=(6.0, 5.0))


def _reliability(axes: Axes, *, turn: Turn, found: Figures) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    for one in found.reliability:
        low, high = wilson(round(one.observed * one.n), one.n)
        axes.plot([one.predicted, one.predicted], [low, high], color=BLUE, linewidth=1)
        axes.plot([one.predicted], [one.observed], marker="o", color=BLUE, markersize=5)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel(turn.say("说的概率", "chance said"))
    axes.set_ylabel(turn.say("实际比例", "came true"))
    title = turn.say(
        f"可靠性(n={found.n},ECE {found.ece:.3f};竖线为 95% 区间)",
        f"Reliability (n={found.n}, ECE {found.ece:.3f}; bars: 95% intervals)",
    )
    bare(axes, plain(title), grid="y")
