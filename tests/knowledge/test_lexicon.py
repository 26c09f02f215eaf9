"""The lexical index on disk: rights and filters in the query, upsert, deletion, damage."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.lexicon import Entry, IndexBroken, IndexBusy, Lexicon, clear
from knowledge.passages import Filters, Passage
from knowledge.terms import fold, query_terms, stem, terms
from tests.fakes.small_shelf import TODAY


def _passage(id_: str, text: str, group: str = "t-a", **more: object) -> Passage:
    given = {
        "interaction_id": id_.split("#")[0],
        "kind": "note",
        "title": "",
        "at": TODAY,
        "group": group,
    } | more
    return Passage(id=id_, text=text, **given)  # type: ignore[arg-type]


def _entry(passage: Passage) -> Entry:
    body = " ".join(terms(passage.text))
    return Entry(passage, title=" ".join(terms(passage.title)), body=body, context=body)


def _ids(
    lexicon: Lexicon, query: str, groups: frozenset[str] | None = None, filters: Filters | None = None
) -> set[str]:
    weights = {"body": dict(Counter(query_terms(query)))}
    return {p.id for p, _ in lexicon.search(weights, groups=groups, filters=filters, limit=20)}


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    made = Lexicon(tmp_path / "lexicon", create=True)
    made.write(
        [
            _entry(_passage("a#0", "客户说报价太贵", deal_id="D-1", outcome="won", objections=("price",))),
            _entry(_passage("b#0", "报价已经确认", group="t-b", deal_id="D-2", outcome="lost", kind="mail")),
            _entry(
                _passage("c#0", "公开的报价话术", group="*", kind="playbook", at=TODAY - timedelta(days=400))
            ),
        ]
    )
    return made


def test_rights_and_filters_are_inside_the_query(lexicon: Lexicon) -> None:
    assert _ids(lexicon, "报价") == {"a#0", "b#0", "c#0"}
    assert _ids(lexicon, "报价", frozenset({"t-a"})) == {"a#0", "c#0"}
    assert _ids(lexicon, "报价", frozenset()) == {"c#0"}
    assert _ids(lexicon, "报价", None, Filters(deal_ids=frozenset({"D-2"}))) == {"b#0"}
    assert _ids(lexicon, "报价", frozenset({"t-a"}), Filters(deal_ids=frozenset({"D-2"}))) == set()
    assert _ids(
        lexicon, "报价", None, Filters(outcomes=frozenset({"won"}), objections=frozenset({"price"}))
    ) == {"a#0"}
    assert _ids(lexicon, "报价", None, Filters(kinds=frozenset({"mail"}))) == {"b#0"}
    assert _ids(lexicon, "报价", None, Filters(since=TODAY - timedelta(days=1))) == {"a#0", "b#0"}
    assert _ids(lexicon, "报价", None, Filters(until=TODAY - timedelta(days=1))) == {"c#0"}


def test_a_passage_comes_back_as_it_went_in(lexicon: Lexicon) -> None:
    weights = {"body": {"太贵": 1.0}}
    ((passage, score),) = lexicon.search(weights, groups=None, filters=None, limit=5)
    assert passage == _passage("a#0", "客户说报价太贵", deal_id="D-1", outcome="won", objections=("price",))
    assert score > 0


def test_writing_again_replaces_and_removing_removes(lexicon: Lexicon) -> None:
    lexicon.write([_entry(_passage("a#0", "改成了验收标准"))], remove=["a"])
    assert _ids(lexicon, "太贵") == set()
    assert _ids(lexicon, "验收") == {"a#0"}
    lexicon.write([], remove=["a", "b"])
    assert lexicon.rows == 1


def test_it_is_found_again_after_a_restart(lexicon: Lexicon, tmp_path: Path) -> None:
    assert _ids(Lexicon(tmp_path / "lexicon"), "太贵") == {"a#0"}


def test_a_missing_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="chengdan reindex"):
        Lexicon(tmp_path / "nowhere")


def test_a_damaged_index_says_what_to_do(lexicon: Lexicon, tmp_path: Path) -> None:
    (tmp_path / "lexicon" / "meta.json").write_text("{not json", encoding="utf-8")
    with pytest.raises(IndexBroken, match="chengdan reindex"):
        Lexicon(tmp_path / "lexicon")
    clear(tmp_path / "lexicon")
    assert Lexicon(tmp_path / "lexicon", create=True).rows == 0


def test_two_writers_at_once_are_told_apart_from_damage(lexicon: Lexicon, tmp_path: Path) -> None:
    held = lexicon._index.writer(15_000_000, 1)
    with pytest.raises(IndexBusy, match="try again"):
        Lexicon(tmp_path / "lexicon").write([])
    held.rollback()


def test_missing_segments_are_noticed(lexicon: Lexicon, tmp_path: Path) -> None:
    for file in (tmp_path / "lexicon").iterdir():
        if file.suffix in (".idx", ".term", ".store"):
            file.unlink()
    with pytest.raises(IndexBroken):
        _ids(Lexicon(tmp_path / "lexicon"), "报价")


def test_terms_fold_scripts_widths_and_endings() -> None:
    assert fold("ＡＢＣ 價格 資料庫") == "abc 价格 资料库"
    assert terms("预算") == ["预", "算", "预算"]
    assert terms("預算") == terms("预算")
    assert len({stem(word) for word in ("deposit", "deposits", "deposited", "depositing")}) == 1
    assert "cash_back" in terms("the highest cash back")
    assert terms("下单 1,280 台") == ["下", "单", "下单", "1,280", "台"]
    assert query_terms("what is it") == terms("what is it"), "a query of stop words alone is still a query"
    assert query_terms("") == []
