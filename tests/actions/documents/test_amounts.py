"""Amounts in figures, 大写 and English, against readers that were written from the rules and not from the writer."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actions.documents.amounts import LARGEST_FEN, BadAmount, capital, figures, plain_figures, words

DIGITS = {sign: number for number, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: number for number, word in enumerate(UNITS.split())}
SMALL |= {word: 10 * number for number, word in enumerate(TENS.split(), 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}
ANY = st.one_of(
    st.integers(0, LARGEST_FEN),
    st.integers(0, 10**6),
    st.builds(
        lambda a, n, b: min(a * 10**n + b, LARGEST_FEN),
        st.integers(0, 999),
        st.integers(0, 15),
        st.integers(0, 99),
    ),
)


def read_capital(text: str) -> int:
    """大写 back to fen: a stack reader that knows digits, places and the three big units, and nothing of the writer."""
    match = re.fullmatch(r"人民币(?:(.*?)元)?零?(?:(.)角)?(?:零?(.)分)?整?", text)
    assert match, text
    yuan, jiao, fen = match.groups()
    total = section = digit = 0
    for sign in yuan or "":
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in PLACES:
            section, digit = section + digit * PLACES[sign], 0
        elif sign == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif sign == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        else:
            raise AssertionError(sign)
    whole = total + section + digit
    return whole * 100 + DIGITS.get(jiao or "零", 0) * 10 + DIGITS.get(fen or "零", 0)


def read_words(text: str) -> int:
    match = re.fullmatch(r"RMB (.*?)(?: and ([a-z-]+) fen)? only", text)
    assert match, text
    return _number(match[1]) * 100 + (_number(match[2]) if match[2] else 0)


def _number(text: str) -> int:
    total = part = 0
    for word in re.split(r"[ -]", text):
        if word in SMALL:
            part += SMALL[word]
        elif word == "hundred":
            part *= 100
        elif word in SCALES:
            total, part = total + part * SCALES[word], 0
        else:
            assert word == "and", word
    return total + part


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (128_800_000, "人民币壹佰贰拾捌万捌仟元整"),
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (50, "人民币伍角整"),
        (140_950, "人民币壹仟肆佰零玖元伍角整"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        (1_000_001, "人民币壹万元零壹分"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (100_000_000_00, "人民币壹亿元整"),
        (100_000_001_00, "人民币壹亿零壹元整"),
        (100_010_000_00, "人民币壹亿零壹万元整"),
        (1_234_500_000_000_00, "人民币壹万贰仟叁佰肆拾伍亿元整"),
        (1_000_000_000_000_00, "人民币壹万亿元整"),
        (1_000_500_000_000_00, "人民币壹万零伍亿元整"),
        (2_000_20, "人民币贰仟元贰角整"),
    ],
)
def test_sums_as_a_bank_writes_them(fen: int, text: str) -> None:
    assert capital(fen) == text


@given(ANY)
@example(LARGEST_FEN)
def test_capital_is_read_back_as_the_same_sum(fen: int) -> None:
    text = capital(fen)
    assert read_capital(text) == fen
    assert "零零" not in text
    assert not re.search(r"零[元万亿拾佰仟角分]", text.replace("零元整", ""))
    assert text.endswith("整") or text.endswith("分")


@given(ANY)
@example(LARGEST_FEN)
def test_words_and_figures_are_read_back_as_the_same_sum(fen: int) -> None:
    assert read_words(words(fen)) == fen
    assert int(re.sub(r"\D", "", figures(fen))) == fen
    assert re.fullmatch(r"\d{1,3}(,\d{3})*\.\d\d", plain_figures(fen))


def test_english_as_a_bank_writes_it() -> None:
    assert words(128_800_000) == "RMB one million two hundred and eighty-eight thousand only"
    assert words(100_000_500) == "RMB one million and five only"
    assert words(1_05) == "RMB one and five fen only"
    assert words(2_00, "USD") == "USD two only"
    assert figures(128_800_000) == "¥1,288,000.00"
    assert figures(128_800_050, "USD") == "$1,288,000.50"


@pytest.mark.parametrize("wrong", [-1, LARGEST_FEN + 1, 1.5, True])
def test_what_is_no_sum_is_refused(wrong: int) -> None:
    for write in (capital, figures, words, plain_figures):
        with pytest.raises(BadAmount):
            write(wrong)
