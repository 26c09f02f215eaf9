"""Who spoke when, as a picture: one row a speaker, coloured by side, drawn with matplotlib's object API."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from .metrics.turns import covered
from .transcript import Segment, Side

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Form = Literal["png", "svg"]

FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "SimHei",
)
COLOURS: dict[Side, str] = {"rep": "#2f6fb5", "customer": "#d9822b", "unknown": "#8a8f98"}
SIDES: dict[str, dict[Side, str]] = {
    "zh": {"rep": "销售", "customer": "客户", "unknown": "未知"},
    "en": {"rep": "rep", "customer": "customer", "unknown": "unknown"},
}
MOST_ROWS = 8
LONGEST_NAME = 14
STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class PictureError(ValueError):
    """A picture that cannot be drawn; the sentence says what is missing, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


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
    family = chinese_font()
    spans: dict[str, list[tuple[float, float]]] = {}
    sides: dict[str, Side] = {}
    for one, start, end in sorted(timed, key=lambda part: (part[1], part[2], part[0].speaker, part[0].text)):
        spans.setdefault(one.speaker, []).append((start, end - start))
        if sides.get(one.speaker, "unknown") == "unknown":
            sides[one.speaker] = one.side
    return _drawn(_shortened(spans), sides, title, len(timed), family, form, language)


def chinese_font(families: Sequence[str] = FONTS) -> str:
    """The first of these families that is installed. Raises PictureError with what to install."""
    from matplotlib import font_manager

    for look_again in (False, True):
        if look_again:  # matplotlib keeps its list of fonts: one that was installed since is not on it
            _add_new_fonts()
        installed = {entry.name for entry in font_manager.fontManager.ttflist}
        found = next((name for name in families if name in installed), None)
        if found:
            return found
    raise PictureError(
        "没有中文字体,图上的字会变成方框;请安装 fonts-noto-cjk(Debian/Ubuntu: apt-get install fonts-noto-cjk)",
        "no Chinese font is installed: install fonts-noto-cjk (Debian/Ubuntu: apt-get install fonts-noto-cjk)",
    )


def _add_new_fonts() -> None:
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with contextlib.suppress(
            RuntimeError, OSError
        ):  # a font that FreeType cannot read is not the one we want
            font_manager.fontManager.addfont(path)


def _shortened(spans: dict[str, list[tuple[float, float]]]) -> dict[str, list[tuple[float, float]]]:
    """The speakers who speak longest, in the order in which they come."""
    most = sorted(spans, key=lambda who: (-sum(length for _, length in spans[who]), who))[:MOST_ROWS]
    return {who: parts for who, parts in spans.items() if who in most}


def _drawn(
    rows: dict[str, list[tuple[float, float]]],
    sides: dict[str, Side],
    title: str,
    count: int,
    family: str,
    form: Form,
    language: str,
) -> bytes:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": [family], "svg.hashsalt": "chengdan", "svg.fonttype": "path"}):
        figure = Figure(figsize=(10, 1.4 + 0.5 * len(rows)), dpi=144, layout="constrained")
        _fill(figure.add_subplot(), rows, sides, title, count, language)
        canvas = FigureCanvasAgg(figure) if form == "png" else FigureCanvasSVG(figure)
        out = io.BytesIO()
        metadata = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
        canvas.print_figure(out, format=form, metadata=metadata)
    return out.getvalue()


def _fill(
    axes: Axes,
    rows: dict[str, list[tuple[float, float]]],
    sides: dict[str, Side],
    title: str,
    count: int,
    language: str,
) -> None:
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    words = SIDES["en" if language == "en" else "zh"]
    lengths = {
        who: covered((round(a * 1000), round((a + b) * 1000)) for a, b in spans)
        for who, spans in rows.items()
    }
    whole = sum(lengths.values()) or 1
    for at, (who, spans) in enumerate(rows.items()):
        axes.broken_barh(spans, (at - 0.36, 0.72), facecolors=COLOURS[sides[who]], linewidth=0)
    end = max(start + length for spans in rows.values() for start, length in spans)
    axes.set_xlim(0, end)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [f"{_name(who)}  {100 * lengths[who] / whole:.0f}%" for who in rows])
    axes.xaxis.set_major_locator(
        MultipleLocator(next((step for step in STEPS if end / step <= 10), STEPS[-1]))
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _clock(value)))
    unit = "utterances" if language == "en" else "段"
    axes.set_title(f"{_plain(title)}  (n = {count} {unit})", loc="left", fontsize=11)
    shown = [side for side in COLOURS if side in {sides[who] for who in rows}]
    axes.legend(
        handles=[Patch(color=COLOURS[side], label=words[side]) for side in shown],
        loc="upper right", bbox_to_anchor=(1.0, 1.18 + 0.4 / len(rows)), ncols=len(shown), frameon=False, fontsize=9,
    )  # fmt: skip
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", linewidth=0.4, alpha=0.5)


def _name(who: str) -> str:
    plain = _plain(who) or "?"
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"


def _plain(text: str) -> str:
    """Nothing that matplotlib would set as a formula, and no control characters."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable()).replace("$", r"\$")


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:02d}:{whole % 60:02d}"
