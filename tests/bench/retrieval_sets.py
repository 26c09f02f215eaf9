"""Turns the public data sets of ../shared/data into corpus, queries and qrels files for the retrieval bench."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RGB = ("en_fact", "zh_fact", "zh_int", "zh_refine")
XQUAD = {
    "zh_zh": ("text", "text"),
    "en_zh": ("text_en", "text"),
    "zh_en": ("text", "text_en"),
    "en_en": ("text_en", "text_en"),
}


@dataclass(frozen=True)
class RetrievalSet:
    """Three files as `chengdan eval retrieval` reads them."""

    name: str
    corpus: Path
    queries: Path
    qrels: Path


def make_sets(data: Path, out: Path) -> list[RetrievalSet]:
    """Writes every set under `out`; `data` is the shared data folder."""
    made = [_as_it_is(data, name) for name in ("cmrc_retrieval", "drcd_retrieval")]
    made += [_xquad(data, out, name) for name in XQUAD]
    made += [_rgb(data, out, name) for name in RGB]
    return [*made, _tau2(data, out)]


def _as_it_is(data: Path, name: str) -> RetrievalSet:
    folder = data / name
    return RetrievalSet(name, folder / "corpus.jsonl.gz", folder / "queries.jsonl.gz", folder / "qrels.tsv")


def _xquad(data: Path, out: Path, name: str) -> RetrievalSet:
    asked, held = XQUAD[name]
    corpus = [{"id": row["id"], "text": row[held]} for row in _rows(data / "xquad_zh_en" / "corpus.jsonl.gz")]
    queries = [
        {"id": row["id"], "text": row[asked]} for row in _rows(data / "xquad_zh_en" / "queries.jsonl.gz")
    ]
    with (data / "xquad_zh_en" / "qrels.tsv").open(encoding="utf-8") as lines:
        qrels = [(row[0], row[1]) for row in list(csv.reader(lines, delimiter="\t"))[1:]]
    return _write(out, f"xquad_{name}", corpus, queries, qrels)


def _rgb(data: Path, out: Path, name: str) -> RetrievalSet:
    """Every snippet of the file is one corpus; a question wants its own supporting snippets, each text once."""
    ids: dict[str, str] = {}
    queries, qrels = [], []
    for row in _rows(data / "rgb_rag" / f"{name}.jsonl.gz"):
        for text in [*_flat(row["positive"]), *_flat(row["negative"])]:
            ids.setdefault(text, f"{name}-{len(ids)}")
        queries.append({"id": str(row["id"]), "text": row["query"]})
        qrels += [(str(row["id"]), ids[text]) for text in dict.fromkeys(_flat(row["positive"]))]
    return _write(
        out, f"rgb_{name}", [{"id": id_, "text": text} for text, id_ in ids.items()], queries, qrels
    )


def _tau2(data: Path, out: Path) -> RetrievalSet:
    folder = data / "tau2_bank_kb"
    queries = [
        {"id": row["id"], "text": _scenario(row["user_scenario"])} for row in _rows(folder / "tasks.jsonl.gz")
    ]
    file = out / "tau2_bank_kb.queries.jsonl"
    file.write_text("".join(json.dumps(query) + "\n" for query in queries), encoding="utf-8")
    return RetrievalSet("tau2_bank_kb", folder / "documents.jsonl.gz", file, folder / "qrels.tsv")


def _scenario(scenario: Mapping[str, Any]) -> str:
    told = scenario["instructions"]
    return told if isinstance(told, str) else "\n".join(str(part) for part in told.values() if part)


def _flat(texts: Iterable[Any]) -> Iterator[str]:
    for text in texts:
        if isinstance(text, str):
            yield text
        else:
            yield from _flat(text)


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _write(
    out: Path,
    name: str,
    corpus: list[dict[str, Any]],
    queries: list[dict[str, Any]],
    qrels: list[tuple[str, str]],
) -> RetrievalSet:
    made = RetrievalSet(
        name, *(out / f"{name}.{part}" for part in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"))
    )
    for file, rows in ((made.corpus, corpus), (made.queries, queries)):
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    lines = ["query_id\tdoc_id\trelevance", *(f"{query}\t{document}\t1" for query, document in qrels)]
    made.qrels.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made
