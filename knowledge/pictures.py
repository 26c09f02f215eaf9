"""Painters of reviews for speech.canvas: the customer's mood with the turn it broke at, and a rep's calls over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.insight.mood import Mood
from speech.canvas import bare, key, plain, seconds_axis

if TYPE_CHECKING:
    from speech.canvas import Axes

GOOD, BAD, QUIET, LEVEL, OWN = "#2e8b57", "#c0392b", "#8a8f98", "#2f6fb5", "#d9822b"
MOST_LABELS = 12


def paint_mood(axes: Axes, mood: Mood, title: str, language: str) -> None:
    """A dot a turn, the two levels, and a line at the turn the level changed; seconds where the transcript has them."""
    moments = mood.moments
    timed = bool(moments) and all(one.start is not None for one in moments)
    xs = [one.start or 0.0 if timed else number + 1.0 for number, one in enumerate(moments)]
    values = [one.value for one in moments]
    colours = [GOOD if one > 0.05 else BAD if one < -0.05 else QUIET for one in values]
    axes.axhline(0, color=QUIET, linewidth=0.6)
    axes.plot(xs, values, color=QUIET, linewidth=0.8, zorder=1)
    axes.scatter(xs, values, c=colours, s=28, zorder=2)
    words = ("好", "差", "改变的一轮") if language != "en" else ("good", "bad", "the turn it changed")
    entries = [(GOOD, words[0]), (BAD, words[1])]
    if mood.change is not None:
        at = mood.change.at
        axes.axvline(xs[at], color=LEVEL, linestyle="--", linewidth=1.2)
        axes.plot([xs[0], xs[at]], [mood.change.before] * 2, color=LEVEL, linewidth=2)
        axes.plot([xs[at], xs[-1]], [mood.change.after] * 2, color=LEVEL, linewidth=2)
        entries.append((LEVEL, words[2]))
    axes.set_ylim(-1.05, 1.05)
    unit = "turns" if language == "en" else "轮"
    bare(axes, f"{plain(title, 60)}  (n = {mood.n} {unit})", grid="y")
    key(axes, entries)
    if timed:
        seconds_axis(axes, max(*xs, 1.0) * 1.02)


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One row of values over calls, oldest first: None where a call has none. `own` is the mean of the time before, `low` and
    `high` the range of the calls' type."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    own: float | None = None
    low: float | None = None
    high: float | None = None


def paint_trend(sheets: Sequence[Axes], rows: Sequence[Trend], language: str) -> None:
    """A sheet a row: the calls' values, the own mean of before as a dashed line, the range as a band."""
    words = ("own mean before", "range") if language == "en" else ("本人此前均值", "参考区间")
    for axes, row in zip(sheets, rows, strict=True):
        known = [(at, one) for at, one in enumerate(row.values) if one is not None]
        axes.plot([at for at, _ in known], [one for _, one in known], color=LEVEL, marker="o", linewidth=1.6)
        for at, one in known:
            axes.annotate(f"{one:g}", (at, one), textcoords="offset points", xytext=(0, 7), fontsize=8)
        entries = []
        if row.own is not None:
            axes.axhline(row.own, color=OWN, linestyle="--", linewidth=1.2)
            entries.append((OWN, words[0]))
        if row.low is not None or row.high is not None:
            values = [one for _, one in known] or [0.0]
            low = row.low if row.low is not None else min([*values, row.high or 0.0])
            high = row.high if row.high is not None else max([*values, row.low or 0.0])
            axes.axhspan(low, high, color=GOOD, alpha=0.12, linewidth=0)
            entries.append((GOOD, words[1]))
        step = max(1, -(-len(row.labels) // MOST_LABELS))
        axes.set_xticks(range(0, len(row.labels), step), [plain(one, 16) for one in row.labels[::step]])
        axes.set_xlim(-0.5, len(row.labels) - 0.5)
        axes.margins(y=0.25)
        unit = "calls" if language == "en" else "通"
        bare(axes, f"{plain(row.title, 40)}  (n = {len(known)} {unit})", grid="y")
        if entries:
            key(axes, entries, rise=1.2)
