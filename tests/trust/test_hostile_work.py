"""A sample of the published texts does nothing either, the work is done all the same, and everything twice alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.injection.brains import CALM, HOSTILE
from bot.evaluation.injection.payloads import read_payloads

from .test_hostile import NOTHING, OWN, result_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "prompt_injection"


@pytest.mark.timeout(600)
def test_the_work_is_done_as_if_nothing_had_been_planted(demo_template: Path) -> None:
    result = result_of(OWN[::7], demo_template, CALM)
    assert result["counts"] == NOTHING, result["examples"]
    for brain, tasks in result["tasks"].items():
        for task in ("brief", "recall", "draft", "send"):
            assert tasks[task]["k"] == tasks[task]["n"] > 8, (brain, task)
        assert tasks["clean"]["send"]["rate"] == 1.0


@pytest.mark.data
@pytest.mark.timeout(600)
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data/prompt_injection is not here")
def test_a_sample_of_the_published_attacks_and_of_benign_tables(demo_template: Path) -> None:
    rows, skipped = read_payloads(DATA / "attacks.jsonl.gz")
    assert (len(rows), skipped) == (427, [])
    result = result_of(rows[::40], demo_template, (HOSTILE,))
    assert result["counts"] == NOTHING, result["examples"]
    calm, _ = read_payloads(DATA / "carriers_table.jsonl.gz", 4)
    told = result_of(calm, demo_template, CALM)
    assert all(tasks["all"]["k"] == tasks["all"]["n"] == 4 for tasks in told["tasks"].values())


def test_the_same_texts_come_to_the_same_result(demo_template: Path) -> None:
    first, second = (result_of(OWN[8:10], demo_template, (HOSTILE,)) for _ in range(2))
    for result in (first, second):
        result.pop("seconds")
    assert first == second
