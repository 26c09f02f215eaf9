"""The journey as pictures: a customer's touches as a line over every channel, and the stages as a funnel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from knowledge.blueprints.journey import Journey
from speech.canvas import bare, key, plain

from .events import Touch
from .health import StageHealth
from .placing import Move

if TYPE_CHECKING:
    from speech.canvas import Axes

THEIRS, OURS, NOBODY, PAID = "#d9822b", "#2f6fb5", "#8a8f98", "#2e8b57"
CHANNELS: dict[str, tuple[str, str]] = {
    "ad": ("广告", "ads"),
    "web": ("网页", "web"),
    "app": ("应用", "app"),
    "chat": ("聊天", "chat"),
    "wecom": ("企业微信", "WeCom"),
    "mail": ("邮件", "mail"),
    "call": ("电话", "calls"),
    "meeting": ("会议", "meetings"),
    "offline": ("线下", "offline"),
    "order": ("订单", "orders"),
    "other": ("其他", "other"),
}
ZONE = timedelta(hours=8)
TICKS = 7
EPOCH = date(1970, 1, 1).toordinal()


def paint_line(
    axes: Axes, touches: Sequence[Touch], moves: Sequence[Move], book: Journey, title: str, english: bool
) -> None:
    """One row a channel, one dot a touch, by who spoke; dashed lines where the customer first reached a stage."""
    shown = [one for one in touches if not one.props.get("milestone")]
    rows = [name for name in CHANNELS if any(one.source == name for one in shown)]
    for at, name in enumerate(rows):
        mine = [one for one in shown if one.source == name]
        colours = [_colour(one) for one in mine]
        axes.scatter([_local(one.at) for one in mine], [at] * len(mine), c=colours, s=26, zorder=3)
    for move in first_reached(moves, book):
        stage = book.stage(move.stage)
        when = _local(move.at)
        axes.axvline(when, linestyle="--", linewidth=0.8, color="#555555")
        name = (stage.name_en if english else stage.name) if stage else move.stage
        axes.text(when, -0.75, f" {plain(name)}", fontsize=8, va="bottom")
    counts = {name: sum(one.source == name for one in shown) for name in rows}
    axes.set_yticks(range(len(rows)), [f"{CHANNELS[name][int(english)]} {counts[name]}" for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.9)
    _date_axis(axes, [one.at for one in touches])
    bare(axes, f"{plain(title)}  (n = {len(shown)})")
    words = (
        [(THEIRS, "customer"), (OURS, "us"), (NOBODY, "visit"), (PAID, "payment")]
        if english
        else [(THEIRS, "客户"), (OURS, "我方"), (NOBODY, "访问"), (PAID, "付款")]
    )
    key(axes, words, rise=1.14)


def first_reached(moves: Sequence[Move], book: Journey) -> list[Move]:
    """The first move of anybody at the customer into each stage that is further than all before, in order of time."""
    found: list[Move] = []
    furthest = -1
    for move in sorted(moves, key=lambda one: (one.at, book.place(one.stage), one.person)):
        if book.place(move.stage) > furthest:
            furthest = book.place(move.stage)
            found.append(move)
    return found


def paint_funnel(
    axes: Axes, stages: Mapping[str, StageHealth], book: Journey, title: str, english: bool
) -> None:
    """A bar a stage: how many people ever came in, and beside it the conversion of the closed cohorts with its n."""
    rows = [book.stage(one) for one in stages]
    names = [(one.name_en if english else one.name) if one else "" for one in rows]
    widths = [one.entered for one in stages.values()]
    axes.barh(range(len(rows)), widths, color=OURS, height=0.66)
    most = max([*widths, 1])
    for at, one in enumerate(stages.values()):
        share = one.conversion.share
        told = "-" if share.value is None else f"{share.value:.0%} ({share.k}/{share.n})"
        axes.text(one.entered + most * 0.01, at, f"{one.entered}  → {told}", va="center", fontsize=9)
    axes.set_xlim(0, most * 1.25)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [plain(name) for name in names])
    bare(axes, plain(title))


def _colour(touch: Touch) -> str:
    if touch.payment:
        return PAID
    return {"in": THEIRS, "out": OURS}.get(touch.direction, NOBODY)


def _local(at: datetime) -> float:
    """A moment as days on the working clock."""
    return (at + ZONE).timestamp() / 86400


def _date_axis(axes: Axes, moments: Sequence[datetime]) -> None:
    """The x axis as days, with at most TICKS of them named."""
    if not moments:
        return
    low, high = int(_local(min(moments))), int(_local(max(moments))) + 1
    axes.set_xlim(low - 1, high + 1)
    step = max(1, -(-(high - low) // TICKS))
    places = list(range(low, high + 1, step))
    axes.set_xticks(places, [date.fromordinal(EPOCH + place).isoformat() for place in places], fontsize=8)
