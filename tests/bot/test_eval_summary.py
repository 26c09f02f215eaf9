"""`chengdan eval summary`: figures, LexRank beside, and what is wrong with a file in words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.evaluation.summary import BadSummaryFile, evaluate, unsupported
from knowledge.insight.summary import Spoken
from tests.bench.summary_sets import DATA, make_rows, write_rows

ROW = {
    "id": "1",
    "turns": [
        {"speaker": "A", "text": "预算一百二十八万，数据迁移分三批完成。"},
        {"speaker": "B", "text": "今天天气不错。数据迁移方案周五提供给医院。"},
    ],
    "budget_chars": 40,
    "references": ["预算一百二十八万，数据迁移方案周五提供。"],
}


def test_figures_of_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(ROW, ensure_ascii=False) + "\n\n")
    found = evaluate(path)
    assert found["n"] == 1
    assert found["quote_validity"] == 1.0
    assert found["unsupported_numbers"] == 0
    assert found["rouge1"] > 0.5
    assert 0 < found["baseline"]["rougeL"] <= 1
    shown = CliRunner().invoke(app, ["eval", "summary", "--data", str(path), "--json"])
    assert json.loads(shown.stdout)["rouge2"] == found["rouge2"]


def test_a_number_nobody_said_is_counted() -> None:
    turns = [Spoken(speaker="A", text="预算一百二十八万，九月三十号签。")]
    assert unsupported("预算128万", turns) == []
    assert len(unsupported("预算 135 万", turns)) == 1


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"turns":[{}],"references":[]}', '{"turns":1,"references":["x"]}']
)
def test_a_faulty_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROW, ensure_ascii=False) + "\n" + line, encoding="utf-8")
    with pytest.raises(BadSummaryFile, match="第 2 行"):
        evaluate(path)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["eval", "summary", "--data", str(path)]).exit_code != 0
    with pytest.raises(BadSummaryFile):
        evaluate(path)


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
@pytest.mark.parametrize("name", ["vcsum_meetings", "vcsum_segments", "qmsum_specific"])
def test_we_beat_lexrank(tmp_path: Path, name: str) -> None:
    rows = make_rows(DATA)[name]
    write_rows(rows[:: max(1, len(rows) // 8)], tmp_path / "rows.jsonl")
    found = evaluate(tmp_path / "rows.jsonl")
    for measure in ("rouge1", "rouge2", "rougeL"):
        assert found[measure] > found["baseline"][measure], measure
    assert found["quote_validity"] == 1.0
    assert found["unsupported_numbers"] == 0
