"""The one place that knows matplotlib: a sheet to draw on, Chinese type, and bytes that are the same every time.

Whoever has a picture to draw writes a painter, a function of one `Axes` (or several, with `rows`), and calls `draw`.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes

Form = Literal["png", "svg"]
FORMS: tuple[Form, ...] = ("png", "svg")

FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "SimHei",
)
DPI = 144
STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class PictureError(ValueError):
    """A picture that cannot be drawn; the sentence says what is missing, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def draw(
    paint: Callable[..., None], *, form: Form = "png", size: tuple[float, float] = (10.0, 4.0), rows: int = 1
) -> bytes:
    """The bytes of one sheet of `size` inches. `paint` gets `rows` axes that share their x axis, one above the other. The
    same calls give the same bytes: no date, no seed, glyphs as paths. Raises PictureError without a Chinese font."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    family = chinese_font()
    with matplotlib.rc_context(
        {
            "font.family": [family],
            "svg.hashsalt": "chengdan",
            "svg.fonttype": "path",
            "axes.unicode_minus": False,
        }
    ):
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        sheets = figure.subplots(rows, 1, sharex=True, squeeze=False)
        paint(*(sheets[row][0] for row in range(rows)))
        canvas = FigureCanvasAgg(figure) if form == "png" else FigureCanvasSVG(figure)
        out = io.BytesIO()
        metadata = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
        canvas.print_figure(out, format=form, metadata=metadata)
    return out.getvalue()


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


def key(axes: Axes, entries: Iterable[tuple[str, str]], *, rise: float = 1.18) -> None:
    """What the colours mean: (colour, words), at the right above the sheet."""
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=words) for colour, words in entries]
    axes.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(1.0, rise), ncols=max(1, len(handles)), frameon=False,
        fontsize=9,
    )  # fmt: skip


def seconds_axis(axes: Axes, end: float) -> None:
    """The x axis as a clock from 0 to `end` seconds."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    axes.set_xlim(0, end)
    axes.xaxis.set_major_locator(
        MultipleLocator(next((step for step in STEPS if end / step <= 10), STEPS[-1]))
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))


def bare(axes: Axes, title: str, *, grid: Literal["x", "y"] = "x") -> None:
    """A title at the left, no frame, a light grid."""
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis=grid, linewidth=0.4, alpha=0.5)


def plain(text: str, longest: int = 0) -> str:
    """Text for a sheet: nothing that matplotlib would set as a formula, no control characters, at most `longest`
    characters where that is given."""
    told = "".join(one for one in " ".join(text.split()) if one.isprintable())
    cut = told if not longest or len(told) <= longest else told[: longest - 1] + "…"
    return cut.replace("$", r"\$")


def clock(seconds: float) -> str:
    """12:05, or 1:02:05 from an hour on."""
    whole = max(0, round(seconds))
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:02d}:{whole % 60:02d}"
