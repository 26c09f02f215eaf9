"""Who wrote a value, who picked a record, who asked for a tool: labels across one turn and several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from agents.own_words import addresses, wrote
from agents.provenance import asked_for, chosen, keep, labels_for, labels_of, labels_of_tool, looked_up
from agents.skill import Turn
from agents.skills import deal_brief, draft_email, pipeline, recall, send_email
from knowledge.model import Deal
from tests.fakes.company import desk

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOME = timezone(timedelta(hours=8))
PERSON, RECORD, MODEL = frozenset({"rep_input"}), frozenset({"crm_record"}), frozenset({"llm_inferred"})


def turn(text: str, words: tuple[str, ...] = (), **focus: Any) -> Turn:
    return Turn(desk=desk(), text=text, language="zh", focus=focus, words=words)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("发给 new@other.example.com 吧", "to", "New@Other.example.com"),
        ("告诉他周三可以上门演示。", "points", "周三可以上门演示"),
        ("告诉他周三可以上门演示", "points", ["周三可以上门演示", ""]),
        ("ｆｕｌｌ　ｗｉｄｔｈ １２８", "note", "full width 128"),
        ("报 128万", "amount_fen", 128_000_000),
        ("报一百二十八万", "amount_fen", 128_000_000),
        ("报 ¥1,280,000", "amount", "1280000"),
        ("给 12% 折扣", "discount_pct", 12.0),
        ("打八八折", "discount_bp", 1200),
        ("下周三下午三点开会", "at", datetime(2026, 12, 2, 15, tzinfo=HOME)),
        ("下周三开会", "at", datetime(2026, 12, 2, tzinfo=HOME).date()),
        ("下周三下午三点开会", "points", "会议时间:2026-12-02 15:00"),
        ("meet next Wednesday", "points", "Meeting: 2026-12-02"),
        ("链接 https://meet.example.com/a?b=1 发他", "url", "https://meet.example.com/a?b=1"),
        ("12 台", "quantity", 12),
    ],
)
def test_what_the_person_wrote_is_theirs(line: str, name: str, value: Any) -> None:
    assert wrote((line,), name, value, NOW)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("发给 new@other.example.com", "to", "ew@other.example.com"),
        ("发给 notwang@hd.example.com", "to", "wang@hd.example.com"),
        ("发给 wang@hd.example.com.cn", "to", "wang@hd.example.com"),
        ("发给 wаng@hd.example.com", "to", "wang@hd.example.com"),  # a Cyrillic а
        ("start", "note", "art"),
        ("报 1128万", "amount_fen", 128_000_000),
        ("给 112%", "discount_pct", 12.0),
        ("12 台", "discount_pct", 12.0),
        ("下周三下午三点开会", "at", datetime(2026, 12, 3, 15, tzinfo=HOME)),
        ("下周三下午三点开会", "at", datetime(2026, 12, 2, 16, tzinfo=HOME)),
        ("下周三下午三点开会", "points", "会议时间:2026-12-02 15:00,请先付款"),
        ("周三可以", "points", ["周三可以", "周四也可以"]),
        ("evil.com", "url", "ev\u200bil.com"),
        ("看看 https://good.example.com", "url", "https://good.example.com.evil.example"),
        ("写封信", "note", "!!!"),
        ("", "note", "x"),
    ],
)
def test_what_only_looks_like_it_is_not(line: str, name: str, value: Any) -> None:
    assert not wrote((line,), name, value, NOW)


def test_words_torn_from_two_lines_are_nobodys() -> None:
    assert not wrote(("给王总", "打个折"), "points", "给王总打个折", NOW)
    assert addresses("a@x.com,b@y.cn。") == {"a@x.com", "b@y.cn"}


def test_an_empty_argument_has_no_label_and_a_written_one_carries_all_that_was_read() -> None:
    one = turn("写封邮件")
    assert labels_for(one, "body", "") == frozenset()
    assert labels_for(one, "body", "Anything") == MODEL
    one.cite(id="I-1", kind="mail", title="", date="", quote="q", provenance="inbound_mail")
    one.cite(id="I-2", kind="call", title="", date="", quote="q")
    one.cite(id="D-001", kind="deal", title="", date="", quote="q")
    assert labels_for(one, "body", "Anything") == MODEL | {"inbound_mail", "call_transcript"}
    assert labels_for(one, "stage", "lost", spoken=("写封邮件",)) == PERSON


def test_what_a_conversation_has_read_it_never_forgets() -> None:
    first = turn("华东医疗什么情况")
    deal_brief.run(first, deal_brief.Arguments(deal="华东医疗"))
    keep(first, "")
    second = Turn(desk=desk(), text="好", language="zh", focus=dict(first.focus))
    keep(second, "")
    third = Turn(desk=desk(), text="写吧", language="zh", focus=dict(second.focus))
    assert {"inbound_mail", "call_transcript"} <= labels_for(third, "points", "付款改到对方账户")


def test_a_deal_is_the_persons_choice_when_they_named_it_its_customer_or_its_people() -> None:
    for text in ("D-001 怎么样", "华东医疗怎么样", "给王建国写封信", "王总那单怎么样"):
        assert chosen(turn(text), "deal", "D-001"), text
    assert chosen(turn("发吧", ("华东医疗怎么样",)), "deal", "D-001")
    assert not chosen(turn("现在怎么样"), "deal", "D-001")
    assert not chosen(turn("现在怎么样", deal_id="D-001"), "deal", "D-001")
    assert chosen(turn("现在怎么样", deal_id="D-001", labels={"D-001": ["crm_record"]}), "deal", "D-001")
    assert not chosen(turn("怎么样", deal_id="D-001", labels={"D-001": ["llm_inferred"]}), "deal", "D-001")


def test_another_deal_of_the_same_customer_is_not_meant_where_one_was_named() -> None:
    own = desk()
    first = next(one for one in own.rows.deals if one.id == "D-001")
    own.rows.deals.append(Deal(**(first.model_dump() | {"id": "D-777", "name": "华东医疗 二期扩容"})))
    customer = Turn(desk=own, text="华东医疗有什么新消息", language="zh")
    named = Turn(desk=own, text="D-001 怎么样,王建国说了什么", language="zh")
    assert chosen(named, "deal", "D-001")
    assert not chosen(named, "deal", "D-777")
    assert chosen(customer, "deal", "D-001") or chosen(customer, "deal", "D-777")


def test_opening_a_deal_unasked_does_not_make_it_the_persons() -> None:
    one = turn("写封跟进邮件")
    deal_brief.run(one, deal_brief.Arguments(deal="D-001"))
    assert one.focus["deal_id"] == "D-001"
    assert "llm_inferred" in labels_of(one, "deal", "D-001")
    draft_email.run(one, draft_email.Arguments())
    saved = next(iter(one.desk.drafts.values())).payload  # type: ignore[attr-defined]
    assert "llm_inferred" in saved["labels"]["deal"]
    assert saved["labels"]["tool"] == ["rep_input"]


def test_a_search_that_found_one_deal_does_not_make_it_the_persons() -> None:
    one = turn("谁提过数据迁移")
    recall.run(one, recall.Arguments(query="数据迁移"))
    if one.focus.get("deal_id"):
        assert "llm_inferred" in labels_of(one, "deal", one.focus["deal_id"])


def test_the_second_one_is_theirs_only_from_a_list_they_saw() -> None:
    first = turn("我手上有哪些单子")
    shown = pipeline.run(first, pipeline.Arguments(team=True))
    keep(first, shown)
    listed = first.focus["listed"]
    assert first.focus["shown"] == listed
    honest = Turn(desk=desk(), text="第二个怎么样", language="zh", focus=dict(first.focus))
    assert chosen(honest, "deal", listed[1])
    keep(first, "\n".join(reversed(shown.splitlines())))
    turned = Turn(desk=desk(), text="第二个怎么样", language="zh", focus=dict(first.focus))
    assert not chosen(turned, "deal", listed[1])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("华东医疗那个单子现在什么情况", {"deal_brief"}),
        ("给王总写封跟进邮件", {"draft_email"}),
        ("发出去", {"send_email"}),
        ("给王总写封跟进邮件,然后发出去", {"draft_email", "send_email"}),
    ],
)
def test_the_tool_is_what_the_person_asked_for(text: str, asked: set[str]) -> None:
    one = turn(text, draft_id="dr-1")
    assert asked_for(one) == asked
    for skill in ("deal_brief", "draft_email", "send_email", "update_deal"):
        assert labels_of_tool(one, skill) == (PERSON if skill in asked else MODEL)


def test_a_mail_sent_right_after_it_was_drafted_says_that_nobody_asked() -> None:
    one = turn("给王总写封跟进邮件")
    one.skill = "draft_email"
    draft_email.run(one, draft_email.Arguments(to="王总"))
    one.skill = "send_email"
    send_email.run(one, send_email.Arguments())
    labels = one.desk.submitted[0].labels  # type: ignore[attr-defined]
    assert "llm_inferred" in labels["tool"]
    assert labels["deal"] == labels["to"] == RECORD


def test_an_older_draft_that_nobody_named_is_the_models_pick() -> None:
    own, focus = desk(), {"deal_id": "D-001", "labels": {"D-001": ["crm_record"]}}
    first = Turn(desk=own, text="给王总写封跟进邮件", language="zh", focus=dict(focus))
    draft_email.run(first, draft_email.Arguments(to="王总"))
    old = str(first.focus["draft_id"])
    second = Turn(desk=own, text="给刘敏写封跟进邮件", language="zh", focus=dict(first.focus))
    draft_email.run(second, draft_email.Arguments(to="刘敏"))
    third = Turn(desk=own, text="发出去", language="zh", focus=dict(second.focus))
    send_email.run(third, send_email.Arguments(draft=old))
    fourth = Turn(desk=own, text="发出去", language="zh", focus=dict(second.focus))
    send_email.run(fourth, send_email.Arguments())
    picked, last = own.submitted
    assert "llm_inferred" in picked.labels["draft"]
    assert last.labels["draft"] == RECORD
    assert last.labels["tool"] == PERSON


def test_a_contact_picked_by_a_model_is_said_and_one_off_the_deal_taints_the_address() -> None:
    own = desk()
    on_deal = Turn(desk=own, text="给华东医疗写封邮件", language="zh")
    draft_email.run(on_deal, draft_email.Arguments(deal="华东医疗", to="刘敏"))
    labels = own.drafts[str(on_deal.focus["draft_id"])].payload["labels"]
    assert labels["recipient"] == ["crm_record"]
    assert "llm_inferred" in labels["contact"]
    by_rule = Turn(desk=own, text="给华东医疗写封邮件", language="zh")
    draft_email.run(by_rule, draft_email.Arguments(deal="华东医疗"))
    assert own.drafts[str(by_rule.focus["draft_id"])].payload["labels"]["contact"] == ["crm_record"]


def test_what_a_look_up_clears_is_noted() -> None:
    one = turn("给王总写封邮件")
    one.cite(id="I-1", kind="mail", title="", date="", quote="q")
    assert looked_up(one, "to", "contact", "C-001", "wang.jianguo@huadongmed.example.com") == RECORD
    assert one.ledger.cleared["to"] == {"labels": ["inbound_mail", "llm_inferred"], "by": "contact:C-001"}
    looked_up(one, "deal", "deal", "D-001", "王总")
    assert "deal" not in one.ledger.cleared


def test_a_link_is_vouched_for_by_whoever_typed_it() -> None:
    own = desk()
    typed = Turn(desk=own, text="给王总写信,加一句:资料在 https://files.example.org/a", language="zh")
    arguments = draft_email.Arguments(to="王总", points=["资料在 https://files.example.org/a"])
    draft_email.run(typed, arguments)
    made = Turn(desk=own, text="给王总写信", language="zh")
    draft_email.run(made, arguments)
    labels = [own.drafts[str(one.focus["draft_id"])].payload["labels"]["url"] for one in (typed, made)]
    assert labels == [["rep_input"], ["llm_inferred"]]
    named = desk()
    next(one for one in named.rows.deals if one.id == "D-001").name = "影像平台 www.evil.top"
    third = Turn(desk=named, text="给王总写信", language="zh")
    draft_email.run(third, draft_email.Arguments(to="王总"))
    assert "llm_inferred" in named.drafts[str(third.focus["draft_id"])].payload["labels"]["url"]
