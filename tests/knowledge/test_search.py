"""The whole search: rights, incremental reindexing, damage, languages, embedders."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from knowledge.embeddings import OfflineEmbedder, OpenAIEmbedder
from knowledge.lexicon import Lexicon
from knowledge.manifest import alone
from knowledge.model import Blueprint, Deal, Interaction, Team
from knowledge.passages import PUBLIC_GROUP, Filters, Passage
from knowledge.search import EmbedderChanged, IndexBroken, IndexReport, Search, VectorOptions
from knowledge.store import Store
from tests.fakes.embeddings_server import EmbeddingsServer
from tests.fakes.small_shelf import PLAYBOOK, TODAY, small_store

OWN = frozenset({"t-a"})
VARIED = "".join(chr(0x4E00 + number % 20_000) for number in range(33_000))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = small_store(tmp_path / "shelf.db")
    yield made
    made.close()


@pytest.fixture
def search(store: Store, tmp_path: Path) -> Iterator[Search]:
    made = Search(store, tmp_path / "index")
    made.reindex()
    yield made
    made.close()


def _ids(passages: list[Passage]) -> list[str]:
    return [passage.interaction_id for passage in passages]


def test_a_question_finds_the_passage_and_quotes_it(search: Search) -> None:
    best = search.recall("客户嫌报价太贵怎么办", groups=OWN)[0]
    assert best.interaction_id == "I-1"
    assert "太贵" in best.text
    assert best.outcome == "open"
    assert best.industry == "医院"


def test_english_finds_chinese_and_chinese_finds_english(search: Search) -> None:
    assert _ids(search.recall("who is responsible for data migration", groups=OWN, k=2))[0] in ("I-1", "I-2")
    assert "I-1" in _ids(search.recall("expensive quotation", groups=OWN))
    assert _ids(search.recall("安全证书", groups=OWN, filters=Filters(kinds=frozenset({"mail"}))))[:1] == [
        "I-2"
    ]


def test_simplified_finds_traditional(search: Search) -> None:
    assert _ids(search.recall("预算还没有批", groups=frozenset({"t-c"})))[0] == "I-4"


def test_the_playbook_is_public_and_strangers_see_nothing_else(search: Search) -> None:
    found = search.recall("价格 太贵 锐影 手术机器人", groups=frozenset(), k=20)
    assert found
    assert {passage.group for passage in found} == {PUBLIC_GROUP}


def test_filters_narrow_inside_the_search(search: Search) -> None:
    lost = search.recall("锐影价格", groups=None, filters=Filters(outcomes=frozenset({"lost"})))
    assert _ids(lost) == ["I-3"]
    priced = search.recall("报价", groups=None, filters=Filters(objections=frozenset({"price"})), k=20)
    assert set(_ids(priced)) == {"I-1", "I-3", "playbook:default:price"}


@pytest.mark.parametrize(
    "query", ["", "   ", "😀😀", "的", "a" * 100_000, "价" * 30_000, VARIED, '"(AND:*^~', "\x00\ud7ff"]
)
def test_strange_queries_are_answered(search: Search, query: str) -> None:
    assert isinstance(search.recall(query, groups=OWN), list)


def test_the_same_question_has_the_same_answer(store: Store, search: Search, tmp_path: Path) -> None:
    again = Search(store, tmp_path / "again")
    again.reindex()
    for query in ("报价", "迁移 migration", "安全"):
        assert search.recall(query, groups=None, k=20) == again.recall(query, groups=None, k=20)
    again.close()


WORDS = ("报价", "迁移", "合同", "price", "验收", "预算")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["t-0", "t-1", "t-2", None]), st.sampled_from(WORDS)),
        min_size=1,
        max_size=20,
    ),
    groups=st.sets(st.sampled_from(["t-0", "t-1", "t-2"])),
    vectors=st.booleans(),
)
def test_nothing_foreign_is_found_and_everything_own_is(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str | None, str]],
    groups: set[str],
    vectors: bool,
) -> None:
    folder = tmp_path_factory.mktemp("rights")
    store = Store(f"sqlite:///{folder / 'x.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as session:
        session.add_all(Team(id=f"t-{number}", name="") for number in range(3))
        session.flush()
        for number, (team, word) in enumerate(rows):
            session.add(
                Interaction(
                    id=f"i-{number}", kind="note", at=TODAY, team_id=team, text=f"{word} {number} 号记录"
                )
            )
    search = Search(store, folder / "index", OfflineEmbedder(16) if vectors else None)
    search.reindex()
    for word in (*WORDS, "号记录"):
        found = search.recall(word, groups=frozenset(groups), k=50)
        assert all(passage.group in groups for passage in found)
        own = {
            f"i-{number}"
            for number, (team, text) in enumerate(rows)
            if team in groups and word in (text, "号记录")
        }
        assert own <= set(_ids(found))
    assert len(search.recall("号记录", groups=None, k=50)) == len(rows)
    search.close()
    store.close()


def _all(search: Search) -> list[Passage]:
    found = search.recall(
        "报价 锐影 迁移 security 手术 预算 验收 成本 证书", groups=None, k=100, per_source=50
    )
    return sorted(found, key=lambda passage: passage.id)


def test_incremental_is_the_same_as_a_full_rebuild(store: Store, search: Search) -> None:
    with store.session() as session:
        session.add(Interaction(id="I-5", kind="note", at=TODAY, team_id="t-a", text="新的报价记录"))
        changed = session.get_one(Interaction, "I-3")
        changed.text = "客户其实是因为验收标准丢的，不是报价。"
        session.delete(session.get_one(Interaction, "I-2"))
        deal = session.get_one(Deal, "D-1")
        deal.stage = "won"
    assert search.reindex() == IndexReport(new=1, changed=2, deleted=1, unchanged=3, passages=6)
    found = [(passage.id, passage.text, passage.outcome, passage.objections) for passage in _all(search)]
    search.reindex(full=True)
    assert [
        (passage.id, passage.text, passage.outcome, passage.objections) for passage in _all(search)
    ] == found
    assert dict((id_, outcome) for id_, _, outcome, _ in found)["I-1#0"] == "won"
    assert "I-2" not in {id_.split("#")[0] for id_, *_ in found}


def test_nothing_new_is_nothing_done(search: Search) -> None:
    seen: list[tuple[int, int]] = []
    report = search.reindex(progress=lambda done, total: seen.append((done, total)))
    assert (report.new, report.changed, report.deleted, report.unchanged) == (0, 0, 0, 6)
    assert seen == []
    search.reindex(full=True, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(6, 6)]


def test_a_new_playbook_relabels_what_it_names(store: Store, search: Search) -> None:
    words = {"objections": [{"id": "competitor", "name": "竞品", "keywords": ["锐影"], "tracks": []}]}
    with store.session() as session:
        session.get_one(Blueprint, "b-1").active = False
        session.add(
            Blueprint(
                id="b-2",
                kind="playbook",
                name="default",
                version="v2",
                content=PLAYBOOK | words,
                published_at=TODAY,
            )
        )
    search.reindex()
    labels = {passage.interaction_id: passage.objections for passage in _all(search)}
    assert labels["I-1"] == ("competitor",)


def test_what_changed_since_the_last_run_is_never_shown_wrongly(store: Store, search: Search) -> None:
    """The index is a cache: rights and words are confirmed against the database on every hit."""
    assert "I-1" in _ids(search.recall("太贵", groups=OWN))
    with store.session() as session:
        session.get_one(Interaction, "I-1").team_id = "t-b"
    assert "I-1" not in _ids(search.recall("太贵", groups=OWN))
    with store.session() as session:
        session.delete(session.get_one(Interaction, "I-3"))
    assert "I-3" not in _ids(search.recall("锐影", groups=None))


def test_a_search_that_stays_open_sees_what_another_process_indexed(
    store: Store, search: Search, tmp_path: Path
) -> None:
    assert "I-9" not in _ids(search.recall("离心机", groups=OWN))
    with store.session() as session:
        session.add(Interaction(id="I-9", kind="note", at=TODAY, team_id="t-a", text="离心机的报价"))
    Search(store, tmp_path / "index").reindex()
    assert "I-9" in _ids(search.recall("离心机", groups=OWN))


def test_no_index_yet_says_what_to_do(store: Store, tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="chengdan reindex"):
        Search(store, tmp_path / "nothing").recall("报价", groups=OWN)


@pytest.mark.parametrize("damage", ["folder", "meta", "stamp", "segments"])
def test_a_broken_index_says_so_and_is_rebuilt(
    store: Store, search: Search, tmp_path: Path, damage: str
) -> None:
    before = _all(search)
    folder = tmp_path / "index"
    if damage == "stamp":
        (folder / "stamp").unlink()
    elif damage == "meta":
        (folder / "lexicon" / "meta.json").write_bytes(b"\x00")
    else:
        for file in (folder / "lexicon").iterdir():
            if damage == "folder" or file.suffix in (".idx", ".store", ".term"):
                file.unlink()
    fresh = Search(store, folder)
    with pytest.raises(IndexBroken, match="chengdan reindex"):
        fresh.recall("报价", groups=OWN)
    fresh.reindex()
    assert _all(fresh) == before
    fresh.close()


def test_the_index_of_another_database_is_not_used(search: Search, tmp_path: Path) -> None:
    other = small_store(tmp_path / "other.db")
    with pytest.raises(IndexBroken):
        Search(other, tmp_path / "index").recall("报价", groups=OWN)
    other.close()


def test_another_embedder_needs_a_reindex(store: Store, search: Search, tmp_path: Path) -> None:
    swapped = Search(store, tmp_path / "index", OfflineEmbedder(32))
    with pytest.raises(EmbedderChanged, match="chengdan reindex"):
        swapped.recall("报价", groups=OWN)
    report = swapped.reindex()
    assert report.new == 6, "everything is indexed anew, models are never mixed"
    assert "I-1" in _ids(swapped.recall("报价", groups=OWN))
    with pytest.raises(EmbedderChanged):
        search.recall("报价", groups=OWN)
    swapped.close()


def test_vectors_find_what_words_do_not_and_a_dead_endpoint_leaves_the_words(
    store: Store, tmp_path: Path
) -> None:
    with EmbeddingsServer() as server:
        embedder = OpenAIEmbedder(base_url=server.url, api_key="k", model="m", timeout_s=2)
        search = Search(store, tmp_path / "vectors-too", embedder)
        search.reindex()
        assert "I-3" in _ids(search.recall("价钱", groups=frozenset({"t-b"})))
        assert search.degraded == ""
        server.fault = "refused"
        assert "I-1" in _ids(search.recall("太贵", groups=OWN))
        assert "endpoint" in search.degraded
        search.close()


def test_a_chroma_that_is_gone_leaves_the_words(store: Store, search: Search, tmp_path: Path) -> None:
    embedded = Search(store, tmp_path / "index", OfflineEmbedder(16))
    embedded.reindex()
    nobody = VectorOptions(host="127.0.0.1", port=9)
    away = Search(store, tmp_path / "index", OfflineEmbedder(16), nobody)
    assert "I-1" in _ids(away.recall("太贵", groups=OWN))
    assert "cannot be opened" in away.degraded
    embedded.close()


def test_dates_narrow(store: Store, search: Search) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    assert search.recall("报价", groups=None, filters=Filters(until=old)) == []
    assert search.recall("报价", groups=None, filters=Filters(since=old))


def test_the_ask_path_imports_no_chroma() -> None:
    code = "import sys, knowledge.search; print([m for m in ('chromadb', 'openai', 'numpy', 'jieba', 'opencc') if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip() == "[]"


def test_the_lexicon_holds_no_more_than_the_report_says(search: Search, tmp_path: Path) -> None:
    assert Lexicon(tmp_path / "index" / "lexicon").rows == search.reindex().passages


def _note(id: str, text: str) -> Interaction:
    return Interaction(id=id, kind="note", at=TODAY, team_id="t-a", text=text, provenance="attachment")


def test_adding_one_interaction_looks_at_that_one_alone(store: Store, search: Search) -> None:
    with store.session() as session:
        session.add(_note("F-1", "量子纠缠验收标准"))
        session.add(_note("F-2", "后来才进来的一条"))
    report = search.add(["F-1"])
    assert (report.new, report.deleted) == (1, 0)
    assert "F-1" in _ids(search.recall("量子纠缠", groups=OWN))
    assert "F-2" not in _ids(search.recall("后来才进来", groups=OWN))
    assert search.add(["F-1"]) == IndexReport(0, 0, 0, 1, report.passages)
    again = search.reindex()
    assert (again.new, again.changed, again.deleted) == (1, 0, 0)


def test_an_added_interaction_can_change_and_go(store: Store, search: Search) -> None:
    with store.session() as session:
        session.add(_note("F-1", "量子纠缠"))
    search.add(["F-1"])
    with store.session() as session:
        session.get_one(Interaction, "F-1").text = "超导磁体"
    assert search.add(["F-1"]).changed == 1
    assert "F-1" in _ids(search.recall("超导磁体", groups=OWN))
    with store.session() as session:
        session.delete(session.get_one(Interaction, "F-1"))
    assert search.add(["F-1"]).deleted == 1
    assert search.reindex().new == 0


def test_adding_to_a_missing_index_builds_it(store: Store, tmp_path: Path) -> None:
    fresh = Search(store, tmp_path / "other")
    assert fresh.add(["I-1"]).new > 1
    fresh.close()


def test_several_that_add_at_once_lose_nothing(store: Store, tmp_path: Path, search: Search) -> None:
    with store.session() as session:
        session.add_all(_note(f"F-{n}", f"同时进来的文件 {n}") for n in range(6))
    others = [Search(store, tmp_path / "index") for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: others[n % 3].add([f"F-{n}"]), range(6)))
    assert search.reindex() == search.reindex()
    found = search.recall("同时进来的文件", groups=OWN, k=20)
    assert sorted(one for one in _ids(found) if one.startswith("F-")) == [f"F-{n}" for n in range(6)]
    for other in others:
        other.close()


def test_a_writer_that_does_not_end_is_said_to_be_busy(search: Search, tmp_path: Path) -> None:
    with alone(tmp_path / "index", 1) as ours, alone(tmp_path / "index", 0.05) as second:
        assert (ours, second) == (True, False)


def test_readers_never_meet_a_missing_index_while_others_add(
    store: Store, tmp_path: Path, search: Search
) -> None:
    """Between the files and the database's note of them there is a moment; nobody is told to reindex in it."""
    other, done = Search(store, tmp_path / "index"), threading.Event()

    def ask() -> int:
        asked = 0
        while not done.is_set():
            fresh = Search(store, tmp_path / "index")  # another process, just started
            for one in (fresh, other, search):
                assert one.recall("报价太贵", groups=OWN)
            fresh.close()
            asked += 1
        return asked

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        for number in range(12):
            with store.session() as session:
                session.add(_note(f"F-{number}", f"文件 {number}"))
            search.add([f"F-{number}"])
        done.set()
        assert asking.result() > 0
    other.close()
