"""Evidence or silence: what the guard lets through, strikes and renumbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.answer import OutcomeNote, Source
from agents.claims import claims_effect, strange_names
from agents.evidence import Guard, guard, only_cited
from agents.figures import figures

SOURCES = [
    Source(
        n=1,
        id="I-1",
        kind="mail",
        title="报价讨论",
        date="2026-11-18",
        quote="王建国：价格比锐影科技高了 12%，预算 128 万，三周内定。",
        speaker="王建国",
    ),
    Source(
        n=2,
        id="I-2",
        kind="call",
        title="Call",
        date="2026-11-20",
        quote="Grace Huang wants 5 training days.",
    ),
    Source(
        n=3, id="I-3", kind="note", title="备注", date="2026-10-01", quote="订单 O-001 打 88 折，14:30 开会。"
    ),
]


@pytest.mark.parametrize(
    ("stated", "evidence"),
    [
        ("128万", "¥1,280,000.00"),
        ("¥1.28M", "一百二十八万元"),
        ("$1.28 million", "USD 1,280,000"),
        ("12%", "百分之十二"),
        ("12 percent", "1200 bp"),
        ("88 折", "12%"),
        ("八八折", "12 %"),
        ("11月20日", "2026-11-20"),
        ("November 20", "2026/11/20"),
        ("2026年11月20日", "11-20"),
        ("20 Nov 2026", "2026.11.20"),
        ("2026年11月", "2026-11-20"),
        ("三台", "3 台"),
        ("两周", "2 weeks"),
        ("10-15%", "10% 到 15%"),
        ("100~120万", "1,000,000 至 1,200,000"),
        ("14:30", "14：30"),
    ],
)
def test_figures_compare_by_value(stated: str, evidence: str) -> None:
    mine = figures(stated)
    assert mine
    assert all(any(figure.supported_by(other) for other in figures(evidence)) for figure in mine)


@pytest.mark.parametrize(
    ("stated", "evidence"),
    [
        ("128 万", "128 台"),
        ("¥128", "$128"),
        ("12%", "12 台"),
        ("5 天", "5 人"),
        ("2026-11-21", "2026-11-20"),
        ("2025年11月20日", "2026-11-20"),
        ("11月20日", "11月"),
        ("15:30", "14:30"),
        ("130 万", "128 万"),
        ("九折", "8.8 折"),
    ],
)
def test_other_figures_are_no_evidence(stated: str, evidence: str) -> None:
    assert not all(any(f.supported_by(other) for other in figures(evidence)) for f in figures(stated))


@pytest.mark.parametrize(
    "text", ["有一个问题", "十分满意", "千万别急", "以防万一", "第1点", "Q4", "D-001", "一起看看"]
)
def test_words_that_are_no_figures(text: str) -> None:
    assert figures(text) == frozenset()


@pytest.mark.parametrize(
    "kept",
    [
        "预算为 ¥1.28M [1]。",
        "王总认为贵了 12% [1]。",
        "- 竞品是锐影科技 [1]",
        "他说“预算 128 万” [1]。",
        "Grace Huang asked for five days of training, 5 days [1].",
        "建议分 3 步：",
        "### 下一步",
        "目前没有找到更多信息。",
        "O-001 打了八八折 [1]。",
        "11月18日的邮件提到预算 [1]。",
        "| 预算 | 128万 [1] |",
        "您可以这样回复：“我们理解您的预算压力，一起看看方案。”",
    ],
)
def test_supported_statements_pass_unchanged(kept: str) -> None:
    source = 2 if "Grace" in kept else 3 if "O-001" in kept else 1
    checked = guard(kept.replace("[1]", f"[{source}]"), SOURCES, (), "zh")
    assert (checked.text, checked.struck) == (kept, 0)
    assert [s.id for s in checked.sources] == ([f"I-{source}"] if "[1]" in kept else [])


@pytest.mark.parametrize(
    "struck",
    [
        "预算为 200 万 [1]。",
        "客户要求 15% 的折扣 [1]。",
        "合同在 2026-12-31 到期 [1]。",
        "竞品是东软医疗 [1]。",
        "李总已经同意 [1]。",
        "张伟表示可以签 [1]。",
        "The competitor is Siemens [1].",
        "Anna said it is fine.",
        "见 D-060 [1]。",
        "他说“这个价格我们完全可以接受” [1]。",
        "| 预算 | 130万 |",
        "> 交付期 9 天。",
    ],
)
def test_statements_without_evidence_are_struck_and_counted(struck: str) -> None:
    checked = guard(f"好的。{struck}" if struck[0] not in "|>" else struck, SOURCES, (), "zh")
    assert checked.struck == 1
    assert checked.text.removeprefix("好的。").strip() == "（有 1 处陈述找不到依据，已略去。）"
    assert checked.sources == ()


def test_the_askers_words_and_tool_texts_are_evidence() -> None:
    text = "给赵总 15% 的折扣。"
    assert guard(text, (), (), "zh").struck == 1
    assert guard(text, (), ["赵总要 15 % 折扣怎么办"], "zh").text == text


def test_numbers_are_renumbered_and_unknown_ones_vanish() -> None:
    checked = guard("甲 [3][9]。乙 [1, 3]。[链接](http://x) [7]", SOURCES, (), "zh")
    assert checked.text == "甲 [1]。乙 [2][1]。[链接](http://x)"
    assert [(s.n, s.id) for s in checked.sources] == [(1, "I-3"), (2, "I-1")]


def test_markdown_survives() -> None:
    text = (
        "## 概况\n\n1. **预算**：128 万 [1]\n2. 竞品：锐影科技 [1]\n   - 贵 12% [1]\n\n"
        "| 项 | 值 |\n|---|:--:|\n| 预算 | 128 万 |\n\n```python\nfor x in rows:\n    print(x)\n```\n\n> 引用 [1]\n"
    )
    assert guard(text, SOURCES, (), "zh").text == text.strip()


def test_a_struck_row_or_item_takes_nothing_else_with_it() -> None:
    text = "| 项 | 值 |\n|---|---|\n| 预算 | 130万 |\n| 预算 | 128万 |\n\n1. 联系李总。\n2. 准备材料。\n"
    checked = guard(text, SOURCES, (), "zh")
    assert checked.text.startswith("| 项 | 值 |\n|---|---|\n| 预算 | 128万 |\n\n2. 准备材料。")
    assert checked.struck == 2


def test_code_cannot_hide_a_claim() -> None:
    checked = guard("如下：\n```\n预算 999 万\n```\n完。", SOURCES, (), "zh")
    assert "999" not in checked.text
    assert "```" not in checked.text


def test_english_notice_and_decimals_do_not_split_sentences() -> None:
    checked = guard("The budget is ¥1.28M [1]. Delivery takes 9 days.", SOURCES, (), "en")
    assert checked.text == "The budget is ¥1.28M [1].\n\n(1 statement(s) without evidence were left out.)"


@pytest.mark.parametrize(
    "claim",
    [
        "邮件已发送给王总。",
        "我已经帮您把邮件发出去了。",
        "已为您提交审批。",
        "跟进邮件已经成功发出。",
        "I've sent the email.",
        "The email has been sent to Mr. Wang.",
        "Your draft was approved.",
    ],
)
def test_claims_of_effects_need_an_outcome(claim: str) -> None:
    assert claims_effect(claim)
    waiting = OutcomeNote(action_id="A-1", action="send_email", status="waiting", reason="需经理审批")
    done = OutcomeNote(action_id="A-1", action="send_email", status="done", reason="")
    assert "A-1" in guard(claim, SOURCES, ["王总 Mr Wang"], "zh", [waiting]).text
    assert claim not in guard(claim, SOURCES, ["王总 Mr Wang"], "zh", [waiting]).text
    assert guard(claim, SOURCES, ["王总 Mr Wang"], "zh", [done]).text == claim


@pytest.mark.parametrize(
    "plain",
    [
        "邮件还没有发送。",
        "需要我发出去吗？",
        "要发送请说“发出去”。",
        "The email has not been sent.",
        "Shall I send it?",
    ],
)
def test_talk_about_sending_is_no_claim(plain: str) -> None:
    assert not claims_effect(plain)


@pytest.mark.parametrize(
    "plain", ["方案确认后再谈。", "周三确认时间。", "该公司希望尽快。", "顾客表示满意。", "马上提出方案。"]
)
def test_common_words_are_no_names(plain: str) -> None:
    assert strange_names(plain, "") == []


def test_only_cited() -> None:
    text, used = only_cited("乙 [2]，甲 [1]，无 [8]", SOURCES)
    assert text == "乙 [1]，甲 [2]，无 "
    assert [(s.n, s.id) for s in used] == [(1, "I-2"), (2, "I-1")]


PIECES = st.lists(
    st.sampled_from(
        [
            "预算 128 万 [1]。",
            "折扣 30%。",
            "\n",
            "- 项 [2]\n",
            "1. ",
            "```\ncode\n```\n",
            "| a | 9 |\n",
            "A. ",
            "[5]",
            "“王",
        ]
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(pieces=PIECES, cut=st.integers(1, 9))
def test_a_stream_in_any_cut_gives_the_same_text(pieces: list[str], cut: int) -> None:
    text = "".join(pieces)
    whole, cuts = Guard(SOURCES, (), "zh"), Guard(SOURCES, (), "zh")
    shown = "".join(cuts.feed(text[i : i + cut]) for i in range(0, len(text), cut)) + cuts.end()
    assert shown == whole.feed(text) + whole.end()
    assert cuts.used() == whole.used()
    assert cuts.struck == whole.struck


def test_a_long_text_is_checked_quickly() -> None:
    import time

    text = "预算 128 万 [1]。" * 3000 + "a" * 100_000 + "1" * 5000
    began = time.perf_counter()
    guard(text, SOURCES, ["原话" * 2000], "zh")
    assert time.perf_counter() - began < 5


def test_a_citation_that_tells_of_no_sending_does_not_cover_a_claim_of_it() -> None:
    waiting = OutcomeNote(action_id="act-1", action="send_email", status="waiting", reason="等待审批")
    told = guard("邮件已发送 [3]。", SOURCES, [], "zh", [waiting]).text
    assert "已发送" not in told
    assert "act-1" in told


def test_an_old_mail_bears_no_witness_to_what_was_asked_for_now() -> None:
    """The model says sent and cites a mail of last month while the action it asked for still waits."""
    waiting = OutcomeNote(action_id="act-1", action="send_email", status="waiting", reason="等待审批")
    mail = Source(n=1, id="I-1", kind="mail", title="往来邮件", date="2026-10-01", quote="已发送报价")
    told = guard("邮件已发送 [1]。", [mail], [], "zh", [waiting]).text
    assert "已发送 [1]" not in told
    assert "act-1" in told
    assert "已发送" in guard("邮件已发送 [1]。", [mail], [], "zh").text, (
        "history may be told when nothing was asked"
    )
