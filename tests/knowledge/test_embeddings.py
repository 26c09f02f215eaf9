"""Embedders: the offline stand-in and a real client against a loopback endpoint."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from knowledge.embeddings import EmbeddingFailed, OfflineEmbedder, OpenAIEmbedder
from tests.fakes.embeddings_server import EmbeddingsServer


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer() as running:
        yield running


def _client(server: EmbeddingsServer, **more: object) -> OpenAIEmbedder:
    given = {"base_url": server.url, "api_key": "sk-secret", "model": "test-embed"} | more
    return OpenAIEmbedder(**given)  # type: ignore[arg-type]


def test_offline_vectors_are_unit_deterministic_and_alike_for_like_texts() -> None:
    one, same, like, other = OfflineEmbedder().embed(["报价太贵了", "报价太贵了", "报价有点贵", "手术机器人"])
    assert one == same
    assert math.isclose(math.hypot(*one), 1.0)
    assert sum(map(float.__mul__, one, like)) > sum(map(float.__mul__, one, other))
    assert math.isclose(math.hypot(*OfflineEmbedder().embed([""])[0]), 1.0)


def test_batches_keep_the_order_and_carry_the_key(server: EmbeddingsServer) -> None:
    texts = [f"报价 {number}" for number in range(7)]
    vectors = _client(server, batch=3).embed(texts)
    assert [len(request["input"]) for request in server.requests] == [3, 3, 1]
    assert vectors == [_client(server).embed([text])[0] for text in texts]
    assert server.keys[0] == "Bearer sk-secret"
    assert all(math.isclose(math.hypot(*vector), 1.0) for vector in vectors)


def test_the_fingerprint_names_model_and_size(server: EmbeddingsServer) -> None:
    assert _client(server).fingerprint == "test-embed-native"
    assert _client(server, dimensions=64).fingerprint == "test-embed-64"


@pytest.mark.parametrize("fault", ["refused", "garbage", "short", "slow"])
def test_every_fault_is_one_clear_sentence_without_the_key(server: EmbeddingsServer, fault: str) -> None:
    server.fault = fault
    with pytest.raises(EmbeddingFailed, match="test-embed") as caught:
        _client(server, timeout_s=0.2).embed(["一", "二"])
    assert "sk-secret" not in str(caught.value)


def test_nobody_there(server: EmbeddingsServer) -> None:
    with pytest.raises(EmbeddingFailed, match="address"):
        _client(server, base_url="http://127.0.0.1:9/v1", timeout_s=0.5).embed(["一"])
