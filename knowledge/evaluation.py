"""Retrieval measured: the product's own index and search on any corpus with judged queries, plain BM25 beside it."""

from __future__ import annotations

import csv
import gzip
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import SQLModel

from .baseline import PlainBm25
from .embeddings import Embedder
from .model import Interaction, Team
from .search import Search
from .store import Store

_GROUP = "eval"
_DEPTH = 10
Qrels = Mapping[str, frozenset[str]]


class BadEvaluationFile(Exception):
    """A corpus, query or qrels file that cannot be used; the message says where and what is expected."""


def evaluate_retrieval(
    corpus: Path,
    queries: Path,
    qrels: Path,
    workdir: Path | None = None,
    *,
    embedder: Embedder | None = None,
    dictionary: Path | None = None,
) -> dict[str, Any]:
    """Recall, hits, MRR, nDCG and times of our search and of plain BM25 on the same files.

    Lines of `corpus` are {"id", "text" or "content"[, "title"]}, of `queries` {"id", "text"}; `qrels` are query,
    document and relevance separated by tabs, a header is allowed, relevance 0 means not relevant; any of them may
    be .gz. Measures are means over the queries that have a relevant document; recall@k counts relevant documents
    found among the first k by all relevant ones. Raises BadEvaluationFile."""
    documents = [(row["id"], str(row.get("title") or ""), _text(row, corpus)) for row in _rows(corpus)]
    judged = _qrels(qrels)
    asked = [(row["id"], _text(row, queries)) for row in _rows(queries) if row["id"] in judged]
    if not documents or not asked:
        raise BadEvaluationFile(
            f"{corpus.name}: {len(documents)} 篇文档，{len(asked)} 个有标注的问题，无法评测。 / "
            f"{len(documents)} documents and {len(asked)} judged queries: nothing to measure. Check the ids."
        )
    with _folder(workdir) as folder:
        ours, passages = _ours(documents, asked, judged, folder, embedder, dictionary)
    baseline = _plain(documents, asked, judged)
    return {
        "documents": len(documents), "queries": len(asked), "passages": passages, **ours,
        "embedder": embedder.fingerprint if embedder else "", "baseline": {"name": "plain BM25", **baseline},
    }  # fmt: skip


def measure(rankings: Mapping[str, Sequence[str]], judged: Qrels) -> dict[str, float]:
    """The figures of some rankings (query id -> document ids, best first), each 0..1."""
    sums: dict[str, float] = {}
    for query, ranked in rankings.items():
        for name, value in _figures(ranked, judged[query]).items():
            sums[name] = sums.get(name, 0.0) + value
    return {name: round(value / len(rankings), 4) for name, value in sums.items()}


def _figures(ranked: Sequence[str], relevant: frozenset[str]) -> dict[str, float]:
    hits = [document in relevant for document in ranked[:_DEPTH]]
    best = sum(1 / math.log2(place + 2) for place in range(min(_DEPTH, len(relevant))))
    return {
        **{f"recall@{k}": sum(hits[:k]) / len(relevant) for k in (1, 5, 10)},
        **{f"hit@{k}": float(any(hits[:k])) for k in (1, 5)},
        "MRR@10": next((1 / place for place, hit in enumerate(hits, 1) if hit), 0.0),
        "nDCG@10": sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit) / best,
    }


def _ours(
    documents: list[tuple[str, str, str]],
    asked: list[tuple[str, str]],
    judged: Qrels,
    folder: Path,
    embedder: Embedder | None,
    dictionary: Path | None,
) -> tuple[dict[str, Any], int]:
    store = Store(f"sqlite:///{folder / 'eval.db'}")
    SQLModel.metadata.create_all(store.engine)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with store.session() as session:
        session.add(Team(id=_GROUP, name=_GROUP))
        session.flush()
        for id_, title, text in documents:
            session.add(Interaction(id=id_, kind="note", at=at, team_id=_GROUP, subject=title, text=text))
    search = Search(store, folder / "index", embedder, dictionary=dictionary)
    started = time.perf_counter()
    report = search.reindex()
    seconds = time.perf_counter() - started

    def rank(query: str) -> list[str]:
        found = search.recall(query, groups=frozenset({_GROUP}), k=_DEPTH, per_source=1)
        return [passage.interaction_id for passage in found]

    figures = _timed(asked, judged, rank) | {"index_seconds": round(seconds, 3)}
    search.close()
    store.close()
    return figures, report.passages


def _plain(
    documents: list[tuple[str, str, str]], asked: list[tuple[str, str]], judged: Qrels
) -> dict[str, Any]:
    started = time.perf_counter()
    plain = PlainBm25([id_ for id_, _, _ in documents], [f"{title} {text}" for _, title, text in documents])
    seconds = time.perf_counter() - started
    return _timed(asked, judged, lambda query: plain.rank(query, _DEPTH)) | {
        "index_seconds": round(seconds, 3)
    }


def _timed(asked: list[tuple[str, str]], judged: Qrels, rank: Callable[[str], list[str]]) -> dict[str, Any]:
    rank(asked[0][1])  # what is loaded once is not a query's time
    rankings, times = {}, []
    for id_, text in asked:
        started = time.perf_counter()
        rankings[id_] = rank(text)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    middle, late = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]
    return measure(rankings, judged) | {"p50_ms": round(middle, 2), "p95_ms": round(late, 2)}


@contextmanager
def _folder(workdir: Path | None) -> Iterator[Path]:
    """A fresh folder for one run, under `workdir` when one is given; gone afterwards."""
    if workdir is not None:
        workdir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="chengdan-eval-", dir=workdir) as folder:
        yield Path(folder)


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append(row | {"id": str(row["id"])})
        except (ValueError, KeyError, TypeError) as error:
            raise BadEvaluationFile(
                f'{path} 第 {number} 行不是带 "id" 的 JSON 对象。 / {path}, line {number}: expected a JSON object with "id".'
            ) from error
    return rows


def _text(row: Mapping[str, Any], path: Path) -> str:
    text = row.get("text", row.get("content"))
    if not isinstance(text, str):
        raise BadEvaluationFile(
            f'{path}: {row["id"]} 没有 "text" 或 "content"。 / {row["id"]} has neither "text" nor "content".'
        )
    return text


def _qrels(path: Path) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for number, row in enumerate(
        csv.reader((line.rstrip("\r") for line in _lines(path)), delimiter="\t", quoting=csv.QUOTE_NONE), 1
    ):
        judged = len(row) < 3 or row[2].strip().lstrip("-").isdigit()
        if not row or (number == 1 and not judged):
            continue
        if len(row) < 2 or not judged:
            raise BadEvaluationFile(
                f"{path} 第 {number} 行应为：问题、文档、相关度（整数），以制表符分隔。 / "
                f"{path}, line {number}: expected query, document and relevance (a whole number), separated by tabs."
            )
        if len(row) < 3 or int(row[2]) > 0:
            found.setdefault(row[0], set()).add(row[1])
    return {query: frozenset(documents) for query, documents in found.items()}


def _lines(path: Path) -> list[str]:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return content.decode("utf-8-sig").split("\n")  # splitlines would cut at U+2028 too
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadEvaluationFile(f"无法读取 {path}：{error}。 / Cannot read {path}: {error}.") from error
