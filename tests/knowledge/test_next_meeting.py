"""The next meeting of a talk: tables of what people say, and that nothing is made up whatever is said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.offline.spoken_times import read
from knowledge import zones
from knowledge.insight.minutes import NextMeeting, Talk, acts, holds, next_meeting
from knowledge.insight.summary import Spoken
from knowledge.model import Account

CASES = yaml.safe_load(Path(__file__).with_name("meeting_cases.yaml").read_text(encoding="utf-8"))
ALL = [
    pytest.param(*case, id=f"{kind}-{at}") for kind, cases in CASES.items() for at, case in enumerate(cases)
]
SIDES = {"R": ("李娜", "rep"), "C": ("王建国", "customer")}
DAY = date(2026, 11, 18)


def talk_of(*lines: str, **more: Any) -> Talk:
    made = [
        Spoken(
            speaker=SIDES[one[0]][0], side=SIDES[one[0]][1], text=one[3:], start=10.0 * at, end=10.0 * at + 8
        )
        for at, one in enumerate(lines)
    ]
    return Talk(**{"id": "I-1", "lines": tuple(made), "day": DAY, "language": "zh"} | more)


def found_in(*lines: str, **more: Any) -> NextMeeting | None:
    talk = talk_of(*lines, **more)
    return next_meeting(talk, acts.sentences(talk), read)


@pytest.mark.parametrize(("lines", "when", "hour", "unsettled", "agreed"), ALL)
def test_what_people_agree_on(
    lines: list[str], when: str, hour: str, unsettled: list[str], agreed: bool
) -> None:
    found = found_in(*lines)
    if not when:
        assert found is None, found
        return
    assert found is not None
    assert (found.when_iso, found.at, list(found.unsettled), found.agreed) == (when, hour, unsettled, agreed)
    assert all(holds(talk_of(*lines), one) for one in (found, *found.because))
    assert found.t == 10.0 * found.line


def test_the_words_it_rests_on_are_told_where_they_stand_apart() -> None:
    found = found_in("R: 我们下周三碰一下吧。", "C: 下午三点可以。", "R: 好。")
    assert found is not None
    assert (found.quote, found.line) == ("下午三点可以。", 1)
    assert [one.quote for one in found.because] == ["我们下周三碰一下吧。"]


def test_a_half_of_the_day_that_nobody_named_is_said_to_be_assumed() -> None:
    for words, assumed in (
        ("下周三三点", True),
        ("下周三下午三点", False),
        ("下周三15:00", False),
        ("下周三十点", True),
    ):
        found = found_in(f"R: 我们{words}开会吧。")
        assert found is not None
        assert found.assumed is assumed, words


def test_how_long_is_what_was_said_or_nothing() -> None:
    for words, minutes in (
        ("下周三下午三点碰半小时", 30),
        ("下周三下午三点到四点半开会", 90),
        ("下周三下午三点开个会,一个半小时", 90),
        ("下周三下午三点开会", 0),
        ("Let's meet next Wednesday at 3pm for 45 minutes", 45),
        ("Let's meet next Wednesday from 3 to 5 pm", 120),
    ):
        found = found_in(f"R: {words}。")
        assert found is not None
        assert found.minutes == minutes, words


class TestWhoseClock:
    """The day is counted where the customer is, and the hour is theirs where nobody says another's."""

    BEGAN = datetime(
        2026, 11, 18, 20, 0, tzinfo=UTC
    )  # Thursday 04:00 in Shanghai, Wednesday 15:00 in New York

    def test_tomorrow_is_the_customers(self) -> None:
        there = self.BEGAN.astimezone(zones.zone("America/New_York"))
        found = found_in(
            "R: let's talk again tomorrow at 9 am",
            "C: sure",
            began=there,
            zone="America/New_York",
            day=date(2026, 11, 19),
        )
        assert found is not None
        assert (found.when_iso, found.at, found.zone) == ("2026-11-19", "09:00", "America/New_York")

    @pytest.mark.parametrize(
        ("words", "zone"),
        [
            ("R: let's talk again Friday at 9 am your time", "America/New_York"),
            ("R: let's talk again Friday at 9 am our time", zones.HOME),
            ("C: let's talk again Friday at 9 am your time", zones.HOME),
            ("R: let's talk again Friday at 9 am London time", "Europe/London"),
            ("R: let's talk again Friday at 9 am GMT+1", "Etc/GMT-1"),
            ("R: 我们周五北京时间上午九点再聊一次", zones.HOME),
            ("R: thanks for your time, let's talk again Friday at 9 am", "America/New_York"),
        ],
    )
    def test_the_zone_that_is_named(self, words: str, zone: str) -> None:
        found = found_in(words, zone="America/New_York")
        assert found is not None
        assert (found.at, found.zone, found.unsettled) == ("09:00", zone, ())

    def test_later_the_same_day_counts_after_the_talk_alone(self) -> None:
        began = datetime(2026, 11, 18, 14, 0, tzinfo=zones.zone(zones.HOME))
        assert found_in("R: 今天下午五点再碰一下吧。", began=began) is not None
        assert found_in("R: 今天下午一点再碰一下吧。", began=began) is None

    def test_the_zone_of_a_customer(self) -> None:
        def of(**values: Any) -> str:
            return zones.zone_of(Account(id="A", name="A", **values))

        assert of() == of(city="上海") == of(city="Nowhere") == zones.HOME
        assert of(city="London") == "Europe/London"
        assert of(region="新加坡") == "Asia/Singapore"
        assert of(city="LONDON ", region="新加坡") == "Europe/London"
        for junk in ("Mars/Olympus", "../etc/passwd", "Asia", "", " "):
            assert zones.zone(junk).key == zones.HOME


DAYS = {
    "下周三": "2026-11-25",
    "周五": "2026-11-20",
    "12月2号": "2026-12-02",
    "后天": "2026-11-20",
    "明天": "2026-11-19",
}
HOURS = {
    "下午三点": "15:00",
    "上午十点半": "10:30",
    "14:20": "14:20",
    "晚上七点": "19:00",
    "上午9点": "09:00",
    "": "",
}
MEETS = ("我们{}再碰一次吧", "那就{}开会", "{}咱们见面聊", "{}到您办公室", "约{}演示", "{}给您打电话")
DAYS_EN = {
    "next Wednesday": "2026-11-25",
    "Friday": "2026-11-20",
    "December 2nd": "2026-12-02",
    "tomorrow": "2026-11-19",
}
HOURS_EN = {
    " at 3 pm": "15:00",
    " at 10:30 am": "10:30",
    " at noon": "12:00",
    " at half past four pm": "16:30",
    "": "",
}
MEETS_EN = ("let's meet again {}", "I suggest a call {}", "we could talk again {}", "see you {}")


@given(
    st.one_of(
        st.tuples(st.sampled_from(sorted(DAYS)), st.sampled_from(sorted(HOURS)), st.sampled_from(MEETS)),
        st.tuples(
            st.sampled_from(sorted(DAYS_EN)), st.sampled_from(sorted(HOURS_EN)), st.sampled_from(MEETS_EN)
        ),
    )
)
@settings(max_examples=150, deadline=None)
def test_any_day_any_hour_any_way(words: tuple[str, str, str]) -> None:
    day, hour, way = words
    found = found_in(f"R: {way.format(day + hour)}", "C: 好的。" if day in DAYS else "C: Sounds good.")
    assert found is not None
    assert (found.when_iso, found.at) == ((DAYS | DAYS_EN)[day], (HOURS | HOURS_EN)[hour])
    assert found.agreed
    assert ("hour" in found.unsettled) is not bool(hour)


@given(
    st.sampled_from(sorted(DAYS)),
    st.sampled_from(sorted(HOURS)),
    st.sampled_from(["不行", "没空", "我出差", "不方便"]),
)
@settings(max_examples=60, deadline=None)
def test_a_refused_day_is_never_proposed(day: str, hour: str, no: str) -> None:
    assert found_in(f"R: 我们{day}{hour}再碰一次吧。", f"C: {day}{no}。") is None


LINES = [line for cases in CASES.values() for case in cases for line in case[0]]


@given(st.lists(st.sampled_from(LINES), max_size=14))
@settings(max_examples=150, deadline=None)
def test_nothing_is_made_up(lines: list[str]) -> None:
    """Whatever is said in whatever order: every quote is verbatim, an hour stands in the words it rests on, twice the same."""
    found = found_in(*lines)
    assert found == found_in(*lines)
    if found is None:
        return
    talk = talk_of(*lines)
    assert all(holds(talk, one) for one in (found, *found.because))
    words = " ".join(one.quote for one in (found, *found.because))
    hours = {
        f"{named.hour:%H:%M}"
        for one in acts.sentences(talk)
        if one.text in words
        for named in _read(one.text)
        if named.hour
    }
    assert found.at in {*hours, ""}
    assert ("hour" in found.unsettled) == (not found.at)
    assert ("day" in found.unsettled) == ("/" in found.when_iso)


def _read(text: str) -> list[Any]:
    from knowledge.insight.minutes.clauses import cut

    return [read(one, DAY) for one in cut(text)]


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    read(text, DAY)
    found_in(f"R: 下周三下午三点碰一次{text}", f"C: {text}")
