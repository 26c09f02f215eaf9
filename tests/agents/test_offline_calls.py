"""The offline brain and calls: phrasings written before the training phrases; the first training missed at most a tenth of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agents.offline.understand import understand_all
from knowledge.names import NameIndex
from tests.agents.test_offline_exam import HERE, NOW
from tests.fakes.sales_names import ENTRIES

EXAM = yaml.safe_load(Path(__file__).with_name("phrasings_calls.yaml").read_text(encoding="utf-8"))
FOCUS = yaml.safe_load((HERE / "phrasings_zh.yaml").read_text(encoding="utf-8"))["focus"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_phrasings_reach_the_right_skill_with_the_right_slots(language: str) -> None:
    names = NameIndex(ENTRIES)
    wrong = []
    for text, intent, slots, focus in EXAM[language]:
        reading = understand_all(text, names, FOCUS[focus], NOW)[0]
        got = {key: reading.arguments.get(key) for key in slots}
        if reading.intent != intent or got != slots:
            wrong.append((text, reading.intent, reading.arguments))
    assert len(wrong) <= 0.1 * len(EXAM[language]), wrong
