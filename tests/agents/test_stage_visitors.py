"""Visitors nobody knows count in the first stage's numbers: for those who may see them, as far as they agreed, never by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from actions.counter import PersonDesk
from actions.journey_view import Healths
from agents.skill import Turn
from agents.skills import SKILLS
from bot.wiring import House
from knowledge import blueprints
from knowledge.insight.journey.health import StageHealth, Visitors
from knowledge.journey.incoming import Origin
from knowledge.journey.linking import relink
from knowledge.journey.taking import take
from knowledge.model import Person
from tests.fakes.journey import event, without_events

FIRST = "awareness"
SKILL = next(one for one in SKILLS if one.name == "stage_health")


@pytest.fixture
def house(demo_house: House) -> House:
    """Nobody's events have come in yet."""
    house = without_events(demo_house)
    with house.store.session() as session:
        relink(session, house.identity_key, house.clock())
    return house


def _visits(house: House) -> Iterator[dict[str, Any]]:
    def at(days: float) -> str:
        return (house.clock() - timedelta(days=days)).isoformat()

    page: dict[str, Any] = {"name": "page_view", "page": "https://a.example/"}
    yield event("a1", anon_id="leaves", at=at(40), visible_s=3, **page)
    yield event("b1", anon_id="stays", at=at(40), visible_s=30, **page)
    yield event("b2", anon_id="stays", at=at(35), name="form_submit", props={"form": "demo"})
    yield event("c1", anon_id="silent", at=at(40), session="s-1", visible_s=3, **page | {"consent": {}})
    yield event("d1", anon_id="regrets", at=at(40), visible_s=3, **page)
    yield event("d2", anon_id="regrets", at=at(39), **page | {"consent": {"analytics": False}})
    yield event("k1", user_id="one", device_id="kiosk", at=at(60), name="login")
    yield event("k2", user_id="two", device_id="kiosk", at=at(50), name="login")
    yield event("k3", device_id="kiosk", at=at(40), visible_s=3, **page)
    yield event(
        "w1", anon_id="known", phone="13900002001", at=at(40), name="form_submit", props={"form": "d"}
    )


def _come(house: House, *, without: str = "") -> None:
    events = [one for one in _visits(house) if one["id"] != without]
    with house.store.session() as session:
        take(session, events, Origin(source="web", received_at=house.clock()), house.identity_key)


def _desk(house: House, who: str) -> PersonDesk:
    with house.store.reading() as session:
        return PersonDesk(house.gate, house.search, session.get_one(Person, who))


def _health(house: House, who: str) -> Healths:
    return _desk(house, who).journeys.health()


def _said(house: House, who: str, language: str, stage: str | None = None) -> str:
    turn = Turn(desk=_desk(house, who), text="", language=language)
    return SKILL.run(turn, SKILL.arguments.model_validate({"stage": stage}))


def _named(one: StageHealth) -> tuple[Any, ...]:
    """Every list of the stage."""
    return one.here, one.entries, one.conversion.converted, one.conversion.stayed, one.bounce.ids


def test_a_manager_sees_them_in_the_first_stage_as_numbers_alone(house: House) -> None:
    before = _health(house, "p-zhaolei")
    _come(house)
    after = _health(house, "p-zhaolei")
    one, two = before.stages[FIRST], after.stages[FIRST]
    # Four: who left at once, who stayed, and the two who logged in at the shared computer.
    assert (before.visitors, after.visitors) == (0, 4)
    assert two.visitors == Visitors(entered=4, here=3)
    assert two.entered - len(_firsts(after)) == 4
    assert two.conversion.share.n - one.conversion.share.n == 4
    assert two.conversion.share.k - one.conversion.share.k == 1
    assert (two.lasting.n - one.lasting.n, two.lasting.ended - one.lasting.ended) == (4, 1)
    held = str([_named(stage) for stage in after.stages.values()]) + str(after.names) + str(after.touches)
    assert not [key for key in ("a1", "b1", "b2", "k1", "k2") if f"'{key}'" in held]


def _firsts(found: Healths) -> tuple[Any, ...]:
    return found.stages[FIRST].entries


def test_bounce_counts_their_visits_and_names_none(house: House) -> None:
    before = _health(house, "p-zhaolei").stages[FIRST].bounce
    _come(house)
    after = _health(house, "p-zhaolei").stages[FIRST].bounce
    # Who left after 3 s, who stayed 30 s, and two logins nobody measured.
    assert (after.n - before.n, after.bounced - before.bounced) == (4, 3)
    assert after.ids == before.ids


def test_other_stages_count_whom_we_know(house: House) -> None:
    before = _health(house, "p-zhoumin")
    _come(house, without="w1")
    after = _health(house, "p-zhoumin")
    assert after.visitors == 4
    changed = {stage_id for stage_id, one in before.stages.items() if after.stages[stage_id] != one}
    assert changed == {FIRST}


def test_a_rep_does_not_see_them(house: House) -> None:
    _come(house)
    found = _health(house, "p-lina")
    assert found.visitors is None
    assert found.stages[FIRST].visitors == Visitors()
    assert "只算已识别的人" in _said(house, "p-lina", "zh")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("另计 4 位匿名访客", "其中匿名访客 4 位", "没有名单")),
     ("en", ("also counts 4 anonymous visitors", "4 of them anonymous visitors", "with no list"))],
)  # fmt: skip
def test_the_definition_stands_beside_the_number(house: House, language: str, words: tuple[str, ...]) -> None:
    _come(house)
    text = _said(house, "p-zhaolei", language, "认知")
    assert all(one in text for one in words), text


def test_who_may_not_see_the_stage_does_not_see_them(house: House) -> None:
    _come(house)
    desk = _desk(house, "p-zhaolei")
    assert desk.journeys.health().visitors == 4
    book = blueprints.default("journey") | {"sight": {"manager": {"stages": ["decision"], "hidden": []}}}
    with house.store.session() as session:
        blueprints.publish(session, "journey", "default", book, "p-zhoumin", "p-admin", house.clock())
    assert desk.journeys.health().visitors is None
