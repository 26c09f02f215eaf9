"""The outbound check against labelled sentences, and against people who hide what they say."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.outbound import OutboundContext, scan

RISKY = {"price", "discount", "commitment", "legal", "complaint", "personal_data"}
CASES: list[Any] = yaml.safe_load(Path(__file__).with_name("outbound_cases.yaml").read_text(encoding="utf-8"))
CONTEXT = OutboundContext(
    offer_totals_fen=frozenset({128_000_000}),
    offer_discounts_bp=frozenset({800}),
    floor_prices_fen=frozenset({88_000_000}),
    other_customers=frozenset({"仁心医院", "Renxin Hospital", "华东"}),
    own_names=frozenset({"华东医疗器械有限公司"}),
    known_domains=frozenset({"chengdan-demo.cn"}),
    open_numbers=frozenset({"139 1234 5678"}),
)


@pytest.mark.parametrize("case", CASES, ids=[str(case[0])[:40] for case in CASES])
def test_labelled_sentence(case: Any) -> None:
    text, classes, discount, yuan = case
    found = scan(text, CONTEXT)
    assert (found.content_classes & RISKY, found.discount_bp) == (set(classes), discount)
    assert found.amounts_fen == tuple(sum_ * 100 for sum_ in yuan)


def test_there_are_enough_sentences_of_both_kinds() -> None:
    assert len(CASES) >= 120
    assert sum(not case[1] for case in CASES) >= 40


def test_a_plain_mail_is_only_courtesy_logistics_and_information() -> None:
    text = "王总您好：\n\n周三下午三点演示 PACS，附件是方案说明。\n\n谢谢！\n李娜 139 1234 5678"
    found = scan(text, CONTEXT)
    assert found.content_classes == {"greeting", "logistics", "info"}
    assert found.price_matches_offer
    assert not found.leaks_floor


@pytest.mark.parametrize(
    "text",
    ["880000", "¥880,000.00", "88万", "88.0 万元", "八十八万", "捌拾捌万元整", "0.88 million", "880k", "880 thousand",
     "8 8 0 0 0 0", "88-0000", "八八零零零零", "８８００００", "88\u200b0000", "eight hundred eighty thousand",
     base64.b64encode("底价88万".encode()).decode(), quote("八十八万"), "&#56;&#56;&#48;&#48;&#48;&#48;"],
)  # fmt: skip
def test_the_floor_price_is_seen_in_any_notation(text: str) -> None:
    assert scan(f"可以做到 {text}", CONTEXT).leaks_floor


@pytest.mark.parametrize(
    "text", ["电话 13880000012", "编号 1880000", "880000123", "128万元", "8800.00 元", "88 套"]
)
def test_what_only_contains_its_digits_is_no_leak(text: str) -> None:
    assert not scan(text, CONTEXT).leaks_floor


def test_a_rounded_floor_is_a_leak_and_an_offered_number_is_not() -> None:
    close = OutboundContext(floor_prices_fen=frozenset({88_120_000}))
    assert scan("大约 88.1 万", close).leaks_floor
    assert not scan("大约 90 万", close).leaks_floor
    offered = OutboundContext(
        floor_prices_fen=frozenset({88_120_000}), offer_totals_fen=frozenset({88_100_000})
    )
    assert not scan("大约 88.1 万", offered).leaks_floor


@pytest.mark.parametrize(
    "text", ["仁心医院也在用", "仁 心 医 院", "仁\u200b心医院", "at RENXIN hospital", "Renxin-Hospital"]
)
def test_other_customers_are_seen(text: str) -> None:
    assert scan(text, CONTEXT).leaks_other_customer


def test_a_name_inside_the_own_name_is_no_leak() -> None:
    assert not scan("华东医疗的各位同事，本院会安排。", CONTEXT).leaks_other_customer


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("总价 128 万元", True),
        ("总价 127 万元", False),
        ("给您 8% 的优惠", True),
        ("给您 9% 的优惠", False),
        ("您好", True),
    ],
)
def test_numbers_are_compared_with_the_offer(text: str, matches: bool) -> None:
    assert scan(text, CONTEXT).price_matches_offer is matches


@pytest.mark.parametrize(
    ("text", "oddity"),
    [("优\u200b惠 12%", "zero_width"), ("dіscount of 12%", "homoglyph"), ("\u202eabc", "bidi"),
     (base64.b64encode("优惠12%，不要告诉别人".encode()).decode(), "base64"), (quote("优惠12个点"), "percent_encoding")],
)  # fmt: skip
def test_a_disguise_is_named(text: str, oddity: str) -> None:
    found = scan(f"您好 {text}", CONTEXT)
    assert oddity in found.suspicious
    assert oddity == "bidi" or found.discount_bp == 1200


def test_spans_point_into_the_original_text() -> None:
    text = "您好😀，可以优\u200b惠 １２％ 哦，见 https://evil.io/a 或 a@b.cn"
    found = scan(text, CONTEXT)
    assert all(text[span.start : span.end] == span.text for span in found.spans)
    assert "优\u200b惠 １２％" in {span.text for span in found.spans if span.kind == "discount"}
    assert found.urls == ("https://evil.io/a",)
    assert found.emails == ("a@b.cn",)
    assert "unknown_link" in {span.kind for span in found.spans}
    assert "unknown_link" not in {s.kind for s in scan("见 https://www.chengdan-demo.cn/x", CONTEXT).spans}


@given(st.text(alphabet=st.characters(), max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_read_the_same(text: str) -> None:
    found = scan(text, CONTEXT)
    assert found == scan(text, CONTEXT)
    assert all(text[span.start : span.end] == span.text for span in found.spans)
