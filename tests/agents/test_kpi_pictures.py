"""The pictures of advice: whether chances came true, and what was taken week by week; nothing is drawn from too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from agents.kpi_pictures import reliability_picture, trend_picture
from agents.skill import Turn
from knowledge import blueprints
from knowledge.blueprints.advice import Advice
from knowledge.insight.kpi import report
from knowledge.insight.scoring.figures import figures
from tests.fakes.company import desk

RULES = Advice.model_validate(blueprints.default("advice"))
EMPTY = report([], {}, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC), RULES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_are_drawn_with_their_n(language: str) -> None:
    turn = Turn(desk=desk(), text="", language=language)
    chances = [k / 40 for k in range(40)]
    assert reliability_picture(turn, figures([int(k % 3 == 0) for k in range(40)], chances)) == ""
    weeks = ((date(2026, 11, 2), 12, 5), (date(2026, 11, 9), 8, 6))
    assert trend_picture(turn, replace(EMPTY, weeks=weeks)) == ""
    assert [one.name for one in turn.pictures] == ["reliability.png", "advice_trend.png"]
    assert "n=40" in turn.pictures[0].alt
    assert "n=20" in turn.pictures[1].alt


def test_nothing_is_drawn_from_too_little() -> None:
    turn = Turn(desk=desk(), text="", language="zh")
    assert reliability_picture(turn, None) == ""
    assert trend_picture(turn, replace(EMPTY, weeks=((date(2026, 11, 2), 1, 0),))) == ""
    assert turn.pictures == []
