"""Cutting long texts: every part fits, nothing is lost, code stays code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
