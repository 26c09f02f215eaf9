"""Retrieval figures: hand-computed measures, file forms, bad files, and the promise to beat plain BM25."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from knowledge.baseline import PlainBm25, plain_tokens
from knowledge.dictionary import open_dictionary
from knowledge.evaluation import BadEvaluationFile, evaluate_retrieval, measure
from tests.bench.retrieval_sets import DATA, make_sets

CORPUS = [
    {"id": "d1", "title": "退货", "text": "收到货物七天内可以无理由退货，运费由买家承担。"},
    {"id": "d2", "content": "The warranty covers three years of maintenance on site."},
    {"id": 3, "text": "發票會在付款後三個工作日內開出。"},
]
QUERIES = [
    {"id": "q1", "text": "几天之内能退货"},
    {"id": "q2", "text": "how long is the warranty"},
    {"id": "q3", "text": "付款后多久开发票"},
    {"id": "unjudged", "text": "无关"},
]


def _write(folder: Path, *, header: bool = True, zipped: bool = False) -> tuple[Path, Path, Path]:
    lines = ["query_id\tdoc_id\trelevance"] * header + ["q1\td1\t1", "q2\td2\t1", "q3\t3\t2", "q3\td2\t0"]
    texts = {
        "corpus.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in CORPUS),
        "queries.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in QUERIES) + "\n\n",
        "qrels.tsv": "\n".join(lines) + "\n",
    }
    made = []
    for name, text in texts.items():
        path = folder / (name + (".gz" if zipped else ""))
        path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
        made.append(path)
    return made[0], made[1], made[2]


def test_measures_by_hand() -> None:
    judged = {"a": frozenset({"1", "2"}), "b": frozenset({"9"})}
    figures = measure({"a": ["x", "1", "y", "z", "w", "2"], "b": ["x"]}, judged)
    assert figures["recall@1"] == 0.0
    assert figures["recall@5"] == 0.25
    assert figures["recall@10"] == 0.5
    assert figures["hit@5"] == 0.5
    assert figures["MRR@10"] == 0.25
    best = 1 + 1 / math.log2(3)
    assert figures["nDCG@10"] == round((1 / math.log2(3) + 1 / math.log2(7)) / best / 2, 4)


@pytest.mark.parametrize(("header", "zipped"), [(True, False), (False, True)])
def test_every_form_of_file_is_read(tmp_path: Path, header: bool, zipped: bool) -> None:
    result = evaluate_retrieval(*_write(tmp_path, header=header, zipped=zipped))
    assert (result["documents"], result["queries"]) == (3, 3)
    assert result["recall@1"] == 1.0
    assert result["baseline"]["name"] == "plain BM25"
    assert {
        "recall@5",
        "recall@10",
        "hit@1",
        "hit@5",
        "MRR@10",
        "nDCG@10",
        "p50_ms",
        "p95_ms",
        "index_seconds",
    } <= set(result)


def test_the_work_folder_is_left_empty(tmp_path: Path) -> None:
    evaluate_retrieval(*_write(tmp_path), tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("corpus.jsonl", "not json", "line 1"),
        ("corpus.jsonl", '{"text": "no id"}', "line 1"),
        ("corpus.jsonl", '{"id": "x"}', "neither"),
        ("qrels.tsv", "only one column", "tabs"),
        ("qrels.tsv", "q1\td1\tmany\nq1\td1\tmany", "number"),
        ("qrels.tsv", "other\td1\t1", "nothing to measure"),
        ("queries.jsonl", "", "nothing to measure"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    files = _write(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadEvaluationFile, match=says):
        evaluate_retrieval(*files)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    corpus, queries, _ = _write(tmp_path)
    with pytest.raises(BadEvaluationFile, match=r"nowhere\.tsv"):
        evaluate_retrieval(corpus, queries, tmp_path / "nowhere.tsv")


def test_the_baseline_is_plain() -> None:
    assert plain_tokens("The Warranty covers") == ["the", "warranty", "covers"]
    assert plain_tokens("无理由，退") == ["无理", "理由", "退"]
    plain = PlainBm25(["a", "b"], ["apples and pears", "pears"])
    assert plain.rank("pears", 2) == ["b", "a"]
    assert plain.rank("nothing", 2) == []


def test_the_dictionary_goes_both_ways(tmp_path: Path) -> None:
    lines = "# comment\n折扣 折扣 [zhe2 kou4] /discount/\n價格 价格 [jia4 ge2] /price/CL:個|个[ge4]/\n"
    packed = tmp_path / "cedict.txt.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    dictionary = open_dictionary(tmp_path / "d.sqlite", entries=packed)
    assert dictionary is not None
    assert dictionary.into_english("价格") == (("pric", 1.0),)
    assert dictionary.into_chinese("discount") == (("折扣", 1.0),)
    assert dictionary.words("折扣价格高") == ["折扣", "价格", "高"]
    dictionary.close()
    assert open_dictionary(tmp_path / "none.sqlite", entries=None) is None


def test_a_damaged_dictionary_is_made_again(tmp_path: Path) -> None:
    packed = tmp_path / "cedict.txt.gz"
    packed.write_bytes(gzip.compress("折扣 折扣 [zhe2 kou4] /discount/\n".encode()))
    (tmp_path / "d.sqlite").write_bytes(b"not a database at all" * 100)
    dictionary = open_dictionary(tmp_path / "d.sqlite", entries=packed)
    assert dictionary is not None
    assert dictionary.into_chinese("discount") == (("折扣", 1.0),)
    dictionary.close()


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
@pytest.mark.parametrize("name", ["xquad_en_zh", "xquad_zh_en", "rgb_en_fact", "tau2_bank_kb"])
def test_we_beat_plain_bm25(tmp_path: Path, name: str) -> None:
    (chosen,) = [one for one in make_sets(DATA, tmp_path) if one.name == name]
    result = evaluate_retrieval(chosen.corpus, chosen.queries, chosen.qrels)
    least = 0.5 if name.startswith("xquad") else 0.03
    assert result["recall@10"] > result["baseline"]["recall@10"] + least
    assert result["nDCG@10"] > result["baseline"]["nDCG@10"] + least
