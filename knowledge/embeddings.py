"""Text becomes vectors: any OpenAI-compatible endpoint, or a deterministic offline stand-in."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import Any, Protocol

from .terms import query_terms


class EmbeddingFailed(Exception):
    """The embedding endpoint did not give usable vectors; the message says what to do."""


class Embedder(Protocol):
    """Makes unit vectors. `fingerprint` names the model and its size: vectors of two fingerprints never meet."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in order. Raises EmbeddingFailed."""
        ...


class OfflineEmbedder:
    """Hashed terms, no download, no network. It knows no meaning that the words do not carry, and hashed vectors
    fused with a lexical list were measured to make it worse: for tests and the wiring of vectors, never a default."""

    def __init__(self, dimensions: int = 512) -> None:
        self._dimensions = dimensions

    @property
    def fingerprint(self) -> str:
        return f"offline-hash-{self._dimensions}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        vector = [0.0] * self._dimensions
        for term, times in Counter(query_terms(text)).items():
            number = zlib.crc32(term.encode())
            vector[number % self._dimensions] += sqrt(times) * (1 if number & (1 << 31) else -1)
        if not any(vector):
            vector[0] = 1.0
        return _unit(vector)


class OpenAIEmbedder:
    """Vectors from any endpoint that speaks OpenAI's /embeddings. The key is handed to the client and never shown."""

    def __init__(
        self, *, base_url: str, api_key: str, model: str, dimensions: int | None = None,
        timeout_s: float = 20.0, batch: int = 64,
    ) -> None:  # fmt: skip
        self._base_url, self._api_key, self._model = base_url, api_key, model
        self._dimensions, self._timeout_s, self._batch = dimensions, timeout_s, batch
        self._client: Any = None

    @property
    def fingerprint(self) -> str:
        return f"{self._model}-{self._dimensions or 'native'}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for at in range(0, len(texts), self._batch):
            vectors += self._ask([text or " " for text in texts[at : at + self._batch]])
        if len({len(vector) for vector in vectors}) > 1:
            raise EmbeddingFailed(_sentence(self._model, "vectors of different sizes"))
        return [_unit(vector) for vector in vectors]

    def _ask(self, texts: list[str]) -> list[list[float]]:
        import openai

        if self._client is None:
            self._client = openai.OpenAI(
                base_url=self._base_url, api_key=self._api_key, timeout=self._timeout_s, max_retries=1
            )
        wanted = {"dimensions": self._dimensions} if self._dimensions else {}
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=texts, encoding_format="float", **wanted
            )
            vectors = [
                list(map(float, item.embedding)) for item in sorted(answer.data, key=lambda item: item.index)
            ]
        except openai.APIError as error:
            raise EmbeddingFailed(_sentence(self._model, type(error).__name__)) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise EmbeddingFailed(_sentence(self._model, "the answer is not a list of vectors")) from error
        if len(vectors) != len(texts) or not all(any(vector) for vector in vectors):
            raise EmbeddingFailed(_sentence(self._model, f"{len(vectors)} vectors for {len(texts)} texts"))
        return vectors


def _unit(vector: Sequence[float]) -> list[float]:
    length = sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def _sentence(model: str, why: str) -> str:
    return (
        f"向量服务没有给出可用结果（{model}：{why}）。请检查向量接口的地址、密钥和模型名。 / "
        f"The embedding endpoint gave no usable vectors ({model}: {why}). Check its address, key and model name."
    )
