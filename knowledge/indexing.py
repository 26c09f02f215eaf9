"""Reindexing: what is new, changed or gone since the last time goes into the lexical and the vector index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from .lexicon import Entry, IndexBroken, Lexicon, clear
from .manifest import Manifest, forget, read_manifest, write_manifest
from .model import IndexState, utc_now
from .ranking import field_texts
from .sources import Source, read, survey
from .store import Store
from .vectors import Vectors

INDEX = "passages"
"""Name of the IndexState row."""

Progress = Callable[[int, int], None]
_BATCH = 500


@dataclass(frozen=True)
class IndexReport:
    """What one run did, in interactions and playbook entries; `passages` are searchable now."""

    new: int
    changed: int
    deleted: int
    unchanged: int
    passages: int


def update(
    store: Store,
    directory: Path,
    vectors: Vectors | None,
    embedder: str,
    *,
    full: bool,
    progress: Progress | None,
    only: Collection[str] | None = None,
) -> IndexReport:
    """One run over everything, or over the interactions `only`. Cut off in the middle it leaves the old manifest, and
    the next run does the rest again; a full run
    leaves none, and the index counts as missing until a run ends."""
    before, lexicon = _continued(store, directory, embedder) if not full else (Manifest(), None)
    if lexicon is None:
        before, lexicon, only = Manifest(), _afresh(directory, vectors), None
    with store.reading() as session:
        shelf = survey(session, only)
        due = sorted(id_ for id_, sign in shelf.signatures.items() if before.signatures.get(id_) != sign)
        looked_at = set(before.signatures if only is None else only)
        gone = sorted(looked_at & set(before.signatures) - set(shelf.signatures))
        for at in range(0, max(len(due), 1 if gone else 0), _BATCH):
            part = due[at : at + _BATCH]
            old = [id_ for id_ in part if id_ in before.signatures] + (gone if at == 0 else [])
            _write(lexicon, vectors, read(session, shelf, part), old)
            if progress:
                progress(min(at + _BATCH, len(due)), len(due))
    kept = {id_: sign for id_, sign in before.signatures.items() if id_ not in looked_at}
    after = Manifest(embedder=embedder, signatures={**kept, **shelf.signatures})
    _sign(store, directory, after, lexicon.rows)
    changed = sum(id_ in before.signatures for id_ in due)
    return IndexReport(len(due) - changed, changed, len(gone), len(shelf.signatures) - len(due), lexicon.rows)


def _continued(store: Store, directory: Path, embedder: str) -> tuple[Manifest, Lexicon | None]:
    """The last manifest and the open index, when they belong to this database and embedder."""
    manifest = read_manifest(directory)
    with store.reading() as session:
        state = session.get(IndexState, INDEX)
    fits = manifest and state and state.fingerprint == manifest.stamp and manifest.embedder == embedder
    if manifest is None or not fits:
        return Manifest(), None
    try:
        return manifest, Lexicon(directory / "lexicon")
    except IndexBroken:
        return Manifest(), None


def _afresh(directory: Path, vectors: Vectors | None) -> Lexicon:
    forget(directory)
    clear(directory / "lexicon")
    if vectors is not None:
        vectors.clear()
    lexicon = Lexicon(directory / "lexicon", create=True)
    lexicon.write([])
    return lexicon


def _write(lexicon: Lexicon, vectors: Vectors | None, sources: Sequence[Source], old: list[str]) -> None:
    """Vectors first: they can fail for want of a network, and then nothing has changed."""
    passages = [passage for source in sources for passage in source.passages]
    if vectors is not None:
        vectors.write(passages, remove=old)
    entries = [
        Entry(passage, **texts)
        for source in sources
        for passage, texts in zip(source.passages, field_texts(source.passages), strict=True)
    ]
    lexicon.write(entries, remove=old)


def _sign(store: Store, directory: Path, manifest: Manifest, rows: int) -> None:
    """Files first: a stamp that the database does not know yet only means one more run."""
    write_manifest(directory, manifest)
    with store.session() as session:
        state = session.get(IndexState, INDEX) or IndexState(name=INDEX)
        state.fingerprint, state.embedder, state.rows = manifest.stamp, manifest.embedder, rows
        state.updated_at = utc_now()
        session.add(state)
