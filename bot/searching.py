"""The search over a store, by the settings: words alone, our own vectors, an endpoint's, a folder or a Chroma server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from knowledge.embeddings import Embedder, OfflineEmbedder, OpenAIEmbedder
from knowledge.search import Search, VectorOptions
from knowledge.store import Store

from .settings import Settings

OFFLINE_EMBEDDING = "offline"


def open_search(settings: Settings, store: Store) -> Search:
    """The search over this store. Without EMBEDDING_MODEL the lexical index works alone and Chroma is not imported."""
    folder = settings.var_dir / "index"
    return Search(store, folder, embedder=_embedder(settings), vectors=_vectors(settings, folder / "vectors"))


def _embedder(settings: Settings) -> Embedder | None:
    """The configured endpoint's model; `offline` is our own, which needs no network."""
    if not settings.embedding_model:
        return None
    if settings.embedding_model == OFFLINE_EMBEDDING:
        return OfflineEmbedder()
    return OpenAIEmbedder(
        base_url=settings.embedding_base_url or settings.llm_base_url,
        api_key=settings.embedding_api_key.get_secret_value() or settings.llm_api_key.get_secret_value(),
        model=settings.embedding_model,
    )


def _vectors(settings: Settings, folder: Path) -> VectorOptions:
    """A Chroma server when CHROMA_URL names one, else a folder that this process opens."""
    if not settings.chroma_url:
        return VectorOptions(path=folder)
    address = urlsplit(settings.chroma_url)
    secure = address.scheme == "https"
    return VectorOptions(
        host=address.hostname or settings.chroma_url,
        port=address.port or (443 if secure else 8000),
        ssl=secure,
    )
