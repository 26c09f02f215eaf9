"""Who spoke when, as a picture: one row a speaker, coloured by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from .canvas import Form, bare, draw, key, plain, seconds_axis
from .canvas import PictureError as PictureError
from .canvas import chinese_font as chinese_font
from .metrics.turns import covered
from .transcript import Segment, Side

if TYPE_CHECKING:
    from .canvas import Axes

COLOURS: dict[Side, str] = {"rep": "#2f6fb5", "customer": "#d9822b", "unknown": "#8a8f98"}
SIDES: dict[str, dict[Side, str]] = {
    "zh": {"rep": "销售", "customer": "客户", "unknown": "未知"},
    "en": {"rep": "rep", "customer": "customer", "unknown": "unknown"},
}
MOST_ROWS = 8
LONGEST_NAME = 14

Spans = dict[str, list[tuple[float, float]]]


def timeline(segments: Sequence[Segment], title: str, *, form: Form = "png", language: str = "zh") -> bytes:
    """The picture's bytes; the same segments give the same bytes. Speakers stand in the order in which they first speak,
    the eight who speak longest, with their share of the speech; n is the number of utterances.

    Raises PictureError without a Chinese font, or where the transcript has no times."""
    timed = [
        (s, s.start, s.end) for s in segments if s.start is not None and s.end is not None and s.end > s.start
    ]
    if not timed:
        raise PictureError(
            "文字稿没有起止时间,画不出时间线",
            "the transcript has no start and end times: there is no timeline to draw",
        )
    spans: Spans = {}
    sides: dict[str, Side] = {}
    for one, start, end in sorted(timed, key=lambda part: (part[1], part[2], part[0].speaker, part[0].text)):
        spans.setdefault(one.speaker, []).append((start, end - start))
        if sides.get(one.speaker, "unknown") == "unknown":
            sides[one.speaker] = one.side
    rows = _shortened(spans)
    paint = partial(_fill, rows=rows, sides=sides, title=title, count=len(timed), language=language)
    return draw(paint, form=form, size=(10, 1.4 + 0.5 * len(rows)))


def _shortened(spans: Spans) -> Spans:
    """The speakers who speak longest, in the order in which they come."""
    most = sorted(spans, key=lambda who: (-sum(length for _, length in spans[who]), who))[:MOST_ROWS]
    return {who: parts for who, parts in spans.items() if who in most}


def _fill(
    axes: Axes, *, rows: Spans, sides: dict[str, Side], title: str, count: int, language: str
) -> None:  # fmt: skip
    words = SIDES["en" if language == "en" else "zh"]
    lengths = {
        who: covered((round(a * 1000), round((a + b) * 1000)) for a, b in spans)
        for who, spans in rows.items()
    }
    whole = sum(lengths.values()) or 1
    for at, (who, spans) in enumerate(rows.items()):
        axes.broken_barh(spans, (at - 0.36, 0.72), facecolors=COLOURS[sides[who]], linewidth=0)
    seconds_axis(axes, max(start + length for spans in rows.values() for start, length in spans))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    names = [f"{plain(who, LONGEST_NAME) or '?'}  {100 * lengths[who] / whole:.0f}%" for who in rows]
    axes.set_yticks(range(len(rows)), names)
    unit = "utterances" if language == "en" else "段"
    bare(axes, f"{plain(title)}  (n = {count} {unit})")
    shown = [side for side in COLOURS if side in {sides[who] for who in rows}]
    key(axes, [(COLOURS[side], words[side]) for side in shown], rise=1.18 + 0.4 / len(rows))
