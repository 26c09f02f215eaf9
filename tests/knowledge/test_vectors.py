"""Chroma for real, embedded and as a server: rights in the query, one collection for each embedder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.embeddings import OfflineEmbedder
from knowledge.lexicon import IndexBroken
from knowledge.passages import Filters, Passage
from knowledge.vectors import VectorOptions, Vectors
from tests.fakes.small_shelf import TODAY


def _passage(id_: str, text: str, group: str, **more: object) -> Passage:
    given = {
        "interaction_id": id_.split("#")[0],
        "kind": "note",
        "title": "",
        "at": TODAY,
        "group": group,
    } | more
    return Passage(id=id_, text=text, **given)  # type: ignore[arg-type]


PASSAGES = (
    _passage("a#0", "客户说报价太贵", "t-a", deal_id="D-1", outcome="won", objections=("price", "budget")),
    _passage("b#0", "报价已经确认", "t-b", deal_id="D-2", outcome="lost", kind="mail"),
    _passage("c#0", "公开的报价话术", "*", kind="playbook", at=TODAY - timedelta(days=400)),
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real Chroma server on loopback."""
    port, folder = _free_port(), tmp_path_factory.mktemp("chroma")
    program = Path(sys.executable).parent / "chroma"
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"ANONYMIZED_TELEMETRY": "false"},
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if server.poll() is not None:
                pytest.skip(f"`chroma run` ended with {server.returncode} before it listened")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(params=["embedded", "server"])
def options(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorOptions]:
    if request.param == "embedded":
        yield VectorOptions(path=tmp_path / "vectors")
    else:
        yield VectorOptions(host="127.0.0.1", port=request.getfixturevalue("chroma_port"))


@pytest.fixture
def vectors(options: VectorOptions) -> Iterator[Vectors]:
    made = Vectors(options, OfflineEmbedder(64))
    made.clear()
    made.write(PASSAGES)
    yield made
    made.close()


def _ids(vectors: Vectors, groups: frozenset[str] | None, filters: Filters | None = None) -> set[str]:
    return {passage.id for passage, _ in vectors.search("报价", groups=groups, filters=filters, limit=10)}


def test_rights_and_filters_are_inside_the_query(vectors: Vectors) -> None:
    assert _ids(vectors, None) == {"a#0", "b#0", "c#0"}
    assert _ids(vectors, frozenset({"t-a"})) == {"a#0", "c#0"}
    assert _ids(vectors, frozenset()) == {"c#0"}
    assert _ids(vectors, None, Filters(deal_ids=frozenset({"D-2"}))) == {"b#0"}
    assert _ids(vectors, frozenset({"t-a"}), Filters(deal_ids=frozenset({"D-2"}))) == set()
    assert _ids(vectors, None, Filters(objections=frozenset({"budget"}), outcomes=frozenset({"won"}))) == {
        "a#0"
    }
    assert _ids(vectors, None, Filters(objections=frozenset({"budget", "trust"}))) == {"a#0"}
    assert _ids(vectors, None, Filters(kinds=frozenset({"mail"}), since=TODAY)) == {"b#0"}
    assert _ids(vectors, None, Filters(until=TODAY - timedelta(days=1))) == {"c#0"}


def test_a_passage_comes_back_as_it_went_in_and_can_go_again(vectors: Vectors) -> None:
    (best, score), *_ = vectors.search("客户说报价太贵", groups=None, filters=None, limit=3)
    assert best == PASSAGES[0]
    assert score == pytest.approx(1.0, abs=0.01)
    vectors.write([], remove=["a"])
    assert _ids(vectors, None) == {"b#0", "c#0"}


def test_two_models_never_share_a_collection(vectors: Vectors, options: VectorOptions) -> None:
    other = Vectors(options, OfflineEmbedder(32))
    other.clear()
    assert other.rows == 0
    assert other.search("报价", groups=None, filters=None, limit=3) == []
    other.close()
    assert vectors.rows == 3


def test_it_is_found_again_when_opened_anew(vectors: Vectors, options: VectorOptions) -> None:
    again = Vectors(options, OfflineEmbedder(64))
    assert again.rows == 3
    again.close()


def test_a_server_that_is_not_there_is_one_clear_sentence() -> None:
    with pytest.raises(IndexBroken, match="cannot be opened"):
        Vectors(VectorOptions(host="127.0.0.1", port=_free_port()), OfflineEmbedder(64))


def test_options_without_a_place_are_refused() -> None:
    with pytest.raises(IndexBroken, match="neither a path nor a host"):
        Vectors(VectorOptions(), OfflineEmbedder(64))
