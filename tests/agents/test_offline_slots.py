"""Money, discounts, days and the other small things a sentence says, in Chinese and English."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agents.offline import slots
from agents.offline.dates import clock_time, moment, period
from agents.offline.quantities import count, discount_pct, money_fen, number

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.8万", 12_800_000),
        ("128w", 128_000_000),
        ("¥1,280,000", 128_000_000),
        ("八十万", 80_000_000),
        ("1.2 million", 120_000_000),
        ("500k", 50_000_000),
        ("预算三百五十万左右", 350_000_000),
        ("1.5亿", 15_000_000_000),
        ("$300", 30_000),
        ("80元", 8_000),
        ("12 个人", None),
        ("没有数字", None),
    ],
)
def test_money(text: str, value: int | None) -> None:
    assert money_fen(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12%的折扣", 12.0),
        ("8.5% off", 8.5),
        ("八八折", 12.0),
        ("打九五折", 5.0),
        ("九折", 10.0),
        ("8.5折", 15.0),
        ("12 个点", 12.0),
        ("百分之十五", 15.0),
        ("12 percent off", 12.0),
        ("ten percent", 10.0),
        ("三天后", None),
        ("折扣", None),
    ],
)
def test_discount(text: str, value: float | None) -> None:
    assert discount_pct(text) == value


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("上个月", "2026-10-01", "2026-10-31"),
        ("本季度", "2026-10-01", "2026-12-31"),
        ("上季度赢了多少", "2026-07-01", "2026-09-30"),
        ("月底前", None, "2026-11-30"),
        ("月底", "2026-11-23", "2026-11-30"),
        ("11月30号", "2026-11-30", "2026-11-30"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("2026年12月1日", "2026-12-01", "2026-12-01"),
        ("下周三下午三点", "2026-12-02", "2026-12-02"),
        ("上周五", "2026-11-20", "2026-11-20"),
        ("周五之前", None, "2026-11-27"),
        ("上周", "2026-11-16", "2026-11-22"),
        ("3天内", "2026-11-23", "2026-11-26"),
        ("最近两周", "2026-11-09", "2026-11-23"),
        ("三天前", "2026-11-20", "2026-11-20"),
        ("明天", "2026-11-24", "2026-11-24"),
        ("昨天", "2026-11-22", "2026-11-22"),
        ("十月份", "2026-10-01", "2026-10-31"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("去年三月", "2025-03-01", "2025-03-31"),
        ("明年第一季度", "2027-01-01", "2027-03-31"),
        ("三月以来", "2026-03-01", "2026-11-23"),
        ("next Tuesday at 3pm", "2026-12-01", "2026-12-01"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("in two weeks", "2026-12-07", "2026-12-07"),
        ("within 3 days", "2026-11-23", "2026-11-26"),
        ("past two weeks", "2026-11-09", "2026-11-23"),
        ("before the end of the month", None, "2026-11-30"),
        ("since March", "2026-03-01", "2026-11-23"),
        ("in October", "2026-10-01", "2026-10-31"),
        ("on Nov 30th", "2026-11-30", "2026-11-30"),
        ("yesterday", "2026-11-22", "2026-11-22"),
        ("by Friday", None, "2026-11-27"),
    ],
)
def test_periods(text: str, since: str | None, until: str | None) -> None:
    found = period(text, NOW)
    assert found is not None
    wanted = tuple(date.fromisoformat(day) if day else None for day in (since, until))
    assert (found.since, found.until) == wanted


@pytest.mark.parametrize(
    "text", ["华东医疗怎么样", "三个月亮", "you may go", "12 users", "13月", "30月2号", "", "第二个"]
)
def test_no_period(text: str) -> None:
    assert period(text, NOW) is None


def test_the_day_is_that_of_shanghai() -> None:
    late = datetime(2026, 11, 23, 17, tzinfo=ZoneInfo("UTC"))
    found = period("今天", late)
    assert found is not None
    assert found.since == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("下周三下午三点", time(15)),
        ("上午九点半", time(9, 30)),
        ("at 3pm", time(15)),
        ("10:30 am", time(10, 30)),
        ("14:00", time(14)),
        ("没有时间", None),
        ("二十五点", None),
    ],
)
def test_clock(text: str, clock: time | None) -> None:
    assert clock_time(text) == clock


def test_moment() -> None:
    assert moment("下周三下午三点", NOW) == datetime(2026, 12, 2, 15, tzinfo=ZONE)
    assert moment("next Tuesday at 3pm", NOW) == datetime(2026, 12, 1, 15, tzinfo=ZONE)
    assert moment("上个月", NOW) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("第二个", 2),
        ("the second one", 2),
        ("上面第3个", 3),
        ("the last one", -1),
        ("number 3", 3),
        ("两个单子", None),
    ],
)
def test_ordinals(text: str, value: int | None) -> None:
    assert slots.ordinal(text) == value


def test_codes_and_addresses() -> None:
    assert slots.code("批准 a7f3") == "A7F3"
    assert slots.code("why was CDGA blocked") == "CDGA"
    assert slots.code("why was GK4X blocked") == "GK4X"
    for text in ("2026 年", "128w", "SEND IT", "PACS", "30th", "hl7v2", "a1b2@example.com"):
        assert slots.code(text) is None, text
    assert slots.code("deal D-001") is None
    assert slots.email("发给 wang@newco.example.com。") == "wang@newco.example.com"
    assert slots.email("没有 @ 地址") is None
    assert slots.quoted('they say "too expensive"') == "too expensive"


def test_counts_and_numbers() -> None:
    assert count("前五个") == 5
    assert count("top 3 deals") == 3
    assert count("three biggest") == 3
    assert count("哪些单子") is None
    assert number("一千二百") == 1200
    assert number("abc") is None


def test_yes_and_no() -> None:
    assert slots.YES.match("好的")
    assert slots.YES.match("yes")
    assert slots.NO.match("算了")
    assert not slots.YES.match("好的单子")


def test_language() -> None:
    assert slots.language_of("brief 一下华东医疗这个单子") == "zh"
    assert slots.language_of("what is the status of 华东医疗") == "en"
    assert slots.language_of("123", "en") == "en"
