"""Taking a person out of a text: every spelling of what is surely theirs, the near ways only where they are meant."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.erasing.redactor import MARK, Redactor, like, near_patterns

WANG = Redactor(["王建国", "wang.jianguo@hd.example.com", "138-1234-5678"], near_patterns("王建国"))
GRACE = Redactor(["Grace Huang", "grace.huang@hd.example.com"], near_patterns("Grace Huang"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("请王建国副总过目", f"请{MARK}副总过目"),
        ("王 建国", MARK),
        ("WANG.Jianguo@HD.example.com", MARK),
        ("电话 13812345678", f"电话 {MARK}"),
        ("+86 138 1234 5678", MARK),
        ("138.1234.5678 转 8", f"{MARK} 转 8"),
        ("113812345678", "113812345678"),
        ("王总好", "王总好"),
        ("王建华", "王建华"),
    ],
)
def test_what_is_surely_theirs(text: str, left: str) -> None:
    assert WANG.clean(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("给王总写信", f"给{MARK}写信"), ("老王说", f"{MARK}说"), ("找老王", f"找{MARK}"), ("建国兄", f"{MARK}兄"),
        ("Wang Jianguo said", f"{MARK} said"), ("wangjianguo", MARK), ("王道", "王道"), ("李总好", "李总好"),
    ],
)  # fmt: skip
def test_near_ways_where_they_are_meant(text: str, left: str) -> None:
    assert WANG.clean(text, near=True) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [("Grace  Huang", MARK), ("grace HUANG", MARK), ("Ms. Huang", MARK), ("disgrace", "disgrace"), ("Huang, Grace", f"{MARK}, {MARK}")],
)  # fmt: skip
def test_english_names(text: str, left: str) -> None:
    assert GRACE.clean(text, near=True) == left


@given(st.text(max_size=200))
def test_what_is_cleaned_is_clean_and_the_rest_is_untouched(text: str) -> None:
    whole = f"{text}王建国{text}"
    cleaned = WANG.clean(whole)
    assert not WANG.touches(cleaned)
    assert WANG.clean(cleaned) == cleaned
    if not WANG.touches(text):
        assert cleaned.replace(MARK, "王建国") == whole or MARK in text


def test_inside_json_keys_and_values() -> None:
    value = {"王建国": ["电话 13812345678", {"x": 1, "y": None}], "n": 3}
    assert WANG.touches_value(value)
    assert WANG.clean_value(value) == {MARK: [f"电话 {MARK}", {"x": 1, "y": None}], "n": 3}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("王建国", "x 王 建国 y"),
        ("a_b%c@x.example.com", "A_B%C@X.example.com"),
        ("138 1234 5678", "1381234-5678"),
    ],
)
def test_the_databases_sieve_lets_through_what_the_pattern_finds(value: str, text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        hit = database.execute("SELECT ? LIKE ? ESCAPE '\\'", (text, like(value))).fetchone()[0]
    assert Redactor([value]).touches(text)
    assert hit == 1


def test_too_short_to_be_anybodys_is_nobodys() -> None:
    assert Redactor(["王", ""]).clean("王先生") == "王先生"
