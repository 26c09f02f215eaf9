"""Recall: the passages that answer a query, found by words and (where configured) by meaning, inside row rights."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .dictionary import Dictionary, default_place, open_dictionary, package_file
from .embeddings import Embedder, EmbeddingFailed, OfflineEmbedder
from .indexing import INDEX, IndexReport, Progress, update
from .lexicon import BUSY, IndexBroken, IndexBusy, Lexicon
from .manifest import alone, read_stamps
from .model import IndexState
from .passages import PUBLIC_GROUP, Filters, Passage
from .ranking import Tuning, blend, feedback, fuse, spread_out, weigh
from .sources import confirmed
from .store import Store
from .vectors import VectorOptions, Vectors

__all__ = ["EmbedderChanged", "IndexBroken", "IndexReport", "Search", "VectorOptions"]

_CANDIDATES = 60
OFFLINE_WEIGHT = 0.1


class EmbedderChanged(IndexBroken):
    """The index was built with another embedding model than the one configured now."""


class Search:
    """`directory` holds the indexes: caches, rebuilt from `store` by `reindex`. Without an embedder the lexical index
    works alone and Chroma is never imported; with one, both lists are fused by rank. `dictionary` is where the
    compiled Chinese-English dictionary lies (default: the user's cache folder)."""

    def __init__(
        self,
        store: Store,
        directory: Path,
        embedder: Embedder | None = None,
        vectors: VectorOptions | None = None,
        *,
        dictionary: Path | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        self._store = store
        self._directory = directory
        self._embedder = embedder
        self._vector_options = vectors or VectorOptions(path=directory / "vectors")
        self._dictionary_path = dictionary or default_place(directory)
        self._tuning = tuning or Tuning()
        self._stamp = ""
        self._lexicon: Lexicon | None = None
        self._vectors: Vectors | None = None
        self._dictionary: Dictionary | None = None
        self.degraded = ""
        """Why the last recall had to do without vectors ("" when it did not): the endpoint's own sentence."""

    @property
    def _weight(self) -> float:
        """How much vectors count beside words; ours are hashed, not learnt, and may only break ties."""
        return OFFLINE_WEIGHT if isinstance(self._embedder, OfflineEmbedder) else 1.0

    def recall(
        self,
        query: str,
        *,
        groups: frozenset[str] | None,
        filters: Filters | None = None,
        k: int = 8,
        per_source: int = 2,
    ) -> list[Passage]:
        """The best `k` passages for `query`, best first, ties by id; at most `per_source` of one interaction.
        `groups` are the rights groups of who asks (public passages are always among them); None means everything
        and is for administration only. Every hit is confirmed against the database before it leaves.

        Raises IndexBroken when the index is missing or damaged, EmbedderChanged when it was built with another
        embedding model."""
        lexicon = self._ready()
        lists = [self._by_words(lexicon, query, groups, filters)]
        lists += self._by_meaning(query, groups, filters)
        ranked = fuse(lists, (1.0, self._weight)) if len(lists) > 1 else lists[0]
        allowed = None if groups is None else groups | {PUBLIC_GROUP}
        hits = [
            (p, s) for p, s in spread_out(ranked, k * 2, per_source) if allowed is None or p.group in allowed
        ]
        with self._store.reading() as session:
            held = confirmed(session, [passage for passage, _ in hits])
        kept = [replace(passage, score=round(score, 6)) for passage, score in hits if passage.id in held]
        return kept[:k]

    def reindex(self, full: bool = False, progress: Progress | None = None) -> IndexReport:
        """Brings the index up to the database: what is new, changed or gone; everything when `full`, or when the
        index is missing, damaged, of another version or of another embedder. `progress` gets (done, total).
        Raises IndexBusy when another one has been writing for a minute."""
        with self._writing(60):
            return self._update(full=full, progress=progress)

    def add(self, ids: Collection[str]) -> IndexReport:
        """Brings these interactions alone up to date: what one file costs does not grow with the company. Raises
        IndexBusy when another one has been writing for ten seconds; the next reindex makes up for it."""
        with self._writing(10):
            return self._update(full=False, progress=None, only=ids)

    def rebuild(self) -> IndexReport:
        """Forgets everything on disk and builds the index anew: after an erasure no deleted word may lie in old files."""
        with self._writing(60):
            self.close()
            shutil.rmtree(self._directory, ignore_errors=True)
            return self._update(full=True, progress=None)

    @contextmanager
    def _writing(self, patience_s: float) -> Iterator[None]:
        with alone(self._directory, patience_s) as ours:
            if not ours:
                raise IndexBusy(BUSY)
            yield

    def _update(
        self, *, full: bool, progress: Progress | None, only: Collection[str] | None = None
    ) -> IndexReport:
        self._stamp = ""
        self._lexicon = None
        if only is None or self._dictionary is None:
            self._dictionary = open_dictionary(self._dictionary_path, entries=package_file())
        vectors, embedder = self._open_vectors(), self._fingerprint
        return update(
            self._store, self._directory, vectors, embedder, full=full, progress=progress, only=only
        )

    def close(self) -> None:
        """Lets go of the index; the next recall opens it again."""
        if self._vectors is not None:
            self._vectors.close()
        if self._dictionary is not None:
            self._dictionary.close()
        self._vectors, self._dictionary, self._lexicon, self._stamp = None, None, None, ""

    @property
    def _fingerprint(self) -> str:
        return self._embedder.fingerprint if self._embedder else ""

    def _ready(self) -> Lexicon:
        """The open index; opened again when another process has renewed it since."""
        state = self._state()
        lexicon = self._lexicon  # another thread that adds something lets go of it at any moment
        if lexicon is None or state.fingerprint != self._stamp:
            if state.fingerprint not in read_stamps(self._directory):
                state = self._state()  # it may have been renewed twice since
                if state.fingerprint not in read_stamps(self._directory):
                    raise IndexBroken(_MISSING)
            lexicon = self._lexicon = Lexicon(self._directory / "lexicon")
            self._dictionary = self._dictionary or open_dictionary(self._dictionary_path, entries=None)
            self._stamp = state.fingerprint
        return lexicon

    def _state(self) -> IndexState:
        """What the database says about the index: there is one, and of this embedder."""
        with self._store.reading() as session:
            state = session.get(IndexState, INDEX)
        if state is None:
            raise IndexBroken(_MISSING)
        if state.embedder != self._fingerprint:
            raise EmbedderChanged(_changed(state.embedder, self._fingerprint))
        return state

    def _by_words(
        self, lexicon: Lexicon, query: str, groups: frozenset[str] | None, filters: Filters | None
    ) -> Sequence[tuple[Passage, float]]:
        def ask(weights: Mapping[str, Mapping[str, float]]) -> list[tuple[Passage, float]]:
            return lexicon.search(weights, groups=groups, filters=filters, limit=_CANDIDATES)

        weights = weigh(query, self._tuning, self._dictionary, lexicon.spread)
        hits = ask(weights)
        learned, trust = feedback(weights, hits, self._tuning, lexicon.spread, lexicon.rows)
        return blend(hits, ask(learned) if trust > 0.01 else [], trust, self._tuning)

    def _by_meaning(
        self, query: str, groups: frozenset[str] | None, filters: Filters | None
    ) -> list[list[tuple[Passage, float]]]:
        """The vector list, or none: an endpoint or a Chroma that is down must not silence the words."""
        self.degraded = ""
        try:
            vectors = self._open_vectors()
            found = (
                vectors.search(query, groups=groups, filters=filters, limit=_CANDIDATES) if vectors else []
            )
        except (EmbeddingFailed, IndexBroken) as error:
            self.degraded = str(error)
            return []
        return [found] if vectors else []

    def _open_vectors(self) -> Vectors | None:
        if self._embedder is not None and self._vectors is None:
            self._vectors = Vectors(self._vector_options, self._embedder)
        return self._vectors


_MISSING = (
    "检索索引还没有建立，或与数据库不符。请运行 chengdan reindex。 / "
    "The search index is missing or does not belong to this database. Run: chengdan reindex"
)


def _changed(built: str, configured: str) -> str:
    before, now = built or "词法 / lexical only", configured or "词法 / lexical only"
    return (
        f"索引由另一个向量模型建立（{before}，现在配置的是 {now}）。请运行 chengdan reindex。 / "
        f"The index was built with another embedder ({before}; configured now: {now}). Run: chengdan reindex"
    )
