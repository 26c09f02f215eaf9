"""The exam of the offline brain: phrasings it was not trained on, in both languages, half of them unseen when tuning."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from agents.offline.train import phrases
from agents.offline.understand import understand_all
from knowledge.names import NameIndex
from tests.fakes.sales_names import ENTRIES

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
FLOORS = {
    ("zh", "seen"): (0.98, 0.96),
    ("en", "seen"): (0.98, 0.96),
    ("zh", "unseen"): (0.92, 0.90),
    ("en", "unseen"): (0.92, 0.88),
    ("zh", "extra"): (0.85, 0.78),
    ("en", "extra"): (0.90, 0.83),
}
"""Least share of right intents, and of intents with all expected slots; a little below what was measured."""


def load(language: str) -> dict[str, Any]:
    stored: dict[str, Any] = yaml.safe_load((HERE / f"phrasings_{language}.yaml").read_text(encoding="utf-8"))
    second = yaml.safe_load((HERE / "phrasings_extra.yaml").read_text(encoding="utf-8"))
    return stored | {"extra": second[language]}


def plain(text: str) -> str:
    return re.sub(r"[^\w{}]", "", text.lower())


@pytest.mark.parametrize(("language", "half"), FLOORS)
def test_phrasings_reach_the_right_skill_with_the_right_slots(language: str, half: str) -> None:
    exam, names = load(language), NameIndex(ENTRIES)
    wrong_intent, wrong_slots = [], []
    for text, intent, slots, focus in exam[half]:
        reading = understand_all(text, names, exam["focus"][focus], NOW)[0]
        wanted = dict(slots)
        ask = wanted.pop("ask", False)
        got = {key: reading.arguments.get(key) for key in wanted}
        if reading.intent != intent:
            wrong_intent.append((text, reading.intent))
        if reading.intent != intent or got != wanted or ask != (reading.question is not None):
            wrong_slots.append((text, reading))
    total = len(exam[half])
    least_intent, least_slots = FLOORS[(language, half)]
    assert total - len(wrong_intent) >= least_intent * total, wrong_intent
    assert total - len(wrong_slots) >= least_slots * total, wrong_slots


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_exam_is_large_and_not_in_the_phrases(language: str) -> None:
    exam = load(language)
    trained = {
        plain(way)
        for by_language in phrases().values()
        for lines in by_language.values()
        for ways in lines
        for way in ways
    }
    asked = [text for half in ("seen", "unseen") for text, *_ in exam[half]]
    assert len(asked) >= 90
    assert len({plain(text) for text in asked}) == len(asked)
    assert [text for text in asked if plain(text) in trained] == []
