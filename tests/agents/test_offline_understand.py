"""Reading messages without a language model: several requests, focus, questions back, limits and bad input."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.offline.reading import Reading
from agents.offline.understand import understand, understand_all
from knowledge.names import NameEntry, NameIndex
from tests.fakes.sales_names import ENTRIES

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
NAMES = NameIndex(ENTRIES)


def read(text: str, focus: dict[str, Any] | None = None, names: NameIndex = NAMES) -> Reading:
    return understand(text, names, focus or {}, NOW)


def test_two_requests_in_one_message() -> None:
    readings = understand_all("先看看华东医疗的情况,再帮我写封跟进邮件", NAMES, {}, NOW)
    assert [r.intent for r in readings] == ["deal_brief", "draft_email"]
    assert [r.arguments["deal"] for r in readings] == ["D-001", "D-001"]
    english = understand_all("Brief me on Northwind and then draft a follow-up email", NAMES, {}, NOW)
    assert [(r.intent, r.arguments["deal"]) for r in english] == [
        ("deal_brief", "D-004"),
        ("draft_email", "D-004"),
    ]


def test_a_new_draft_is_what_is_sent() -> None:
    old = {"draft_id": "M-1", "deal_id": "D-001"}
    readings = understand_all("给王总写封跟进邮件,然后发出去", NAMES, old, NOW)
    assert [r.intent for r in readings] == ["draft_email", "send_email"]
    assert readings[1].arguments["draft"] is None


def test_small_talk_around_a_request_is_left_out() -> None:
    assert [r.intent for r in understand_all("谢谢!再看下我的单子", NAMES, {}, NOW)] == ["pipeline"]


def test_an_objection_with_a_comma_stays_one_request() -> None:
    assert len(understand_all("客户说太贵了,再考虑考虑,怎么回?", NAMES, {}, NOW)) == 1


@pytest.mark.parametrize(
    "text", ["批准 A7F3", "同意A7F3", "approve A7F3", "Please reject A7F3, too high", "驳回", "通过"]
)
def test_approving_in_words_is_never_a_call(text: str) -> None:
    reading = read(text, {"action_id": "A7F3"})
    assert (reading.intent, reading.is_call) == ("decide", False)
    assert "/approve A7F3" in reading.sentence


def test_undoing_in_words_points_to_the_command() -> None:
    assert "/undo A7F3" in read("撤回", {"action_id": "A7F3"}).sentence
    assert "/undo B2C9" in read("undo B2C9").sentence


def test_an_action_may_be_named_by_its_id() -> None:
    assert read("为什么 act-00ab00ab00ab00ab 要审批").arguments == {"action": "act-00ab00ab00ab00ab"}


def test_which_deal_is_asked_when_several_are_open() -> None:
    reading = read("恒泰制药的单子怎么样了")
    assert not reading.is_call
    assert "D-003" in reading.sentence
    assert "D-006" in reading.sentence
    assert read("恒泰制药的冷链监测怎么样了").arguments["deal"] == "D-006"


def test_an_open_deal_comes_before_a_closed_one() -> None:
    assert read("华东医疗怎么样了").arguments["deal"] == "D-001"
    assert read("华东医疗超声设备维保怎么样了").arguments["deal"] == "D-007"


def test_which_person_is_asked_when_several_fit() -> None:
    more = NameIndex(
        [*ENTRIES, NameEntry(kind="contact", id="C-099", name="王强", title="总经理", parents=("A-003",))]
    )
    reading = read("帮我给王总写封跟进邮件", names=more)
    assert reading.question is not None
    assert "王建国" in reading.question
    assert "王强" in reading.question
    assert read("帮我给王总写封跟进邮件", {"deal_id": "D-001"}, more).arguments["to"] == "王建国"


def test_an_unknown_customer_is_never_taken_for_the_one_in_focus() -> None:
    focus = {"deal_id": "D-001", "account_id": "A-001", "intent": "deal_brief"}
    for text in (
        "蓝海科技的单子怎么样了",
        "仁心医院的单子怎么样",
        "what's going on at Acme Robotics",
        "D-060 什么情况",
    ):
        assert read(text, focus).arguments.get("deal") not in ("D-001", None)


def test_missing_slots_are_asked_for() -> None:
    assert read("单子进展怎么样").question or read("单子进展怎么样").intent == "pipeline"
    assert not read("帮我写封跟进邮件").is_call
    assert read("帮我写封跟进邮件").language == "zh"
    assert not read("write a follow-up email").is_call


def test_who_is_not_a_customer_is_passed_on_as_said() -> None:
    assert read("帮我给李总写封跟进邮件").arguments["to"] == "李总"


def test_draft_arguments() -> None:
    reading = read("写个邮件跟张伟确认下周三下午三点的会")
    assert reading.arguments["purpose"] == "meeting_confirm"
    assert reading.arguments["points"] == ["会议时间:2026-12-02 15:00"]
    changed = read("再短一点", {"draft_id": "M-9", "deal_id": "D-001"})
    assert changed.arguments["based_on"] == "M-9"
    assert "purpose" not in changed.arguments
    quote = read("把报价发给王总")
    assert (quote.intent, quote.arguments["purpose"]) == ("draft_email", "quote_cover")
    fresh = read("给周院长写封感谢信", {"draft_id": "M-9", "deal_id": "D-001"})
    assert fresh.arguments["based_on"] is None
    assert fresh.arguments["deal"] == "D-002"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("帮我审一下合同", "合同"),
        ("把录音转成文字", "录音"),
        ("新建一个客户", "CRM"),
        ("今天天气怎么样", "帮助"),
    ],
)
def test_limits_are_said_honestly(text: str, word: str) -> None:
    reading = read(text)
    assert reading.intent == "out_of_scope"
    assert word in (reading.unsupported or "")


@pytest.mark.parametrize("text", ["", "   ", "😀😀😀", "👍", "\n\n", "!!!???", "\u200b"])
def test_nothing_to_read(text: str) -> None:
    reading = read(text)
    assert (reading.intent, reading.is_call) == ("empty", False)
    assert reading.sentence


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02",
        "ÄÖÜ ёжик 日本語テスト 한국어",
        "{account}{deal}",
        "(a|b)" * 50,
        "<script>alert(1)</script>",
        "𠀀𠀁 𝕳𝖊𝖑𝖑𝖔",
        "٣٤٥",
        "²³",
        "九九九九折 9999%",
        "第九百九十九个",
    ],
)
def test_odd_scripts_are_answered(text: str) -> None:
    for reading in understand_all(text, NAMES, {"listed": ["D-001"]}, NOW):
        assert reading.sentence or reading.is_call


def test_long_and_ordinary_messages_are_quick() -> None:
    understand_all("你好 hdyl", NAMES, {}, NOW)
    for text, limit in (
        ("华东医疗的客户说预算不够怎么回,帮我写封邮件" * 4500, 0.3),
        ("a b@c." * 17000, 0.3),
        ("那报价呢?", 0.05),
    ):
        begin = time.perf_counter()
        assert understand_all(text, NAMES, {"deal_id": "D-001"}, NOW)
        assert time.perf_counter() - begin < limit
