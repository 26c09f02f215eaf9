"""Passages: verbatim, short, and an objection keeps its reply."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunks import TARGET, passages_of, playbook_passages
from knowledge.model import Blueprint, Deal, Interaction
from knowledge.passages import Passage
from tests.fakes.small_shelf import PLAYBOOK, TODAY, interactions


def _passages(
    text: str, segments: list[dict[str, str | float | None]] | None = None, kind: str = "note"
) -> tuple[Interaction, tuple[Passage, ...]]:
    row = Interaction(id="i", kind=kind, at=TODAY, team_id="t", text=text, segments=segments or [])
    return row, passages_of(row, deal=None, account=None, playbook=PLAYBOOK)


@given(st.text(alphabet=st.sampled_from("价格太贵了 a.。！?\n”段 x"), max_size=3000))
def test_offsets_are_verbatim_and_nothing_is_lost(text: str) -> None:
    row, passages = _passages(text)
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == row.text[passage.start : passage.end]
        assert 0 < len(passage.text) <= TARGET * 3 // 2
        covered.update(range(passage.start, passage.end))
    assert all(at in covered for at, letter in enumerate(text) if letter.strip())
    assert len({passage.id for passage in passages}) == len(passages)


@given(
    st.lists(st.tuples(st.sampled_from(["customer", "rep"]), st.integers(1, 200)), min_size=1, max_size=25)
)
def test_what_a_customer_says_shares_a_passage_with_the_reply(turns: list[tuple[str, int]]) -> None:
    said = [(side, f"{number}" + "话" * size + "。") for number, (side, size) in enumerate(turns)]
    segments: list[dict[str, str | float | None]] = [
        {"speaker": side, "side": side, "text": text} for side, text in said
    ]
    row, passages = _passages("\n".join(text for _, text in said), segments, kind="call")
    for (side, text), (other, reply) in pairwise(said):
        if (side, other) == ("customer", "rep") and len(text) + len(reply) < TARGET:
            assert any(text in passage.text and reply in passage.text for passage in passages), (text, reply)
    assert all(passage.text == row.text[passage.start : passage.end] for passage in passages)


def test_a_long_sentence_is_cut_and_a_long_paragraph_at_its_sentence_ends() -> None:
    sentence = "这是一句完整的话，讲的是影像平台的验收。"
    _, passages = _passages(sentence * 80)
    assert len(passages) > 3
    assert all(passage.text.endswith("。") for passage in passages)
    _, hard = _passages("长" * 2000)
    assert "".join(passage.text for passage in hard) == "长" * 2000


def test_a_passage_carries_rights_fate_speaker_and_objections() -> None:
    call = interactions()[0]
    deal = Deal(
        id="D-1", name="一期", account_id="A-1", owner_id="p", team_id="t-a", stage="won", created_at=TODAY
    )
    (passage,) = passages_of(call, deal=deal, account=None, playbook=PLAYBOOK)
    assert (passage.group, passage.stage, passage.outcome) == ("t-a", "won", "won")
    assert passage.objections == ("price",)
    assert passage.title == "报价沟通"
    assert passage.side == ""


def test_the_owner_is_the_row_then_the_deal_then_nobody() -> None:
    deal = Deal(
        id="D", name="d", account_id="A", owner_id="p", team_id="t-deal", stage="lost", created_at=TODAY
    )
    orphan = Interaction(id="i", kind="note", at=TODAY, text="x")
    assert passages_of(orphan, deal=deal, account=None, playbook={})[0].group == "t-deal"
    assert passages_of(orphan, deal=None, account=None, playbook={})[0].group == ""


def test_segments_that_are_not_in_the_text_fall_back_to_paragraphs() -> None:
    _, passages = _passages(
        "第一段。\n\n第二段。", [{"speaker": "a", "side": "rep", "text": "没有说过"}], kind="call"
    )
    assert [passage.text for passage in passages] == ["第一段。\n\n第二段。"]


def test_a_playbook_is_public() -> None:
    book = Blueprint(
        id="b", kind="playbook", name="default", version="1", content=PLAYBOOK, published_at=TODAY
    )
    price, security = playbook_passages(book)
    assert price.group == "*"
    assert price.kind == "playbook"
    assert price.objections == ("price",)
    assert "三年总成本" in price.text
    assert security.id == "playbook:default:security"
