"""Interventions on touches: the three rows that ship, each once within its window, and the blueprints that hold them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from knowledge import blueprints
from knowledge.blueprints.interventions import Interventions
from knowledge.blueprints.journey import Sight
from knowledge.insight.journey.triggers import triggers
from tests.fakes.journeys import BOOK, ROWS, START, message, touch

END = START + timedelta(days=200)


def fired(touches: list[Any], **more: Any) -> list[tuple[str, str]]:
    found = triggers(touches, BOOK, ROWS.rows, more.pop("since", START - timedelta(days=1)), END, **more)
    return [(one.intervention, one.touch_id) for one in found]


def test_the_three_rows_that_ship() -> None:
    story = [touch("v1", 0), touch("v2", 2)]
    question = [message("q", 5, "安装要多久?")]
    prices = [touch("p1", 9, page="/价格"), touch("p2", 10, page="/价格")]
    assert fired([*story, *question, *prices]) == [
        ("story_video", "v2"),
        ("question_answer", "q"),
        ("limited_coupon", "p2"),
    ]


def test_a_behaviour_counts_only_in_its_stage() -> None:
    talked = [message("m", 0, "你好"), touch("v1", 1), touch("v2", 2)]
    assert fired(talked) == []
    assert fired([touch("v1", 0, bot=True), touch("v2", 1, bot=True), touch("v3", 2)]) == []


def test_the_host_of_a_page_is_no_word() -> None:
    found = triggers(
        [touch("v1", 0, page="https://www.demo-price.cn/"), touch("v2", 1, page="www.demo-price.cn/about")],
        BOOK, ROWS.rows, START - timedelta(days=1), END,
    )  # fmt: skip
    assert [one.intervention for one in found] == ["story_video"]


def test_not_twice_within_its_window_and_again_after_it() -> None:
    asked = [message("a", 0, "hello"), *(message(f"q{day}", day, "怎么安装?") for day in (1, 3, 7.5, 8.5))]
    assert fired(asked) == [("question_answer", "q1"), ("question_answer", "q8.5")]
    before = {"question_answer": START + timedelta(days=2)}
    assert fired(asked, last=before) == []


def test_what_happened_later_is_not_known() -> None:
    story = [touch("v1", 0), touch("v2", 2), touch("v3", 3, page="/价格")]
    found = triggers(story, BOOK, ROWS.rows, START - timedelta(days=1), START + timedelta(days=2.5))
    assert [one.touch_id for one in found] == ["v2"]


def test_a_silence_ends_when_they_speak_not_when_we_do() -> None:
    row = {"id": "quiet", "name": "沉默", "name_en": "Quiet", "stage": "consideration", "quiet_days": 10,
           "action": "task", "text": "联系 {name}"}  # fmt: skip
    rows = Interventions.model_validate({"rows": [row]}).rows
    told = [message("a", 0, "hi"), message("ours", 5, "您好", direction="out"), message("b", 30, "hi")]
    found = triggers(told, BOOK, rows, START - timedelta(days=1), START + timedelta(days=35))
    assert [(one.touch_id, one.at) for one in found] == [("a", START + timedelta(days=10))]


def test_a_row_that_is_off_starts_nothing() -> None:
    rows = [one.model_copy(update={"on": False}) for one in ROWS.rows]
    assert triggers([touch("v1", 0), touch("v2", 2)], BOOK, rows, START - timedelta(days=1), END) == []


@pytest.mark.parametrize("kind", ["journey", "interventions", "churn"])
def test_what_ships_may_be_published(kind: str) -> None:
    assert blueprints.lint(kind, blueprints.default(kind)) == ()


def test_default_stages_are_those_of_the_field() -> None:
    assert [one.name for one in BOOK.stages] == ["认知", "考虑", "决策", "成交", "交付", "服务", "复购"]
    assert BOOK.called("决策期") is BOOK.stages[2]
    assert BOOK.called("Decision stage") is BOOK.stages[2]


def _with(kind: str, **changes: Any) -> dict[str, Any]:
    return {**blueprints.default(kind), **changes}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("journey", _with("journey", stages=blueprints.default("journey")["stages"][:1])),
        ("journey", _with("journey", stages=[*blueprints.default("journey")["stages"], blueprints.default("journey")["stages"][0]])),
        ("journey", _with("journey", sight={"wizard": {}})),
        ("journey", _with("journey", sight={"rep": {"stages": ["nowhere"]}})),
        ("journey", _with("journey", sight={"rep": {"hidden": ["soul"]}})),
        ("interventions", {"rows": [{**blueprints.default("interventions")["rows"][0], "quiet_days": 3}]}),
        ("interventions", {"rows": [{**blueprints.default("interventions")["rows"][0], "text": "{floor_price}"}]}),
        ("interventions", {"rows": [{**blueprints.default("interventions")["rows"][2], "discount_bp": 0}]}),
        ("interventions", {"rows": [blueprints.default("interventions")["rows"][0]] * 2}),
        ("churn", _with("churn", off=["weather"])),
        ("churn", _with("churn", early_cycles=3.0)),
        ("churn", _with("churn", scripts={"dwell_drop": "magic"})),
    ],
)  # fmt: skip
def test_what_is_wrong_is_not_published(kind: str, content: dict[str, Any]) -> None:
    assert blueprints.lint(kind, content)


def test_a_role_sees_its_stages_and_two_roles_see_both() -> None:
    sight = {"rep": Sight(stages=["decision"], hidden=["words"]), "finance": Sight(stages=["purchase"])}
    book = BOOK.model_copy(update={"sight": sight})
    assert book.seen_by(["rep"]).stages == ["decision"]
    assert book.seen_by(["rep"]).hidden == ["words"]
    both = book.seen_by(["rep", "finance"])
    assert (both.stages, both.hidden) == (["decision", "purchase"], [])
    assert book.seen_by(["rep", "manager"]).stages == []
