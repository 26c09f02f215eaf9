"""The picture of who spoke when: real bytes, the same each time, and a missing font is said."""

from __future__ import annotations

import io

import numpy as np
import pytest

from speech.picture import COLOURS, PictureError, chinese_font, timeline
from speech.transcript import Segment

CALL = (
    Segment(speaker="李娜", side="rep", text="您好", start=0, end=20),
    Segment(speaker="王建国", side="customer", text="太贵了", start=21, end=61),
    Segment(speaker="李娜", side="rep", text="明白", start=64, end=84),
)

try:
    chinese_font()
except PictureError as missing:
    pytest.skip(str(missing), allow_module_level=True)


def test_the_png_shows_both_sides_in_their_colours() -> None:
    from matplotlib.image import imread

    picture = imread(io.BytesIO(timeline(CALL, "华东医疗 首次通话")))[..., :3]
    counts = {}
    for side in ("rep", "customer"):
        wanted = np.array([int(COLOURS[side][n : n + 2], 16) / 255 for n in (1, 3, 5)])  # type: ignore[index]
        counts[side] = int((np.abs(picture - wanted).max(axis=2) < 0.02).sum())
    assert counts["rep"] > 10_000
    assert counts["customer"] == pytest.approx(counts["rep"], rel=0.1), "40 s each"


def test_twice_the_same_bytes_and_the_order_does_not_matter() -> None:
    assert timeline(CALL, "通话") == timeline(CALL[::-1], "通话")
    svg = timeline(CALL, "通话", form="svg")
    assert svg == timeline(CALL, "通话", form="svg")
    assert svg.startswith(b"<?xml")
    assert b"<date" not in svg.lower()


@pytest.mark.parametrize("name", ["$x^2$", "长" * 60, "", "a\nb\x07", "$", "a_b^c\\frac"])
def test_no_name_breaks_it(name: str) -> None:
    assert timeline([Segment(speaker=name, text="x", start=0, end=1)], name).startswith(b"\x89PNG")


def test_a_crowd_is_cut_to_the_eight_who_speak_longest() -> None:
    crowd = [Segment(speaker=f"人{n}", text="x", start=n * 10, end=n * 10 + 1 + n / 10) for n in range(30)]
    assert timeline(crowd, "会议").startswith(b"\x89PNG")


def test_without_times_or_a_font_it_says_so() -> None:
    with pytest.raises(PictureError, match="没有起止时间"):
        timeline([Segment(speaker="A", text="x")], "x")
    with pytest.raises(PictureError, match="fonts-noto-cjk"):
        chinese_font(["No Such Family"])
