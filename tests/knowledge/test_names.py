"""Names in text: every way a customer or a person may be written, and that a stranger stays a stranger."""

from __future__ import annotations

import time

import pytest

from knowledge.names import Mention, NameEntry, NameIndex
from tests.fakes.sales_names import ENTRIES


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(ENTRIES)


def ids(mentions: list[Mention]) -> list[str]:
    return [mention.id for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected", "how"),
    [
        ("华东医疗那个单子现在什么情况", "A-001", "alias"),
        ("华东医疗器械有限公司", "A-001", "name"),
        ("华东医疗器械怎么样", "A-001", "short"),
        ("恒泰那边怎么说", "A-003", "short"),
        ("博远科技", "A-005", "short"),
        ("east china medical status", "A-001", "alias"),
        ("HUADONG YILIAO 怎么样", "A-001", "pinyin"),
        ("huadongyiliao", "A-001", "pinyin"),
        ("hdyl 情况", "A-001", "initials"),
        ("华冬医疗的报价", "A-001", "sound"),
        ("华东医辽的报价", "A-001", "sound"),
        ("东华医疗的报价", "A-001", "sound"),
        ("Nortwind Clinics update", "A-004", "fuzzy"),
        ("d-001 怎么样", "D-001", "id"),
        ("PACS那个项目", "D-001", "part"),
        ("刘主任怎么说", "C-002", "address"),
        ("周院长", "C-004", "address"),
        ("Mr. Miller called", "C-006", "address"),
        ("ask Mr. Wang", "C-001", "address"),
        ("Grace asked", "C-003", "part"),
        ("王建过", "C-001", "sound"),
        ("陈浩手上的单子", "p-chenhao", "name"),
        ("赵经理", "p-zhaolei", "address"),
    ],
)
def test_finds(index: NameIndex, text: str, expected: str, how: str) -> None:
    found = index.spot(text)
    assert ids(found)[:1] == [expected]
    assert found[0].how == how
    assert 0.5 < found[0].score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "蓝海科技的单子怎么样",
        "华西医疗的单子",
        "华东医疗科技的单子",
        "华东区的单子",
        "Southwind Clinic",
        "Acme Robotics",
        "瑞安医院",
        "恒瑞制药",
        "博达科技",
        "lanhai keji",
        "huaxi yiliao",
        "对方总说太贵",
        "写个周总结",
        "我们开个会讨论一下技术方案",
        "客户说太贵了怎么回?",
        "what did we win last quarter",
        "",
        "😀😀",
        "李总",
    ],
)
def test_a_stranger_stays_a_stranger(index: NameIndex, text: str) -> None:
    assert index.spot(text) == []


def test_offsets_are_those_of_the_text(index: NameIndex) -> None:
    text = "请问,华东医疗 和 刘主任"
    for mention in index.spot(text):
        assert text[mention.start : mention.end] in ("华东医疗", "刘主任")


def test_longest_reading_wins_and_spans_do_not_overlap(index: NameIndex) -> None:
    found = index.spot("华东医疗器械有限公司的王建国")
    assert {(m.kind, m.id) for m in found} == {("account", "A-001"), ("contact", "C-001")}


def test_people_near_the_talk_come_first() -> None:
    both = (*ENTRIES, NameEntry(kind="contact", id="C-099", name="王强", title="总经理", parents=("A-003",)))
    index = NameIndex(both)
    assert sorted(ids(index.spot("给王总写封信"))) == ["C-001", "C-099"]
    assert ids(index.spot("给王总写封信", near=("D-001",))) == ["C-001"]
    assert ids(index.spot("给王总写封信", near=("A-003",))) == ["C-099"]


def test_a_title_that_contradicts_is_not_the_person(index: NameIndex) -> None:
    assert index.spot("张院长") == []


def test_resolve(index: NameIndex) -> None:
    assert ids(index.resolve("D-001")) == ["D-001"]
    assert ids(index.resolve("a-001", kind="account")) == ["A-001"]
    assert ids(index.resolve("王总", kind="contact")) == ["C-001"]
    assert ids(index.resolve("华东医疗", kind="account")) == ["A-001"]
    assert ids(index.resolve("数据中台", kind="deal")) == ["D-005"]
    assert ids(index.resolve("中台", kind="deal")) == ["D-005"]
    assert index.resolve("D-060") == []
    assert index.resolve("蓝海科技") == []


def test_children_by_rank(index: NameIndex) -> None:
    assert [entry.id for entry in index.children("A-001", "deal")] == ["D-001", "D-007"]


def test_same_input_same_output(index: NameIndex) -> None:
    again = NameIndex(ENTRIES)
    for text in ("华东医疗的王总和恒泰的单子", "hdyl", "nortwind clinics and Grace"):
        assert index.spot(text) == again.spot(text)


def test_five_thousand_names_are_quick() -> None:
    heads = "安博昌德恩方广海佳康乐明宁鹏勤荣盛泰万新益正中卓志"
    many = [
        NameEntry(
            kind="account",
            id=f"B-{i}",
            name=f"{heads[i % 25]}{heads[i // 25 % 25]}{heads[i // 625]}医疗器械有限公司",
        )
        for i in range(5000)
    ]
    index = NameIndex([*ENTRIES, *many])
    text = "帮我看看华东医疗那个单子现在什么情况,另外hengtai zhiyao的冷链项目有没有风险"
    index.spot(text)
    for question in (text, "客户说太贵了该怎么回", "how is the telemedicine pilot going with nortwind"):
        best = min(_seconds(index, question) for _ in range(5))
        assert best < 0.03, question


def _seconds(index: NameIndex, text: str) -> float:
    begin = time.perf_counter()
    index.spot(text)
    return time.perf_counter() - begin
