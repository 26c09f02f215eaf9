"""Pictures of forecasts: the weighted pipeline by month or stage, and the names of warnings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from actions.forecast_view import Forecasted
from knowledge.insight.deal_signals import NAMES
from knowledge.insight.forecast import Book
from speech.canvas import bare, key, plain

from .drawing import show
from .skill import Turn
from .wording import process_of

if TYPE_CHECKING:
    from speech.canvas import Axes

COLOURS = {"won": "#2a7f4f", "commit": "#2f6fb5", "best case": "#7fb0dd", "pipeline": "#c9d3de"}


def risk_names(kind: str) -> tuple[str, str]:
    """A warning's name in both languages."""
    return NAMES.get(kind, (kind, kind))


def pipeline_picture(turn: Turn, made: Forecasted) -> str:
    """Won and weighted by month for each currency, one row each; "" or why there is no picture."""
    books = [one for one in made.forecast.books if one.whole.amount_fen or one.whole.won_fen]
    if not books:
        return ""
    n = sum(one.whole.n for one in books)
    alt = turn.say(
        f"加权漏斗,按月和把握(n={n} 个进行中的商机)",
        f"Weighted pipeline by month and category (n={n} open deals)",
    )
    paint = partial(_pipeline, turn=turn, books=books)
    return show(turn, "pipeline", alt, paint, size=(10.0, 0.8 + 2.4 * len(books)), rows=len(books))


def _pipeline(*sheets: Axes, turn: Turn, books: list[Book]) -> None:
    for axes, book in zip(sheets, books, strict=True):
        months = list(book.months)
        weights = _by_category(book)
        left = [0.0] * len(months)
        for name, colour in COLOURS.items():
            values = [weights[name].get(month, 0.0) / 1e6 for month in months]
            axes.barh(months, values, left=left, color=colour, height=0.6)
            left = [a + b for a, b in zip(left, values, strict=True)]
        for at, total in enumerate(left):
            part = book.months[months[at]]
            axes.text(total, at, f" {total:,.1f} (n={part.n + part.won_n})", va="center", fontsize=9)
        axes.invert_yaxis()
        axes.set_xlim(0, max(left) * 1.15 or 1)
        unit = turn.say(f"{book.currency},万元", f"{book.currency}, ten thousands")
        interval = f"{book.low_fen / 1e6:,.1f} – {book.high_fen / 1e6:,.1f}"
        bare(
            axes,
            plain(
                turn.say(
                    f"加权漏斗({unit};80% 区间 {interval})",
                    f"Weighted pipeline ({unit}; 80% interval {interval})",
                )
            ),
        )
    names = {
        "won": ("已赢", "won"),
        "commit": ("承诺", "commit"),
        "best case": ("乐观", "best case"),
        "pipeline": ("漏斗", "pipeline"),
    }
    key(sheets[0], [(colour, turn.say(*names[name])) for name, colour in COLOURS.items()])


def _by_category(book: Book) -> dict[str, dict[str, float]]:
    """Category -> month -> weighted fen; `won` what is won already."""
    found: dict[str, dict[str, float]] = {name: {} for name in COLOURS}
    found["won"] = {month: float(part.won_fen) for month, part in book.months.items()}
    for one in book.deals:
        month = book.month_of[one.deal_id]
        found[one.category][month] = found[one.category].get(month, 0.0) + one.weighted
    return found


def funnel_picture(turn: Turn, counts: Mapping[str, tuple[int, int]]) -> str:
    """How many deals came to each stage, won or lost or open since; "" or why there is no picture."""
    if not counts or not any(n for n, _ in counts.values()):
        return ""
    n = max(n for n, _ in counts.values())
    alt = turn.say(f"阶段漏斗:到过每个阶段的商机(n={n})", f"Funnel: deals that came to each stage (n={n})")
    return show(turn, "funnel", alt, partial(_funnel, turn=turn, counts=counts), size=(10.0, 3.2))


def _funnel(axes: Axes, *, turn: Turn, counts: Mapping[str, tuple[int, int]]) -> None:
    stages = list(counts)
    values = [counts[stage][0] for stage in stages]
    names = [plain(process_of(turn).stage_name(stage, turn.language)) for stage in stages]
    axes.barh(names, values, color=COLOURS["commit"], height=0.6)
    for at, stage in enumerate(stages):
        n, won = counts[stage]
        kept = f" · {100 * n / values[at - 1]:.0f}%" if at and values[at - 1] else ""
        axes.text(n, at, f" {n}{kept} · " + turn.say(f"赢 {won}", f"won {won}"), va="center", fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, max(values) * 1.2)
    bare(
        axes,
        plain(
            turn.say(
                "阶段漏斗:到过这个阶段的商机数 · 占上一阶段 · 赢单",
                "Funnel: deals that came to the stage · share of the stage before · won",
            )
        ),
    )
