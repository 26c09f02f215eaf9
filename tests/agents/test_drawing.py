"""Pictures of an answer: drawn twice the same, kept on the desk, told in words where they cannot be drawn."""

from __future__ import annotations

from typing import Any

import pytest

from agents.answer import Answer
from agents.drawing import show, show_drawn
from agents.run import make_answer
from speech.canvas import Form, PictureError, chinese_font
from tests.agents.test_skills import turn_of
from tests.fakes.company import desk
from tests.fakes.desk import FakeDesk

try:
    chinese_font()
except PictureError as missing:
    pytest.skip(str(missing), allow_module_level=True)


def bars(axes: Any) -> None:
    axes.bar(["认知", "考虑", "成交"], [30, 12, 4])


def test_a_picture_goes_with_the_answer_in_both_forms_and_survives_being_stored() -> None:
    turn = turn_of(on=desk())
    assert isinstance(turn.desk, FakeDesk)
    assert show(turn, "funnel", "漏斗(n=46)", bars, size=(4, 2)) == ""
    assert show(turn, "funnel", "漏斗(n=46)", bars, size=(4, 2)) == "", "drawn again it is the same picture"
    (note,) = turn.pictures
    assert (note.name, note.alt) == ("funnel.png", "漏斗(n=46)")
    assert turn.desk.pictures[note.path].startswith(b"\x89PNG")
    assert turn.desk.pictures[note.svg].startswith(b"<?xml")
    answer = make_answer(turn, "见图。", (), "offline")
    assert Answer.from_json(answer.as_json()).pictures == (note,)
    old = {key: value for key, value in answer.as_json().items() if key != "pictures"}
    assert Answer.from_json(old).pictures == (), "what was stored before there were pictures is read"


def test_rows_share_the_sheet() -> None:
    turn = turn_of(on=desk())
    drawn: list[int] = []
    show(turn, "two", "两行", lambda *axes: drawn.append(len(axes)), rows=2, size=(3, 2))
    assert drawn == [2, 2]


def test_what_cannot_be_drawn_is_said_in_the_askers_language_and_the_answer_goes_on() -> None:
    def broken(_: Form) -> bytes:
        raise PictureError("没有中文字体", "no Chinese font")

    turn = turn_of(on=desk())
    assert show_drawn(turn, "x", "y", broken) == "没有中文字体"
    turn.language = "en"
    assert show_drawn(turn, "x", "y", broken) == "no Chinese font"
    assert turn.pictures == []
