"""Cutting long texts: every part fits, nothing is lost, code stays code."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.street.marks import MARKS
from bot.street.splitting import FENCE, split, utf8_bytes, utf16_units

MEASURES = [len, utf8_bytes, utf16_units]
TEXTS = st.text(alphabet=st.sampled_from("华东医疗ab 。,\n👍é🏽‍👨"), max_size=600)


@given(TEXTS, st.integers(32, 120), st.sampled_from(MEASURES))
def test_every_part_fits_and_nothing_is_lost(text: str, limit: int, measure: Callable[[str], int]) -> None:
    parts = split(text, limit, measure)
    assert all(0 < measure(part) <= limit for part in parts)
    assert all(part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(
    st.lists(st.sampled_from(["```python", "```", "print(1)", "说明文字。" * 3, ""]), max_size=30),
    st.integers(60, 200),
)
def test_a_cut_code_block_is_closed_and_opened_again(lines: list[str], limit: int) -> None:
    for part in split("\n".join(lines), limit)[:-1]:
        assert sum(line.lstrip().startswith(FENCE) for line in part.split("\n")) % 2 == 0


def test_it_cuts_where_people_would() -> None:
    text = "第一段说完了。\n\n第二段比较长,有好几句话。这是第二句。这是第三句。"
    assert split(text, 32) == ["第一段说完了。\n\n第二段比较长,有好几句话。这是第二句。", "这是第三句。"]


def test_a_wecom_message_of_chinese_is_cut_by_bytes() -> None:
    parts = split("报价单" * 1000, 2048, utf8_bytes)
    assert max(map(utf8_bytes, parts)) <= 2048
    assert "".join(parts) == "报价单" * 1000
    assert len(parts) == 5


def test_an_emoji_is_not_cut_in_two() -> None:
    family = "👨‍👩‍👧"
    for limit in range(32, 40):
        assert all(part.count("‍") % 2 == 0 for part in split(family * 40, limit, utf16_units))


def test_a_limit_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no message"):
        split("x" * 50, 10)


WORDS = st.text(alphabet=st.sampled_from("华东医疗报价ab1。,"), min_size=1, max_size=40)
RUNS = st.lists(st.tuples(st.sampled_from(["**{}**", "`{}`", "{}"]), WORDS), min_size=1, max_size=20)


@given(RUNS, st.integers(120, 240), st.sampled_from(MEASURES))
def test_no_mark_is_cut_through_unmended(
    runs: list[tuple[str, str]], limit: int, measure: Callable[[str], int]
) -> None:
    text = " ".join(shape.format(words) for shape, words in runs)
    parts = split(text, limit, measure)
    assert all(measure(part) <= limit for part in parts)
    found = [match for part in parts for match in MARKS.finditer(part)]
    for shape, kind in (("**{}**", "bold"), ("`{}`", "code")):
        assert "".join(one[kind] or "" for one in found) == "".join(
            words for of, words in runs if of == shape
        )
    bare = re.sub(r"\*\*|`|\s", "", "".join(parts))
    assert bare == re.sub(r"\*\*|`|\s", "", text)


def test_a_link_is_kept_whole_and_one_larger_than_a_message_is_none_any_more() -> None:
    link = "[官网](https://www.example.com/" + "x" * 60 + ")"
    assert split("先看这个 " * 4 + link, 100) == [("先看这个 " * 4).rstrip(), link]
    parts = split("[官网](https://www.example.com/" + "x" * 200 + ") 完", 100)
    assert "".join(parts).startswith("[官网](https://www.example.com/xxx")
    assert not any(MARKS.search(part) for part in parts)


def test_a_heading_or_a_quotation_goes_on_as_one() -> None:
    assert split("## " + "标题" * 30, 50) == ["## " + "标题" * 21 + "标", "## " + "题" + "标题" * 8]
    assert all(part.startswith("> ") for part in split("> " + "原话,一句又一句。" * 20, 60))


def test_a_dash_in_a_sentence_does_not_become_a_list() -> None:
    for part in split("价格 - 交期 - 售后 - " * 20, 40)[1:]:
        assert not part.startswith("- ")


def test_what_is_nobodys_markup_is_cut_and_nothing_is_added() -> None:
    text = "**" + "粗" * 200 + "**>" + "引" * 50
    assert "".join(split(text, 64, marked=False)) == text
