"""The lexical index: tantivy over folded terms, with row rights and filters inside the query."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tantivy

from .passages import PUBLIC_GROUP, Filters, Passage

_KEYS = ("id", "interaction_id", "kind", "group", "account_id", "deal_id", "outcome")
_HEAP = 64_000_000


class IndexBroken(Exception):
    """The index on disk is missing or damaged. It is a cache: `chengdan reindex --full` rebuilds it from the
    database."""


@dataclass(frozen=True)
class Entry:
    """A passage with its index terms, separated by spaces; `context` are those of the passages around it as well."""

    passage: Passage
    title: str
    body: str
    context: str


FIELDS = ("body", "context", "title")


class IndexBusy(IndexBroken):
    """Another process is writing the index right now; nothing is wrong with it."""


class Lexicon:
    """One tantivy index under `directory`. One process writes at a time, any number read."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        """Raises IndexBroken when there is no readable index, unless `create` asks for an empty one."""
        self._directory = directory
        self._schema = _schema()
        try:
            if create:
                directory.mkdir(parents=True, exist_ok=True)
            elif not directory.is_dir() or not tantivy.Index.exists(str(directory)):
                raise IndexBroken(_sentence(directory, "缺失 / missing"))
            self._index = tantivy.Index(self._schema, path=str(directory))
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            raise IndexBroken(_sentence(directory, str(error))) from error

    def write(self, entries: Iterable[Entry], *, remove: Iterable[str] = ()) -> None:
        """One commit: forgets everything of the interactions in `remove`, then adds the entries. Raises IndexBusy
        while another process writes."""
        try:
            writer = self._index.writer(heap_size=_HEAP, num_threads=1)
            for interaction_id in remove:
                writer.delete_documents_by_term("interaction_id", interaction_id)
            for entry in entries:
                writer.add_document(_document(entry))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            if "Lock" in str(error):
                raise IndexBusy(BUSY) from error
            raise IndexBroken(_sentence(self._directory, str(error))) from error

    @property
    def rows(self) -> int:
        return int(self._searcher.num_docs)

    def spread(self, term: str) -> int:
        """In how many passages the term stands."""
        return int(self._searcher.doc_freq("body", term))

    def search(
        self,
        weights: Mapping[str, Mapping[str, float]],
        *,
        groups: frozenset[str] | None,
        filters: Filters | None,
        limit: int,
    ) -> list[tuple[Passage, float]]:
        """The best `limit` passages by BM25 over `weights` (field -> term -> weight), among those the rights groups
        and filters allow."""
        wanted = [
            (tantivy.Occur.Should, self._term(field, term, weight))
            for field, of_field in weights.items()
            for term, weight in of_field.items()
        ]
        if not wanted:
            return []
        clauses = [(tantivy.Occur.Must, tantivy.Query.boolean_query(wanted))]
        clauses += [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(q, 0.0))
            for q in self._allowed(groups, filters)
        ]
        try:
            found = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=limit, count=False).hits
            return [(_passage(self._searcher.doc(address)), float(score)) for score, address in found]
        except (ValueError, OSError) as error:
            raise IndexBroken(_sentence(self._directory, str(error))) from error

    def _term(self, field: str, term: str, weight: float) -> Any:
        return tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, term, "freq"), weight)

    def _allowed(self, groups: frozenset[str] | None, filters: Filters | None) -> list[Any]:
        """Row rights first: nothing below this line can widen them."""
        sets: list[tuple[str, frozenset[str]]] = []
        if groups is not None:
            sets.append(("group", groups | {PUBLIC_GROUP}))
        chosen = filters or Filters()
        sets += [
            ("deal_id", chosen.deal_ids),
            ("account_id", chosen.account_ids),
            ("kind", chosen.kinds),
            ("outcome", chosen.outcomes),
            ("objection", chosen.objections),
        ]
        queries = [
            tantivy.Query.term_set_query(self._schema, name, sorted(values))
            for name, values in sets
            if values
        ]
        if chosen.since or chosen.until:
            queries.append(_between(self._schema, chosen.since, chosen.until))
        return queries


def clear(directory: Path) -> None:
    """Forgets a broken index, so that the next write starts from nothing."""
    shutil.rmtree(directory, ignore_errors=True)


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    for name in _KEYS:
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("objection", stored=False, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("at", stored=False, indexed=True, fast=True)
    builder.add_bytes_field("payload", stored=True, indexed=False)
    return builder.build()


def _between(schema: Any, since: datetime | None, until: datetime | None) -> Any:
    lower = int(since.timestamp()) if since else None
    upper = int(until.timestamp()) if until else None
    return tantivy.Query.range_query(schema, "at", tantivy.FieldType.Integer, lower, upper)


def _document(entry: Entry) -> Any:
    document, passage = tantivy.Document(), entry.passage
    for name in _KEYS:
        document.add_text(name, getattr(passage, name))
    for objection in passage.objections:
        document.add_text("objection", objection)
    for name in FIELDS:
        document.add_text(name, getattr(entry, name))
    document.add_integer("at", int(passage.at.timestamp()))
    payload = asdict(passage) | {"at": passage.at.astimezone(UTC).isoformat()}
    document.add_bytes("payload", json.dumps(payload, ensure_ascii=False).encode())
    return document


def _passage(document: Any) -> Passage:
    payload = json.loads(bytes(document.get_first("payload")))
    payload["at"] = datetime.fromisoformat(payload["at"])
    payload["objections"] = tuple(payload["objections"])
    return Passage(**payload)


BUSY = "另一个进程正在更新检索索引，请稍后再试。 / Another process is updating the search index: try again in a moment."


def _sentence(directory: Path, why: str) -> str:
    return (
        f"检索索引 {directory} 无法读取（{why}）。请运行 chengdan reindex --full 从数据库重建。 / "
        f"The search index {directory} cannot be read ({why}). Run: chengdan reindex --full"
    )
