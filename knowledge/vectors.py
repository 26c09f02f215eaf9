"""The vector index: Chroma, embedded or as a server, with row rights inside the query."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .embeddings import Embedder
from .lexicon import IndexBroken
from .passages import PUBLIC_GROUP, Filters, Passage


@dataclass(frozen=True)
class VectorOptions:
    """Where the vectors live: in `path` inside this process, or on the Chroma server at `host`:`port`. Only one
    process may open a path; several workers need the server."""

    path: Path | None = None
    host: str = ""
    port: int = 8000
    ssl: bool = False


class Vectors:
    """One collection for each embedder, so that vectors of two models are never compared. Chroma is imported when
    the first Vectors is made, and not before: it costs half a second."""

    def __init__(self, options: VectorOptions, embedder: Embedder) -> None:
        """Raises IndexBroken when the store cannot be opened or the server does not answer."""
        self._embedder = embedder
        self._name = "passages-" + re.sub(r"[^a-zA-Z0-9._-]", "-", embedder.fingerprint).strip("-._")[:200]
        self._where = options.host or str(options.path)
        try:
            self._client = _client(options)
            self._collection = self._made()
        except _failures() as error:
            raise IndexBroken(_sentence(self._where, str(error))) from error

    def clear(self) -> None:
        """Forgets every vector of this embedder."""
        self._client.delete_collection(self._name)
        self._collection = self._made()

    def close(self) -> None:
        """Lets go of files and connections; Chroma's HTTP client leaves its sessions open, so they are closed here."""
        owners = (self._client, getattr(self._client, "_admin_client", None))
        sessions = [getattr(getattr(owner, "_server", None), "_session", None) for owner in owners]
        self._client.close()
        for session in sessions:
            if session is not None:
                session.close()

    @property
    def rows(self) -> int:
        return int(self._collection.count())

    def write(self, passages: Sequence[Passage], *, remove: Iterable[str] = ()) -> None:
        """Forgets the interactions in `remove`, then adds the passages. Raises EmbeddingFailed, IndexBroken."""
        vectors = self._embedder.embed([f"{passage.title}\n{passage.text}" for passage in passages])
        gone = list(remove)
        for at in range(0, len(gone), 200):
            self._collection.delete(where={"interaction_id": {"$in": gone[at : at + 200]}})
        for at in range(0, len(passages), 1000):
            part = passages[at : at + 1000]
            self._collection.upsert(
                ids=[passage.id for passage in part],
                embeddings=vectors[at : at + 1000],
                metadatas=[_metadata(passage) for passage in part],
            )

    def search(
        self, query: str, *, groups: frozenset[str] | None, filters: Filters | None, limit: int
    ) -> list[tuple[Passage, float]]:
        """The nearest `limit` passages by cosine, among those the rights groups and filters allow. Raises
        EmbeddingFailed, IndexBroken."""
        vector = self._embedder.embed([query])[0]
        try:
            if not self.rows:
                return []
            found = self._collection.query(
                query_embeddings=[vector],
                n_results=limit,
                where=_where(groups, filters),
                include=["metadatas", "distances"],
            )
        except _failures() as error:
            raise IndexBroken(_sentence(self._where, str(error))) from error
        pairs = zip((found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0], strict=True)
        return [(_passage(str(metadata["payload"])), 1.0 - float(distance)) for metadata, distance in pairs]

    def _made(self) -> Any:
        return self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )


def _failures() -> tuple[type[Exception], ...]:
    """What Chroma raises, embedded and over the network."""
    import httpx
    from chromadb.errors import ChromaError

    return (ChromaError, httpx.HTTPError, ValueError, RuntimeError, OSError)


def _client(options: VectorOptions) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if options.host:
        socket.create_connection(
            (options.host, options.port), timeout=5
        ).close()  # fails at once, and cleanly
        return chromadb.HttpClient(host=options.host, port=options.port, ssl=options.ssl, settings=settings)
    if options.path is None:
        raise ValueError("neither a path nor a host is given")
    options.path.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(options.path), settings=settings)


def _metadata(passage: Passage) -> dict[str, str | int | bool]:
    payload = asdict(passage) | {"at": passage.at.astimezone(UTC).isoformat()}
    keys = ("interaction_id", "group", "kind", "account_id", "deal_id", "outcome")
    found: dict[str, str | int | bool] = {key: str(getattr(passage, key)) for key in keys}
    found |= {f"objection_{name}": True for name in passage.objections}
    return found | {"at": int(passage.at.timestamp()), "payload": json.dumps(payload, ensure_ascii=False)}


def _where(groups: frozenset[str] | None, filters: Filters | None) -> dict[str, Any] | None:
    """Row rights first; as few conditions as possible, each one costs."""
    chosen = filters or Filters()
    sets = [
        ("group", frozenset() if groups is None else groups | {PUBLIC_GROUP}),
        ("deal_id", chosen.deal_ids),
        ("account_id", chosen.account_ids),
        ("kind", chosen.kinds),
        ("outcome", chosen.outcomes),
    ]
    parts: list[dict[str, Any]] = [{name: {"$in": sorted(values)}} for name, values in sets if values]
    named: list[dict[str, Any]] = [{f"objection_{name}": True} for name in sorted(chosen.objections)]
    if named:
        parts.append({"$or": named} if len(named) > 1 else named[0])
    if chosen.since:
        parts.append({"at": {"$gte": int(chosen.since.timestamp())}})
    if chosen.until:
        parts.append({"at": {"$lte": int(chosen.until.timestamp())}})
    if not parts:
        return None
    return {"$and": parts} if len(parts) > 1 else parts[0]


def _passage(payload: str) -> Passage:
    fields = json.loads(payload)
    fields["at"] = datetime.fromisoformat(fields["at"])
    fields["objections"] = tuple(fields["objections"])
    return Passage(**fields)


def _sentence(where: str, why: str) -> str:
    return (
        f"向量索引 {where} 无法打开（{why}）。请检查服务地址，或运行 chengdan reindex --full 重建。 / "
        f"The vector index {where} cannot be opened ({why}). Check the address, or run: chengdan reindex --full"
    )
